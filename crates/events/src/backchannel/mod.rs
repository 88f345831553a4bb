//! Back-channel logout: clients are told that a session of theirs is over (OpenID Connect Back-Channel Logout 1.0).

mod hear;
mod herald;

pub(super) use hear::hear;
pub use herald::{Around, Herald};
