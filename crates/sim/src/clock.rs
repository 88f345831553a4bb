//! The clock and random numbers of the simulator; its clock can be moved forward.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Returns the time in seconds since 1970.
pub type NowFn = dyn Fn() -> i64 + Send + Sync;
/// Fills a buffer with random bytes.
pub type FillFn = dyn Fn(&mut [u8]) + Send + Sync;

/// The sources of time and random numbers.
#[derive(Clone)]
pub struct SimContext {
    /// The time.
    pub now: Arc<NowFn>,
    /// Random numbers.
    pub random: Arc<FillFn>,
}

impl fmt::Debug for SimContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimContext")
    }
}

/// The simulator's clock: that of its context, moved forward.
#[derive(Debug)]
pub struct SimClock {
    context: SimContext,
    ahead: AtomicI64,
}

impl SimClock {
    /// A clock that starts at the time of its context.
    pub fn new(context: SimContext) -> Self {
        Self { context, ahead: AtomicI64::new(0) }
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        (self.context.now)().saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Moves the clock by so many seconds; ten years at most in total.
    pub fn advance(&self, seconds: i64) {
        const TEN_YEARS: i64 = 3_652 * 86_400;
        let add = |ahead: i64| Some(ahead.saturating_add(seconds).clamp(-TEN_YEARS, TEN_YEARS));
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// So many random bytes, in base64url.
    pub fn draw(&self, bytes: usize) -> String {
        let mut drawn = vec![0; bytes];
        (self.context.random)(&mut drawn);
        URL_SAFE_NO_PAD.encode(drawn)
    }
}
