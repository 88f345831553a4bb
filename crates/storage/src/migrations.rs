//! The migrations of the schema: each is applied once, in the order of their numbers, and never changed afterwards.
//!
//! The table `_sqlx_migrations` is the one that the migrator of sqlx keeps, with the same contents and, on PostgreSQL,
//! under the same lock: it made the older databases, and an older Usher may start at the same time.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA384, digest};

use super::db::Sql;
use super::error::is_missing_table;
use super::{Result, StorageError, Store, Tx};

/// A file in `migrations/sqlite` or `migrations/postgres`: `0012_idempotency.sql` has version 12.
struct Migration {
    version: i64,
    description: &'static str,
    sql: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

const CREATE_TABLE: Sql = Sql {
    sqlite: "create table if not exists _sqlx_migrations (
        version bigint primary key,
        description text not null,
        installed_on timestamp not null default current_timestamp,
        success boolean not null,
        checksum blob not null,
        execution_time bigint not null
    )",
    postgres: "create table if not exists _sqlx_migrations (
        version bigint primary key,
        description text not null,
        installed_on timestamptz not null default now(),
        success boolean not null,
        checksum bytea not null,
        execution_time bigint not null
    )",
    ..Sql::both("CREATE_TABLE", "")
};
const APPLIED: Sql = Sql::both("APPLIED", "select version, success, checksum from _sqlx_migrations order by version");
const RECORD: Sql = Sql::both(
    "RECORD",
    "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values ($1, $2, true, $3, -1)",
);
/// A migration may take longer than the statements of requests.
const NO_LIMITS: Sql = Sql::both("NO_LIMITS", "set local statement_timeout = 0; set local lock_timeout = 0");
const DATABASE: Sql = Sql::both("DATABASE", "select current_database()::text");
/// Held until the transaction ends.
const LOCK: Sql = Sql::both("LOCK", "select 1 from pg_advisory_xact_lock($1)");

/// The state of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaState {
    /// Migrations that this program has.
    pub known: usize,
    /// Migrations that the database has.
    pub applied: usize,
}

/// A row of the table: version, success, checksum.
type Applied = (i64, bool, Vec<u8>);

impl Store {
    /// Brings the schema up to date, all migrations in one transaction. Can be run repeatedly, and by several instances
    /// at once.
    ///
    /// # Errors
    /// [`StorageError::Migration`] if the schema is newer than this program, an applied migration was changed, or one
    /// fails; [`StorageError::Unavailable`] if the database does not respond.
    pub async fn migrate(&self) -> Result<SchemaState> {
        if !pending(self.migrations(), &self.applied_migrations().await?)?.is_empty() {
            let mut tx = self.begin().await?;
            tx.migrate(self.migrations()).await?;
            tx.commit().await?;
        }
        self.schema().await
    }

    /// The state of the schema; changes nothing.
    ///
    /// # Errors
    /// [`StorageError::Migration`] if the schema is newer than this program or another one than it knows,
    /// [`StorageError::Unavailable`] if the database does not respond.
    pub async fn schema(&self) -> Result<SchemaState> {
        let applied = self.applied_migrations().await?;
        pending(self.migrations(), &applied)?;
        Ok(SchemaState { known: self.migrations().len(), applied: applied.len() })
    }

    fn migrations(&self) -> &'static [Migration] {
        if self.is_sqlite() { SQLITE } else { POSTGRES }
    }

    /// What the table holds; nothing if it does not exist yet.
    async fn applied_migrations(&self) -> Result<Vec<Applied>> {
        match self.query(APPLIED).all().await {
            Err(StorageError::Driver(error)) if is_missing_table(&error) => Ok(Vec::new()),
            applied => applied,
        }
    }
}

impl Tx {
    /// Applies what is pending, after every other instance that migrates: SQLite has one writer, PostgreSQL a lock.
    async fn migrate(&mut self, known: &'static [Migration]) -> Result<()> {
        if !self.is_sqlite() {
            self.run_script(NO_LIMITS).await?;
            let database: String = self.query(DATABASE).one().await?;
            self.query(LOCK).bind(lock_of(&database)).run().await?;
        }
        self.query(CREATE_TABLE).run().await?;
        let applied: Vec<Applied> = self.query(APPLIED).all().await?;
        for migration in pending(known, &applied)? {
            let applying = self.run_script(Sql::both(migration.description, migration.sql)).await;
            applying.map_err(|error| migration.failed(error))?;
            let recording = self.query(RECORD).bind(migration.version).bind(migration.description);
            recording.bind(migration.checksum()).run().await?;
        }
        Ok(())
    }
}

