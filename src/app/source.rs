//! The system's clock and random numbers.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

/// The operating system's source of random bytes.
#[derive(Debug)]
pub struct OsRandom(SystemRandom);

impl Default for OsRandom {
    fn default() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place where random bytes are drawn")]
        Self(SystemRandom::new())
    }
}

impl Random for OsRandom {
    fn fill(&self, buffer: &mut [u8]) {
        // Nothing is secure without random bytes, so that the process must stop.
        self.0.fill(buffer).expect("the operating system gives random bytes");
    }
}
