//! From rows to values: words that were written as words are read back, or the row is named as unreadable.

use std::fmt::Display;

use super::StorageError;

/// What a row of a table should have held.
pub(super) fn unreadable(table: &'static str, column: &'static str, id: impl Display) -> StorageError {
    StorageError::Inconsistent { table, column, id: id.to_string() }
}
