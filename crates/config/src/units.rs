//! Units of settings: durations, rates, address ranges.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::fault::InvalidReason;
use super::setting::SettingValue;
use crate::entry::GivenValue;

/// The maximum of any duration, which prevents overflows.
const LONGEST: Duration = Duration::from_hours(24 * 36_500);

const SPAN_EXPECTED: &str = "expected a whole number with a unit, such as 30s, 10m, 12h or 30d";
const RATE_EXPECTED: &str = "expected a rate such as 10/min (per sec, min, hour or day), or off";
const RANGE_EXPECTED: &str = "expected an address range such as 10.0.0.0/8 or 2001:db8::/32";

impl SettingValue for Duration {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text == "0" {
            return Ok(Self::ZERO);
        }
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or(SPAN_EXPECTED)?;
        let (count, unit) = text.split_at(unit_at);
        let seconds: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return Err(SPAN_EXPECTED.into()),
        };
        let count: u64 = count.parse().map_err(|_| SPAN_EXPECTED)?;
        let span = count.checked_mul(seconds).map(Self::from_secs).filter(|span| *span <= LONGEST);
        span.ok_or_else(|| InvalidReason::from("expected at most 36500d"))
    }
}

/// A duration as an operator would write it: `Value::from_text` parses it.
pub(super) fn spelt(span: Duration) -> String {
    let seconds = span.as_secs();
    let fits = [("d", 86_400), ("h", 3600), ("m", 60)]
        .into_iter()
        .find(|(_, unit)| seconds > 0 && seconds.is_multiple_of(*unit));
    fits.map_or_else(|| format!("{seconds}s"), |(name, unit)| format!("{}{name}", seconds / unit))
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// No limit.
    Off,
    /// A number of attempts in a period.
    Rate {
        /// At least one.
        count: u32,
        /// A second, a minute, an hour or a day.
        per: Duration,
    },
}

impl SettingValue for RateLimit {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let (count, unit) = text.split_once('/').ok_or(RATE_EXPECTED)?;
        let seconds = match unit {
            "s" | "sec" | "second" => 1,
            "m" | "min" | "minute" => 60,
            "h" | "hour" => 3600,
            "d" | "day" => 86_400,
            _ => return Err(RATE_EXPECTED.into()),
        };
        let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let count = count.parse().ok().filter(|count| digits && *count > 0).ok_or(RATE_EXPECTED)?;
        Ok(Self::Rate { count, per: Duration::from_secs(seconds) })
    }
}

/// Address ranges: a comma-separated text, or a TOML array.
impl SettingValue for Vec<IpNet> {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text.trim().is_empty() { Ok(Self::new()) } else { text.split(',').map(range).collect() }
    }

    fn from_given(given: &GivenValue) -> Result<Self, InvalidReason> {
        match given {
            GivenValue::Text(text) => Self::from_text(text),
            GivenValue::List(ranges) => ranges.iter().map(|text| range(text)).collect(),
        }
    }
}

/// One range; a single address is the range of itself.
fn range(text: &str) -> Result<IpNet, InvalidReason> {
    let text = text.trim();
    let range: IpNet = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| RANGE_EXPECTED)?;
    if range.trunc() != range {
        return Err(format!("{range} has bits set beyond its prefix; write {}", range.trunc()).into());
    }
    Ok(range)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(text: &str) -> Option<u64> {
        Duration::from_text(text).ok().map(|span| span.as_secs())
    }

    #[test]
    fn spans_of_time_carry_their_unit() {
        assert_eq!(span("30s"), Some(30));
        assert_eq!(span("10m"), Some(600));
        assert_eq!(span("12h"), Some(43_200));
        assert_eq!(span("30d"), Some(2_592_000));
        assert_eq!(span("0"), Some(0));
        assert_eq!(span("36500d"), Some(3_153_600_000));
    }

    #[test]
    fn a_span_without_a_known_unit_is_refused() {
        for bad in ["", "10", "m", "-1m", "1.5h", "10 m", "10M", "1w", "10ms", "1h30m", "+1s", "36501d", "٣s"] {
            assert_eq!(span(bad), None, "{bad}");
        }
        assert_eq!(span("99999999999999999999d"), None);
        assert_eq!(span("18446744073709551615d"), None);
    }

    #[test]
    fn rates_are_so_many_in_so_long() {
        let rate = |text| RateLimit::from_text(text).ok();
        assert_eq!(rate("10/min"), Some(RateLimit::Rate { count: 10, per: Duration::from_mins(1) }));
        assert_eq!(rate("1/day"), Some(RateLimit::Rate { count: 1, per: Duration::from_hours(24) }));
        assert_eq!(rate("off"), Some(RateLimit::Off));
        for bad in
            ["", "/", "10", "10/", "/min", "0/min", "-1/min", "+1/min", "10/fortnight", "10 / min", "OFF", "1/min/min"]
        {
            assert_eq!(rate(bad), None, "{bad}");
        }
    }

    #[test]
    fn address_ranges_are_separated_by_commas() {
        let ranges = Vec::<IpNet>::from_text("10.0.0.0/8, 192.0.2.7,2001:db8::/32").unwrap();
        let said: Vec<String> = ranges.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]);
        assert!(Vec::<IpNet>::from_text("").unwrap().is_empty());
        for bad in ["10.0.0.0/33", "10.0.0", "localhost", "10.0.0.0/8;", ",", "10.0.0.0/8,,10.0.0.1"] {
            assert!(Vec::<IpNet>::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_range_with_stray_bits_says_what_was_meant() {
        assert!(Vec::<IpNet>::from_text("10.1.2.3/8").unwrap_err().contains("write 10.0.0.0/8"));
    }

    proptest! {
        #[test]
        fn a_span_reads_back_the_way_it_is_spelt(seconds in 1_u64..3_000_000_000) {
            prop_assert_eq!(span(&spelt(Duration::from_secs(seconds))), Some(seconds));
        }

        #[test]
        fn garbage_is_refused_without_panic(text in "\\PC*") {
            let _ = RateLimit::from_text(&text);
            let _ = Vec::<IpNet>::from_text(&text);
            if let Ok(span) = Duration::from_text(&text) {
                prop_assert!(span <= LONGEST);
            }
        }
    }
}
