//! The runner: pauses, wakeups, leases, shutdown.

use super::*;
use usher_domain::random::SeededRandom;

#[test]
fn a_rest_varies_by_a_tenth_and_no_more() {
    let random = SeededRandom::new(7);
    let rests: Vec<Duration> = (0..200).map(|_| rest(Duration::from_secs(100), &random)).collect();
    assert!(rests.iter().all(|rest| (Duration::from_secs(90)..=Duration::from_secs(110)).contains(rest)));
    assert!(rests.iter().min() < rests.iter().max());
}
