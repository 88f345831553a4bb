//! The public keys of clients: registered with the client, or fetched from its `jwks_uri` and cached.

use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;
use serde_json::Value;

use usher_accounts::core::Core;
use usher_accounts::upstream::providers::Providers;
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_keys::foreign::is_signed_by;
use usher_protocol::client::metadata::FederatedCredential;
use usher_protocol::jose::foreign_jws::ForeignJws;
use usher_protocol::jose::public_jwk::PublicJwkSet;
use usher_protocol::strict_json;

/// How long fetched keys are used, in seconds: a key that the client removes is refused after this time.
const FRESH_FOR: u64 = 600;
/// How long fetched keys are used while no newer ones can be fetched, in seconds.
const STALE_FOR: u64 = 3_600;
/// Minimum interval between two fetches of one URL, in seconds: anybody can send a token with an unknown key id.
const FETCH_EVERY: u64 = 60;
/// Minimum interval after a fetch that failed and left no keys, in seconds.
const RETRY_EVERY: u64 = 5;
/// Maximum size of a JWK set, in bytes.
const MAX_BYTES: usize = 64 * 1_024;
/// Maximum nesting of its JSON.
const MAX_DEPTH: u8 = 8;

/// Why a signature of a client is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientKeyFault {
    /// The keys cannot be fetched or read.
    Unavailable,
    /// No key has this id and algorithm.
    UnknownKey,
    /// No such key made the signature.
    Signature,
}

/// Keys of clients.
pub struct ClientKeys {
    pub(crate) core: Arc<Core>,
    pub(crate) providers: Arc<Providers>,
    /// By `jwks_uri`.
    pub(crate) fetched: Cache<String, Arc<FetchedKeys>>,
}

