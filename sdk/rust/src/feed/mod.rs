//! Follows the feed: a snapshot first, then by WebSocket, long poll or poll; and keeps keys and access rules current.

mod catch_up;
mod follower;
mod housekeeping;
mod socket;

use std::time::Duration;

pub(crate) use follower::Follower;
pub(crate) use housekeeping::{keep_documents, keep_house};

/// Between attempts: the first bound is doubled up to the last, with full jitter.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LAST_BACKOFF: Duration = Duration::from_secs(30);
const LEAST_BACKOFF: Duration = Duration::from_millis(100);

/// How long to wait after a number of failures.
fn backoff(failures: u32) -> Duration {
    let bound = FIRST_BACKOFF.saturating_mul(1 << failures.saturating_sub(1).min(5)).min(LAST_BACKOFF);
    bound.mul_f64(fastrand::f64()).max(LEAST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_half_a_minute() {
        for (failures, bound) in [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (60, 30)] {
            for _ in 0..100 {
                assert!((LEAST_BACKOFF..=Duration::from_secs(bound)).contains(&backoff(failures)));
            }
        }
    }
}
