//! What a module tells the application.

use crate::policy::Verdict;
use crate::revocation::EntryKind;

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Requests can be answered: keys and list are there, for the first time or after `Stale`.
    Ready,
    /// The list is too old.
    Stale,
    /// The list was replaced by a snapshot.
    Resynced,
    /// The feed has a new revocation.
    Revoked {
        /// What is revoked.
        kind: EntryKind,
        /// Its id.
        value: String,
        /// Why: `sign_out`.
        why: Option<String>,
    },
    /// Another revision of the access rules applies; `None`: none are published.
    PolicyChanged(Option<u64>),
}

/// A decision of the access rules.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The `sub` of the person.
    pub subject: String,
    /// The client of the token.
    pub client_id: String,
    /// The permission that was asked for.
    pub permission: String,
    /// The answer.
    pub verdict: Verdict,
    /// The revision of the access rules.
    pub revision: u64,
}
