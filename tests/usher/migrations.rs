//! The schema: the same on both databases, migrated once by any number of instances.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA384, digest};
use sqlx::{PgConnection, SqliteConnection};
use tempfile::TempDir;
use usher::app::{BootstrapError, OsRandom, bootstrap};
use usher_config::{Config, RunMode, SettingSources};
use usher_domain::time::ManualClock;
use usher_storage::{SchemaState, StorageError, Store};

use crate::harness::database::{RawConnection, TestDatabase, on_both_databases};
use crate::harness::server::START;

fn file_names(folder: &str) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_databases_have_the_same_migrations_by_name() {
    let names = file_names("migrations/sqlite");
    assert_eq!(names, file_names("migrations/postgres"));
    for (place, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", place + 1)), "{name} leaves a gap");
    }
}

/// A column as both databases describe it: table, name, kind, and whether it may be null.
type Column = (String, String, String, bool);

async fn columns_of_sqlite(connection: &mut SqliteConnection) -> Vec<Column> {
    let sql = "select t.name as of, c.name as name, lower(c.type) as kind, c.\"notnull\" = 0 as nullable \
               from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite%'";
    sqlx::query_as(sql).fetch_all(connection).await.unwrap()
}

async fn columns_of_postgres(connection: &mut PgConnection) -> Vec<Column> {
    let sql = "select table_name::text as of, column_name::text as name, data_type::text as kind, \
               is_nullable = 'YES' as nullable from information_schema.columns where table_schema = 'public'";
    sqlx::query_as(sql).fetch_all(connection).await.unwrap()
}

