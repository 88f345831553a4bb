//! Killed at any moment, the server loses nothing that it acknowledged.
//!
//! Clients refresh as fast as they can while the real program is killed, fifty times, and restarted after an outage of
//! up to two minutes, by which the stored rows are aged between a kill and the next start. Each client holds the
//! newest token that it ever received. That token must always be valid.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;
use tokio::task::JoinSet;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_storage::Store;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// The number of kills.
const KILLS: u32 = 50;
/// The number of families that are refreshed at once.
const FAMILIES: usize = 6;
/// The master key of the server that issues the first tokens and of the program that refreshes them.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The state of one client: the newest token it received, and how many.
#[derive(Clone)]
struct Holder {
    token: String,
    acknowledged: u32,
}

on_both_databases! {
    /// RL-01
    async fn fifty_kills_lose_no_acknowledged_refresh(db: TestDatabase) {
        let server = TestServer::on(db, &[("master_key", MASTER_KEY)]).await;
        let (client, mut holders) = families(&server).await;
        let folder = tempfile::tempdir().unwrap();
        let mut kills_in_flight = 0;
        for round in 0..KILLS {
            let program = Program::start(folder.path(), &server.database.url).await;
            let answered = Arc::new(AtomicU32::new(0));
            let mut clients = JoinSet::new();
            for holder in holders.drain(..) {
                let (http, url, answered) = (server.http.clone(), program.url.clone(), answered.clone());
                clients.spawn(refresh_until_it_dies(http, url, client.clone(), holder, answered));
            }
            // Killed while it works, each time a little later.
            while answered.load(Ordering::Relaxed) == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_millis(u64::from(round * 7 % 40))).await;
            program.kill();
            grow_older(&server, u64::from(round * 33 % 121)).await;
            for (holder, cut_off) in clients.join_all().await {
                kills_in_flight += u32::from(cut_off);
                holders.push(holder);
            }
        }
        assert!(kills_in_flight > 0, "some refresh was in flight when the program was killed");
        let acknowledged: u32 = holders.iter().map(|holder| holder.acknowledged).sum();
        assert!(acknowledged > KILLS, "the clients got somewhere: {acknowledged}");
        check_generations(&server.database.second_store().await, &server, &holders).await;
    }
}

/// Simulates an outage: every family becomes so many seconds older.
async fn grow_older(server: &TestServer, seconds: u64) {
    let sql = format!(
        "update grants set created_at = created_at - {seconds}, rotated_at = rotated_at - {seconds}, \
         idle_expires_at = idle_expires_at - {seconds}, expires_at = expires_at - {seconds}"
    );
    assert!(server.database.connect().await.execute(String::leak(sql)).await > 0);
}

/// Every generation in the database was acknowledged, or belongs to a response that a kill cut off.
async fn check_generations(store: &Store, server: &TestServer, holders: &[Holder]) {
    for holder in holders {
        let sealed = server
            .usher
            .core
            .sealer
            .open_deterministic_text(usher_keys::seal::Purpose::RefreshToken, &holder.token)
            .unwrap();
        let id = usher_domain::id::GrantId(uuid::Uuid::from_slice(&sealed[..16]).unwrap());
        let generation = u32::from_be_bytes(sealed[16..].try_into().unwrap());
        let grant = store.find_grant(id).await.unwrap().unwrap().grant;
        let leaf = grant.refresh.unwrap().generation;
        assert!(grant.revoked_at.is_none(), "nobody was taken for a thief");
        assert!(
            leaf == generation || leaf == generation + 1,
            "at most one step was not acknowledged: {leaf} and {generation}"
        );
        assert_eq!(generation, holder.acknowledged + 1, "each acknowledged refresh was one step");
    }
}

async fn families(server: &TestServer) -> (RegisteredClient, Vec<Holder>) {
    server.user("ana@example.test").await;
    let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
    let mut holders = Vec::new();
    let mut browser = server.browser();
    for _ in 0..FAMILIES {
        let landing = browser.go_through(&server.authorize_url(&client, &[]), "ana@example.test").await;
        let tokens = server.exchange(&client, &landing.code()).await;
        holders.push(Holder { token: tokens.text("refresh_token"), acknowledged: 0 });
    }
    (client, holders)
}

/// Refreshes until the program is killed. The second value says whether a request was in flight then.
async fn refresh_until_it_dies(
    http: Client,
    url: String,
    client: RegisteredClient,
    mut holder: Holder,
    answered: Arc<AtomicU32>,
) -> (Holder, bool) {
    loop {
        let form = [("grant_type", "refresh_token"), ("refresh_token", holder.token.as_str())];
        let request = http
            .post(format!("{url}/oauth2/token"))
            .basic_auth(&client.client.id.0, client.secret.as_ref())
            .form(&form);
        let Ok(response) = request.send().await else { return (holder, true) };
        let status = response.status();
        let Ok(answer) = response.json::<Value>().await else { return (holder, true) };
        assert_eq!(status, 200, "the newest token is always good: {answer}");
        let successor = answer["refresh_token"].as_str().expect("a new token");
        assert_ne!(successor, holder.token);
        answered.fetch_add(1, Ordering::Relaxed);
        holder = Holder { token: successor.to_owned(), acknowledged: holder.acknowledged + 1 };
    }
}

/// The real program, in a folder of its own.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    async fn start(folder: &Path, database: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://localhost:{port}");
        let child = Command::new(env!("CARGO_BIN_EXE_usher"))
            .arg("dev")
            .current_dir(folder)
            .env_clear()
            .env("USHER_LISTEN", format!("127.0.0.1:{port}"))
            .env("USHER_ISSUER", &url)
            .env("USHER_DATABASE_URL", database)
            .env("USHER_MASTER_KEY", MASTER_KEY)
            .env("USHER_DEMO__ENABLED", "false")
            .env("USHER_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program was built for this test");
        let program = Self { child, url };
        program.wait_until_ready().await;
        program
    }

    async fn wait_until_ready(&self) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let ready = reqwest::get(format!("{}/health/ready", self.url)).await;
            if ready.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the program did not become ready");
    }

    /// SIGKILL, as the out-of-memory killer or a power cut would.
    fn kill(mut self) {
        self.child.kill().expect("it is ours to kill");
        self.child.wait().expect("it ends");
    }
}
