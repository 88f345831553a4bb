//! One SQL text for two drivers.
//!
//! `on!` runs the same expression on the driver that is open and is type-checked once for each; `statements!` names
//! every text, so that one test can prepare them all on both databases.

use sqlx::{PgPool, SqlitePool};

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
        /// The pool that the writer's connection comes from. It has one more connection, for migrations.
        migrator: SqlitePool,
    },
    /// PostgreSQL: one pool for everything.
    Postgres(PgPool),
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
            $crate::db::Db::Sqlite { readers: $conn, .. } => {
                let $text = $sql.sqlite;
                $body.await.map_err($crate::error::StorageError::from)
            }
            $crate::db::Db::Postgres($conn) => {
                let $text = $sql.postgres;
                $body.await.map_err($crate::error::StorageError::from)
            }
        }
    };
}

/// Runs within a write transaction.
macro_rules! on_tx {
    ($tx:expr, $sql:expr, |$conn:ident, $text:ident| $body:expr) => {{
        let outcome = match $tx.driver() {
            Err(error) => Err(error),
            Ok($crate::tx::Driver::Sqlite($conn)) => {
                let $text = $sql.sqlite;
                Ok($body.await)
            }
            Ok($crate::tx::Driver::Postgres($conn)) => {
                let $text = $sql.postgres;
                Ok($body.await)
            }
        };
        outcome.and_then(|outcome| $tx.record(outcome))
    }};
}

/// Runs a statement that returns no rows within a write transaction, and returns the number of rows that it changed.
macro_rules! run {
    ($tx:expr, $sql:expr, |$text:ident| $query:expr) => {
        $crate::db::on_tx!($tx, $sql, |connection, $text| async {
            $query.execute(connection).await.map(|done| done.rows_affected())
        })
    };
}

/// Most rows that one execution of a [`run_in_parts!`] statement changes, so that it stays below the statement timeout.
pub(super) const PART: u32 = 1_000;

/// Repeats a statement that changes at most as many rows as its last parameter says until it finds no more, all within
/// one write transaction. Returns the total number of rows. No single execution takes long, however many rows there
/// are.
macro_rules! run_in_parts {
    ($tx:expr, $sql:expr, |$text:ident| $query:expr) => {{
        let mut all = 0_u64;
        loop {
            let part = $crate::db::run!($tx, $sql, |$text| $query.bind(i64::from($crate::db::PART)))?;
            all += part;
            if part < u64::from($crate::db::PART) {
                break all;
            }
        }
    }};
}

/// Names every statement of a file and lists them for the test that prepares them all.
macro_rules! statements {
    ($($name:ident = $sql:literal $(, postgres $other:literal)?;)*) => {
        $(const $name: $crate::db::Sql = $crate::db::statement!($sql $(, $other)?);)*
        /// Every statement of this file, by name.
        pub const ALL: &[(&str, $crate::db::Sql)] = &[$((stringify!($name), $name)),*];
    };
}

/// One text for both databases, or one for each.
macro_rules! statement {
    ($sql:literal) => {
        $crate::db::Sql { sqlite: $sql, postgres: $sql }
    };
    ($sqlite:literal, $postgres:literal) => {
        $crate::db::Sql { sqlite: $sqlite, postgres: $postgres }
    };
}

pub(super) use {on, on_tx, run, run_in_parts, statement, statements};
