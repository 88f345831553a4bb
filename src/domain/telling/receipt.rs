//! A receipt for signing out everywhere: what becomes of each application that had access.

use std::time::Duration;

use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;

/// How an application learns that its access is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// It was told, and has answered.
    Told,
    /// It does not answer; it will be told again.
    Retrying,
    /// It is not told: what it holds ends by itself within so many whole minutes.
    EndsWithin {
        /// Minutes, at least 1.
        minutes: u32,
    },
    /// It is not told, and holds nothing any more.
    Over,
}

/// One application on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The application.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// How it learns.
    pub telling: Telling,
}

/// What becomes of an application that is not told: its last access token was issued then and lives so long. Here it is
/// dead at once, but whoever checks it by its signature alone believes it to the end.
pub fn of_untold(issued_at: Timestamp, lifetime: Duration, now: Timestamp) -> Telling {
    let left = u64::try_from((issued_at + lifetime).0.saturating_sub(now.0)).unwrap_or(0);
    match u32::try_from(left.div_ceil(60)).unwrap_or(u32::MAX) {
        0 => Telling::Over,
        minutes => Telling::EndsWithin { minutes },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_in_whole_minutes_and_never_as_less() {
        let issued = Timestamp(1_800_000_000);
        let lifetime = Duration::from_mins(10);
        for (after, telling) in [
            (0, Telling::EndsWithin { minutes: 10 }),
            (1, Telling::EndsWithin { minutes: 10 }),
            (361, Telling::EndsWithin { minutes: 4 }),
            (599, Telling::EndsWithin { minutes: 1 }),
            (600, Telling::Over),
            (9_999, Telling::Over),
        ] {
            assert_eq!(of_untold(issued, lifetime, issued + Duration::from_secs(after)), telling, "after {after} s");
        }
    }
}