/// What is known of one `jwks_uri`.
#[derive(Default)]
pub struct FetchedKeys {
    state: Mutex<FetchState>,
    /// Held by the one request that fetches. Requests that find fresh keys do not wait for it.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct FetchState {
    keys: Option<(Arc<PublicJwkSet>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

/// Where keys are published.
#[derive(Debug, Clone, Copy)]
enum KeyPlace<'a> {
    /// A JWK set.
    Uri(&'a str),
    /// The JWK set that the metadata of an issuer names (OpenID Connect Discovery §4, RFC 8414 §3).
    Issuer(&'a str),
}

impl KeyPlace<'_> {
    /// The name by which its keys are cached.
    fn name(self) -> String {
        match self {
            Self::Uri(uri) => uri.to_owned(),
            Self::Issuer(issuer) => format!("issuer {issuer}"),
        }
    }
}

impl ClientKeys {
    /// Checks that a key of the client made the signature. Keys at a `jwks_uri` are fetched again if none fits.
    pub(crate) async fn check_signature(&self, client: &Client, jws: &ForeignJws<'_>) -> Result<(), ClientKeyFault> {
        if let Some(jwks) = &client.metadata.jwks {
            let keys = PublicJwkSet::registered(jwks).map_err(|_| ClientKeyFault::Unavailable)?;
            return signed_by_one_of(&keys, jws);
        }
        let uri = client.metadata.jwks_uri.as_deref().ok_or(ClientKeyFault::UnknownKey)?;
        self.check_signature_at(KeyPlace::Uri(uri), jws).await
    }

    /// Checks that a key of another issuer made the signature.
    pub(crate) async fn check_federated_signature(
        &self,
        credential: &FederatedCredential,
        jws: &ForeignJws<'_>,
    ) -> Result<(), ClientKeyFault> {
        if let Some(jwks) = &credential.jwks {
            let keys = PublicJwkSet::fetched(jwks).map_err(|_| ClientKeyFault::Unavailable)?;
            return signed_by_one_of(&keys, jws);
        }
        let place = credential.jwks_uri.as_deref().map_or(KeyPlace::Issuer(&credential.issuer), KeyPlace::Uri);
        self.check_signature_at(place, jws).await
    }

    async fn check_signature_at(&self, place: KeyPlace<'_>, jws: &ForeignJws<'_>) -> Result<(), ClientKeyFault> {
        match signed_by_one_of(&*self.keys_at(place, false).await?, jws) {
            // Without an id, a new key cannot be told from a wrong signature.
            Err(ClientKeyFault::UnknownKey) => signed_by_one_of(&*self.keys_at(place, true).await?, jws),
            Err(ClientKeyFault::Signature) if jws.kid.is_none() => {
                signed_by_one_of(&*self.keys_at(place, true).await?, jws)
            }
            other => other,
        }
    }

    /// Whether a certificate (DER) is registered with one of the client's keys. Keys at a `jwks_uri` are fetched again if it
    /// is not.
    pub(crate) async fn has_certificate(&self, client: &Client, der: &[u8]) -> bool {
        if let Some(jwks) = &client.metadata.jwks {
            return PublicJwkSet::registered(jwks).is_ok_and(|keys| keys.has_certificate(der));
        }
        let Some(uri) = client.metadata.jwks_uri.as_deref() else { return false };
        let holds = |keys: Result<Arc<PublicJwkSet>, ClientKeyFault>| keys.is_ok_and(|keys| keys.has_certificate(der));
        holds(self.keys_at(KeyPlace::Uri(uri), false).await) || holds(self.keys_at(KeyPlace::Uri(uri), true).await)
    }

    /// The keys at a place: cached ones, unless they are old or newer ones are wanted.
    async fn keys_at(&self, place: KeyPlace<'_>, newer: bool) -> Result<Arc<PublicJwkSet>, ClientKeyFault> {
        let slot = self.fetched.get_with(place.name(), Arc::default);
        if let Some(known) = slot.state().known(self.core.now(), newer) {
            return known;
        }
        let _fetching = slot.fetching.lock().await;
        // Another request may have fetched meanwhile.
        if let Some(known) = slot.state().known(self.core.now(), newer) {
            return known;
        }
        let got = self.fetch_keys(place).await;
        let now = self.core.now();
        let mut state = slot.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tried_at = Some(now);
        if let Some(keys) = got {
            state.keys = Some((Arc::new(keys), now));
        }
        state.usable(now)
    }

    async fn fetch_keys(&self, place: KeyPlace<'_>) -> Option<PublicJwkSet> {
        let named;
        let uri = match place {
            KeyPlace::Uri(uri) => uri,
            KeyPlace::Issuer(issuer) => {
                named = self.keys_of_issuer(issuer).await?;
                &named
            }
        };
        let document = self.fetch(uri, "application/jwk-set+json, application/json").await?;
        let keys = PublicJwkSet::fetched(&document).ok();
        if keys.is_none() {
            tracing::info!("the keys of a client cannot be read: no JWK set with a usable key");
        }
        keys
    }

    /// The `jwks_uri` of an issuer. Its metadata must name the issuer itself (OpenID Connect Discovery §4.3).
    async fn keys_of_issuer(&self, issuer: &str) -> Option<String> {
        let uri = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document = self.fetch(&uri, "application/json").await?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        if text("issuer") != Some(issuer) {
            tracing::info!("the keys of a client cannot be fetched: the metadata is that of another issuer");
            return None;
        }
        text("jwks_uri").map(str::to_owned)
    }

    async fn fetch(&self, uri: &str, accepted: &'static str) -> Option<Value> {
        match self.providers.outbound().get(uri, accepted, MAX_BYTES).await {
            Ok(answer) if answer.status.as_u16() == 200 => {
                let document = strict_json::value(&answer.body, MAX_DEPTH).ok();
                if document.is_none() {
                    tracing::info!("the keys of a client cannot be read: the document is no JSON");
                }
                document
            }
            Ok(answer) => {
                tracing::info!(status = answer.status.as_u16(), "the keys of a client cannot be fetched");
                None
            }
            Err(error) => {
                tracing::info!("the keys of a client cannot be fetched: {error}");
                None
            }
        }
    }
}

impl FetchedKeys {
    fn state(&self) -> FetchState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl FetchState {
    /// What is known without a fetch; `None` if one is due.
    fn known(&self, now: Timestamp, newer: bool) -> Option<Result<Arc<PublicJwkSet>, ClientKeyFault>> {
        let fresh = self.keys.as_ref().is_some_and(|(_, at)| now.seconds_since(*at) < FRESH_FOR);
        let pause = if self.keys.is_some() { FETCH_EVERY } else { RETRY_EVERY };
        let tried = self.tried_at.is_some_and(|at| now.seconds_since(at) < pause);
        (tried || fresh && !newer).then(|| self.usable(now))
    }

    fn usable(&self, now: Timestamp) -> Result<Arc<PublicJwkSet>, ClientKeyFault> {
        let usable = self.keys.as_ref().filter(|(_, at)| now.seconds_since(*at) < STALE_FOR);
        usable.map(|(keys, _)| keys.clone()).ok_or(ClientKeyFault::Unavailable)
    }
}

fn signed_by_one_of(keys: &PublicJwkSet, jws: &ForeignJws<'_>) -> Result<(), ClientKeyFault> {
    let mut candidates = keys.candidates(jws.kid.as_deref(), &jws.alg).peekable();
    if candidates.peek().is_none() {
        return Err(ClientKeyFault::UnknownKey);
    }
    if candidates.any(|key| is_signed_by(jws, key)) { Ok(()) } else { Err(ClientKeyFault::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of the fetch that succeeded, of the last try, and of the request; and whether newer keys are wanted.
    fn known(fetched: Option<i64>, tried: Option<i64>, now: i64, newer: bool) -> Option<bool> {
        let keys = fetched.map(|at| (Arc::default(), Timestamp(at)));
        let state = FetchState { keys, tried_at: tried.map(Timestamp) };
        state.known(Timestamp(now), newer).map(|known| known.is_ok())
    }

    #[test]
    fn keys_are_fetched_when_they_are_old_or_newer_ones_are_wanted_and_not_more_often() {
        for (fetched, tried, now, newer, wanted) in [
            (None, None, 0, false, None),
            (Some(0), Some(0), 599, false, Some(true)),
            (Some(0), Some(0), 600, false, None),
            (Some(0), Some(0), 59, true, Some(true)),
            (Some(0), Some(0), 60, true, None),
            (None, Some(0), 4, false, Some(false)),
            (None, Some(0), 5, false, None),
            // The URL does not answer: the keys are used for an hour, and it is tried once a minute.
            (Some(0), Some(3_590), 3_599, false, Some(true)),
            (Some(0), Some(3_590), 3_600, false, Some(false)),
            (Some(0), Some(3_590), 3_650, false, None),
        ] {
            assert_eq!(known(fetched, tried, now, newer), wanted, "{fetched:?} {tried:?} {now} {newer}");
        }
    }
}
