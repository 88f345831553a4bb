//! A database that is temporarily unavailable reports so, and works again afterwards without being reopened.

use std::time::{Duration, Instant};

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::storage::samples::{in_tx, later, stored_user, user};
use usher_storage::{OpenOptions, StorageError, Store};

/// A SQLite database with a short lock timeout.
async fn impatient() -> (TestDatabase, Store) {
    let db = TestDatabase::sqlite().await;
    let options = OpenOptions { busy_timeout: Duration::from_millis(80), ..db.options() };
    let store = Store::open(&options).await.unwrap();
    (db, store)
}

#[tokio::test]
async fn a_locked_sqlite_refuses_to_write_still_reads_and_recovers() {
    let (db, store) = impatient().await;
    let known = stored_user(&store).await;
    let mut other = db.connect().await;
    other.execute("begin exclusive").await;
    let begun = Instant::now();
    for _ in 0..2 {
        let late = user();
        let refused = in_tx!(store, |tx| tx.insert_user(&late).await);
        assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
    }
    assert!(begun.elapsed() >= Duration::from_millis(160), "it waited for the lock");
    assert!(begun.elapsed() < Duration::from_secs(4), "but not for ever");
    assert!(store.find_user(known.id).await.unwrap().is_some(), "reading needs no lock");
    store.ping().await.unwrap();
    other.execute("rollback").await;
    stored_user(&store).await;
    assert_eq!(db.count("select count(*) from users").await, 2);
}

/// RL-04
#[tokio::test]
async fn a_full_sqlite_refuses_to_write_loses_nothing_and_recovers() {
    let (db, store) = impatient().await;
    let known = stored_user(&store).await;
    limit_pages(&store, "pragma max_page_count = 1").await;
    let mut written = 0;
    let refusal = loop {
        match fill(&store, written).await {
            Ok(()) => written += 1,
            Err(refusal) => break refusal,
        }
        assert!(written < 2_000, "a full database takes no more");
    };
    assert!(matches!(refusal, StorageError::Unavailable(_)), "{refusal:?}");
    assert!(store.find_user(known.id).await.unwrap().is_some());
    assert!(fill(&store, written + 1).await.is_err(), "still full");
    limit_pages(&store, "pragma max_page_count = 1000000").await;
    fill(&store, written + 2).await.unwrap();
    let facts = i64::try_from(written + 1).unwrap();
    assert_eq!(
        db.count("select count(*) from house").await,
        facts,
        "what was answered stayed, what was refused did not"
    );
}

/// RL-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_within_a_group_leaves_exactly_what_was_answered() {
    let (db, store) = impatient().await;
    limit_pages(&store, "pragma max_page_count = 60").await;
    let writing: Vec<_> = (0..120)
        .map(|place| {
            let store = store.clone();
            tokio::spawn(async move { (place, fill(&store, place).await) })
        })
        .collect();
    let (mut stayed, mut refused) = (0, 0);
    for one in writing {
        let (place, answer) = one.await.unwrap();
        let found = store.find_value(&format!("{place}")).await.unwrap().is_some();
        assert_eq!(answer.is_ok(), found, "{place}: {answer:?}");
        if found {
            stayed += 1;
        } else {
            refused += 1;
        }
        assert!(answer.is_ok() || matches!(answer, Err(StorageError::Unavailable(_))), "{answer:?}");
    }
    assert!(refused > 0);
    assert_eq!(db.count("select count(*) from house").await, stayed);
    limit_pages(&store, "pragma max_page_count = 1000000").await;
    fill(&store, 999).await.unwrap();
}

/// Limits the number of pages of the writer's connection.
async fn limit_pages(store: &Store, pragma: &'static str) {
    let mut tx = store.begin_single().await.unwrap();
    tx.fetch_text(pragma).await.unwrap();
    tx.commit().await.unwrap();
}

/// Writes four kilobytes.
async fn fill(store: &Store, place: usize) -> Result<(), StorageError> {
    let (name, value) = (format!("{place}"), vec![7; 4_096]);
    in_tx!(store, |tx| tx.set_value_once(&name, &value).await.map(drop))
}

on_both_databases! {
    async fn a_database_that_is_there_answers(db: TestDatabase) {
        db.store.ping().await.unwrap();
        assert!(["sqlite", "postgres"].contains(&db.store.kind()));
        assert!(db.url.starts_with(db.store.kind()));
    }
}

#[tokio::test]
async fn a_postgres_that_cut_every_connection_is_used_again_without_reopening() {
    let Some(db) = TestDatabase::postgres().await else { return };
    stored_user(&db.store).await;
    db.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'usher' and datname = current_database()").await;
    let mut tries = 0;
    while let Err(error) = db.store.take_lease("sweep", "one", later(0), later(1)).await {
        assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
        tries += 1;
        assert!(tries < 20, "it does not recover");
    }
    stored_user(&db.store).await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_unavailable_and_a_strange_address_is_named_without_its_password() {
    let gone = OpenOptions::new("postgres://ana:hunter2@127.0.0.1:9/usher");
    let answer = Store::open(&gone).await.err().unwrap();
    assert!(matches!(answer, StorageError::Unavailable(_)), "{answer:?}");
    for strange in ["mysql://ana:hunter2@host/db", "mysql:ana:hunter2@host", "host=h password=hunter2", "", "\0"] {
        let answer = Store::open(&OpenOptions::new(strange)).await.err().unwrap().to_string();
        assert!(answer.contains("sqlite://") && !answer.contains("hunter2"), "{answer}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let beneath_a_file = Store::open(&OpenOptions::new(format!("sqlite://{}/usher.db", file.display()))).await;
    assert!(matches!(beneath_a_file.err().unwrap(), StorageError::Unavailable(_)));
}
