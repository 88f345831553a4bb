//! Points in time as each language writes them: in UTC, or relative to now.

use time::OffsetDateTime;

use super::Lang;

const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const PT: [&str; 12] = ["jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."];
const UK: [&str; 12] =
    ["січ.", "лют.", "бер.", "квіт.", "трав.", "черв.", "лип.", "серп.", "вер.", "жовт.", "лист.", "груд."];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

impl Lang {
    /// The time in seconds since 1970, as this language writes it: `22 Nov 2026, 15:58 UTC`. The plain number outside
    /// the range of the calendar.
    pub fn date_time(self, unix_seconds: i64) -> String {
        let Ok(at) = OffsetDateTime::from_unix_timestamp(unix_seconds) else { return unix_seconds.to_string() };
        let (day, year, hour, minute) = (at.day(), at.year(), at.hour(), at.minute());
        let month = usize::from(u8::from(at.month()) - 1);
        match self {
            Self::En => format!("{day} {} {year}, {hour:02}:{minute:02} UTC", EN[month]),
            Self::PtBr => format!("{day} de {} de {year}, {hour:02}:{minute:02} UTC", PT[month]),
            Self::Uk => format!("{day} {} {year}, {hour:02}:{minute:02} UTC", UK[month]),
        }
    }

    /// The day without its year, in UTC: `22 Nov`. The plain number outside the range of the calendar.
    pub fn day(self, unix_seconds: i64) -> String {
        let Ok(at) = OffsetDateTime::from_unix_timestamp(unix_seconds) else { return unix_seconds.to_string() };
        let (day, month) = (at.day(), usize::from(u8::from(at.month()) - 1));
        match self {
            Self::En => format!("{day} {}", EN[month]),
            Self::PtBr => format!("{day} de {}", PT[month]),
            Self::Uk => format!("{day} {}", UK[month]),
        }
    }

    /// The day with its year, in UTC: `22 Nov 2026`. The plain number outside the range of the calendar.
    pub fn date(self, unix_seconds: i64) -> String {
        let Ok(at) = OffsetDateTime::from_unix_timestamp(unix_seconds) else { return unix_seconds.to_string() };
        match self {
            Self::PtBr => format!("{} de {}", self.day(unix_seconds), at.year()),
            Self::En | Self::Uk => format!("{} {}", self.day(unix_seconds), at.year()),
        }
    }

    /// The time of day, in UTC: `15:58`. Empty outside the range of the calendar.
    pub fn time_of_day(self, unix_seconds: i64) -> String {
        let at = OffsetDateTime::from_unix_timestamp(unix_seconds);
        at.map_or_else(|_| String::new(), |at| format!("{:02}:{:02}", at.hour(), at.minute()))
    }

    /// How long ago `then` was, as seen `now`; `None` after a week, when the date says more. A moment that is still to
    /// come, because a clock was set back, is just now.
    pub fn ago(self, then: i64, now: i64) -> Option<String> {
        let passed = now.saturating_sub(then);
        let (key, count) = match passed {
            ..MINUTE => return Some(self.text("time-just-now")),
            MINUTE..HOUR => ("time-minutes-ago", passed / MINUTE),
            HOUR..DAY => ("time-hours-ago", passed / HOUR),
            DAY..WEEK => ("time-days-ago", passed / DAY),
            _ => return None,
        };
        Some(self.text_with(key, &[("count", count.into())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_the_same_moment_its_own_way() {
        let at = 1_795_363_080;
        assert_eq!(Lang::En.date_time(at), "22 Nov 2026, 15:58 UTC");
        assert_eq!(Lang::PtBr.date_time(at), "22 de nov. de 2026, 15:58 UTC");
        assert_eq!(Lang::Uk.date_time(at), "22 лист. 2026, 15:58 UTC");
        assert_eq!(Lang::ALL.map(|lang| lang.day(at)), ["22 Nov", "22 de nov.", "22 лист."]);
        assert_eq!(Lang::ALL.map(|lang| lang.date(at)), ["22 Nov 2026", "22 de nov. de 2026", "22 лист. 2026"]);
        assert_eq!(Lang::ALL.map(|lang| lang.time_of_day(at)), ["15:58", "15:58", "15:58"]);
    }

    #[test]
    fn a_week_is_told_relative_to_now() {
        let now = 1_795_363_080;
        let ago = |lang: Lang, passed: i64| lang.ago(now - passed, now);
        assert_eq!(ago(Lang::En, -5).as_deref(), Some("just now"));
        assert_eq!(ago(Lang::En, 59).as_deref(), Some("just now"));
        assert_eq!(ago(Lang::En, 60).as_deref(), Some("1 minute ago"));
        assert_eq!(ago(Lang::PtBr, 2 * HOUR).as_deref(), Some("há 2 horas"));
        assert_eq!(ago(Lang::Uk, 2 * DAY).as_deref(), Some("2 дні тому"));
        assert_eq!(ago(Lang::Uk, 5 * MINUTE).as_deref(), Some("5 хвилин тому"));
        assert_eq!(ago(Lang::En, WEEK - 1).as_deref(), Some("6 days ago"));
        assert_eq!((ago(Lang::En, WEEK), Lang::En.ago(i64::MIN, i64::MAX)), (None, None));
    }

    #[test]
    fn a_moment_outside_the_calendar_is_still_shown() {
        assert_eq!(Lang::En.date_time(i64::MAX), i64::MAX.to_string());
        assert_eq!(Lang::Uk.date_time(i64::MIN), i64::MIN.to_string());
    }
}
