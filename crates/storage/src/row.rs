//! Reads column values. A value that cannot be read is reported with its table, column and row.

use std::fmt::Display;

use sqlx::database::Database;
use sqlx::error::BoxDynError;
use sqlx::types::Json;
use sqlx::{Decode, Type};

use super::{Result, StorageError};

/// The error for a row with an unreadable value.
pub(super) fn unreadable(table: &'static str, column: &'static str, id: impl Display) -> StorageError {
    StorageError::Inconsistent { table, column, id: id.to_string() }
}

/// A JSON column as it was found. The driver would not report which row is malformed; this does.
pub(super) struct JsonColumn<T>(Option<T>);

impl<T> JsonColumn<T> {
    /// The value, or the error that names the row.
    pub(super) fn read(self, table: &'static str, column: &'static str, id: impl Display) -> Result<T> {
        self.0.ok_or_else(|| unreadable(table, column, id))
    }
}

impl<T, DB: Database> Type<DB> for JsonColumn<T>
where
    Json<T>: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        Json::<T>::type_info()
    }

    fn compatible(found: &DB::TypeInfo) -> bool {
        Json::<T>::compatible(found)
    }
}

impl<'r, T, DB: Database> Decode<'r, DB> for JsonColumn<T>
where
    Json<T>: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> std::result::Result<Self, BoxDynError> {
        Ok(Self(Json::<T>::decode(value).ok().map(|json| json.0)))
    }
}
