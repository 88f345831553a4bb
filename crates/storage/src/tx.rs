//! A write transaction in progress.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, SqliteConnection, Transaction};

use super::db::{Db, Sql};
use super::error::StorageError;
use super::wakeups::{Appended, Wakeups};
use super::writer::Lease;
use super::{Result, Store};
use usher_domain::event::EventKind;

/// A write transaction in progress. If it is dropped before [`Tx::commit`], nothing is changed.
///
/// Await nothing but its own statements until it is committed: on SQLite every other writer waits. Once a statement
/// has failed, every further one and the commit fail too: a conflict that is expected must be looked for before.
pub struct Tx {
    connection: TxConnection,
    wakeups: Arc<Wakeups>,
    appended: Appended,
    failed: bool,
}

enum TxConnection {
    Sqlite(Lease),
    Postgres(Transaction<'static, Postgres>),
    /// For one statement, which is a transaction by itself.
    Statement(PoolConnection<Postgres>),
}

/// The connection of a transaction, for the next statement.
pub(super) enum Driver<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Store {
    /// Begins a write transaction. On SQLite, waits for the writers before it.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`].
    pub async fn begin(&self) -> Result<Tx> {
        let connection = match &self.db {
            Db::Sqlite { writer, .. } => TxConnection::Sqlite(writer.begin(false).await?),
            Db::Postgres(pool) => TxConnection::Postgres(pool.begin().await?),
        };
        Ok(Tx { connection, wakeups: Arc::clone(&self.wakeups), appended: Appended::Nothing, failed: false })
    }

    /// Like [`Store::begin`], for exactly one statement: half the cost, because a statement is a transaction by itself.
    /// A statement that was run is kept, even if the transaction is then dropped.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`].
    pub async fn begin_single(&self) -> Result<Tx> {
        let connection = match &self.db {
            Db::Sqlite { writer, .. } => TxConnection::Sqlite(writer.begin(true).await?),
            Db::Postgres(pool) => TxConnection::Statement(pool.acquire().await?),
        };
        Ok(Tx { connection, wakeups: Arc::clone(&self.wakeups), appended: Appended::Nothing, failed: false })
    }
}

impl Tx {
    /// Makes the transaction durable, and wakes the event dispatcher if it has appended events.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the database cannot commit; another error if a statement failed. In both cases
    /// nothing is changed.
    pub async fn commit(self) -> Result<()> {
        if self.failed {
            return Err(earlier_failure());
        }
        match self.connection {
            TxConnection::Sqlite(lease) => lease.commit().await?,
            TxConnection::Postgres(transaction) => transaction.commit().await?,
            TxConnection::Statement(_) => {}
        }
        self.wakeups.events_appended(self.appended);
        Ok(())
    }

    /// Records that the transaction appends an event of this kind.
    pub(super) fn appends(&mut self, kind: EventKind) {
        let appended = if kind.row().is_urgent() { Appended::UrgentEvents } else { Appended::Events };
        self.appended = self.appended.max(appended);
    }

    pub(super) const fn is_sqlite(&self) -> bool {
        matches!(self.connection, TxConnection::Sqlite(_))
    }

    /// Runs a statement on the connection of this transaction and returns the first value of its first row, as text:
    /// for settings of a connection, which belong to no table.
    ///
    /// # Errors
    /// That of the database.
    pub async fn fetch_text(&mut self, sql: &'static str) -> Result<Option<String>> {
        self.query(Sql::both("fetch_text", sql)).text().await
    }

    /// The connection for the next statement.
    ///
    /// # Errors
    /// If an earlier statement failed.
    pub(super) fn driver(&mut self) -> Result<Driver<'_>> {
        if self.failed {
            return Err(earlier_failure());
        }
        Ok(match &mut self.connection {
            TxConnection::Sqlite(lease) => Driver::Sqlite(lease.connection()?),
            TxConnection::Postgres(transaction) => Driver::Postgres(transaction),
            TxConnection::Statement(connection) => Driver::Postgres(connection),
        })
    }

    /// Records whether a statement failed.
    pub(super) fn record<T>(&mut self, outcome: std::result::Result<T, sqlx::Error>) -> Result<T> {
        outcome.map_err(|error| {
            self.failed = true;
            if let TxConnection::Sqlite(lease) = &mut self.connection {
                lease.failure = Some(error.to_string());
            }
            StorageError::from(error)
        })
    }
}

fn earlier_failure() -> StorageError {
    StorageError::Driver(sqlx::Error::Protocol("an earlier statement of this transaction failed".to_owned()))
}
