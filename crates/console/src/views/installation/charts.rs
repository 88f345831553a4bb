//! Charts that the server draws: SVG with positions in percent, so that words are not stretched, and the same numbers
//! as a table.

use usher_accounts::SignInsOfDay;
use usher_i18n::{Arg, Lang};

/// The height of the plot, in pixels; its top.
const HEIGHT: f64 = 160.0;
pub const PLOT_HEIGHT: f64 = HEIGHT;
const TOP: f64 = 12.0;
/// Where the plot begins, in percent; left of it are the numbers of the lines.
const LEFT: f64 = 7.0;
/// The gap between the two parts of a bar, in pixels.
const GAP: f64 = 2.0;
/// Days are named below at most this many bars.
const NAMED: usize = 5;

/// Sign-ins by day.
#[derive(Clone, Debug, Default)]
pub struct SignInChart {
    /// What it shows, in a sentence.
    pub summary: String,
    pub lines: Vec<ChartLine>,
    pub bars: Vec<ChartBar>,
    /// The numbers, newest first.
    pub rows: Vec<ChartRow>,
    /// Did nobody try to sign in?
    pub is_empty: bool,
}

/// A horizontal line with its number.
#[derive(Clone, Debug, Default)]
pub struct ChartLine {
    pub y: String,
    pub label_y: String,
    pub label: String,
}

/// The bar of one day.
#[derive(Clone, Debug, Default)]
pub struct ChartBar {
    /// In percent.
    pub x: String,
    /// In percent.
    pub width: String,
    /// Its middle, in percent.
    pub middle: String,
    pub title: String,
    /// The name of the day, below some bars.
    pub label: Option<String>,
    pub succeeded: Option<BarPart>,
    pub failed: Option<BarPart>,
}

/// A part of a bar, in pixels.
#[derive(Clone, Debug, Default)]
pub struct BarPart {
    pub y: String,
    pub height: String,
}

/// The numbers of a day.
#[derive(Clone, Debug, Default)]
pub struct ChartRow {
    pub day: String,
    pub succeeded: String,
    pub failed: String,
    pub active: String,
}

impl SignInChart {
    /// The chart of these days, oldest first.
    pub fn new(lang: Lang, days: &[SignInsOfDay]) -> Self {
        let highest = days.iter().map(|day| day.succeeded + day.failed).max().unwrap_or_default();
        let scale = |number: i64| scaled(number, highest);
        let every = days.len().div_ceil(NAMED).max(1);
        let width = (100.0 - LEFT) / approximate_count(days.len().max(1));
        let bars = days.iter().enumerate().map(|(place, day)| {
            let x = LEFT + width * (approximate_count(place) + 0.2);
            let good = scale(day.succeeded);
            let bad = scale(day.failed);
            let lift = if day.succeeded > 0 { GAP } else { 0.0 };
            ChartBar {
                x: percent(x),
                width: percent(width * 0.6),
                middle: percent(x + width * 0.3),
                title: title(lang, day),
                label: (place % every == every / 2).then(|| lang.day(day.start.0)),
                succeeded: part(day.succeeded, HEIGHT - good, good),
                failed: part(day.failed, HEIGHT - good - bad - lift, bad),
            }
        });
        Self {
            summary: summary(lang, days),
            lines: lines(lang, highest),
            bars: bars.collect(),
            rows: days.iter().rev().map(|day| row(lang, day)).collect(),
            is_empty: highest == 0,
        }
    }
}

/// The height of a number in a chart whose highest number is `highest`, in pixels.
pub fn scaled(number: i64, highest: i64) -> f64 {
    let step = step(highest);
    let top = (highest + step - 1) / step * step;
    approximate(number) / approximate(top.max(1)) * (HEIGHT - TOP)
}

/// The lines of a chart whose highest number is `highest`.
pub fn lines(lang: Lang, highest: i64) -> Vec<ChartLine> {
    let step = step(highest);
    let line = |number: i64| {
        let y = HEIGHT - scaled(number * step, highest);
        ChartLine { y: px(y), label_y: px(y - 4.0), label: lang.number(number * step) }
    };
    (1..=(highest + step - 1) / step).map(line).collect()
}

fn part(number: i64, y: f64, height: f64) -> Option<BarPart> {
    (number > 0).then(|| BarPart { y: px(y), height: px(height.max(1.5)) })
}

fn row(lang: Lang, day: &SignInsOfDay) -> ChartRow {
    ChartRow {
        day: lang.day(day.start.0),
        succeeded: lang.number(day.succeeded),
        failed: lang.number(day.failed),
        active: lang.number(day.active),
    }
}

