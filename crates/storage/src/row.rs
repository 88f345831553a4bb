//! Reads rows. [`row!`] names the columns of an entity once: for the statements, which write `{USER}`, and for reading.
//!
//! A value that no version of Usher wrote is reported with its table, its column and the key of the row, which is the
//! first column of the list. The key is logged, so it must not be personal data.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::column::{Column, Native};
use super::{Result, StorageError};

/// A row of either database.
pub(crate) enum StoredRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for StoredRow {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for StoredRow {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl StoredRow {
    /// The columns from the first on. Errors name the statement, unless the reader names a table.
    pub(super) const fn columns(&self, statement: &'static str) -> Columns<'_> {
        Columns { row: self, next: 0, key: 0, table: statement }
    }

    fn get<T: Native>(&self, index: usize) -> std::result::Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(index),
            Self::Postgres(row) => row.try_get(index),
        }
    }

    /// The first column as text, whatever its kind.
    pub(super) fn text(&self) -> Result<String> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_unchecked(0)?,
            Self::Postgres(row) => row.try_get_unchecked(0)?,
        })
    }

    /// A key as text.
    fn key(&self, index: usize) -> String {
        let uuid = self.get::<Uuid>(index).map(|id| id.to_string());
        let number = || self.get::<i64>(index).map(|number| number.to_string());
        uuid.or_else(|_| number()).or_else(|_| self.get(index)).unwrap_or_else(|_| "?".to_owned())
    }
}

/// What a row, or the next columns of one, can be read as: an entity, the value of one column, or a tuple of these.
pub(crate) trait FromRow: Sized {
    /// Reads as many columns as it has.
    fn from_row(columns: &mut Columns<'_>) -> Result<Self>;
}

/// The columns of a row, read one after the other.
pub(crate) struct Columns<'r> {
    row: &'r StoredRow,
    next: usize,
    key: usize,
    table: &'static str,
}

impl Columns<'_> {
    /// The next columns are those of this table, its key first.
    pub(crate) const fn of(&mut self, table: &'static str) {
        self.table = table;
        self.key = self.next;
    }

    /// The value of the next column, which is read again.
    pub(crate) fn peek<T: Column>(&mut self, column: &'static str) -> Result<T> {
        let value = self.take(column);
        self.next -= 1;
        value
    }

    /// Passes over a column that no field holds.
    pub(crate) const fn skip(&mut self, _column: &'static str) {
        self.next += 1;
    }

    /// The value of the next column.
    pub(crate) fn take<T: Column>(&mut self, column: &'static str) -> Result<T> {
        let index = self.next;
        self.next += 1;
        // SQLite's driver would read `null` as a zero or an empty text.
        match self.row.get::<Option<T::Stored>>(index) {
            Ok(stored) => stored.map_or_else(T::null, T::load).ok_or_else(|| self.unreadable(column)),
            Err(sqlx::Error::ColumnDecode { .. }) => Err(self.unreadable(column)),
            Err(error) => Err(error.into()),
        }
    }

    /// The error for a column of this row.
    pub(crate) fn unreadable(&self, column: &'static str) -> StorageError {
        StorageError::Inconsistent { table: self.table, column, id: self.row.key(self.key) }
    }
}

impl<T: Column> FromRow for T {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.take("value")
    }
}

macro_rules! tuples {
    ($(($($part:ident),+);)*) => {$(
        impl<$($part: FromRow),+> FromRow for ($($part,)+) {
            fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
                Ok(($($part::from_row(columns)?,)+))
            }
        }
    )*};
}

tuples! {
    (A, B);
    (A, B, C);
    (A, B, C, D);
}

/// The columns of an entity and how they are read: each has the name of its field, or an expression. `by` names a key
/// that no field holds.
///
/// ```text
/// row! {
///     CLIENT: Client of "client" {
///         id, project_id, metadata,
///         project_acr = "(select required_acr from project where project.id = client.project_id)",
///     }
/// }
/// ```
macro_rules! row {
    ($visibility:vis $list:ident: $entity:ident of $table:literal $(by $key:ident $(= $key_column:literal)?)? {
        $first:ident $(= $first_column:literal)? $(, $field:ident $(= $column:literal)?)* $(,)?
    }) => {
        $visibility const $list: &str = concat!(
            $($crate::row::column!($key $(= $key_column)?), ", ",)?
            $crate::row::column!($first $(= $first_column)?)
            $(, ", ", $crate::row::column!($field $(= $column)?))*
        );

        impl $crate::row::FromRow for $entity {
            fn from_row(columns: &mut $crate::row::Columns<'_>) -> $crate::Result<Self> {
                columns.of($table);
                $(columns.skip(stringify!($key));)?
                Ok(Self {
                    $first: columns.take(stringify!($first))?,
                    $($field: columns.take(stringify!($field))?,)*
                })
            }
        }
    };
}

/// The text of a column in a list.
macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident = $column:literal) => {
        $column
    };
}

pub(crate) use {column, row};
