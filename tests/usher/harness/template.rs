//! A migrated database of each kind, made once and copied for every test: migrating takes longer than most tests.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio::sync::OnceCell;
use usher_storage::{OpenOptions, Store};

const POSTGRES_MIGRATIONS: &str = "migrations/postgres";

/// The bytes of a migrated SQLite database.
pub async fn sqlite() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    TEMPLATE.get_or_init(make_sqlite).await
}

/// The name of a migrated PostgreSQL database on this server.
pub async fn postgres(server: &str) -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE.get_or_init(|| make_postgres(server)).await
}

/// Creates an empty database, or a copy of `template`.
///
/// Its collation is linguistic, as on most servers: tests must not depend on byte order.
pub async fn create_postgres(admin: &mut PgConnection, name: &str, template: Option<&str>) {
    let create = match template {
        Some(template) => format!("create database {name} template {template}"),
        None => {
            format!("create database {name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US'")
        }
    };
    admin.execute(AssertSqlSafe(create)).await.expect("the server is PostgreSQL 15 and lets us make databases");
}

/// The URL of the database `name` on the server.
pub fn postgres_url(server: &str, name: &str) -> String {
    let mut address = url::Url::parse(server).expect("the address of the server is a URL");
    address.set_path(name);
    String::from(address)
}

async fn make_sqlite() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (migrated, compact) = (folder.path().join("migrated.db"), folder.path().join("compact.db"));
    let url = format!("sqlite://{}", migrated.display());
    migrate(&url).await;
    let mut connection = SqliteConnection::connect(&url).await.expect("the file can be opened");
    let vacuum = format!("vacuum into '{}'", compact.display());
    connection.execute(AssertSqlSafe(vacuum)).await.expect("the database can be copied");
    connection.close().await.expect("the file can be closed");
    std::fs::read(compact).expect("the copy can be read")
}

/// Makes the template under a temporary name, so that no test copies it half migrated. It stays on the server for
/// later runs with the same migrations.
async fn make_postgres(server: &str) -> String {
    let name = format!("usher_template_{:016x}", fingerprint(POSTGRES_MIGRATIONS));
    let mut admin = PgConnection::connect(server).await.expect("the PostgreSQL server answers");
    let lock = "select pg_advisory_lock(hashtextextended('usher test template', 0))";
    admin.execute(lock).await.expect("the lock can be taken");
    let exists: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(&name)
        .fetch_optional(&mut admin)
        .await
        .expect("the databases can be listed");
    if exists.is_none() {
        let unfinished = format!("{name}_unfinished");
        let drop = format!("drop database if exists {unfinished} with (force)");
        admin.execute(AssertSqlSafe(drop)).await.expect("what an earlier run left can be dropped");
        create_postgres(&mut admin, &unfinished, None).await;
        migrate(&postgres_url(server, &unfinished)).await;
        let disconnect =
            format!("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{unfinished}'");
        admin.execute(AssertSqlSafe(disconnect)).await.expect("the connections of the store can be closed");
        let rename = format!("alter database {unfinished} rename to {name}");
        admin.execute(AssertSqlSafe(rename)).await.expect("the database can be renamed");
    }
    admin.close().await.expect("the connection can be closed");
    name
}

async fn migrate(url: &str) {
    let store = Store::open(&OpenOptions::new(url)).await.expect("the database can be opened");
    store.migrate().await.expect("a fresh database can be migrated");
}

/// A hash of the name and the content of every migration.
fn fingerprint(folder: &str) -> u64 {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|file| file.expect("so can its files").path())
        .collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        std::fs::read(&file).expect("a migration can be read").hash(&mut hasher);
    }
    hasher.finish()
}
