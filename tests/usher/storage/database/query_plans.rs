//! Every statement uses an index, on both databases.

use crate::harness::database::{RawConnection, TestDatabase};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use usher_storage::statements;

/// Statements that may scan a table, and why.
const MAY_SCAN: &[(&str, &str, &str)] = &[
    ("system/keys", "LIST", "a handful of keys, all of them wanted"),
    ("providers", "LIST", "a handful of providers, all of them wanted"),
    ("system/throttles", "SWEEP", "a chore: an index on a column that every try changes would cost more than it saves"),
];
/// Statements that SQLite reports as a scan although only an index is read; PostgreSQL does not.
const MAY_SCAN_AN_INDEX: &[(&str, &str, &str)] = &[
    ("events/log", "LIST_OF_USER", "two pages at most, each found by an index"),
    ("system/health", "QUEUED_DELIVERIES", "a part of the index, up to a limit"),
    ("system/health", "QUEUED_EMAILS", "a part of the index, up to a limit"),
    ("system/health", "QUEUED_LOGOUT_NOTICES", "a part of the index, up to a limit"),
    ("system/health", "COUNT_WAITING", "a part of the index, up to a limit"),
    ("users", "ADMINISTRATORS", "the index of administrators alone"),
    ("users/search", "INSERT_TERMS", "the terms of one user, which are a parameter"),
    ("users/search", "SUMMARIES", "the ids of one page, which are a parameter"),
    ("users/identities", "LIST_OF_SEVERAL", "the users of one page, which are a parameter"),
    ("object_terms", "INSERT", "the terms of one object, which are a parameter"),
    ("object_terms", "TERMS_OF", "the ids of one search, which are a parameter"),
    ("apis", "IDENTIFIERS", "the first hundred, in the order of the index"),
    ("projects", "EVERY", "a fact that is everybody's: all are wanted"),
];

#[tokio::test]
async fn on_sqlite_every_statement_uses_an_index() {
    let db = TestDatabase::sqlite().await;
    let RawConnection::Sqlite(mut connection) = db.connect().await else { panic!("this is SQLite") };
    let mut scanning = Vec::new();
    for (file, sql) in statements() {
        let plan = explain_sqlite(&mut connection, sql.sqlite).await;
        if plan.iter().any(|step| step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW") {
            scanning.push((file, sql.name, plan.join("; ")));
        }
    }
    check(&scanning, &[MAY_SCAN, MAY_SCAN_AN_INDEX].concat());
}

#[tokio::test]
async fn on_postgres_every_statement_uses_an_index() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let mut connection = PgConnection::connect(&db.url).await.unwrap();
    let mut scanning = Vec::new();
    for setting in ["set enable_seqscan = off", "set plan_cache_mode = force_generic_plan"] {
        sqlx::raw_sql(setting).execute(&mut connection).await.unwrap();
    }
    for (file, sql) in statements() {
        let plan = explain_postgres(&mut connection, sql.postgres).await;
        if plan.iter().any(|step| step.contains("Seq Scan")) {
            scanning.push((file, sql.name, plan.join("; ")));
        }
    }
    check(&scanning, MAY_SCAN);
}

/// Only the listed statements scan, and all of them still do.
fn check(scanning: &[(&str, &str, String)], allowed: &[(&str, &str, &str)]) {
    let may = |file: &str, name: &str| allowed.iter().any(|(f, n, _)| (*f, *n) == (file, name));
    let faults: Vec<String> = scanning
        .iter()
        .filter(|(file, name, _)| !may(file, name))
        .map(|(file, name, plan)| format!("{file}::{name}: {plan}"))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    for (file, name, _) in allowed {
        assert!(scanning.iter().any(|(f, n, _)| f == file && n == name), "{file}::{name} needs no leave to scan");
    }
}

async fn explain_sqlite(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("explain query plan {sql}"));
    let rows = sqlx::query(explain).fetch_all(connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.get("detail")).collect()
}

/// PostgreSQL 15 explains a statement with parameters only once it is prepared.
async fn explain_postgres(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let parameters = (1..100).rev().find(|number| sql.contains(&format!("${number}"))).unwrap_or(0);
    let nulls = vec!["null"; parameters].join(", ");
    let execute = if nulls.is_empty() { "q".to_owned() } else { format!("q({nulls})") };
    let run = async |connection: &mut PgConnection, text: String| {
        let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(connection).await;
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    };
    run(connection, format!("prepare q as {sql}")).await;
    let rows = run(connection, format!("explain execute {execute}")).await;
    run(connection, "deallocate q".to_owned()).await;
    rows.iter().map(|row| row.get::<String, _>(0).trim().to_owned()).collect()
}
