//! Points in time as each language writes them, always in UTC.

use time::OffsetDateTime;

use super::Lang;

const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const PT: [&str; 12] = ["jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."];
const UK: [&str; 12] =
    ["січ.", "лют.", "бер.", "квіт.", "трав.", "черв.", "лип.", "серп.", "вер.", "жовт.", "лист.", "груд."];

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
    }

    #[test]
    fn a_moment_outside_the_calendar_is_still_shown() {
        assert_eq!(Lang::En.date_time(i64::MAX), i64::MAX.to_string());
        assert_eq!(Lang::Uk.date_time(i64::MIN), i64::MIN.to_string());
    }
}
