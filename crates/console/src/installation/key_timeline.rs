//! The signing keys on a timeline: when each was published, signed and is published still, and what is expected.

use crate::views::installation::charts::{percent, place_between};
use crate::views::installation::{KeySpan, KeyTimeline, KeyTimelineRow};
use usher_domain::key::{KeyState, RotationRules, SigningAlg, SigningKeyRecord};
use usher_domain::time::Timestamp;
use usher_i18n::{Arg, Lang};
use usher_page_kit::views::Layout;

/// Where the bars begin, in percent; left of them are the names.
const LEFT: f64 = 12.0;
/// The height of a row and the top of the first, in pixels.
const ROW: i32 = 40;
const TOP: i32 = 28;
/// Dates below the bars.
const DATES: i64 = 4;

/// When the present state of a key is expected to end.
pub fn expected_end(key: &SigningKeyRecord, keys: &[SigningKeyRecord], rules: RotationRules) -> Timestamp {
    let next = keys.iter().filter(|other| other.alg == key.alg && other.state() == KeyState::Next);
    let activation = next.map(|other| other.created_at + rules.publish_before).min();
    match key.state() {
        KeyState::Next => key.created_at + rules.publish_before,
        KeyState::Active => activation.unwrap_or_else(|| key.active_at.unwrap_or(key.created_at) + rules.rotate_after),
        KeyState::Retired | KeyState::Pruned => {
            let retired = key.retired_at.unwrap_or(key.created_at);
            key.expires_at.unwrap_or(retired).max(retired + rules.keep_after)
        }
    }
}

/// The drawing.
pub fn timeline(page: &Layout, keys: &[SigningKeyRecord], rules: RotationRules) -> KeyTimeline {
    let now = Timestamp(page.now);
    let published: Vec<&SigningKeyRecord> = keys.iter().filter(|key| key.state() != KeyState::Pruned).collect();
    let ends: Vec<Timestamp> = published.iter().map(|key| expected_end(key, keys, rules)).collect();
    let from = published.iter().map(|key| key.created_at).min().unwrap_or(now).min(now).0;
    let until = ends.iter().copied().max().unwrap_or(now).max(now).0;
    // Some room on both sides, so that a date below its edge is not cut.
    let margin = ((until - from) / 12).max(86_400);
    let (from, until) = (from - margin, until + margin);
    let x = |at: i64| LEFT + place_between(at, from, until) * (100.0 - LEFT) / 100.0;
    let span = |class, begin: Timestamp, end: Timestamp, title: String| KeySpan {
        class,
        x: percent(x(begin.0)),
        width: percent((x(end.0) - x(begin.0)).max(0.4)),
        title,
    };
    let algs: Vec<SigningAlg> =
        SigningAlg::ALL.into_iter().filter(|alg| published.iter().any(|key| key.alg == *alg)).collect();
    let rows = algs.iter().zip(0..).map(|(alg, place)| {
        let mut spans = Vec::new();
        for key in published.iter().filter(|key| key.alg == *alg) {
            let end = expected_end(key, keys, rules);
            let title = |state: &str| format!("{}: {}", key.kid, page.t(state));
            let signs = key.active_at.unwrap_or(end);
            if key.state() == KeyState::Next {
                spans.push(span("next", key.created_at, end + rules.rotate_after / 4, title("keys-next")));
            } else {
                let stopped = key.retired_at.unwrap_or(end);
                spans.push(span("active", signs, stopped.max(now.min(end)), title("keys-active")));
            }
            if let Some(retired) = key.retired_at {
                spans.push(span("retired", retired, end, title("keys-retired")));
            }
        }
        // What signs is drawn above what waits.
        spans.sort_by_key(|span| span.class != "next");
        let y = TOP + place * ROW;
        KeyTimelineRow { alg: alg.as_str().to_owned(), y, words_y: y + 16, spans }
    });
    let rows: Vec<KeyTimelineRow> = rows.collect();
    let bottom = TOP + ROW * i32::try_from(rows.len()).unwrap_or_default();
    let dates = (0..DATES).map(|place| {
        let at = from + (until - from) * (2 * place + 1) / (2 * DATES);
        (percent(x(at)), page.lang.day(at))
    });
    KeyTimeline {
        summary: summary(
            page.lang,
            published.len(),
            ends.iter().copied().filter(|end| *end > now).min().unwrap_or(now),
        ),
        height: bottom + 24,
        bottom,
        dates: dates.collect(),
        now: percent(x(now.0)),
        rows,
    }
}

fn summary(lang: Lang, count: usize, next: Timestamp) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let day = lang.date(next.0);
    lang.text_with("keys-summary", &[("count", count.into()), ("day", Arg::from(&day))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const RULES: RotationRules = RotationRules {
        rotate_after: Duration::from_hours(90 * 24),
        publish_before: Duration::from_hours(24),
        keep_after: Duration::from_hours(1),
        hint_after: Duration::from_hours(24),
    };

    fn key(kid: &str, created: i64, active: Option<i64>, retired: Option<i64>) -> SigningKeyRecord {
        SigningKeyRecord {
            kid: kid.into(),
            alg: SigningAlg::Es256,
            created_at: Timestamp(created),
            active_at: active.map(Timestamp),
            retired_at: retired.map(Timestamp),
            expires_at: None,
            pruned_at: None,
            public_jwk: serde_json::Value::Null,
            sealed_private: Vec::new(),
        }
    }

    #[test]
    fn the_end_of_a_state_follows_from_the_rules_and_the_next_key() {
        let active = key("a", 0, Some(0), None);
        assert_eq!(expected_end(&active, &[], RULES), Timestamp(90 * 86_400));
        let next = key("n", 1000, None, None);
        assert_eq!(expected_end(&next, &[], RULES), Timestamp(1000 + 86_400));
        assert_eq!(expected_end(&active, &[next], RULES), Timestamp(1000 + 86_400));
        assert_eq!(expected_end(&key("r", 0, Some(0), Some(50)), &[], RULES), Timestamp(50 + 3600));
    }

    #[test]
    fn every_span_stays_in_the_drawing() {
        let keys = [
            key("r", 0, Some(0), Some(500_000)),
            key("a", 400_000, Some(500_000), None),
            key("n", 900_000, None, None),
        ];
        let page = Layout { now: 950_000, ..Layout::default() };
        let drawn = timeline(&page, &keys, RULES);
        assert_eq!(drawn.rows.len(), 1);
        assert_eq!(drawn.rows[0].spans.len(), 4);
        for span in &drawn.rows[0].spans {
            let (x, width) = (span.x.trim_end_matches('%'), span.width.trim_end_matches('%'));
            let (x, width): (f64, f64) = (x.parse().unwrap(), width.parse().unwrap());
            assert!(x >= LEFT && x + width <= 100.5 && width > 0.0, "{span:?}");
        }
        assert!(drawn.summary.starts_with("3 keys"), "{}", drawn.summary);
        assert_eq!(timeline(&page, &[], RULES).rows.len(), 0);
    }
}
