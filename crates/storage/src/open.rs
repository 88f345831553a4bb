//! Opening a database and bringing its schema up to date.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, PgPool, SqlitePool};

use super::db::Db;
use super::wakeups::Wakeups;
use super::writer::Writer;
use super::{Result, StorageError, Store};

type ConnectResult = std::result::Result<(), sqlx::Error>;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long readiness waits for a lock: less than whoever asks for it waits for the answer.
const READY_LOCK_TIMEOUT: &str = "set local lock_timeout = '1s'";
/// The tables that people and clients need to register, sign in and get tokens: readiness fails while one of them is locked.
pub const REQUEST_TABLES: [&str; 28] = [
    "access",
    "assignment",
    "client",
    "consent",
    "event",
    "grants",
    "handover",
    "identity",
    "journey",
    "known_browser",
    "letter",
    "passkey",
    "password",
    "policy_revision",
    "project",
    "proof",
    "provider",
    "recovery_code",
    "remembered_browser",
    "revoked_token",
    "second_step",
    "session",
    "session_identity",
    "spent_ceremony",
    "throttle",
    "tombstone",
    "totp",
    "users",
];
/// How often migrating is tried while another instance is at it.
const MIGRATION_TRIES: u32 = 20;

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections that read, on SQLite.
    pub readers: u32,
    /// Connections, on PostgreSQL.
    pub connections: u32,
    /// How long a statement waits for a lock that somebody else holds; on PostgreSQL also how long it may run.
    pub busy_timeout: Duration,
}

impl OpenOptions {
    /// The database at `url` with the usual number of connections and five seconds of patience.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 4, connections: 16, busy_timeout: Duration::from_secs(5) }
    }
}

/// How far a schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaState {
    /// Migrations that this program knows.
    pub known: usize,
    /// Those of them that the database has.
    pub applied: usize,
}

impl Store {
    /// Opens the database, making the file on SQLite if it is not there. Does not migrate.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if it cannot be reached, [`StorageError::Driver`] if the address makes no sense.
    pub async fn open(options: &OpenOptions) -> Result<Self> {
        let db = if options.url.starts_with("sqlite:") {
            open_sqlite(options).await?
        } else if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            Db::Postgres(open_postgres(options).await?)
        } else {
            // The address itself stays unsaid: it may hold a password in a place that only its writer knows.
            let why = "the address of the database starts with neither sqlite:// nor postgres://";
            return Err(StorageError::Driver(sqlx::Error::Configuration(why.into())));
        };
        Ok(Self { db, wakeups: Arc::new(Wakeups::new()) })
    }

    /// Brings the schema up to date. Safe to run twice, and by two instances at once.
    ///
    /// # Errors
    /// [`StorageError::Migration`] if the schema is newer than this program, or a migration was changed after the fact.
    pub async fn migrate(&self) -> Result<SchemaState> {
        match &self.db {
            Db::Sqlite { migrator, .. } => migrate_sqlite(migrator.clone()).await,
            Db::Postgres(pool) => migrate_postgres(pool.clone()).await,
        }
        .map_err(explain)?;
        self.schema().await
    }

    /// How far the schema is, without touching it.
    ///
    /// # Errors
    /// [`StorageError::Migration`] if the schema is newer than this program, [`StorageError::Unavailable`] if the
    /// database does not answer.
    pub async fn schema(&self) -> Result<SchemaState> {
        let migrator = match &self.db {
            Db::Sqlite { .. } => &SQLITE,
            Db::Postgres(_) => &POSTGRES,
        };
        let known: Vec<i64> = migrator.iter().map(|migration| migration.version).collect();
        let applied = self.applied_migrations().await?;
        match applied.iter().find(|version| !known.contains(version)) {
            Some(version) => Err(explain(MigrateError::VersionMissing(*version))),
            None => Ok(SchemaState { known: known.len(), applied: applied.len() }),
        }
    }

    /// The versions written down in the database; none if there is no such table yet.
    async fn applied_migrations(&self) -> Result<Vec<i64>> {
        const APPLIED: &str = "select version from _sqlx_migrations where success order by version";
        let rows = match &self.db {
            Db::Sqlite { readers, .. } => sqlx::query_scalar(APPLIED).fetch_all(readers).await,
            Db::Postgres(pool) => sqlx::query_scalar(APPLIED).fetch_all(pool).await,
        };
        match rows {
            Err(error) if is_missing_table(&error) => Ok(Vec::new()),
            rows => Ok(rows?),
        }
    }

    /// Does the database answer?
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if it does not.
    pub async fn ping(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { readers, .. } => readers.execute("select 1").await.map(drop)?,
            Db::Postgres(pool) => pool.execute("select 1").await.map(drop)?,
        }
        Ok(())
    }

    /// Could a request be served now: are the tables there, and is nobody in the way of whoever writes to them?
    ///
    /// Nothing is written. On SQLite the one writer takes the lock that every write needs; on PostgreSQL [`REQUEST_TABLES`]
    /// are locked as a write would lock them, and let go.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if somebody is in the way for too long; any other if the tables are not there.
    pub async fn check_ready(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { readers, writer, .. } => {
                readers.execute("select id from session limit 1").await?;
                writer.submit(false, |_| Box::pin(async { Ok(()) })).await
            }
            Db::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                transaction.execute(READY_LOCK_TIMEOUT).await?;
                let lock = format!("lock table {} in row exclusive mode", REQUEST_TABLES.join(", "));
                transaction.execute(AssertSqlSafe(lock)).await?;
                Ok(transaction.rollback().await?)
            }
        }
    }
}

