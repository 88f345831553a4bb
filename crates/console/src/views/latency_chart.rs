//! How long the receiver of a webhook took to answer: a bar for each of the last attempts, and the same as a table.

use super::installation::charts::{ChartLine, PLOT_HEIGHT, lines, percent, px, scaled};
use usher_i18n::{Arg, Lang};
use usher_page_kit::views::{Layout, Moment};

/// Where the plot begins, in percent.
const LEFT: f64 = 7.0;

/// An attempt to draw.
#[derive(Clone, Debug)]
pub struct TimedAttempt {
    pub at: i64,
    /// The event type.
    pub kind: String,
    pub ms: i64,
    pub failed: bool,
    /// How it ended, in words.
    pub result: String,
}

/// The answer times of the last attempts.
#[derive(Clone, Debug, Default)]
pub struct LatencyChart {
    /// What it shows, in a sentence.
    pub summary: String,
    pub lines: Vec<ChartLine>,
    pub bars: Vec<LatencyBar>,
    /// The attempts, newest first.
    pub rows: Vec<LatencyRow>,
}

/// The bar of an attempt: places in percent, heights in pixels.
#[derive(Clone, Debug, Default)]
pub struct LatencyBar {
    pub x: String,
    pub width: String,
    pub y: String,
    pub height: String,
    pub title: String,
    pub failed: bool,
}

/// An attempt in the table.
#[derive(Clone, Debug, Default)]
pub struct LatencyRow {
    pub at: Moment,
    pub kind: String,
    pub result: String,
    pub ms: String,
}

impl LatencyChart {
    /// The chart of these attempts, oldest first; `None` without any.
    pub fn new(page: &Layout, attempts: &[TimedAttempt]) -> Option<Self> {
        let highest = attempts.iter().map(|attempt| attempt.ms).max()?.max(1);
        let count = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
        let width = (100.0 - LEFT) / f64::from(count);
        let bars = attempts.iter().zip(0_u32..).map(|(attempt, place)| {
            let height = scaled(attempt.ms, highest).max(2.0);
            LatencyBar {
                x: percent(width.mul_add(f64::from(place) + 0.15, LEFT)),
                width: percent((width * 0.7).min(4.0)),
                y: px(PLOT_HEIGHT - height),
                height: px(height),
                title: format!("{}: {}", attempt.kind, attempt.result),
                failed: attempt.failed,
            }
        });
        let row = |attempt: &TimedAttempt| LatencyRow {
            at: page.ago(attempt.at),
            kind: attempt.kind.clone(),
            result: attempt.result.clone(),
            ms: page.lang.number(attempt.ms),
        };
        Some(Self {
            summary: summary(page.lang, attempts),
            lines: lines(page.lang, highest),
            bars: bars.collect(),
            rows: attempts.iter().rev().map(row).collect(),
        })
    }
}

fn summary(lang: Lang, attempts: &[TimedAttempt]) -> String {
    let mut times: Vec<i64> = attempts.iter().map(|attempt| attempt.ms).collect();
    times.sort_unstable();
    let number = |ms: Option<&i64>| lang.number(ms.copied().unwrap_or_default());
    let (median, slowest) = (number(times.get(times.len() / 2)), number(times.last()));
    let count = |count: usize| Arg::from(i64::try_from(count).unwrap_or(i64::MAX));
    let failed = attempts.iter().filter(|attempt| attempt.failed).count();
    let values = [
        ("count", count(attempts.len())),
        ("median", median.as_str().into()),
        ("slowest", slowest.as_str().into()),
        ("failed", count(failed)),
    ];
    lang.text_with("latency-summary", &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(at: i64, ms: i64, failed: bool) -> TimedAttempt {
        TimedAttempt { at, kind: "user.deleted".into(), ms, failed, result: "answered".into() }
    }

    #[test]
    fn the_bars_stay_within_the_plot_and_the_newest_attempt_comes_first_in_the_table() {
        let page = Layout::default();
        let attempts: Vec<_> = (0..40).map(|n| attempt(n, n * 50, n == 39)).collect();
        let chart = LatencyChart::new(&page, &attempts).unwrap();
        assert_eq!((chart.bars.len(), chart.rows.len()), (40, 40));
        for bar in &chart.bars {
            let (y, height): (f64, f64) = (bar.y.parse().unwrap(), bar.height.parse().unwrap());
            assert!(y >= 0.0 && (y + height - PLOT_HEIGHT).abs() < 0.2, "{bar:?}");
        }
        assert_eq!((chart.rows[0].ms.as_str(), chart.bars[39].failed), ("1,950", true));
        assert!(chart.summary.contains("1,000 ms") && chart.summary.contains("1,950 ms"), "{}", chart.summary);
        assert!(LatencyChart::new(&page, &[]).is_none());
        assert!(LatencyChart::new(&page, &[attempt(0, 0, false)]).is_some());
    }
}
