//! A lock on a needed table: no request waits for ever, and readiness reports it.

use std::time::{Duration, Instant};

use usher_domain::oauth::client::ClientType;
use usher_storage::{OpenOptions, Store, TABLES_OF_JOBS, request_tables};

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// The same database with a short lock timeout.
async fn impatient(mut db: TestDatabase) -> TestDatabase {
    let options = OpenOptions { busy_timeout: Duration::from_millis(300), ..db.options() };
    db.store = Store::open(&options).await.expect("the database can be opened");
    db
}

async fn ready(server: &TestServer) -> u16 {
    server.http.get(server.at("/health/ready")).send().await.expect("the server answers").status().as_u16()
}

on_both_databases! {
    async fn a_locked_table_is_answered_503_with_retry_after_and_readiness_notices(db: TestDatabase) {
        let server = TestServer::on(impatient(db).await, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| ()).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        assert_eq!(ready(&server).await, 200);
        let mut other = server.database.connect().await;
        if server.database.store.kind() == "sqlite" {
            other.execute("begin exclusive").await;
        } else {
            other.execute("begin").await;
            other.execute("lock table grants in access exclusive mode").await;
        }
        let began = Instant::now();
        let refused = server.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!(refused.status, 503, "{refused:?}");
        assert_eq!(refused.error(), "temporarily_unavailable");
        assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
        if server.database.store.kind() == "postgres" {
            let refused = server.userinfo(&tokens.text("access_token")).await;
            assert_eq!(refused.status, 503, "{refused:?}");
            assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
        }
        assert_eq!(ready(&server).await, 503);
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        other.execute("rollback").await;
        assert_eq!(ready(&server).await, 200);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
    }
}

#[tokio::test]
async fn readiness_looks_at_every_table_that_sign_in_and_tokens_need() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let tables: Vec<&str> = request_tables().chain(TABLES_OF_JOBS.iter().copied()).collect();
    let named = tables.iter().map(|table| format!("'{table}'")).collect::<Vec<_>>().join(", ");
    let others = "select count(*) from pg_tables where schemaname = 'public' and tablename not in";
    assert_eq!(db.count(String::leak(format!("{others} ('_sqlx_migrations', {named})"))).await, 0);
    let all = db.count("select count(*) from pg_tables where schemaname = 'public'").await;
    assert_eq!(usize::try_from(all), Ok(tables.len() + 1), "every name is that of a table");
    let mut other = db.connect().await;
    for table in ["project", "assignment", "password", "known_browser"] {
        other.execute("begin").await;
        other.execute(String::leak(format!("lock table {table} in access exclusive mode"))).await;
        assert!(db.store.check_ready().await.is_err(), "{table} is locked");
        other.execute("rollback").await;
        db.store.check_ready().await.expect("it is not locked any more");
    }
    other.execute("begin").await;
    for table in TABLES_OF_JOBS {
        other.execute(String::leak(format!("lock table {table} in access exclusive mode"))).await;
    }
    db.store.check_ready().await.expect("a request does without these");
    other.execute("rollback").await;
}

#[tokio::test]
async fn every_connection_to_postgres_has_a_lock_timeout_and_a_statement_timeout() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let store = Store::open(&OpenOptions::new(db.url.clone())).await.expect("the database can be opened");
    let mut tx = store.begin_single().await.expect("a connection is free");
    let read = "select current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')";
    assert_eq!(tx.fetch_text(read).await.expect("settings can be read").as_deref(), Some("5s 5s"));
}