async fn open_sqlite(options: &OpenOptions) -> Result<Db> {
    let base = SqliteConnectOptions::from_str(&options.url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.busy_timeout)
        .disable_statement_logging();
    if let Some(folder) = base.get_filename().parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder)
            .map_err(|error| StorageError::Unavailable(format!("{}: {error}", folder.display())))?;
    }
    // One connection for the writer and one more that only migrations use.
    let writing = SqlitePoolOptions::new().max_connections(2).acquire_timeout(PATIENCE);
    let migrator = writing.idle_timeout(None).max_lifetime(None).connect_with(base.clone()).await?;
    let writer = Writer::start(migrator.acquire().await?);
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(base.pragma("query_only", "on"))
        .await?;
    Ok(Db::Sqlite { readers, writer, migrator })
}

async fn open_postgres(options: &OpenOptions) -> Result<PgPool> {
    let base = PgConnectOptions::from_str(&options.url)?.application_name("usher").disable_statement_logging();
    let pool = PgPoolOptions::new()
        .after_connect(limit_statements(options.busy_timeout))
        .max_connections(options.connections.max(2))
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(base)
        .await?;
    Ok(pool)
}

/// What a new connection is told: how long a statement waits for a lock, and how long it may run. Migrations have
/// connections of their own, and all the time they need.
fn limit_statements(
    timeout: Duration,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> BoxFuture<'_, ConnectResult> + Clone {
    let milliseconds = timeout.as_millis().max(1);
    let limits = format!("set lock_timeout = {milliseconds}; set statement_timeout = {milliseconds}");
    move |connection, _| {
        let limits = AssertSqlSafe(limits.clone());
        Box::pin(async move { connection.execute(limits).await.map(drop) })
    }
}

/// SQLite has no lock to take beforehand: the loser of a race fails, looks again, and finds the work done.
async fn migrate_sqlite(migrator: SqlitePool) -> std::result::Result<(), MigrateError> {
    let mut tries = 0;
    loop {
        match SQLITE.run(&migrator).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tries < MIGRATION_TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(10 * u64::from(tries))).await;
            }
            ran => return ran,
        }
    }
}

/// PostgreSQL's lock on migrating belongs to the connection, and one whose migration failed still holds it:
/// a connection of its own is closed and lets go, where one of the pool would keep every other instance waiting.
async fn migrate_postgres(pool: PgPool) -> std::result::Result<(), MigrateError> {
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options).await?;
    let ran = POSTGRES.run(&own).await;
    own.close().await;
    ran
}

/// PostgreSQL's `undefined_table`; SQLite has no code for it, only words.
pub(super) fn is_missing_table(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

fn explain(error: MigrateError) -> StorageError {
    StorageError::Migration(match error {
        MigrateError::VersionMissing(version) => {
            format!(
                "this database is newer than this program (it has migration {version}): start the newer version of usher"
            )
        }
        MigrateError::VersionMismatch(version) => {
            format!(
                "migration {version} was applied in another form than this program knows: the database belongs to another build"
            )
        }
        MigrateError::Execute(error) => match StorageError::from(error) {
            unavailable @ StorageError::Unavailable(_) => return unavailable,
            other => format!("the database cannot be migrated: {other}"),
        },
        other => format!("the database cannot be migrated: {other}"),
    })
}