impl Migration {
    fn checksum(&self) -> Vec<u8> {
        digest(&SHA384, self.sql.as_bytes()).as_ref().to_vec()
    }

    fn failed(&self, error: StorageError) -> StorageError {
        match error {
            StorageError::Unavailable(_) => error,
            other => StorageError::Migration(format!(
                "the database cannot be migrated: migration {} ({}): {other}",
                self.version, self.description
            )),
        }
    }
}

/// The known migrations that are not applied.
///
/// # Errors
/// [`StorageError::Migration`] if the database has a migration that this program does not have, or has otherwise.
fn pending(known: &'static [Migration], applied: &[Applied]) -> Result<Vec<&'static Migration>> {
    let refused = |why: String| Err(StorageError::Migration(why));
    for (version, success, checksum) in applied {
        if !success {
            return refused(format!(
                "the database cannot be migrated: migration {version} is partially applied; complete it by hand and set \
                 `success` in the table _sqlx_migrations, or restore a backup"
            ));
        }
        match known.iter().find(|migration| migration.version == *version) {
            None => {
                return refused(format!(
                    "this database is newer than this program (it has migration {version}): start the newer version of usher"
                ));
            }
            Some(migration) if migration.checksum() != *checksum => {
                return refused(format!(
                    "migration {version} was applied in another form than this program knows: the database belongs to another build"
                ));
            }
            Some(_) => {}
        }
    }
    let is_applied = |migration: &Migration| applied.iter().any(|(version, ..)| *version == migration.version);
    Ok(known.iter().filter(|migration| !is_applied(migration)).collect())
}

/// The advisory lock of everyone who migrates this PostgreSQL database, as sqlx numbers it.
fn lock_of(database: &str) -> i64 {
    0x3d32_ad9e * i64::from(crc32fast::hash(database.as_bytes()))
}

/// The names of the tables that the migrations leave.
pub(super) fn tables() -> BTreeSet<&'static str> {
    let mut tables = BTreeSet::new();
    for line in SQLITE.iter().flat_map(|migration| migration.sql.lines()) {
        let words: Vec<&str> = line.split([' ', '(', ';']).collect();
        match words[..] {
            ["create", "table", name, ..] => drop(tables.insert(name)),
            ["drop", "table", name, ..] => drop(tables.remove(name)),
            ["alter", "table", name, "rename", "to", new, ..] => {
                tables.remove(name);
                tables.insert(new);
            }
            _ => {}
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(migrations: &[Migration]) -> Vec<Applied> {
        migrations.iter().map(|migration| (migration.version, true, migration.checksum())).collect()
    }

    fn refusal(applied: &[Applied]) -> String {
        match pending(SQLITE, applied) {
            Err(StorageError::Migration(why)) => why,
            other => panic!("{:?}", other.map(|pending| pending.len())),
        }
    }

    #[test]
    fn what_is_not_applied_is_pending() {
        assert_eq!(pending(SQLITE, &[]).unwrap().len(), SQLITE.len());
        let rest = pending(SQLITE, &applied(&SQLITE[..3])).unwrap();
        assert_eq!((rest.len(), rest[0].version), (SQLITE.len() - 3, 4));
        assert!(pending(POSTGRES, &applied(POSTGRES)).unwrap().is_empty());
    }

    #[test]
    fn unknown_changed_and_unfinished_migrations_are_refused() {
        let mut rows = applied(SQLITE);
        rows.push((9_999, true, vec![]));
        assert!(refusal(&rows).contains("newer than this program"));
        let mut rows = applied(SQLITE);
        rows[1].2[0] ^= 1;
        assert!(refusal(&rows).starts_with("migration 2 was applied in another form"));
        rows[0].1 = false;
        assert!(refusal(&rows).contains("migration 1 is partially applied"));
    }

    /// As recorded by sqlx 0.9 for this file: databases that exist hold it.
    #[test]
    fn a_checksum_is_the_sha_384_of_the_file() {
        let recorded = SQLITE[1].checksum();
        let hex = recorded.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(
            (SQLITE[1].description, hex.as_str()),
            (
                "projects",
                "8dd04acb2c6e6c7c1e8f294f8328f266dfc4e46f2978a3d7bcab20ef15dcce83a4bcba6036cae0f99affc912d32b012b"
            )
        );
    }

    /// As computed by sqlx 0.9: an older Usher and this one migrate one after the other.
    #[test]
    fn the_lock_is_that_of_sqlx() {
        assert_eq!(lock_of("usher"), 1_909_865_988_205_994_188);
    }
}
