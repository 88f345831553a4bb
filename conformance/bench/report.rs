//! The table.

use crate::measure::Sample;

/// One row: every sample of one kind of request.
pub struct Row {
    /// What was asked.
    pub name: String,
    /// Of which database.
    pub database: &'static str,
    /// On how many connections.
    pub connections: usize,
    /// One a round.
    pub samples: Vec<Sample>,
}

/// One limit of the machine: a name, and a rate a round.
pub struct Floor {
    /// What it is.
    pub name: String,
    /// So many a second, one figure a round.
    pub rates: Vec<f64>,
}

impl Row {
    /// Prints it. The latencies of all rounds are taken together.
    pub fn print(&self) {
        let of = |field: fn(&Sample) -> f64| self.samples.iter().map(field).collect::<Vec<_>>();
        let (rate, all) = (spread(of(|sample| sample.rate)), self.together());
        let (server, database) = (spread(of(|sample| sample.server)), spread(of(|sample| sample.database)));
        println!(
            "{:<26} {:<10} {:>4} {:>8.0} {:>8.0} {:>8.0} {:>8.1} {:>8.1} {:>8.1} {:>7.2} {:>7.2} {:>4.0}",
            self.name,
            self.database,
            self.connections,
            rate.middle,
            rate.least,
            rate.most,
            server.middle,
            server.least,
            database.middle,
            f64::from(all.percentile(50)) / 1e3,
            f64::from(all.percentile(99)) / 1e3,
            spread(of(|sample| sample.foreign)).middle,
        );
    }

    fn together(&self) -> Sample {
        let mut latencies: Vec<u32> = self.samples.iter().flat_map(|sample| sample.latencies.iter().copied()).collect();
        latencies.sort_unstable();
        Sample { latencies, ..Sample::default() }
    }
}

impl Floor {
    /// Prints it.
    pub fn print(&self) {
        let rate = spread(self.rates.clone());
        println!("{:<42} {:>8.0} {:>8.0} {:>8.0}", self.name, rate.middle, rate.least, rate.most);
    }
}

/// The heading of the rows.
pub fn heading() {
    println!(
        "{:<26} {:<10} {:>4} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7} {:>4}",
        "request", "database", "conn", "req/s", "min", "max", "CPU µs", "min", "db µs", "p50 ms", "p99 ms", "oth%"
    );
}

/// The heading of the limits.
pub fn floor_heading() {
    println!("{:<42} {:>8} {:>8} {:>8}", "limit of the machine", "per s", "min", "max");
}

struct Spread {
    least: f64,
    middle: f64,
    most: f64,
}

fn spread(mut figures: Vec<f64>) -> Spread {
    figures.sort_unstable_by(f64::total_cmp);
    let at = |index: usize| figures.get(index).copied().unwrap_or(0.0);
    Spread { least: at(0), middle: at(figures.len() / 2), most: at(figures.len().saturating_sub(1)) }
}
