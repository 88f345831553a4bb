//! How the others fare while many people sign in at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::guest::Guest;
use crate::measure::{Sample, ask_until};
use crate::server::BenchServer;
use crate::wire::Wire;
use crate::work::Work;

/// People who sign in at once.
const CROWD: usize = 16;
/// How long a prober waits between an answer and its next question.
const PAUSE: Duration = Duration::from_millis(3);

/// Measures and prints the latency of key set and token, without and with a flood of sign-ins.
pub async fn print(server: &BenchServer, guest: &Arc<Guest>, long: Duration) -> anyhow::Result<()> {
    for probe in [Work::Jwks, Work::MachineEs256] {
        let (alone, _) = with_crowd(server, guest, probe, 0, long / 2).await?;
        let (beside, signed_in) = with_crowd(server, guest, probe, CROWD, long).await?;
        let milliseconds = |sample: &Sample, percent| f64::from(sample.percentile(percent)) / 1e3;
        println!(
            "{:<10} {:<26} p50/p99 {:.2}/{:.2} ms alone, {:.2}/{:.2} ms beside {:.0} sign-ins/s",
            server.database,
            probe.name(),
            milliseconds(&alone, 50),
            milliseconds(&alone, 99),
            milliseconds(&beside, 50),
            milliseconds(&beside, 99),
            signed_in,
        );
    }
    Ok(())
}

async fn with_crowd(
    server: &BenchServer,
    guest: &Arc<Guest>,
    probe: Work,
    crowd: usize,
    long: Duration,
) -> anyhow::Result<(Sample, f64)> {
    let (mut probing, mut signing_in) = (JoinSet::new(), JoinSet::new());
    let (probes, people) = (probe.jobs(guest, 2, 0.0).await?, Work::SignIn.jobs(guest, crowd, 0.0).await?);
    let began = Instant::now();
    for job in people {
        signing_in.spawn(ask_until(Wire::connect(server.address).await?, job, began + long, Duration::ZERO));
    }
    for job in probes {
        probing.spawn(ask_until(Wire::connect(server.address).await?, job, began + long, PAUSE));
    }
    let mut latencies = Vec::new();
    while let Some(done) = probing.join_next().await {
        latencies.extend(done??);
    }
    let mut signed_in = 0;
    while let Some(done) = signing_in.join_next().await {
        signed_in += u32::try_from(done??.len())?;
    }
    latencies.sort_unstable();
    let rate = f64::from(signed_in) / began.elapsed().as_secs_f64();
    Ok((Sample { latencies, ..Sample::default() }, rate))
}
