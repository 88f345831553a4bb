//! Storage errors. A row that is not found is no error: look-ups return `Option`.

/// A storage error.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A row with the same unique key exists already.
    #[error("it exists already")]
    Conflict,
    /// A row holds a value that no version of Usher wrote.
    #[error("the row {id} of {table} holds an unreadable {column}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row.
        id: String,
    },
    /// The database cannot be used at the moment, e.g. locked, full or unreachable. The operation may be retried.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The row, or a row that it refers to, was deleted meanwhile.
    #[error("it does not exist any more")]
    Gone,
    /// A text holds a character that the database does not store: NUL, on PostgreSQL.
    #[error("a text holds a character that the database does not store")]
    Unstorable,
    /// The database rejected the operation, and a retry will not help.
    #[error("the database refused: {0}")]
    Driver(sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("{0}")]
    Migration(String),
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => Self::Gone,
            sqlx::Error::RowNotFound => Self::Gone,
            sqlx::Error::Database(inner) if is_passing(inner.code().as_deref()) => Self::Unavailable(error.to_string()),
            sqlx::Error::Database(inner) if is_unstorable(inner.code().as_deref()) => Self::Unstorable,
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => Self::Unavailable(error.to_string()),
            _ => Self::Driver(error),
        }
    }
}

/// Codes of transient errors: SQLite's primary codes (busy, locked, disk I/O, full, cannot open, read-only),
/// PostgreSQL's classes 08 (connection), 53 (resources), 55 (object not in the right state, or lock timeout), 57
/// (operator intervention), 58 (system), and the transaction conflicts 40001, 40P01 and 25006 (read-only after a
/// failover).
fn is_passing(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if let Ok(number) = code.parse::<u32>()
        && code.len() < 5
    {
        return matches!(number & 0xFF, 5 | 6 | 8 | 10 | 13 | 14);
    }
    ["08", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
        || matches!(code, "40001" | "40P01" | "25006")
}

/// PostgreSQL's `character_not_in_repertoire` and `untranslatable_character`, which a NUL in a text or in JSON causes.
fn is_unstorable(code: Option<&str>) -> bool {
    matches!(code, Some("22021" | "22P05"))
}

/// PostgreSQL's `undefined_table`; SQLite has no code for it, only a message.
pub(super) fn is_missing_table(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_errors_are_distinguished_from_lasting_ones() {
        for passing in ["5", "261", "13", "10", "1546", "57P01", "53300", "55000", "55P03", "08006", "40P01", "25006"] {
            assert!(is_passing(Some(passing)), "{passing}");
        }
        for lasting in ["1", "19", "42P01", "23505", "nonsense", ""] {
            assert!(!is_passing(Some(lasting)), "{lasting}");
        }
        assert!(matches!(StorageError::from(sqlx::Error::RowNotFound), StorageError::Gone));
        assert!(matches!(StorageError::from(sqlx::Error::PoolTimedOut), StorageError::Unavailable(_)));
    }
}
