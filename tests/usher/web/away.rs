//! A temporary outage of the database: reported at once, and over by itself (RL-03).

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use usher_domain::oauth::client::ClientType;
use usher_storage::{OpenOptions, Store};

use super::wire::{Reply, send};
use crate::harness::browser::Browser;
use crate::harness::database::TestDatabase;
use crate::harness::relying_party::Answer;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
/// Far above what is promised, far below what a user would accept: a loaded machine must not fail the test.
const SOON: Duration = Duration::from_secs(8);

/// With a short lock timeout, so that the test is short.
async fn impatient(mut database: TestDatabase) -> TestDatabase {
    let options = OpenOptions { busy_timeout: Duration::from_millis(200), ..database.options() };
    database.store = Store::open(&options).await.expect("it opens");
    database
}

async fn sign_in(server: &TestServer, browser: &Browser<'_>, csrf: &str) -> Reply {
    server.post_as(browser, "/login", &[("csrf", csrf), ("email", ANA), ("password", PASSWORD)]).await
}

fn later(status: StatusCode, retry_after: bool) {
    assert_eq!((status, retry_after), (StatusCode::SERVICE_UNAVAILABLE, true));
}

fn later_answer(answer: &Answer) {
    later(answer.status, answer.headers.contains_key("retry-after"));
}

async fn metadata_is_there(server: &TestServer) {
    for path in ["/oauth2/jwks", "/.well-known/openid-configuration", "/health/live"] {
        assert_eq!(send(server.http.get(server.at(path))).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_sqlite_is_locked_writes_get_503_and_reads_work() {
    let server = TestServer::on(impatient(TestDatabase::sqlite().await).await, &[]).await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    let code = browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
    let tokens = server.exchange(&client, &code).await;
    let mut fresh = server.browser();
    let csrf = fresh.open(&server.at("/login")).await.value("csrf");
    let mut lock = server.database.connect().await;
    lock.execute("begin immediate").await;
    let began = Instant::now();
    let reply = sign_in(&server, &fresh, &csrf).await;
    later(reply.status, reply.retry_after().is_some());
    assert!(reply.set_cookies().is_empty() && reply.body.contains("<!doctype html>"));
    later_answer(&server.refresh(&client, &tokens.text("refresh_token")).await);
    let revoked = server.call(&client, "/oauth2/revoke", &[("token", &tokens.text("refresh_token"))]).await;
    later_answer(&revoked);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    metadata_is_there(&server).await;
    assert_eq!(
        browser.open(&server.at("/account/profile")).await.status,
        StatusCode::OK,
        "who only reads does not notice"
    );
    lock.execute("rollback").await;
    assert_eq!(sign_in(&server, &fresh, &csrf).await.status, StatusCode::SEE_OTHER);
    let renewed = server.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(renewed.error(), "ok", "nothing was half done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_is_unreachable_requests_get_503() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let server = TestServer::on(impatient(database).await, &[]).await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    let code = browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
    let tokens = server.exchange(&client, &code).await;
    let mut fresh = server.browser();
    let csrf = fresh.open(&server.at("/login")).await.value("csrf");
    let postgres = std::env::var("USHER_TEST_POSTGRES_URL").expect("there is a server");
    let mut admin = PgConnection::connect(&postgres).await.expect("it answers");
    let name =
        server.database.url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a name").to_owned();
    let query = |sql: String| AssertSqlSafe(sql);
    admin.execute(query(format!("alter database {name} with allow_connections false"))).await.expect("it shuts");
    let cut = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    admin.execute(query(cut)).await.expect("it cuts");
    let began = Instant::now();
    for _ in 0..2 {
        let reply = sign_in(&server, &fresh, &csrf).await;
        later(reply.status, reply.retry_after().is_some());
    }
    later_answer(&server.refresh(&client, &tokens.text("refresh_token")).await);
    let profile = server.get_as(&browser, "/account/profile").await;
    later(profile.status, profile.retry_after().is_some());
    let userinfo = server.userinfo(&tokens.text("access_token")).await;
    assert!(userinfo.status.is_server_error() && userinfo.json["sub"].is_null(), "{userinfo:?}");
    assert!(began.elapsed() < SOON * 2, "{:?}", began.elapsed());
    metadata_is_there(&server).await;
    let ready = send(server.http.get(server.at("/health/ready"))).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    admin.execute(query(format!("alter database {name} with allow_connections true"))).await.expect("it opens");
    let mut status = StatusCode::SERVICE_UNAVAILABLE;
    for _ in 0..50 {
        status = sign_in(&server, &fresh, &csrf).await.status;
        if status != StatusCode::SERVICE_UNAVAILABLE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, StatusCode::SEE_OTHER, "it recovers by itself");
    assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "ok");
}
