//! Storage: every table and every statement, on SQLite or PostgreSQL.
//!
//! Look-ups return `Option`; only the caller knows whether absence is an error. A write happens in one transaction
//! ([`Store::begin`]) together with its event.

pub mod clients;
mod db;
pub mod dependents;
pub mod device_codes;
mod error;
pub mod events;
pub mod grants;
pub mod members;
mod open;
pub mod policy;
pub mod projects;
pub mod providers;
mod row;
pub mod system;
pub mod tokens;
mod tx;
pub mod users;
mod wakeups;
mod writer;

use std::sync::Arc;

pub use db::Sql;
pub use error::StorageError;
pub use open::{OpenOptions, REQUEST_TABLES, SchemaState};
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
        match &self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }
}

/// Every statement with its file, for the tests that prepare and explain them all.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, Sql)> {
    let files: [(&'static str, &'static [(&'static str, Sql)]); 42] = [
        ("users/accesses", users::accesses::ALL),
        ("users/browsers", users::browsers::ALL),
        ("clients", clients::ALL),
        ("users/consents", users::consents::ALL),
        ("dependents", dependents::ALL),
        ("device_codes", device_codes::ALL),
        ("events/outgoing/deliveries", events::outgoing::deliveries::ALL),
        ("events/erasures", events::erasures::ALL),
        ("events", events::ALL),
        ("users/factors", users::factors::ALL),
        ("events/feed", events::feed::ALL),
        ("grants", grants::ALL),
        ("events/history", events::history::ALL),
        ("system/values", system::values::ALL),
        ("system/idempotency", system::idempotency::ALL),
        ("users/handovers", users::handovers::ALL),
        ("users/identities", users::identities::ALL),
        ("users/upstream_states", users::upstream_states::ALL),
        ("system/keys", system::keys::ALL),
        ("system/leases", system::leases::ALL),
        ("events/emails", events::emails::ALL),
        ("events/log", events::log::ALL),
        ("members", members::ALL),
        ("events/outgoing/logout_notices", events::outgoing::logout_notices::ALL),
        ("users/merges", users::merges::ALL),
        ("users/passkeys", users::passkeys::ALL),
        ("users/passwords", users::passwords::ALL),
        ("policy/assignments", policy::assignments::ALL),
        ("policy/revisions", policy::revisions::ALL),
        ("projects", projects::ALL),
        ("users/proofs", users::proofs::ALL),
        ("providers", providers::ALL),
        ("users/recovery_codes", users::recovery_codes::ALL),
        ("users/remembered", users::remembered::ALL),
        ("users/sessions", users::sessions::ALL),
        ("users/suggestions", users::suggestions::ALL),
        ("events/reading", events::reading::ALL),
        ("system/throttles", system::throttles::ALL),
        ("tokens", tokens::ALL),
        ("users/totp", users::totp::ALL),
        ("users", users::ALL),
        ("events/outgoing/webhooks", events::outgoing::webhooks::ALL),
    ];
    files.into_iter().flat_map(|(file, all)| all.iter().map(move |(name, sql)| (file, *name, *sql)))
}
