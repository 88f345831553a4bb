//! Storage: every table and every statement, on SQLite or PostgreSQL.
//!
//! Look-ups return `Option`; only the caller knows whether absence is an error. A write happens in one transaction
//! ([`Store::begin`]) together with its event.

pub mod apis;
pub mod attempts;
pub mod branding;
pub mod ciba_requests;
pub mod client_registrations;
pub mod clients;
mod column;
mod db;
pub mod dependents;
pub mod device_codes;
mod error;
mod event_origin;
pub mod events;
pub mod grants;
pub mod initial_tokens;
pub mod members;
mod migrations;
pub mod object_terms;
mod open;
pub mod policy;
pub mod project_invitations;
pub mod project_sign_in;
pub mod projects;
pub mod providers;
pub mod pushed_requests;
mod query;
pub mod revocations;
mod row;
mod sql_text;
pub mod system;
pub mod tokens;
mod tx;
pub mod users;
pub mod waiting_requests;
mod wakeups;
mod writer;

use std::sync::Arc;

pub use db::Sql;
pub use error::StorageError;
pub use event_origin::EventOrigin;
pub use migrations::SchemaState;
pub use open::{OpenOptions, TABLES_OF_JOBS, request_tables};
pub use tx::Tx;
pub use wakeups::Wakeup;

use db::Db;
use wakeups::Wakeups;

/// The result of every storage method.
pub type Result<T> = std::result::Result<T, StorageError>;

/// An open, migrated database.
#[derive(Clone)]
pub struct Store {
    db: Db,
    wakeups: Arc<Wakeups>,
}

impl Store {
    /// `sqlite` or `postgres`.
    pub const fn kind(&self) -> &'static str {
        if self.is_sqlite() { "sqlite" } else { "postgres" }
    }

    const fn is_sqlite(&self) -> bool {
        matches!(self.db, Db::Sqlite { .. })
    }
}

include!(concat!(env!("OUT_DIR"), "/statements.rs"));

/// Every statement with its file, for the tests that prepare and explain them all.
pub fn statements() -> impl Iterator<Item = (&'static str, Sql)> {
    FILES.iter().flat_map(|(file, all)| all.iter().map(|sql| (*file, *sql)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_makes_sqlite_compile_a_statement_again() {
        assert!(statements().count() > 300);
        for (file, sql) in statements() {
            let limits = sql.sqlite.match_indices("limit $").map(|(at, _)| &sql.sqlite[at + "limit $".len()..]);
            for limit in limits {
                assert!(
                    limit.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(" + 0"),
                    "{file}::{}",
                    sql.name
                );
            }
        }
    }
}
