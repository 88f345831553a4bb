//! Numbers as each language writes them.

use super::Lang;

impl Lang {
    /// A whole number with its thousands apart: `12,480`.
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        // Portuguese and Ukrainian leave numbers of four digits as they are.
        let apart = match self {
            Self::En => ",",
            Self::PtBr | Self::Uk if digits.len() < 5 => "",
            Self::PtBr => ".",
            Self::Uk => "\u{a0}",
        };
        let mut text = String::from(if number < 0 { "\u{2212}" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push_str(apart);
            }
            text.push(digit);
        }
        text
    }

    /// A part of a whole in percent, with one decimal below 100: `98.2%`. Empty if there is no whole.
    pub fn percent(self, part: i64, whole: i64) -> String {
        if whole <= 0 {
            return String::new();
        }
        let tenths = part.saturating_mul(1000) / whole;
        let mark = if self == Self::En { '.' } else { ',' };
        match (tenths / 10, tenths % 10) {
            (whole, 0) => format!("{whole}%"),
            (whole, rest) => format!("{whole}{mark}{rest}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_as_the_language_has_it() {
        assert_eq!(Lang::ALL.map(|lang| lang.number(12_480)), ["12,480", "12.480", "12\u{a0}480"]);
        assert_eq!(Lang::ALL.map(|lang| lang.number(1_240)), ["1,240", "1240", "1240"]);
        assert_eq!(Lang::En.number(1_000_000), "1,000,000");
        assert_eq!((Lang::En.number(0), Lang::En.number(-42)), ("0".into(), "\u{2212}42".into()));
        assert_eq!(Lang::En.number(i64::MIN), "\u{2212}9,223,372,036,854,775,808");
    }

    #[test]
    fn a_part_is_told_in_percent() {
        assert_eq!(Lang::En.percent(982, 1000), "98.2%");
        assert_eq!(Lang::Uk.percent(982, 1000), "98,2%");
        assert_eq!(Lang::PtBr.percent(3, 3), "100%");
        assert_eq!(Lang::En.percent(0, 0), "");
    }
}
