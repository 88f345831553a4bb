//! Drives a release build of Usher over the loopback and prints one table, beside the limits of the machine measured in
//! the same run. `conformance/bench/run.sh` starts it; `docs/performance.md` says how to read it.

mod bank;
mod brokered;
mod flood;
mod guest;
mod limits;
mod measure;
mod process;
mod report;
mod server;
mod subscribers;
mod wire;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;

use crate::guest::Guest;
use crate::limits::Nothing;
use crate::measure::Watched;
use crate::report::{Floor, Row};
use crate::server::BenchServer;
use crate::work::Work;

/// Connections at once for commits and for what commits.
const CALLERS: [usize; 3] = [1, 8, 32];

/// What may be chosen. `cargo bench` adds a `--bench` of its own.
#[derive(Debug, Parser)]
#[command(name = "load", about = "Measure a release build of Usher")]
struct Arguments {
    /// The program to measure
    #[arg(long)]
    usher: PathBuf,
    /// One short round
    #[arg(long)]
    quick: bool,
    /// Rounds
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds of one measurement
    #[arg(long, default_value_t = 0.8)]
    seconds: f64,
    /// Only requests whose name holds this
    #[arg(long, default_value = "")]
    only: String,
    /// A PostgreSQL server: its address, without a database
    #[arg(long, requires = "postmaster")]
    postgres: Option<String>,
    /// The first process of that server
    #[arg(long)]
    postmaster: Option<u32>,
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(limits::NOTHING) {
        return tokio::runtime::Runtime::new()?.block_on(limits::serve_nothing());
    }
    let mut arguments = Arguments::parse();
    if arguments.quick {
        arguments.rounds = 1;
        arguments.seconds = arguments.seconds.min(0.6);
    }
    // One thread drives, so that the server keeps what is left of a small machine.
    let driver = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let floors = tokio::runtime::Runtime::new()?;
    Bench { arguments, driver, floors }.run()
}

struct Bench {
    arguments: Arguments,
    driver: tokio::runtime::Runtime,
    /// Where bare commits run, on as many threads as in the server.
    floors: tokio::runtime::Runtime,
}

/// A server, and who has signed in there.
struct Inhabited {
    server: BenchServer,
    guest: Arc<Guest>,
}

impl Bench {
    fn run(&self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let servers = self.servers(folder.path())?;
        let mut rows = self.rows(&servers);
        let mut floors: Vec<Floor> = Vec::new();
        let stores = self.stores(folder.path())?;
        let nothing = Nothing::start()?;
        for _ in 0..self.arguments.rounds.max(1) {
            if self.arguments.only.is_empty() {
                self.measure_floors(&mut floors, &stores, &nothing)?;
            }
            for (row, work, inhabited) in &mut rows {
                row.samples.push(self.sample(*work, inhabited, row.connections)?);
            }
        }
        Self::print(&floors, rows.iter().map(|(row, ..)| row), &servers);
        if Work::SignIn.name().contains(&self.arguments.only) {
            for one in &servers {
                self.driver.block_on(flood::print(&one.server, &one.guest, self.time() * 4))?;
            }
            self.brokered(&servers)?;
        }
        if "followers".contains(&self.arguments.only) {
            self.followers(&servers)?;
        }
        Ok(())
    }

    /// Followers of the live feed: their number is what the machine's limit of open files leaves room for.
    fn followers(&self, servers: &[Inhabited]) -> anyhow::Result<()> {
        let (followers, held) = if self.arguments.quick { (1_000, 4_800) } else { (10_000, 100_000) };
        for one in servers {
            self.driver.block_on(subscribers::print(&one.server, &one.guest, followers, held))?;
        }
        Ok(())
    }

    /// Sign-ins by way of the simulator, which runs beside the driver.
    fn brokered(&self, servers: &[Inhabited]) -> anyhow::Result<()> {
        let listener = self.floors.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let simulator = self.floors.block_on(usher::app::start_simulator(listener))?;
        for one in servers {
            self.driver.block_on(brokered::print(&one.server, &one.guest, address))?;
        }
        self.floors.block_on(simulator.shutdown());
        Ok(())
    }

    fn time(&self) -> Duration {
        Duration::from_secs_f64(self.arguments.seconds)
    }

