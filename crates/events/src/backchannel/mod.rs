//! Back-channel logout: clients are notified when a session of theirs has ended (OpenID Connect Back-Channel Logout
//! 1.0).

mod hear;
mod sender;

pub(super) use hear::hear;
pub use sender::{LogoutSender, LogoutSenderContext};
