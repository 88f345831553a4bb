//! The way of a token: cache, signature and claims, client, revocation, age of the list.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::cache::{TokenDigest, Verified, digest_of};
use crate::locks::{read, write};
use crate::options::OnStale;
use crate::refusal::Reason;
use crate::state::State;
use crate::token::{Claims, Jws, MAX_LENGTH, verify};

/// Seconds for which a token stays refused after Usher said that its client is of another project.
const REFUSED_FOR: i64 = 30;

impl State {
    /// Verifies a token. Nothing is awaited for a token that was seen before, unless the list is stale.
    pub(crate) async fn verify(&self, token: &str, now: i64) -> Result<Arc<Verified>, Reason> {
        let keys = self.current_keys().ok_or(Reason::KeysMissing)?;
        if self.follows() && self.synced.load(Ordering::Relaxed) == 0 {
            return Err(Reason::KeysMissing);
        }
        if token.len() > MAX_LENGTH {
            return Err(Reason::TokenMalformed);
        }
        let digest = digest_of(token);
        let verified = match self.cache.get(&digest) {
            Some(known) if known.refused_until.is_some_and(|until| now < until) => return Err(Reason::ClientRefused),
            Some(known) if known.refused_until.is_none() && keys.keys.has(known.kid()) => known,
            _ => self.verify_first(token, digest, now).await?,
        };
        if now >= verified.expires().saturating_add(self.token_options.clock_skew) {
            self.cache.invalidate(&digest);
            return Err(Reason::TokenExpired);
        }
        if self.is_revoked(&verified, now) {
            return Err(Reason::TokenRevoked);
        }
        if self.is_stale(now) {
            self.check_stale(token, &verified, now).await?;
        }
        Ok(verified)
    }

    /// Does what `on_stale` says. An introspection counts for the second in which it was made.
    async fn check_stale(&self, token: &str, verified: &Verified, now: i64) -> Result<(), Reason> {
        match self.options.on_stale {
            OnStale::Allow => Ok(()),
            OnStale::Deny => Err(Reason::ListStale),
            OnStale::Introspect if verified.active_at.load(Ordering::Relaxed) == now => Ok(()),
            OnStale::Introspect => {
                self.require_active(token).await?;
                verified.active_at.store(now, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// Verifies a token that is not in the cache.
    async fn verify_first(&self, token: &str, digest: TokenDigest, now: i64) -> Result<Arc<Verified>, Reason> {
        let claims = self.verify_claims(token, now).await?;
        let is_proven = claims.proves_client(&self.token_options);
        let mut verified = Verified::new(claims);
        if self.is_revoked(&verified, now) {
            return Err(Reason::TokenRevoked); // introspection would say nothing about its client
        }
        let client = &verified.identity.client_id;
        let proven = if is_proven { Ok(()) } else { self.prove_client(token, client).await };
        if proven == Err(Reason::ClientRefused) {
            verified.refused_until = Some(now + REFUSED_FOR);
        }
        let verified = Arc::new(verified);
        if proven.is_ok() || verified.refused_until.is_some() {
            self.cache.insert(digest, Arc::clone(&verified));
        }
        proven.map(|()| verified)
    }

    /// Signature and claims; with new keys if the token names one that is not known.
    async fn verify_claims(&self, token: &str, now: i64) -> Result<Claims, Reason> {
        let attempt = || {
            let keys = self.current_keys().ok_or(Reason::KeysMissing)?;
            verify(token, &keys.keys, &self.token_options, now)
        };
        match attempt() {
            Err(Reason::KeyUnknown) if Jws::parse(token, MAX_LENGTH).is_ok_and(|jws| !jws.kid().is_empty()) => {
                if let Err(error) = self.seek_keys().await {
                    tracing::debug!(%error, "usher: the keys were not fetched for an unknown one");
                }
                attempt()
            }
            verified => verified,
        }
    }

    /// Makes sure that a client is of the project if its token does not name one: with former versions of Usher any project
    /// could copy an audience. Usher says active only for tokens of the project of the client that asks, so one answer
    /// proves it.
    async fn prove_client(&self, token: &str, client: &str) -> Result<(), Reason> {
        if client == self.options.client_id || read(&self.clients).contains(client) {
            return Ok(());
        }
        if !self.introspect(token).await? {
            return Err(Reason::ClientRefused);
        }
        write(&self.clients).insert(client.to_owned());
        self.save_clients().await;
        Ok(())
    }

    /// Asks Usher whether a token is still active.
    pub(crate) async fn require_active(&self, token: &str) -> Result<(), Reason> {
        if self.introspect(token).await? { Ok(()) } else { Err(Reason::TokenRevoked) }
    }

    async fn introspect(&self, token: &str) -> Result<bool, Reason> {
        let _turn = self.asking.acquire().await.map_err(|_| Reason::IntrospectionFailed)?;
        self.issuer.introspect(token).await.map_err(|error| {
            tracing::warn!(%error, "usher: introspection failed");
            Reason::IntrospectionFailed
        })
    }
}
