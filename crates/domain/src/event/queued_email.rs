//! A queued email. Its content is sealed: it has codes and addresses.

use std::time::Duration;

use crate::id::EmailId;
use crate::time::Timestamp;

/// A queued email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEmail {
    /// Its id.
    pub id: EmailId,
    /// Its content, sealed.
    pub sealed: Vec<u8>,
    /// How often delivery failed.
    pub attempts: u32,
    /// Not sent after this: its codes have expired then.
    pub expires_at: Timestamp,
}

/// The delay before the next attempt: 5 s, then three times as long each time, at most half an hour.
pub fn retry_after(attempts: u32) -> Duration {
    Duration::from_secs(3_u64.saturating_pow(attempts.min(10)).saturating_mul(5).min(1_800))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_stops_growing() {
        let waits: Vec<u64> =
            [0, 1, 2, 5, 6, 100].into_iter().map(|attempts| retry_after(attempts).as_secs()).collect();
        assert_eq!(waits, [5, 15, 45, 1_215, 1_800, 1_800]);
    }
}
