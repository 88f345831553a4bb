//! Proofs that were used: each is accepted once (RFC 9449 §11.1).

pub(crate) mod spent;

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Parts;

use crate::cache::Verified;
use crate::layer::original_path;
use crate::refusal::Reason;
use crate::state::State;
use crate::store::Store;
use crate::token::{Credentials, ProvenRequest, SpentProof, check_binding};

impl State {
    /// Checks the proof of a token that is bound to a key, and spends it. The store keeps it over a restart, and for other
    /// instances where they share values.
    pub(crate) async fn check_binding(
        &self,
        parts: &Parts,
        credentials: &Credentials<'_>,
        token: &Verified,
        now: i64,
    ) -> Result<(), Reason> {
        let path = original_path(parts);
        let request = ProvenRequest { method: parts.method.as_str(), path, url: self.options.proof_url() };
        let skew = self.token_options.clock_skew;
        let Some(proof) = check_binding(credentials, token.jkt(), &request, skew, now)? else { return Ok(()) };
        let key = key_of(token.jkt().unwrap_or_default(), &proof);
        if !self.spent_proofs.add(&key, proof.until, now) {
            return Err(Reason::ProofReplayed);
        }
        let Some(store) = &self.options.store else { return Ok(()) };
        keep(store.as_ref(), &key, proof.until - now).await
    }
}

async fn keep(store: &dyn Store, key: &str, seconds: i64) -> Result<(), Reason> {
    let unavailable = |error| {
        tracing::warn!(error, "usher: the store does not say whether a proof was used");
        Reason::StoreUnavailable
    };
    if store.get(key).await.map_err(unavailable)?.is_some() {
        return Err(Reason::ProofReplayed);
    }
    let life = Duration::from_secs(u64::try_from(seconds).unwrap_or_default() + 1);
    store.set(key, b"1".to_vec(), life).await.map_err(unavailable)
}

fn key_of(jkt: &str, proof: &SpentProof) -> String {
    let hash = digest(&SHA256, format!("{jkt} {}", proof.id).as_bytes());
    format!("proof:{}", BASE64_URL_SAFE_NO_PAD.encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, StoreError, StoreFuture};

    struct Broken;

    impl Broken {
        fn fail<T: 'static>() -> StoreFuture<'static, T> {
            Box::pin(async { Err(StoreError::from("away")) })
        }
    }

    impl Store for Broken {
        fn get<'a>(&'a self, _: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            Self::fail()
        }

        fn set<'a>(&'a self, _: &'a str, _: Vec<u8>, _: Duration) -> StoreFuture<'a, ()> {
            Self::fail()
        }

        fn delete<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
            Self::fail()
        }

        fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>> {
            Self::fail()
        }

        fn save_snapshot(&self, _: Vec<u8>) -> StoreFuture<'_, ()> {
            Self::fail()
        }

        fn append_revocations(&self, _: Vec<u8>) -> StoreFuture<'_, ()> {
            Self::fail()
        }
    }

    #[tokio::test]
    async fn a_proof_is_refused_if_the_store_knows_it_or_does_not_say() {
        let store = MemoryStore::new();
        assert_eq!(keep(&store, "proof:1", 60).await, Ok(()));
        assert_eq!(keep(&store, "proof:1", 60).await, Err(Reason::ProofReplayed));
        assert_eq!(keep(&store, "proof:2", 60).await, Ok(()));
        assert_eq!(keep(&Broken, "proof:1", 60).await, Err(Reason::StoreUnavailable));
    }
}
