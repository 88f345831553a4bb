//! A new database for each test: SQLite in a folder of its own, and PostgreSQL if a server is configured.
//!
//! `USHER_TEST_POSTGRES_URL` is the URL of a database on that server to connect to; each test creates its own database
//! there and drops it at its end.

use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use usher_storage::{OpenOptions, Store};

use super::template;

/// The environment variable with the PostgreSQL server.
const POSTGRES: &str = "USHER_TEST_POSTGRES_URL";

/// An open, migrated database of one test; deleted when dropped.
pub struct TestDatabase {
    /// The open store.
    pub store: Store,
    /// Its URL.
    pub url: String,
    /// Deletes the database when dropped.
    #[expect(dead_code, reason = "it is there to be dropped")]
    place: Place,
}

/// Where a database is stored, and what must be deleted with it.
enum Place {
    /// Owned by another value.
    Shared,
    Folder(#[expect(dead_code, reason = "the folder is deleted when this is dropped")] TempDir),
    Server {
        url: String,
        name: String,
    },
}

/// A connection that bypasses the store.
pub enum RawConnection {
    /// To SQLite.
    Sqlite(SqliteConnection),
    /// To PostgreSQL.
    Postgres(PgConnection),
}

impl TestDatabase {
    /// A new, migrated SQLite database.
    pub async fn sqlite() -> Self {
        Self::sqlite_holding(template::sqlite().await).await
    }

    /// A new, migrated PostgreSQL database; `None` without a server.
    pub async fn postgres() -> Option<Self> {
        let server = postgres_server()?;
        let template = template::postgres(&server).await;
        Some(Self::postgres_like(server, Some(template)).await)
    }

    /// An empty SQLite database without a schema.
    pub async fn empty_sqlite() -> Self {
        Self::sqlite_holding(&[]).await
    }

    /// An empty PostgreSQL database without a schema; `None` without a server.
    pub async fn empty_postgres() -> Option<Self> {
        Some(Self::postgres_like(postgres_server()?, None).await)
    }

    /// A SQLite database with these initial bytes. From no bytes SQLite makes an empty database.
    async fn sqlite_holding(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let file = folder.path().join("usher.db");
        std::fs::write(&file, bytes).expect("the file can be written");
        let url = format!("sqlite://{}", file.display());
        Self { store: open(&url).await, url, place: Place::Folder(folder) }
    }

    async fn postgres_like(server: String, template: Option<&str>) -> Self {
        let name = unique_name();
        let mut admin = PgConnection::connect(&server).await.expect("the PostgreSQL server answers");
        template::create_postgres(&mut admin, &name, template).await;
        admin.close().await.expect("the server lets us go");
        let url = template::postgres_url(&server, &name);
        Self { store: open(&url).await, url, place: Place::Server { url: server, name } }
    }

    /// Another store on the same database, as of a second instance.
    pub async fn second_store(&self) -> Store {
        open(&self.url).await
    }

    /// The same database with another store; this value must outlive it.
    pub async fn shared(&self) -> Self {
        Self { store: open(&self.url).await, url: self.url.clone(), place: Place::Shared }
    }

    /// Closes the store and opens the database again, like a restart.
    pub async fn restart(&mut self) {
        self.store = open(&self.url).await;
    }

    /// Copies the file of a SQLite database, like a backup, and returns the URL of the copy.
    pub async fn back_up(&self) -> String {
        let RawConnection::Sqlite(mut connection) = self.connect().await else { panic!("there is no file to copy") };
        let copy = format!("{}.backup", self.url.trim_start_matches("sqlite://"));
        connection.execute(AssertSqlSafe(format!("vacuum into '{copy}'"))).await.expect("there is room for a copy");
        format!("sqlite://{copy}")
    }

    /// From the next restart on, the database is this copy.
    pub fn restore(&mut self, backup: String) {
        self.url = backup;
    }

    /// The options of this database, for a test that changes them.
    pub fn options(&self) -> OpenOptions {
        options(&self.url)
    }

    /// A connection that bypasses the store.
    pub async fn connect(&self) -> RawConnection {
        if self.url.starts_with("sqlite:") {
            RawConnection::Sqlite(SqliteConnection::connect(&self.url).await.expect("the file can be opened"))
        } else {
            RawConnection::Postgres(PgConnection::connect(&self.url).await.expect("the database answers"))
        }
    }

    /// Runs SQL outside of the store, and returns the number of changed rows.
    pub async fn execute(&self, sql: &'static str) -> u64 {
        self.connect().await.execute(sql).await
    }