fn by_name(columns: Vec<Column>) -> BTreeMap<(String, String), (String, bool)> {
    let ours = columns.into_iter().filter(|(table, ..)| table != "_sqlx_migrations");
    ours.map(|(table, name, kind, nullable)| ((table, name), (kind, nullable))).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_kinds() {
    let Some(postgres) = TestDatabase::postgres().await else { return };
    let sqlite = TestDatabase::sqlite().await;
    let RawConnection::Postgres(mut connection) = postgres.connect().await else { panic!("this is PostgreSQL") };
    let there = by_name(columns_of_postgres(&mut connection).await);
    let RawConnection::Sqlite(mut connection) = sqlite.connect().await else { panic!("this is SQLite") };
    let here = by_name(columns_of_sqlite(&mut connection).await);
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    assert!(here.len() > 80);
    let same = |sqlite: &str, postgres: &str| match sqlite {
        "blob" => ["uuid", "bytea"].contains(&postgres),
        "integer" => ["bigint", "boolean"].contains(&postgres),
        "text" => ["text", "jsonb"].contains(&postgres),
        _ => false,
    };
    for ((column, (kind, nullable)), (kind_there, nullable_there)) in here.iter().zip(there.values()) {
        assert_eq!(nullable, nullable_there, "{column:?}");
        assert!(same(kind, kind_there), "{column:?}: {kind} is not {kind_there}");
    }
}

#[tokio::test]
async fn both_databases_have_the_same_named_indexes() {
    let Some(postgres) = TestDatabase::postgres().await else { return };
    let sqlite = TestDatabase::sqlite().await;
    let RawConnection::Postgres(mut connection) = postgres.connect().await else { panic!("this is PostgreSQL") };
    let sql =
        "select indexname::text from pg_indexes where schemaname = 'public' and indexname like '%\\_by\\_%' order by 1";
    let there: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    let RawConnection::Sqlite(mut connection) = sqlite.connect().await else { panic!("this is SQLite") };
    let sql = "select name from sqlite_master where type = 'index' and sql is not null order by 1";
    let here: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    assert_eq!(here, there);
    assert!(!here.is_empty());
}

on_both_databases! {
    async fn migrating_again_changes_nothing(db: TestDatabase) {
        let before = db.store.schema().await.unwrap();
        assert_eq!(before.known, before.applied);
        crate::storage::samples::stored_user(&db.store).await;
        assert_eq!(db.store.migrate().await.unwrap(), before);
        assert_eq!(db.count("select count(*) from users").await, 1);
    }

    async fn a_newer_schema_is_refused_in_one_line_and_blocks_nobody(db: TestDatabase) {
        db.pretend_a_migration(9_999).await;
        for answer in [db.store.migrate().await, db.store.schema().await] {
            let Err(StorageError::Migration(line)) = answer else { panic!("{answer:?}") };
            assert!(line.contains("newer than this program") && line.contains("9999"), "{line}");
            assert!(!line.contains('\n'));
        }
        db.execute("delete from _sqlx_migrations where version = 9999").await;
        let other = db.second_store().await;
        let migrating = tokio::time::timeout(Duration::from_secs(5), other.migrate()).await;
        migrating.expect("the instance that was refused holds no lock").unwrap();
    }

    async fn clients_that_exist_keep_the_algorithm_of_their_access_tokens(db: TestDatabase) {
        let client = crate::storage::samples::stored_client(&db.store).await;
        assert_eq!((client.metadata.access_token_alg(), client.metadata.access_token_signed_response_alg.as_ref()), ("ES256", None));
        let migration = match db.connect().await {
            RawConnection::Sqlite(_) => include_str!("../../migrations/sqlite/0015_client_algorithms.sql"),
            RawConnection::Postgres(_) => include_str!("../../migrations/postgres/0015_client_algorithms.sql"),
        };
        assert_eq!(db.execute(migration).await, 1);
        let kept = db.store.find_client(&client.id).await.unwrap().unwrap().metadata;
        assert_eq!(kept.access_token_alg(), "RS256", "as its ID tokens");
        assert_eq!(db.execute(migration).await, 0);
    }

    /// The migrator of sqlx made the databases of earlier versions.
    async fn a_database_that_sqlx_migrated_is_opened_and_not_migrated_again(db: TestDatabase) {
        let state = db.store.schema().await.unwrap();
        db.execute("drop table _sqlx_migrations").await;
        record_as_sqlx(&db, state.known).await;
        crate::storage::samples::stored_user(&db.store).await;
        let store = db.second_store().await;
        assert_eq!(store.schema().await.unwrap(), state);
        assert_eq!(store.migrate().await.unwrap(), state);
        assert_eq!(db.count("select count(*) from _sqlx_migrations where execution_time = 1234").await, i64::try_from(state.known).unwrap());
        assert_eq!(db.count("select count(*) from users").await, 1);
    }

    async fn an_unfinished_migration_is_refused(db: TestDatabase) {
        db.execute("update _sqlx_migrations set success = false where version = 2").await;
        for answer in [db.store.migrate().await, db.store.schema().await] {
            let Err(StorageError::Migration(line)) = answer else { panic!("{answer:?}") };
            assert!(line.contains("migration 2 is partially applied"), "{line}");
        }
    }

    async fn a_migration_changed_after_the_fact_is_refused(db: TestDatabase) {
        db.forge_a_checksum().await;
        let answer = db.store.migrate().await;
        let Err(StorageError::Migration(line)) = answer else { panic!("{answer:?}") };
        assert!(line.contains("another form"), "{line}");
    }
}

/// Creates the table of the migrator of sqlx 0.9, with its rows for the first migrations.
async fn record_as_sqlx(db: &TestDatabase, migrations: usize) {
    let (time, bytes) = if db.store.kind() == "sqlite" { ("timestamp", "blob") } else { ("timestamptz", "bytea") };
    let create = format!(
        "create table if not exists _sqlx_migrations (version bigint primary key, description text not null, \
         installed_on {time} not null default current_timestamp, success boolean not null, checksum {bytes} not null, \
         execution_time bigint not null)"
    );
    db.execute(String::leak(create)).await;
    for (place, file) in file_names("migrations/sqlite").iter().take(migrations).enumerate() {
        let text = fs::read(format!("migrations/{}/{file}", db.store.kind())).unwrap();
        let checksum = digest(&SHA384, &text);
        let checksum = checksum.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let checksum = if bytes == "blob" { format!("x'{checksum}'") } else { format!("'\\x{checksum}'") };
        let insert = format!(
            "insert into _sqlx_migrations values ({}, '{file}', current_timestamp, true, {checksum}, 1234)",
            place + 1
        );
        db.execute(String::leak(insert)).await;
    }
}

/// Both databases, empty.
async fn empty_databases() -> Vec<TestDatabase> {
    let mut databases = vec![TestDatabase::empty_sqlite().await];
    databases.extend(TestDatabase::empty_postgres().await);
    databases
}

#[tokio::test]
async fn a_database_that_an_older_usher_made_is_migrated_to_the_end() {
    for db in empty_databases().await {
        let known = db.store.schema().await.unwrap().known;
        for file in file_names("migrations/sqlite").iter().take(known - 1) {
            let folder = format!("migrations/{}", db.store.kind());
            db.execute(String::leak(fs::read_to_string(format!("{folder}/{file}")).unwrap())).await;
        }
        record_as_sqlx(&db, known - 1).await;
        assert_eq!(db.store.schema().await.unwrap().applied, known - 1);
        assert_eq!(db.store.migrate().await.unwrap().applied, known);
    }
}

#[tokio::test]
async fn the_schema_version_counts_applied_migrations() {
    for db in empty_databases().await {
        let before = db.store.schema().await.unwrap();
        assert_eq!(before.applied, 0);
        assert!(before.known > 0);
        let after = SchemaState { applied: before.known, ..before };
        assert_eq!(db.store.migrate().await.unwrap(), after);
        assert_eq!(db.store.schema().await.unwrap(), after);
        assert_eq!(db.second_store().await.schema().await.unwrap(), after);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_may_migrate_an_empty_database_at_once() {
    for _ in 0..10 {
        for db in empty_databases().await {
            let (one, two) = (db.store.clone(), db.second_store().await);
            let (one, two) =
                (tokio::spawn(async move { one.migrate().await }), tokio::spawn(async move { two.migrate().await }));
            let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
            assert_eq!((one, one.known), (two, two.applied));
        }
    }
}

/// As an orchestrator starts them; each reads the owner of the database before it migrates.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_instances_may_start_at_once_on_an_empty_database() {
    for _ in 0..2 {
        for db in empty_databases().await {
            let keys = Arc::new(tempfile::tempdir().unwrap());
            let mut starting = Vec::new();
            for _ in 0..4 {
                let (store, keys) = (db.second_store().await, keys.clone());
                starting.push(tokio::spawn(async move { start(store, &keys).await }));
            }
            for one in starting {
                one.await.unwrap().unwrap();
            }
            assert_eq!(db.count("select count(*) from house where name = 'master-key'").await, 1);
        }
    }
}

async fn start(store: Store, keys: &TempDir) -> Result<(), BootstrapError> {
    for name in ["profile", "master-key"] {
        store.find_value_before_migrating(name).await?;
        tokio::task::yield_now().await;
    }
    let keys = keys.path().to_str().unwrap();
    let settings = [("keys.dir", keys), ("passwords.memory_kib", "8"), ("passwords.iterations", "1")];
    let config = Config::load(RunMode::Dev, SettingSources::of_flags(settings)).unwrap();
    bootstrap(config, store, Arc::new(ManualClock::at(START)), Arc::new(OsRandom::default())).await.map(drop)
}

/// What an instance sees while another one has created some tables and not yet all.
#[tokio::test]
async fn a_mark_that_is_looked_for_before_its_table_is_there_is_not_there() {
    for db in empty_databases().await {
        assert_eq!(db.store.find_value_before_migrating("profile").await.unwrap(), None);
        db.store.migrate().await.unwrap();
        assert_eq!(db.store.find_value_before_migrating("profile").await.unwrap(), None);
        db.execute("drop table house").await;
        assert_eq!(db.store.find_value_before_migrating("profile").await.unwrap(), None);
        assert!(db.store.find_value("profile").await.is_err());
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_not_taken_for_an_empty_one() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let store = db.second_store().await;
    drop(db);
    let answer = store.schema().await;
    assert!(answer.is_err(), "{answer:?}");
}
