//! A browser that is not asked for a second step, because its owner chose so after one.

use std::time::Duration;

use crate::id::{RememberedId, UserId};
use crate::time::Timestamp;

/// How long a browser is remembered.
pub const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// A remembered browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedBrowser {
    /// Its id.
    pub id: RememberedId,
    /// The user.
    pub user_id: UserId,
    /// When it was remembered.
    pub created_at: Timestamp,
    /// When it last skipped a second step.
    pub last_used_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// Its network when it was remembered.
    pub source: Option<String>,
}
