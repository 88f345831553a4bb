//! Setting up, changing and removing the factors of a signed-in user.

pub mod change;
pub mod codes;
pub mod kit;
pub mod passkey;
mod qr;
pub mod totp;
mod view;

pub use view::factors_view;

use usher_page_kit::kit::Notice;

/// What the security page says after a change.
pub const PASSKEY_ADDED: Notice = Notice::new("passkey", "message-passkey-added");
pub const PASSKEY_RENAMED: Notice = Notice::new("name", "message-factor-changed");
pub const FACTOR_CHANGED: Notice = Notice::new("factor", "message-factor-changed");
pub const BROWSER_FORGOTTEN: Notice = Notice::new("browser", "message-browser-forgotten");
