//! Points in time in whole seconds since 1970-01-01 UTC, and the clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Whole seconds since the Unix epoch: the `NumericDate` of RFC 7519 §2 and every time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Seconds of a day in UTC, without leap seconds, as in POSIX.
const DAY: i64 = 86_400;

impl Timestamp {
    /// The last midnight UTC, or this point if it is midnight.
    #[must_use]
    pub const fn start_of_day(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(DAY)))
    }

    /// The number of days from 1970-01-01 to the day of this point, in UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The first moment of a day with this number.
    pub const fn of_day(day: i64) -> Self {
        Self(day.saturating_mul(DAY))
    }

    /// The first moment of a day that is written `2026-05-31` (UTC).
    pub fn of_date(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
        let date = time::Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
        Some(Self(date.midnight().assume_utc().unix_timestamp()))
    }

    /// Seconds from `earlier` to this point; zero if `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> u64 {
        self.0.checked_sub(earlier.0).and_then(|gap| u64::try_from(gap).ok()).unwrap_or(0)
    }

    /// RFC 3339 in UTC, for logs and JSON.
    pub fn rfc3339(self) -> String {
        time::OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok())
            .unwrap_or_else(|| self.0.to_string())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_secs()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_secs()).unwrap_or(i64::MAX)))
    }
}

/// A source of the current time. Only `app` has one that reads the machine's clock.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// A clock that tests set and move.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_secs()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Moves the clock back.
    pub fn turn_back(&self, span: Duration) {
        self.0.fetch_sub(i64::try_from(span.as_secs()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_first_moment_of_its_day() {
        assert_eq!(Timestamp::of_date("1970-01-02"), Some(Timestamp(86_400)));
        assert_eq!(Timestamp::of_date("2026-05-31").map(Timestamp::day), Some(20_604));
        assert_eq!(Timestamp::of_day(20_604), Timestamp::of_date("2026-05-31").unwrap());
        for bad in ["", "2026", "2026-13-01", "2026-02-30", "31.05.2026", "2026-05-31-01", "99999-01-01"] {
            assert_eq!(Timestamp::of_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn sums_saturate_instead_of_wrapping() {
        assert_eq!(Timestamp(i64::MAX) + Duration::from_secs(5), Timestamp(i64::MAX));
        assert_eq!(Timestamp(i64::MIN) - Duration::from_secs(5), Timestamp(i64::MIN));
        assert_eq!(Timestamp(10).seconds_since(Timestamp(4)), 6);
        assert_eq!(Timestamp(4).seconds_since(Timestamp(10)), 0);
        assert_eq!(Timestamp(i64::MAX).seconds_since(Timestamp(i64::MIN)), 0);
    }

    #[test]
    fn a_day_begins_at_midnight_before_and_after_1970() {
        for (at, start) in [(0, 0), (86_399, 0), (86_400, 86_400), (-1, -86_400), (1_800_000_000, 1_799_971_200)] {
            assert_eq!(Timestamp(at).start_of_day(), Timestamp(start));
        }
        assert_eq!(Timestamp(i64::MIN).start_of_day(), Timestamp(i64::MIN));
    }

    #[test]
    fn prints_as_rfc_3339() {
        assert_eq!(Timestamp(1_700_000_000).to_string(), "2023-11-14T22:13:20Z");
    }
}
