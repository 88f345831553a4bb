//! One text of SQL, two drivers.
//!
//! `on!` runs the same expression on whichever driver is open and is type-checked once for each;
//! `statements!` names every text, so that one test can prepare them all on both databases.

use std::borrow::Cow;

use sqlx::{PgConnection, PgPool, SqliteConnection, SqlitePool};

use super::writer::Writer;

/// An open database.
#[derive(Clone)]
pub enum Db {
    /// SQLite: many readers, one writer that groups transactions.
    Sqlite {
        /// Connections that only read.
        readers: SqlitePool,
        /// The one connection that writes.
        writer: Writer,
        /// Whose connection the writer holds; one more is left for migrations.
        migrator: SqlitePool,
    },
    /// PostgreSQL: one pool for everything.
    Postgres(PgPool),
}

/// A write transaction in progress.
pub enum Tx<'c> {
    /// On SQLite's one writer.
    Sqlite(&'c mut SqliteConnection),
    /// On a PostgreSQL connection.
    Postgres(&'c mut PgConnection),
}

/// One statement, or the same statement in two dialects where they cannot agree.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// Reads outside of any transaction: `on!(db, FIND, |conn, sql| sqlx::query_as(sql).bind(x).fetch_optional(conn))`.
macro_rules! on {
    ($db:expr, $sql:expr, |$conn:ident, $text:ident| $body:expr) => {
        match $db {
            $crate::storage::db::Db::Sqlite { readers: $conn, .. } => {
                let $text = $sql.sqlite;
                $body.await.map_err($crate::storage::error::StorageError::from)
            }
            $crate::storage::db::Db::Postgres($conn) => {
                let $text = $sql.postgres;
                $body.await.map_err($crate::storage::error::StorageError::from)
            }
        }
    };
}

/// Runs within a write transaction.
macro_rules! on_tx {
    ($tx:expr, $sql:expr, |$conn:ident, $text:ident| $body:expr) => {
        match $tx {
            $crate::storage::db::Tx::Sqlite(connection) => {
                let ($conn, $text) = (&mut **connection, $sql.sqlite);
                $body.await.map_err($crate::storage::error::StorageError::from)
            }
            $crate::storage::db::Tx::Postgres(connection) => {
                let ($conn, $text) = (&mut **connection, $sql.postgres);
                $body.await.map_err($crate::storage::error::StorageError::from)
            }
        }
    };
}

/// Runs a statement that returns no rows within a write transaction, and tells how many rows it changed.
macro_rules! run {
    ($tx:expr, $sql:expr, |$text:ident| $query:expr) => {
        match $tx {
            $crate::storage::db::Tx::Sqlite(connection) => {
                let $text = $sql.sqlite;
                let done = $query.execute(&mut **connection).await;
                done.map(|done| done.rows_affected()).map_err($crate::storage::error::StorageError::from)
            }
            $crate::storage::db::Tx::Postgres(connection) => {
                let $text = $sql.postgres;
                let done = $query.execute(&mut **connection).await;
                done.map(|done| done.rows_affected()).map_err($crate::storage::error::StorageError::from)
            }
        }
    };
}

/// Names every statement of a file and lists them for the test that prepares them all.
macro_rules! statements {
    ($($name:ident = $sql:literal $(, postgres $other:literal)?;)*) => {
        $(const $name: $crate::storage::db::Sql = $crate::storage::db::statement!($sql $(, $other)?);)*
        /// Every statement of this file, by name.
        pub const ALL: &[(&str, $crate::storage::db::Sql)] = &[$((stringify!($name), $name)),*];
    };
}

/// One text for both databases, or one for each.
macro_rules! statement {
    ($sql:literal) => {
        $crate::storage::db::Sql { sqlite: $sql, postgres: $sql }
    };
    ($sqlite:literal, $postgres:literal) => {
        $crate::storage::db::Sql { sqlite: $sqlite, postgres: $postgres }
    };
}

pub(super) use {on, on_tx, run, statement, statements};

/// The database for logs and banners: without user name and password.
pub(super) fn describe(url: &str) -> Cow<'_, str> {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.has_host() => {
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            Cow::Owned(parsed.to_string())
        }
        _ => Cow::Borrowed(url),
    }
}
