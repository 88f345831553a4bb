//! Back-channel logout: clients are notified when a session of theirs has ended (OpenID Connect Back-Channel Logout
//! 1.0).

mod on_event;
mod sender;

pub(super) use on_event::on_event;
pub use sender::{LogoutSender, LogoutSenderContext};