    /// Runs SQL outside of the store that a check constraint would reject.
    pub async fn execute_unchecked(&self, table: &str, column: &str, sql: &'static str) {
        let mut connection = self.connect().await;
        match &mut connection {
            RawConnection::Sqlite(connection) => {
                connection.execute("pragma ignore_check_constraints = on").await.map(drop)
            }
            RawConnection::Postgres(connection) => {
                let drop_check = format!("alter table {table} drop constraint {table}_{column}_check");
                connection.execute(AssertSqlSafe(drop_check)).await.map(drop)
            }
        }
        .expect("a check can be lifted");
        connection.execute(sql).await;
    }

    /// Records a migration that this program does not have.
    pub async fn pretend_a_migration(&self, version: i64) {
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                   select $1, 'later', success, checksum, execution_time from _sqlx_migrations where version = 1";
        match self.connect().await {
            RawConnection::Sqlite(mut connection) => {
                sqlx::query(sql).bind(version).execute(&mut connection).await.map(drop)
            }
            RawConnection::Postgres(mut connection) => {
                sqlx::query(sql).bind(version).execute(&mut connection).await.map(drop)
            }
        }
        .expect("the table of migrations can be written");
    }

    /// Changes the recorded checksum of the first migration.
    pub async fn forge_a_checksum(&self) {
        let sql = "update _sqlx_migrations set checksum = $1 where version = 1";
        match self.connect().await {
            RawConnection::Sqlite(mut connection) => {
                sqlx::query(sql).bind(vec![0_u8; 48]).execute(&mut connection).await.map(drop)
            }
            RawConnection::Postgres(mut connection) => {
                sqlx::query(sql).bind(vec![0_u8; 48]).execute(&mut connection).await.map(drop)
            }
        }
        .expect("the table of migrations can be written");
    }

    /// A number read outside of the store.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let number = match self.connect().await {
            RawConnection::Sqlite(mut connection) => sqlx::query_scalar(sql).fetch_one(&mut connection).await,
            RawConnection::Postgres(mut connection) => sqlx::query_scalar(sql).fetch_one(&mut connection).await,
        };
        number.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

impl RawConnection {
    /// Runs SQL, and returns the number of changed rows.
    pub async fn execute(&mut self, sql: &'static str) -> u64 {
        let done = match self {
            Self::Sqlite(connection) => connection.execute(sql).await.map(|done| done.rows_affected()),
            Self::Postgres(connection) => connection.execute(sql).await.map(|done| done.rows_affected()),
        };
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Server { url, name } = self else { return };
        let (url, drop) = (url.clone(), format!("drop database if exists {name} with (force)"));
        // A destructor cannot wait on the runtime of the test: a thread with a runtime of its own can.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move {
                let mut admin = PgConnection::connect(&url).await?;
                admin.execute(AssertSqlSafe(drop)).await?;
                admin.close().await
            })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            say(&format!("the test database {name} could not be dropped"));
        }
    }
}

/// Defines a test that runs on both databases:
/// `on_both_databases! { async fn a_user_is_found_again(db: TestDatabase) { … } }`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: TestDatabase) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test names something of its file")]
            use super::*;

            $(#[$meta])*
            async fn promise(#[allow(unused_mut, clippy::allow_attributes, reason = "some tests restart")] mut $db: $crate::harness::database::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                promise($crate::harness::database::TestDatabase::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(database) = $crate::harness::database::TestDatabase::postgres().await {
                    promise(database).await;
                }
            }
        }
    )*};
}
pub(crate) use on_both_databases;

/// The PostgreSQL server for tests. Reports once, bypassing the capture of output, if there is none.
fn postgres_server() -> Option<String> {
    static TOLD: Once = Once::new();
    let server = std::env::var(POSTGRES).ok().filter(|url| !url.is_empty());
    if server.is_none() {
        TOLD.call_once(|| say(&format!("skipped: no PostgreSQL ({POSTGRES} is not set); SQLite alone is tested")));
    }
    server
}

/// `eprintln!` in a test that passes is not shown; this is.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A name that no other test or run uses.
fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("usher_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn options(url: &str) -> OpenOptions {
    OpenOptions { readers: 4, connections: 8, busy_timeout: Duration::from_secs(5), ..OpenOptions::new(url) }
}

async fn open(url: &str) -> Store {
    Store::open(&options(url)).await.unwrap_or_else(|error| panic!("{error}"))
}
