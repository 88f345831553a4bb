//! Client authentication (RFC 6749 §2.3).

use crate::admin::clients::{Clients, sha256_hex};
use crate::core::Core;
use crate::login::throttle::Throttles;
use std::sync::Arc;

use aws_lc_rs::constant_time;

use crate::error::FlowError;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client_auth::ClientCredentials;

/// Client authentication at OAuth endpoints (RFC 6749 §2.3).
pub struct ClientAuthentication {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) throttles: Arc<Throttles>,
}

impl ClientAuthentication {
    /// Authenticates the client with these credentials, sent from this network.
    ///
    /// A wrong secret counts against its source network, for this client only. A right one is always accepted: 256
    /// random bits cannot be guessed, and nobody can lock the client out by sending wrong ones.
    ///
    /// # Errors
    /// `invalid_client`, with the same description for an unknown or disabled client, a wrong secret and a wrong
    /// method; [`Rejected::TooMany`] after too many wrong secrets.
    ///
    /// [`Rejected::TooMany`]: crate::Rejected::TooMany
    pub async fn authenticate_client(
        &self,
        credentials: &ClientCredentials,
        source: &str,
    ) -> Result<Arc<Client>, FlowError> {
        let id = ClientId(credentials.client_id().to_owned());
        let mut found = self.clients.find_client(&id).await?;
        let mut proven = prove(found.as_deref(), credentials, self.core.now());
        if proven.is_err() && found.is_some() {
            // Another instance may have changed the client since it was cached.
            found = self.clients.reload_client(&id).await?;
            proven = prove(found.as_deref(), credentials, self.core.now());
        }
        match proven {
            Ok(()) => {
                let client = found.ok_or(RejectionCause::UnknownClient)?;
                self.clients.note_secret_use(&client, credentials.secret()).await;
                Ok(client)
            }
            Err(cause) => {
                if matches!(cause, RejectionCause::WrongSecret | RejectionCause::UnknownClient) {
                    self.throttles.count_wrong_secret(found.as_ref().map(|client| &client.id), source).await?;
                }
                Err(cause.into())
            }
        }
    }
}

/// Do the credentials prove the client?
fn prove(client: Option<&Client>, credentials: &ClientCredentials, now: Timestamp) -> Result<(), RejectionCause> {
    let Some(client) = client else {
        // The same work as for a client that exists.
        credentials.secret().map(sha256_hex);
        return Err(RejectionCause::UnknownClient);
    };
    match credentials.secret() {
        None if client.metadata.is_public() => {}
        None => return Err(RejectionCause::MissingSecret),
        Some(_) if client.metadata.is_public() => return Err(RejectionCause::UnexpectedSecret),
        Some(secret) if !knows_secret(client, secret, now) => return Err(RejectionCause::WrongSecret),
        Some(_) if !client.metadata.token_endpoint_auth_method.allows(credentials.method()) => {
            return Err(RejectionCause::OtherAuthMethod);
        }
        Some(_) => {}
    }
    if client.is_active() { Ok(()) } else { Err(RejectionCause::ClientDisabled) }
}

/// Is this one of the client's valid secrets?
fn knows_secret(client: &Client, secret: &str, now: Timestamp) -> bool {
    let given = sha256_hex(secret);
    let good = client.secrets.iter().filter(|held| held.expires_at.is_none_or(|end| now < end));
    good.fold(false, |known, held| {
        known | constant_time::verify_slices_are_equal(held.sha256.as_bytes(), given.as_bytes()).is_ok()
    })
}
