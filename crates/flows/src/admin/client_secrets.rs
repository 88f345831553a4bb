//! Client secrets: rotating them, and recording their use.

use crate::admin::clients::Clients;
use crate::admin::clients::{RegisteredClient, not_the_house};
use crate::error::{FlowError, Rejected};
use crate::oauth::authenticate_client::sha256_hex;
use usher_domain::event::EventKind;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientSecret, SecretRotation, rotated};
use usher_domain::time::Timestamp;
use usher_storage::StorageError;

impl Clients {
    /// Gives a client a new secret. The current one ends when the rotation says so; older ones end now.
    ///
    /// # Errors
    /// [`Rejected::NoSecret`] for a public client, [`Rejected::Rotation`] for too long an overlap or if a secret would
    /// end that was made a moment ago, [`Rejected::NotFound`].
    pub async fn rotate_client_secret(
        &self,
        id: &ClientId,
        rotation: SecretRotation,
    ) -> Result<RegisteredClient, FlowError> {
        not_the_house(id)?;
        let (now, wanted) = (self.core.now(), id.clone());
        let secret = self.core.random.token();
        let fresh = ClientSecret::new(sha256_hex(&secret), now);
        let event = self.core.event(EventKind::ClientSecretRotated).with_client(id);
        let event = event.with("overlap_seconds", rotation.overlap.as_secs());
        let rotate = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let Some(client) = tx.lock_client(&wanted).await? else {
                    return Ok::<_, StorageError>(Err(Rejected::NotFound("client")));
                };
                if client.metadata.is_public() {
                    return Ok(Err(Rejected::NoSecret));
                }
                let secrets = match rotated(&client.secrets, fresh, rotation, now) {
                    Ok(secrets) => secrets,
                    Err(fault) => return Ok(Err(fault.into())),
                };
                tx.set_client_secrets(&wanted, &secrets, now).await?;
                tx.append(&event.with_project(client.project_id)).await?;
                Ok(Ok(Client { secrets, updated_at: now, ..client }))
            })
        });
        let rotated = rotate.await?;
        self.cache.invalidate(id);
        match rotated {
            Ok(client) => Ok(RegisteredClient { client, secret: Some(secret) }),
            Err(refused) => {
                if let Rejected::SecretJustMade = refused {
                    tracing::info!(client.id = %id, "a rotation of the secret was refused: {refused}");
                }
                Err(refused.into())
            }
        }
    }

    /// Records once an hour that a secret was used. A failure is logged and does not reject the client.
    pub(crate) async fn note_secret_use(&self, client: &Client, secret: Option<&str>) {
        let now = self.core.now();
        let Some(sha256) = secret.map(sha256_hex) else { return };
        let Some(used) = client.secrets.iter().find(|held| held.sha256 == sha256) else { return };
        let key = (client.id.clone(), sha256);
        if !used.use_is_news(now) || self.secret_uses.contains_key(&key) {
            return;
        }
        self.secret_uses.insert(key, ());
        if let Err(error) = self.write_secret_use(client.id.clone(), used.sha256.clone(), now).await {
            tracing::warn!(client.id = %client.id, "the use of a secret could not be written down: {error}");
        }
    }

    async fn write_secret_use(&self, id: ClientId, sha256: String, now: Timestamp) -> Result<(), FlowError> {
        let write = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let Some(mut client) = tx.lock_client(&id).await? else { return Ok(()) };
                let used = client.secrets.iter_mut().find(|held| held.sha256 == sha256);
                // Another instance may have recorded it meanwhile.
                let Some(used) = used.filter(|used| used.use_is_news(now)) else { return Ok(()) };
                used.last_used_at = Some(now);
                tx.note_client_secrets(&id, &client.secrets).await
            })
        });
        Ok(write.await?)
    }
}
