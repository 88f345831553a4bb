//! A one-time proof: a code or link that went to an address, and what it lets its holder do.

use crate::email::Email;
use crate::id::{ProofId, UserId};
use crate::time::Timestamp;

/// Wrong codes that a proof survives.
pub const MAX_ATTEMPTS: u32 = 5;

/// What a proof is for. Each kind has its own name space: one never passes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// To become a user: the address is the holder's.
    SignUp,
    /// To set a new password.
    Recover,
    /// To become the first administrator, or one more.
    Setup,
    /// To link an identity, or make a user of it: the address is the holder's.
    Link,
    /// To say "this wasn't me" of what a letter told.
    NotMe,
    /// To have a new address: it is the holder's.
    ChangeEmail,
}

impl ProofKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::SignUp, Self::Recover, Self::Setup, Self::Link, Self::NotMe, Self::ChangeEmail];

    /// The word that is stored.
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

/// A proof. Only hashes of its link and code are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Our name for it.
    pub id: ProofId,
    /// What it is for.
    pub kind: ProofKind,
    /// The address it went to.
    pub email: Option<Email>,
    /// The user it concerns.
    pub user_id: Option<UserId>,
    /// What else was said when it was asked for, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Wrong codes so far.
    pub attempts: u32,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was used, or replaced by a newer one.
    pub used_at: Option<Timestamp>,
}

impl Proof {
    /// Can it still be used?
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && now < self.expires_at && self.attempts < MAX_ATTEMPTS
    }
}
