//! The databases, and statements with one text for both.

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
    },
    /// PostgreSQL: one pool for everything.
    Postgres(PgPool),
}

/// One statement: the same text for both databases, or one for each where they cannot agree.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// Its name within its file.
    pub name: &'static str,
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl Sql {
    /// One text for both databases.
    pub const fn both(name: &'static str, sql: &'static str) -> Self {
        Self { name, sqlite: sql, postgres: sql }
    }
}

/// Names the statements of a file, and lists them as `ALL`. A file has one block, which begins its line.
///
/// ```text
/// statements! {
///     with USER;                             // the list of columns that `{USER}` and `{u.USER}` stand for
///
///     FIND = "
///         select {USER}
///         from users
///         where id = $1
///     ";
///     LOCK = "…" + postgres "for update";    // PostgreSQL's text is the same with this at its end
///     SEARCH = "…", postgres "…";            // PostgreSQL has a text of its own
/// }
/// ```
///
/// A limit that is a parameter is written `limit $3 + 0`: SQLite compiles a statement with `limit $3` again each time it
/// is executed, to plan for that number.
macro_rules! statements {
    (with $($list:ident),+; $($rest:tt)*) => {
        $crate::db::statements!(@lists [$((stringify!($list), $list)),+] $($rest)*);
    };
    (@lists [$($lists:tt)*] $(
        $name:ident = $sql:literal $(+ postgres $suffix:literal)? $(, postgres $other:literal)?;
    )*) => {
        const LISTS: &$crate::sql_text::Lists = &[$($lists)*];
        $(const $name: $crate::db::Sql = $crate::db::Sql {
            name: stringify!($name),
            sqlite: $crate::sql_text::sql_text!(LISTS, $sql),
            postgres: $crate::db::statement!($sql $(+ $suffix)? $(, $other)?),
        };)*
        /// Every statement of this file.
        pub const ALL: &[$crate::db::Sql] = &[$($name),*];
    };
    ($($rest:tt)*) => {
        $crate::db::statements!(@lists [] $($rest)*);
    };
}

/// The text for PostgreSQL.
macro_rules! statement {
    ($sql:literal) => {
        $crate::sql_text::sql_text!(LISTS, $sql)
    };
    ($sql:literal + $suffix:literal) => {
        $crate::sql_text::sql_text!(LISTS, $sql, $suffix)
    };
    ($sql:literal, $other:literal) => {
        $crate::sql_text::sql_text!(LISTS, $other)
    };
}

pub(super) use {statement, statements};