fn title(lang: Lang, day: &SignInsOfDay) -> String {
    let ChartRow { day, succeeded, failed, .. } = row(lang, day);
    let values = [("day", &day), ("succeeded", &succeeded), ("failed", &failed)];
    lang.text_with("chart-bar", &values.map(|(name, value)| (name, Arg::from(value))))
}

fn summary(lang: Lang, days: &[SignInsOfDay]) -> String {
    let count = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let Some(most) = days.iter().max_by_key(|day| day.succeeded).filter(|day| day.succeeded > 0) else {
        return lang.text_with("chart-summary-none", &[("count", count.into())]);
    };
    let failed = lang.number(days.iter().map(|day| day.failed).sum());
    let (number, day) = (lang.number(most.succeeded), lang.day(most.start.0));
    let values: [(&str, Arg<'_>); 4] =
        [("count", count.into()), ("most", (&number).into()), ("day", (&day).into()), ("failed", (&failed).into())];
    lang.text_with("chart-summary", &values)
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that there are four at most.
fn step(highest: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for step in [power, 2 * power, 5 * power] {
            if highest <= step.saturating_mul(4) {
                return step;
            }
        }
        let Some(next) = power.checked_mul(10).filter(|next| *next < i64::MAX / 100) else { return power };
        power = next;
    }
}

/// The line of a small chart beside a figure, in a box of 100 by 30.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sparkline {
    pub line: String,
    pub area: String,
}

impl Sparkline {
    /// `None` if there is nothing to draw.
    pub fn new(values: &[i64]) -> Option<Self> {
        let highest = values.iter().copied().max().filter(|highest| *highest > 0)?;
        let last = approximate_count(values.len().checked_sub(1).filter(|last| *last > 0)?);
        let point = |(place, value): (usize, &i64)| {
            let (x, y) =
                (approximate_count(place) / last * 100.0, 28.0 - approximate(*value) / approximate(highest) * 26.0);
            format!("{x:.1} {y:.1}")
        };
        let line = format!("M{}", values.iter().enumerate().map(point).collect::<Vec<_>>().join(" L"));
        Some(Self { area: format!("{line} L100 30 L0 30Z"), line })
    }
}

/// A part of the largest number of a list, in percent.
pub fn share(number: i64, largest: i64) -> String {
    percent(approximate(number) / approximate(largest.max(1)) * 100.0)
}

/// A position between two moments, in percent.
pub fn place_between(at: i64, from: i64, until: i64) -> f64 {
    let whole = approximate((until - from).max(1));
    (approximate(at - from) / whole * 100.0).clamp(0.0, 100.0)
}

pub fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

pub fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// A number for drawing: beyond 2³¹ the picture shows no difference.
fn approximate(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::from(i32::MAX), f64::from)
}

fn approximate_count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::time::Timestamp;

    fn day(number: i64, succeeded: i64, failed: i64) -> SignInsOfDay {
        SignInsOfDay { start: Timestamp::of_day(20_000 + number), succeeded, failed, active: succeeded }
    }

    #[test]
    fn lines_stand_at_round_numbers_and_are_few() {
        assert_eq!([0, 1, 4, 5, 9, 41, 1240, 2001].map(step), [1, 1, 1, 2, 5, 20, 500, 1000]);
        assert!((0..100_000).step_by(37).all(|highest| (highest + step(highest) - 1) / step(highest) <= 4));
        assert!(step(i64::MAX) > 0);
    }

    #[test]
    fn a_chart_says_what_it_shows_and_draws_nothing_beyond_its_edges() {
        let days: Vec<_> = (0..30).map(|number| day(number, number * 40, number)).collect();
        let chart = SignInChart::new(Lang::En, &days);
        assert!(chart.summary.starts_with("Sign-ins on each of the last 30 days. The most were 1,160 on "));
        assert_eq!((chart.bars.len(), chart.rows.len(), chart.is_empty), (30, 30, false));
        assert!(chart.bars.iter().filter(|bar| bar.label.is_some()).count() <= NAMED + 1);
        for part in chart.bars.iter().flat_map(|bar| [&bar.succeeded, &bar.failed]).flatten() {
            let y: f64 = part.y.parse().unwrap();
            assert!((0.0..=HEIGHT).contains(&y), "{part:?}");
        }
        assert!(chart.bars[0].succeeded.is_none() && chart.bars[0].failed.is_none());
    }

    #[test]
    fn a_chart_of_nothing_is_empty() {
        let chart = SignInChart::new(Lang::Uk, &[day(0, 0, 0), day(1, 0, 0)]);
        assert!(chart.is_empty && chart.summary.contains('2'));
        assert_eq!((Sparkline::new(&[]), Sparkline::new(&[0, 0]), Sparkline::new(&[3])), (None, None, None));
        assert_eq!(Sparkline::new(&[0, 2]).unwrap().line, "M0.0 28.0 L100.0 2.0");
    }
}
