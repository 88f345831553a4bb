//! A browser that is not asked for a second step, because its owner said so after giving one.

use std::time::Duration;

use crate::id::{RememberedId, UserId};
use crate::time::Timestamp;

/// How long a browser is remembered.
pub const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// A remembered browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedBrowser {
    /// Our name for it.
    pub id: RememberedId,
    /// For whom.
    pub user_id: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// When a second step was last spared.
    pub last_used_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// The browser, as it described itself.
    pub user_agent: Option<String>,
    /// The network it was in when it was remembered.
    pub source: Option<String>,
}
