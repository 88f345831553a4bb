//! Tokens that were verified.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use aws_lc_rs::digest::{SHA256, digest};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::identity::Identity;
use crate::policy::Attributes;
use crate::revocation::TokenMarks;
use crate::token::Claims;

/// The SHA-256 of a token: tokens themselves are not kept.
pub(crate) type TokenDigest = [u8; 32];

pub(crate) fn digest_of(token: &str) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}

/// A token whose signature and claims were verified.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) identity: Arc<Identity>,
    /// `user.…` of conditions, as far as the token says it.
    pub(crate) user: Attributes,
    /// When introspection last said active, in seconds since the epoch.
    pub(crate) active_at: AtomicI64,
    /// Its client is of another project; asked again from this time.
    pub(crate) refused_until: Option<i64>,
    id: String,
    grant_id: Option<String>,
    kid: String,
    jkt: Option<String>,
    urv: Option<i64>,
    issued_at: i64,
    expires: i64,
    signed_in_at: Option<i64>,
}

impl Verified {
    pub(crate) fn new(claims: Claims) -> Self {
        let (urv, issued_at, expires, signed_in_at) = (claims.urv, claims.issued_at, claims.expires, claims.auth_time);
        let (id, grant_id, kid) = (claims.id.clone(), claims.grant_id.clone(), claims.kid.clone());
        let jkt = claims.jkt.clone();
        let identity = Identity::of(claims);
        Self {
            user: identity.attributes(),
            identity: Arc::new(identity),
            active_at: AtomicI64::new(0),
            refused_until: None,
            id,
            grant_id,
            kid,
            jkt,
            urv,
            issued_at,
            expires,
            signed_in_at,
        }
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The key that the token is bound to.
    pub(crate) fn jkt(&self) -> Option<&str> {
        self.jkt.as_deref()
    }

    /// In seconds since the epoch.
    pub(crate) fn expires(&self) -> i64 {
        self.expires
    }

    /// What decides whether it is revoked.
    pub(crate) fn marks(&self) -> TokenMarks<'_> {
        TokenMarks {
            id: &self.id,
            session_id: self.identity.session_id.as_deref(),
            grant_id: self.grant_id.as_deref(),
            kid: &self.kid,
            subject: &self.identity.user.id,
            client_id: &self.identity.client_id,
            urv: self.urv,
            issued_at: self.issued_at,
        }
    }

    pub(crate) fn signed_in_at(&self) -> Option<i64> {
        self.signed_in_at
    }
}

/// The tokens that were used last.
pub(crate) type TokenCache = Cache<TokenDigest, Arc<Verified>>;

pub(crate) fn token_cache(size: u64) -> TokenCache {
    Cache::builder().max_capacity(size).eviction_policy(EvictionPolicy::lru()).build()
}
