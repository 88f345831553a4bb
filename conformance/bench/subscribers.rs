//! How soon a revocation is received by everybody who follows the feed, and what each of them costs the server.
//!
//! The followers are bare sockets on one thread of this program. They come from several addresses of the loopback, as the
//! server lets each source hold only so many connections.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::guest::Guest;
use crate::process;
use crate::server::BenchServer;
use crate::wire::Wire;

/// Connections from one address: the server lets each hold 4,096.
const PER_ADDRESS: usize = 2_500;
/// Revocations that are timed, one after another.
const TIMES: usize = 20;
/// The last follower has so long to receive it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Handshakes at once.
const AT_ONCE: usize = 64;

/// When each follower received what is being waited for.
#[derive(Default)]
struct Receptions {
    wanted: String,
    at: Vec<Instant>,
}

/// Measures and prints one server with so many followers, and with so many revocations that it holds.
pub async fn print(server: &BenchServer, guest: &Arc<Guest>, followers: usize, held: usize) -> anyhow::Result<()> {
    let token = machine_token(guest, &mut Wire::connect(server.address).await?).await?;
    let (before, _) = process::memory(server.watched().server);
    let received = Arc::new(Mutex::new(Receptions::default()));
    let mut listening =
        listen(server.address, &token, followers, &received).await.context("connecting the followers")?;
    // Not before: it would be closed as idle if connecting everybody took long.
    let mut wire = Wire::connect(server.address).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (with, _) = process::memory(server.watched().server);
    let mut delays = Vec::with_capacity(TIMES * followers);
    let mut last = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let doomed = machine_token(guest, &mut wire).await?;
        lock(&received).wanted = name_of(&doomed).context("an access token has a name")?;
        let began = Instant::now();
        revoke(guest, &mut wire, &doomed).await?;
        let waited = timeout(PATIENCE, until(&received, followers)).await;
        waited.with_context(|| format!("only {} of {followers} received", lock(&received).at.len()))?;
        let mut at: Vec<Duration> = lock(&received).at.drain(..).map(|at| at.duration_since(began)).collect();
        at.sort_unstable();
        last.extend(at.last().copied());
        delays.extend(at);
    }
    delays.sort_unstable();
    last.sort_unstable();
    let kibibytes = process::micros(with.saturating_sub(before)) / process::micros(followers.try_into()?);
    println!(
        "{:<10} {followers} followers: a revocation is received p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, by the last p50 {:.0} ms; {kibibytes:.1} KiB each",
        server.database,
        percentile(&delays, 50),
        percentile(&delays, 95),
        percentile(&delays, 99),
        percentile(&last, 50),
    );
    // They leave first: what is measured next is what the server holds by itself.
    listening.shutdown().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    hold(server, guest, held).await
}

/// Revokes so many tokens and looks what it costs the server to hold them.
async fn hold(server: &BenchServer, guest: &Arc<Guest>, held: usize) -> anyhow::Result<()> {
    let (before, _) = process::memory(server.watched().server);
    let began = Instant::now();
    let mut revoking = JoinSet::new();
    for _ in 0..16 {
        let (address, guest) = (server.address, guest.clone());
        revoking.spawn(async move {
            let mut wire = Wire::connect(address).await?;
            for _ in 0..held / 16 {
                let doomed = machine_token(&guest, &mut wire).await?;
                revoke(&guest, &mut wire, &doomed).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = revoking.join_next().await {
        done??;
    }
    let seconds = began.elapsed().as_secs_f64();
    let (after, most) = process::memory(server.watched().server);
    let mebibytes = |kibibytes: u64| process::micros(kibibytes) / 1024.0;
    println!(
        "{:<10} {held} revocations in {seconds:.0} s: resident {:.0} MiB more than before, {:.0} MiB at most",
        server.database,
        mebibytes(after.saturating_sub(before)),
        mebibytes(most),
    );
    Ok(())
}

async fn machine_token(guest: &Arc<Guest>, wire: &mut Wire) -> anyhow::Result<String> {
    let answer = wire.ask(&guest.machine_es256()).await?;
    Ok(answer.member("access_token").with_context(|| format!("no token: {}", answer.body))?.to_owned())
}

async fn revoke(guest: &Arc<Guest>, wire: &mut Wire, token: &str) -> anyhow::Result<()> {
    let answer = wire.ask(&guest.revoke(token)).await?;
    ensure!(answer.status == 200, "revocation answered {}", answer.status);
    Ok(())
}

/// The `jti` of an access token.
fn name_of(token: &str) -> Option<String> {
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    Some(claims["jti"].as_str()?.to_owned())
}

/// Connects everybody, some at a time.
async fn listen(
    to: SocketAddr,
    token: &str,
    followers: usize,
    received: &Arc<Mutex<Receptions>>,
) -> anyhow::Result<JoinSet<()>> {
    let mut listening = JoinSet::new();
    let mut first = 0;
    while first < followers {
        let mut connecting = JoinSet::new();
        for number in first..followers.min(first + AT_ONCE) {
            connecting.spawn(connect(to, number, token.to_owned()));
        }
        while let Some(stream) = connecting.join_next().await {
            listening.spawn(follow(stream??, received.clone()));
        }
        first += AT_ONCE;
    }
    Ok(listening)
}

async fn connect(to: SocketAddr, number: usize, token: String) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let host = u8::try_from(1 + number / PER_ADDRESS)?;
    socket.bind(SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, host), 0).into())?;
    let mut stream = socket.connect(to).await?;
    let port = to.port();
    let request = format!(
        "GET /api/v1/sync HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: usher.sync.v1\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::with_capacity(1_024);
    while !answer.windows(5).any(|five| five == b"hello") {
        ensure!(stream.read_buf(&mut answer).await? > 0, "refused: {}", String::from_utf8_lossy(&answer));
    }
    Ok(stream)
}

/// Looks for the name that is waited for in whatever comes. A message may come in two parts, so the end is kept.
async fn follow(mut stream: TcpStream, received: Arc<Mutex<Receptions>>) {
    let mut buffer = Vec::with_capacity(512);
    while let Ok(1..) = stream.read_buf(&mut buffer).await {
        let at = Instant::now();
        let mut received = lock(&received);
        if !received.wanted.is_empty() && contains(&buffer, received.wanted.as_bytes()) {
            received.at.push(at);
            buffer.clear();
        } else if buffer.len() > 400 {
            buffer.drain(..buffer.len() - 200);
        }
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}

async fn until(received: &Mutex<Receptions>, followers: usize) {
    while lock(received).at.len() < followers {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// In milliseconds, of sorted times.
fn percentile(times: &[Duration], percent: usize) -> f64 {
    times.get(times.len().saturating_sub(1) * percent / 100).map_or(0.0, Duration::as_secs_f64) * 1e3
}

fn lock(received: &Mutex<Receptions>) -> std::sync::MutexGuard<'_, Receptions> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}
