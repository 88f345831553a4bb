//! A release build of `usher serve` in a folder of its own, prepared through its own command line.

use std::fs::File;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::bank::{Bank, jwk};
use crate::measure::Watched;
use crate::wire::Wire;

/// The password of the one user.
pub const PASSWORD: &str = "a quiet green door";
/// The address of the one user.
pub const EMAIL: &str = "ana@example.org";
/// Where the client has people sent back to.
pub const CALLBACK: &str = "https://rp.test/cb";

/// An API whose tokens are opaque.
const OPAQUE_API: &str = "https://opaque.bench.test";

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client and its secret.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
}

/// The clients of a prepared server.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Signs people in; first party; ES256.
    pub web: Client,
    /// A machine with ES256.
    pub machine_es256: Client,
    /// A machine with RS256.
    pub machine_rs256: Client,
    /// A machine whose API has opaque tokens.
    pub opaque: Client,
    /// Held to FAPI 2.0; first party.
    pub bank: Arc<Bank>,
}

/// A running server. Stopped when dropped.
pub struct BenchServer {
    /// What its database is called in the table.
    pub database: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// From exec to the first "ready", on an empty database, in milliseconds.
    pub first_start: f64,
    /// The same on the database of the first start: the quickest of three.
    pub next_start: f64,
    program: PathBuf,
    folder: PathBuf,
    url: String,
    child: Child,
    postmaster: Option<u32>,
}

impl BenchServer {
    /// Starts a server on an empty database, and starts it thrice more.
    pub async fn start(
        program: &Path,
        folder: &Path,
        database: &'static str,
        url: String,
        postmaster: Option<u32>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Taken and let go: nobody else on this machine asks for a port in between, or the start fails in words.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = spawn(program, folder, &url, address)?;
        let (program, folder) = (program.to_owned(), folder.to_owned());
        let mut server =
            Self { database, address, first_start: 0.0, next_start: f64::MAX, program, folder, url, child, postmaster };
        server.first_start = server.until_ready().await?;
        for _ in 0..3 {
            server.stop();
            server.child = spawn(&server.program, &server.folder, &server.url, address)?;
            server.next_start = server.next_start.min(server.until_ready().await?);
        }
        Ok(server)
    }

    /// Whose processor time counts.
    pub fn watched(&self) -> Watched {
        Watched { server: self.child.id(), database: self.postmaster }
    }

    /// Makes a project, the clients and the user.
    pub fn prepare(&self) -> anyhow::Result<Clients> {
        self.command(&["project", "create", "--name", "Bench"], "")?;
        let api = ["api", "create", "--project", "Bench", "--identifier", OPAQUE_API, "--name", "Opaque"];
        self.command(&[&api[..], &["--token-format", "opaque"]].concat(), "")?;
        self.command(&["user", "create", "--email", EMAIL, "--password-stdin"], PASSWORD)?;
        let client = |kind: &[&str]| -> anyhow::Result<Client> {
            let usual = ["client", "create", "--project", "Bench", "--name", "Bench"];
            let made = self.command(&[usual.as_slice(), kind].concat(), "")?;
            let of = |name: &str| made[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
            Ok(Client { id: of("client_id")?, secret: of("client_secret")? })
        };
        Ok(Clients {
            web: client(&["--type", "web", "--redirect-uri", CALLBACK, "--first-party"])?,
            machine_es256: client(&["--type", "machine", "--scope", "orders:read usher:sync"])?,
            machine_rs256: client(&["--type", "machine", "--scope", "orders:read", "--access-token-alg", "RS256"])?,
            opaque: client(&["--type", "machine", "--audience", OPAQUE_API])?,
            bank: Arc::new(self.bank()?),
        })
    }

    fn bank(&self) -> anyhow::Result<Bank> {
        let pair = Bank::key()?;
        let mut key = jwk(&pair);
        key["kid"] = "bank".into();
        let create = ["client", "create", "--project", "Bench", "--name", "Bank", "--type", "web", "--first-party"];
        let profile =
            ["--redirect-uri", CALLBACK, "--auth", "private_key_jwt", "--jwks", "-", "--id-token-alg", "ES256"];
        let fapi = ["--security-profile", "fapi2"];
        let made = self.command(&[&create[..], &profile, &fapi].concat(), &json!({"keys": [key]}).to_string())?;
        let id = made["client_id"].as_str().context("no client_id")?.to_owned();
        Ok(Bank::new(id, format!("http://localhost:{}", self.address.port()), pair))
    }

    /// Adds the simulator as Google.
    pub fn add_google(&self, base: &str) -> anyhow::Result<()> {
        let add = ["provider", "add", "google", "--client-id", "sim", "--client-secret-stdin", "--base-url", base];
        self.command(&add, "sim-secret").map(drop)
    }

    /// Runs a command of `usher` in this server and reads its JSON.
    fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<Value> {
        let mut command = settings(&self.program, &self.folder, &self.url, self.address);
        let command = command.args(arguments).arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        child.stdin.take().context("no standard input")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "usher {}: {errors}", arguments.join(" "));
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    async fn until_ready(&mut self) -> anyhow::Result<f64> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("usher ended ({status}): see {}", self.folder.join("usher.log").display());
            }
            if is_ready(self.address).await {
                return Ok(began.elapsed().as_secs_f64() * 1e3);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("usher is not ready after {} s", PATIENCE.as_secs())
    }

    fn stop(&mut self) {
        // Killed, not asked: what was answered is durable, or the measurement is worth nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for BenchServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut wire) = Wire::connect(address).await else { return false };
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", address.port());
    wire.ask(request.as_bytes()).await.is_ok_and(|answer| answer.status == 200)
}

fn spawn(program: &Path, folder: &Path, url: &str, address: SocketAddr) -> anyhow::Result<Child> {
    let log = File::options().create(true).append(true).open(folder.join("usher.log"))?;
    let mut command = settings(program, folder, url, address);
    command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.spawn().with_context(|| program.display().to_string())
}

/// As in production, but for the limit on sign-ins: that is not what is measured.
fn settings(program: &Path, folder: &Path, url: &str, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    let ours = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("USHER_"));
    for name in ours {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("USHER_ISSUER", format!("http://localhost:{}", address.port()))
        .env("USHER_LISTEN", address.to_string())
        .env("USHER_DATABASE_URL", url)
        .env("USHER_KEYS__DIR", folder.join("keys"))
        .env("USHER_LIMITS__SIGN_IN", "off");
    command
}
