//! Client authentication (RFC 6749 §2.3, RFC 7521 §4.2).

use crate::oauth::client::assertions::{ClientAssertions, VerifiedAssertion};
use crate::oauth::client::documents::ClientDocuments;
use crate::oauth::client::keys::ClientKeys;
use std::sync::Arc;
use usher_accounts::admin::clients::{Clients, sha256_hex};
use usher_accounts::core::Core;
use usher_accounts::login::throttle::Throttles;

use aws_lc_rs::constant_time;

use usher_accounts::error::FlowError;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_keys::certificate::is_of;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::client::metadata::AuthMethod;

/// Client authentication at OAuth endpoints (RFC 6749 §2.3).
pub struct ClientAuthentication {
    pub(crate) core: Arc<Core>,
    pub(crate) client_assertions: Arc<ClientAssertions>,
    pub(crate) client_documents: Arc<ClientDocuments>,
    pub(crate) client_keys: Arc<ClientKeys>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) throttles: Arc<Throttles>,
}

impl ClientAuthentication {
    /// Authenticates the client with these credentials, sent from this network.
    ///
    /// A wrong secret or a forged assertion counts against its source network, for this client only. A right one is
    /// always accepted: 256 random bits cannot be guessed, and nobody can lock the client out by sending wrong ones.
    ///
    /// # Errors
    /// `invalid_client`, with the same description for an unknown or disabled client, a wrong secret or assertion and a
    /// wrong method; [`Rejected::TooMany`] after too many wrong secrets.
    ///
    /// [`Rejected::TooMany`]: crate::Rejected::TooMany
    pub async fn authenticate_client(
        &self,
        credentials: &ClientCredentials,
        source: &str,
    ) -> Result<Arc<Client>, FlowError> {
        let id = ClientId(credentials.client_id().to_owned());
        let mut found =
            self.client_documents.find_client(&id, source).await?.map_err(RejectionCause::ClientDocument)?;
        let mut proven = self.prove(found.as_deref(), credentials).await;
        if proven.is_err() && found.is_some() {
            // Another instance may have changed the client since it was cached.
            found = self.clients.reload_client(&id).await?;
            proven = self.prove(found.as_deref(), credentials).await;
        }
        match proven {
            Ok(proof) => {
                let client = found.ok_or(RejectionCause::UnknownClient)?;
                if let ClientProof::Assertion(assertion) = &proof {
                    self.client_assertions.use_up(&client, assertion).await?;
                }
                self.clients.note_secret_use(&client, proof.secret()).await;
                Ok(client)
            }
            Err(cause) => {
                if cause.is_forgery() {
                    self.throttles.count_wrong_secret(found.as_ref().map(|client| &client.id), source).await?;
                }
                Err(cause.into())
            }
        }
    }

    /// Whether the credentials prove the client.
    async fn prove(
        &self,
        client: Option<&Client>,
        credentials: &ClientCredentials,
    ) -> Result<ClientProof, RejectionCause> {
        let proof = match (client, credentials.assertion()) {
            (Some(client), Some(assertion)) => {
                ClientProof::Assertion(self.client_assertions.verify(client, assertion).await?)
            }
            (Some(client), None) if client.metadata.token_endpoint_auth_method.has_certificate() => {
                self.check_certificate(client, credentials).await?;
                ClientProof::Nothing
            }
            (client, _) => by_secret(client, credentials, self.core.now())?,
        };
        if client.is_some_and(Client::is_active) { Ok(proof) } else { Err(RejectionCause::ClientDisabled) }
    }

    /// Whether the connection has the certificate of the client (RFC 8705 §2).
    async fn check_certificate(&self, client: &Client, credentials: &ClientCredentials) -> Result<(), RejectionCause> {
        if credentials.secret().is_some() {
            return Err(RejectionCause::OtherAuthMethod);
        }
        let certificate = credentials.certificate().ok_or(RejectionCause::MissingCertificate)?;
        let fits = if client.metadata.token_endpoint_auth_method == AuthMethod::SelfSignedTlsClientAuth {
            self.client_keys.has_certificate(client, certificate.der()).await
        } else if certificate.is_trusted() {
            client.metadata.certificate_subject().is_some_and(|subject| is_of(certificate.der(), subject))
        } else {
            return Err(RejectionCause::UntrustedCertificate);
        };
        if fits { Ok(()) } else { Err(RejectionCause::WrongCertificate) }
    }
}

/// How a client proved itself, as far as that is recorded.
enum ClientProof {
    /// It is public and only named itself, or presented its certificate.
    Nothing,
    /// It sent the secret with this hash.
    Secret(String),
    Assertion(VerifiedAssertion),
}

impl ClientProof {
    /// The hash of the secret that it used.
    fn secret(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Secret(hash) => Some(hash),
            Self::Assertion(assertion) => assertion.secret.as_deref(),
        }
    }
}

/// Does the secret that was sent prove the client, or is it one that has none?
fn by_secret(
    client: Option<&Client>,
    credentials: &ClientCredentials,
    now: Timestamp,
) -> Result<ClientProof, RejectionCause> {
    // The same work whether or not the client exists.
    let given = credentials.secret().map(sha256_hex);
    let client = client.ok_or(RejectionCause::UnknownClient)?;
    match given {
        None if client.metadata.is_public() => Ok(ClientProof::Nothing),
        None => Err(RejectionCause::MissingSecret),
        Some(_) if client.metadata.is_public() => Err(RejectionCause::UnexpectedSecret),
        Some(given) if !is_secret_of(client, &given, now) => Err(RejectionCause::WrongSecret),
        Some(_) if !client.metadata.token_endpoint_auth_method.allows(credentials.method()) => {
            Err(RejectionCause::OtherAuthMethod)
        }
        Some(given) => Ok(ClientProof::Secret(given)),
    }
}

/// Is this the hash of one of the client's valid secrets?
fn is_secret_of(client: &Client, given: &str, now: Timestamp) -> bool {
    let good = client.secrets.iter().filter(|held| held.is_good(now));
    good.fold(false, |known, held| {
        known | constant_time::verify_slices_are_equal(held.sha256.as_bytes(), given.as_bytes()).is_ok()
    })
}
