//! What nobody on this machine can beat: bare signatures, bare hashes, bare commits, a handler that does nothing.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::Router;
use axum::routing::get;
use josekit::jws::{ES256, JwsSigner, RS256};
use tokio::task::JoinSet;
use usher::app::OsRandom;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::EventId;
use usher_domain::time::Timestamp;
use usher_storage::{OpenOptions, Store};

/// The argument that turns this program into [`serve_nothing`].
pub const NOTHING: &str = "--serve-nothing";

/// ES256 signatures a second on one core, with a signer that is kept.
pub fn es256(long: Duration) -> anyhow::Result<f64> {
    let pair = ES256.generate_key_pair()?;
    signatures(&ES256.signer_from_jwk(&pair.to_jwk_key_pair())?, long)
}

/// RS256 signatures a second on one core, with a signer that is kept and a key of 2048 bits.
pub fn rs256(long: Duration) -> anyhow::Result<f64> {
    let pair = RS256.generate_key_pair(2048)?;
    signatures(&RS256.signer_from_jwk(&pair.to_jwk_key_pair())?, long)
}

fn signatures(signer: &dyn JwsSigner, long: Duration) -> anyhow::Result<f64> {
    let (message, began, mut count) = ([b'x'; 600], Instant::now(), 0_u32);
    while began.elapsed() < long {
        signer.sign(&message)?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// Argon2id hashes a second at the default cost, on every core, memory kept.
pub fn argon2id(long: Duration) -> anyhow::Result<f64> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    let cores = std::thread::available_parallelism()?.get();
    let (count, over) = (AtomicU32::new(0), AtomicBool::new(false));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut memory = vec![Block::new(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
                while !over.load(Ordering::Relaxed) {
                    let done = argon2.hash_password_into_with_memory(
                        b"a quiet green door",
                        &[7; 16],
                        &mut [0; 32],
                        &mut memory,
                    );
                    count.fetch_add(u32::from(done.is_ok()), Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(long);
        over.store(true, Ordering::Relaxed);
    });
    Ok(f64::from(count.load(Ordering::Relaxed)) / began.elapsed().as_secs_f64())
}

/// Durable one-statement writes a second through the same storage, from so many callers at once.
pub async fn commits(store: &Store, callers: usize, long: Duration) -> anyhow::Result<f64> {
    let began = Instant::now();
    let until = began + long;
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let store = store.clone();
        running.spawn(async move {
            let (random, now, mut count) = (OsRandom::default(), Timestamp(1_800_000_000), 0_u32);
            while Instant::now() < until {
                let event = Event::new(EventId::new(now, &random), EventKind::GRANT_CREATED, now);
                let mut tx = store.begin_single().await?;
                tx.append(&event).await?;
                tx.commit().await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
    }
    let mut count = 0;
    while let Some(done) = running.join_next().await {
        count += done??;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// A migrated database for [`commits`] alone.
pub async fn open(url: &str) -> anyhow::Result<Store> {
    let store = Store::open(&OpenOptions { connections: 32, ..OpenOptions::new(url) }).await?;
    store.migrate().await?;
    Ok(store)
}

/// This program a second time, as a server whose one handler does nothing. Stopped when dropped.
pub struct Nothing {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

impl Nothing {
    /// Starts it.
    pub fn start() -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?).arg(NOTHING).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().context("no standard output")?;
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
        Ok(Self { address: line.trim().parse()?, child })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves an empty answer until it is killed.
pub async fn serve_nothing() -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let router: Router = Router::new().route("/", get(|| async {}));
        tokio::spawn(async move {
            let service = hyper_util::service::TowerToHyperService::new(router);
            let io = hyper_util::rt::TokioIo::new(stream);
            // The other side may leave whenever it likes.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
        });
    }
}
