//! A write transaction in progress.

use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{PgConnection, SqliteConnection};

use super::error::StorageError;

/// A write transaction in progress.
///
/// Once a statement has failed, every further one fails too and nothing of the transaction is committed, whatever the
/// work returns. PostgreSQL enforces this by itself.
pub enum Tx<'c> {
    /// On SQLite's one writer.
    Sqlite {
        /// The writer's connection.
        connection: &'c mut SqliteConnection,
        /// Has a statement failed?
        failed: &'c AtomicBool,
    },
    /// On a PostgreSQL connection.
    Postgres(&'c mut PgConnection),
}

/// Rejects a statement that follows a failed one.
pub(super) fn check(failed: &AtomicBool) -> Result<(), StorageError> {
    if failed.load(Ordering::Relaxed) {
        let why = "an earlier statement of this transaction failed".to_owned();
        return Err(StorageError::Driver(sqlx::Error::Protocol(why)));
    }
    Ok(())
}

/// Records that a statement failed.
pub(super) fn note(failed: &AtomicBool, error: sqlx::Error) -> StorageError {
    failed.store(true, Ordering::Relaxed);
    StorageError::from(error)
}