    fn servers(&self, folder: &std::path::Path) -> anyhow::Result<Vec<Inhabited>> {
        let mut places = vec![("sqlite", format!("sqlite://{}", folder.join("usher.db").display()))];
        places.extend(self.arguments.postgres.iter().map(|server| ("postgres", format!("{server}/bench"))));
        let mut servers = Vec::new();
        for (database, url) in places {
            let postmaster = self.arguments.postmaster.filter(|_| database == "postgres");
            servers.push(self.driver.block_on(async {
                let usher = self.arguments.usher.canonicalize()?;
                let server = BenchServer::start(&usher, &folder.join(database), database, url, postmaster).await?;
                let clients = server.prepare()?;
                let guest = Arc::new(Guest::arrive(&server, clients).await?);
                anyhow::Ok(Inhabited { server, guest })
            })?);
        }
        Ok(servers)
    }

    fn stores(&self, folder: &std::path::Path) -> anyhow::Result<Vec<(&'static str, usher_storage::Store)>> {
        let sqlite = format!("sqlite://{}", folder.join("commits.db").display());
        let mut stores = vec![("SQLite", self.floors.block_on(limits::open(&sqlite))?)];
        if let Some(server) = &self.arguments.postgres {
            stores.push(("PostgreSQL", self.floors.block_on(limits::open(&format!("{server}/commits")))?));
        }
        Ok(stores)
    }

    fn rows<'h>(&self, servers: &'h [Inhabited]) -> Vec<(Row, Work, &'h Inhabited)> {
        let mut rows = Vec::new();
        let chosen = Work::ALL.into_iter().filter(|work| work.name().contains(&self.arguments.only));
        for work in chosen {
            for (at, one) in servers.iter().enumerate() {
                for connections in work.connections().iter().copied().filter(|_| at == 0 || work.needs_database()) {
                    let (name, database) = (work.name().to_owned(), one.server.database);
                    rows.push((Row { name, database, connections, samples: Vec::new() }, work, one));
                }
            }
        }
        rows
    }

    fn sample(&self, work: Work, one: &Inhabited, connections: usize) -> anyhow::Result<measure::Sample> {
        let time = if work == Work::SignIn { self.time() * 3 } else { self.time() };
        self.driver.block_on(async {
            let jobs = work.jobs(&one.guest, connections, time.as_secs_f64()).await?;
            measure::run(one.server.address, jobs, time, one.server.watched()).await
        })
    }

    fn measure_floors(
        &self,
        floors: &mut Vec<Floor>,
        stores: &[(&'static str, usher_storage::Store)],
        nothing: &Nothing,
    ) -> anyhow::Result<()> {
        let mut note = |name: String, rate: f64| match floors.iter_mut().find(|floor| floor.name == name) {
            Some(floor) => floor.rates.push(rate),
            None => floors.push(Floor { name, rates: vec![rate] }),
        };
        let time = self.time();
        let watched = Watched { server: nothing.id(), database: None };
        let empty = self.driver.block_on(async {
            let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec();
            let jobs = (0..16).map(|_| work::same(request.clone(), 200, "")).collect();
            measure::run(nothing.address, jobs, time, watched).await
        })?;
        note("empty axum handler, 16 connections".to_owned(), empty.rate);
        note("  CPU µs a request".to_owned(), empty.server);
        note("ES256 signatures, one core".to_owned(), limits::es256(time / 2)?);
        note("RS256 signatures, one core".to_owned(), limits::rs256(time / 2)?);
        note("Argon2id hashes, all cores".to_owned(), limits::argon2id(time * 2)?);
        for (database, store) in stores {
            for callers in CALLERS {
                let rate = self.floors.block_on(limits::commits(store, callers, time))?;
                note(format!("{database} one-statement writes, {callers} callers"), rate);
            }
        }
        Ok(())
    }

    fn print<'r>(floors: &[Floor], rows: impl Iterator<Item = &'r Row>, servers: &[Inhabited]) {
        if !floors.is_empty() {
            report::floor_heading();
            floors.iter().for_each(Floor::print);
            println!();
        }
        report::heading();
        rows.for_each(Row::print);
        println!();
        for Inhabited { server, .. } in servers {
            let (now, most) = process::memory(server.watched().server);
            let mebibytes = |kibibytes: u64| process::micros(kibibytes) / 1024.0;
            println!(
                "{:<10} first start {:.0} ms, next {:.0} ms; resident {:.0} MiB, {:.0} MiB at most",
                server.database,
                server.first_start,
                server.next_start,
                mebibytes(now),
                mebibytes(most)
            );
        }
    }
}
