//! The retry schedule of deliveries.

use std::time::Duration;

use crate::random::Random;
use crate::time::Timestamp;

/// Delays after each failed attempt, in seconds. The last attempt is a day after the first.
const WAITS: [u64; 7] = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 6 * 3_600];

/// A webhook is disabled if every delivery fails for so long.
pub const LONGEST_FAILURE: Duration = Duration::from_secs(7 * 86_400);

/// When the next attempt is due after `failed` attempts; `None` when the delivery has failed.
pub fn next_try(failed: u32, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
    let place = usize::try_from(failed.saturating_sub(1)).unwrap_or(usize::MAX);
    WAITS.get(place).map(|wait| now + jittered(Duration::from_secs(*wait), random))
}

/// The delay ±10 %, so that simultaneous failures are not retried simultaneously.
pub fn jittered(wait: Duration, random: &dyn Random) -> Duration {
    let [chance] = random.bytes::<1>();
    wait.mul_f64(0.9 + 0.2 * f64::from(chance) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn tries_spread_over_a_day_with_a_tenth_of_chance_and_come_to_an_end() {
        let random = SeededRandom::new(1);
        for (failed, wait) in (1..).zip(WAITS) {
            for _ in 0..200 {
                let next = next_try(failed, Timestamp(0), &random).unwrap().0;
                let wait = i64::try_from(wait).unwrap();
                // Whole seconds: up to one is lost.
                assert!(next >= wait * 9 / 10 - 1 && next <= wait * 11 / 10, "{failed}: {next}");
            }
        }
        assert_eq!(next_try(8, Timestamp(0), &random), None);
        assert_eq!(next_try(u32::MAX, Timestamp(0), &random), None);
        let total: u64 = WAITS.iter().sum();
        assert!((23 * 3_600..=24 * 3_600).contains(&total));
    }
}
