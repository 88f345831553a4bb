//! Client secrets: making and rotating them, and recording their use.

use crate::admin::clients::{Clients, RegisteredClient, reject_first_party, sha256_hex};
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientSecret, SealedClientSecret, SecretRotation, rotated};
use usher_domain::time::Timestamp;
use usher_keys::seal::Purpose;
use usher_protocol::client::metadata::AuthMethod;

impl Clients {
    /// A new secret and what is stored of it. A client that signs with its secret needs the secret itself to be kept: it
    /// is sealed, so that a stolen database does not contain it.
    pub fn new_secret(&self, id: &ClientId, method: AuthMethod, now: Timestamp) -> (String, ClientSecret) {
        let secret = self.core.random.token();
        let sealed = (method == AuthMethod::ClientSecretJwt).then(|| {
            let lock = id.0.as_bytes();
            let random = &*self.core.random;
            SealedClientSecret(self.core.sealer.seal_locked(Purpose::ClientSecret, lock, secret.as_bytes(), random))
        });
        let held = ClientSecret { sealed, ..ClientSecret::new(sha256_hex(&secret), now) };
        (secret, held)
    }

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
        reject_first_party(id)?;
        let now = self.core.now();
        let event = self.core.event(EventKind::CLIENT_SECRET_ROTATED).with_client(id);
        let event = event.with("overlap_seconds", rotation.overlap.as_secs());
        let mut tx = self.core.store.begin().await?;
        let client = tx.lock_client(id).await?.ok_or(Rejected::NotFound("client"))?;
        if !client.metadata.token_endpoint_auth_method.has_secret() {
            return Err(Rejected::NoSecret.into());
        }
        let (secret, fresh) = self.new_secret(id, client.metadata.token_endpoint_auth_method, now);
        let secrets = rotated(&client.secrets, fresh, rotation, now).map_err(|fault| {
            let refused = Rejected::from(fault);
            if refused == Rejected::SecretJustMade {
                tracing::info!(client.id = %id, "a rotation of the secret was refused: {refused}");
            }
            refused
        })?;
        tx.set_client_secrets(id, &secrets, now).await?;
        tx.append(&event.with_project(client.project_id)).await?;
        tx.commit().await?;
        self.cache.invalidate(id);
        let client = Client { secrets, updated_at: now, ..client };
        Ok(RegisteredClient { client, secret: Some(secret) })
    }

    /// Ends an older secret now. The newest one is replaced instead.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the client has no older secret of this id that is still valid.
    pub async fn end_client_secret(&self, id: &ClientId, secret: &str) -> Result<Client, FlowError> {
        reject_first_party(id)?;
        let now = self.core.now();
        let event = self.core.event(EventKind::CLIENT_UPDATED).with_client(id);
        let mut tx = self.core.store.begin().await?;
        let client = tx.lock_client(id).await?.ok_or(Rejected::NotFound("client"))?;
        let mut secrets = client.secrets.clone();
        let older = secrets.iter_mut().skip(1).find(|held| held.id() == secret && held.is_good(now));
        older.ok_or(Rejected::NotFound("secret"))?.expires_at = Some(now);
        tx.set_client_secrets(id, &secrets, now).await?;
        tx.append(&event.with_project(client.project_id)).await?;
        tx.commit().await?;
        self.cache.invalidate(id);
        Ok(Client { secrets, updated_at: now, ..client })
    }

    /// Records once an hour that the secret with this hash was used. A failure is logged and does not reject the client.
    pub async fn note_secret_use(&self, client: &Client, sha256: Option<&str>) {
        let now = self.core.now();
        let Some(used) = client.secrets.iter().find(|held| Some(held.sha256.as_str()) == sha256) else { return };
        let key = (client.id.clone(), used.sha256.clone());
        if !used.use_is_news(now) || self.secret_uses.contains_key(&key) {
            return;
        }
        self.secret_uses.insert(key, ());
        if let Err(error) = self.write_secret_use(&client.id, &used.sha256, now).await {
            tracing::warn!(client.id = %client.id, "the use of a secret could not be written down: {error}");
        }
    }

    async fn write_secret_use(&self, id: &ClientId, sha256: &str, now: Timestamp) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        let Some(mut client) = tx.lock_client(id).await? else { return Ok(()) };
        let used = client.secrets.iter_mut().find(|held| held.sha256 == sha256);
        // Another instance may have recorded it meanwhile.
        let Some(used) = used.filter(|used| used.use_is_news(now)) else { return Ok(()) };
        used.last_used_at = Some(now);
        tx.note_client_secrets(id, &client.secrets).await?;
        Ok(tx.commit().await?)
    }
}
