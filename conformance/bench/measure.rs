//! One measurement: so many connections, each asking again as soon as it is answered, for so long.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use tokio::task::JoinSet;

use crate::process::{Spent, micros};
use crate::wire::{Answer, Wire};

/// What one connection does again and again.
pub trait Job: Send {
    /// Writes the next request; `false` if there is none left.
    fn request(&mut self, into: &mut Vec<u8>) -> bool;
    /// Is this the answer that it had to be? Takes from it what the next request needs.
    fn judge(&mut self, answer: &Answer<'_>) -> anyhow::Result<()>;
}

/// Whose processor time is counted.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    /// The server.
    pub server: u32,
    /// The first process of the database, where it has any.
    pub database: Option<u32>,
}

/// What came of one measurement.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Answers a second.
    pub rate: f64,
    /// Processor time of the server for one answer, in microseconds.
    pub server: f64,
    /// The same of the database's own processes.
    pub database: f64,
    /// The share of the machine that others had, in percent.
    pub foreign: f64,
    /// How long each answer took, in microseconds, shortest first.
    pub latencies: Vec<u32>,
}

impl Sample {
    /// The latency that so many percent of the answers kept to, in microseconds.
    pub fn percentile(&self, percent: usize) -> u32 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or(0)
    }
}

/// Asks as fast as answers come, one connection a job, until the time is up or the jobs are done.
pub async fn run(to: SocketAddr, jobs: Vec<Box<dyn Job>>, long: Duration, watched: Watched) -> anyhow::Result<Sample> {
    let mut wires = Vec::new();
    for job in jobs {
        wires.push((Wire::connect(to).await.context("connecting")?, job));
    }
    let before = Spent::now(watched.server, watched.database);
    let began = Instant::now();
    let mut running = JoinSet::new();
    for (wire, job) in wires {
        running.spawn(ask_until(wire, job, began + long, Duration::ZERO));
    }
    let mut latencies = Vec::new();
    while let Some(done) = running.join_next().await {
        latencies.extend(done??);
    }
    let seconds = began.elapsed().as_secs_f64();
    let spent = Spent::now(watched.server, watched.database).since(before);
    latencies.sort_unstable();
    let count = f64::from(u32::try_from(latencies.len())?).max(1.0);
    Ok(Sample {
        rate: count / seconds,
        server: micros(spent.server) / count,
        database: micros(spent.database) / count,
        foreign: spent.foreign_percent(),
        latencies,
    })
}

/// Asks on one connection with a pause between answer and request; gives the latencies in microseconds.
pub async fn ask_until(
    mut wire: Wire,
    mut job: Box<dyn Job>,
    until: Instant,
    pause: Duration,
) -> anyhow::Result<Vec<u32>> {
    let (mut latencies, mut request) = (Vec::new(), Vec::new());
    while Instant::now() < until {
        request.clear();
        if !job.request(&mut request) {
            break;
        }
        let asked = Instant::now();
        let answer = wire.ask(&request).await.context("asking")?;
        let took = asked.elapsed();
        job.judge(&answer).with_context(|| anyhow!("answered {} {}", answer.status, excerpt(answer.body)))?;
        latencies.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    Ok(latencies)
}

fn excerpt(body: &str) -> String {
    body.chars().take(200).collect()
}
