//! A one-time proof: a code or link sent by email, and what it permits.

use std::time::Duration;

use crate::email::Email;
use crate::id::{ProofId, UserId};
use crate::time::Timestamp;

/// Number of wrong codes before a proof is invalid.
pub const MAX_ATTEMPTS: u32 = 5;

/// The purpose of a proof. One kind is never accepted as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// Verify the address of a registration.
    SignUp,
    /// Set a new password.
    Recover,
    /// Become an administrator.
    Setup,
    /// Link an identity, or create a user from it.
    Link,
    /// Report "this wasn't me" for a security email.
    NotMe,
    /// Verify a new address of a user.
    ChangeEmail,
}

impl ProofKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::SignUp, Self::Recover, Self::Setup, Self::Link, Self::NotMe, Self::ChangeEmail];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Recover => "recover",
            Self::Setup => "setup",
            Self::Link => "link",
            Self::NotMe => "not_me",
            Self::ChangeEmail => "change_email",
        }
    }
}

/// A proof. Only hashes of its link and code are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its id.
    pub id: ProofId,
    /// Its purpose.
    pub kind: ProofKind,
    /// The address that it was sent to.
    pub email: Option<Email>,
    /// The user that it concerns.
    pub user_id: Option<UserId>,
    /// Further data of the request, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Number of wrong codes so far.
    pub attempts: u32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it was used, or replaced by a newer one.
    pub used_at: Option<Timestamp>,
}

impl Proof {
    /// An unused proof without address, user or data.
    pub fn new(id: ProofId, kind: ProofKind, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            id,
            kind,
            email: None,
            user_id: None,
            sealed: None,
            attempts: 0,
            created_at: now,
            expires_at: now + lifetime,
            used_at: None,
        }
    }
    /// Whether it can still be used.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && now < self.expires_at && self.attempts < MAX_ATTEMPTS
    }
}
