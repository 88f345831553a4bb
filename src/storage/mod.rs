//! Memory: every table, every statement, on SQLite or PostgreSQL.
//!
//! Look-ups give `Option`; only the caller knows whether absence is an error.
//! Writes happen in a transaction ([`Store::write`]) together with the event that tells of them.

pub mod accesses;
mod bells;
pub mod browsers;
pub mod clients;
pub mod consents;
mod db;
mod error;
pub mod events;
pub mod factors;
pub mod feed;
pub mod grants;
pub mod history;
pub mod house;
pub mod idempotency;
pub mod identities;
pub mod journeys;
pub mod keys;
pub mod leases;
pub mod letters;
pub mod log;
pub mod members;
pub mod merges;
mod open;
pub mod outgoing;
pub mod passkeys;
pub mod passwords;
pub mod policy;
pub mod projects;
pub mod proofs;
pub mod providers;
pub mod recovery_codes;
pub mod remembered;
mod row;
pub mod sessions;
pub mod suggestions;
pub mod telling;
pub mod throttles;
pub mod tokens;
pub mod totp;
pub mod users;
mod writer;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use bells::Ring;
pub use db::{Sql, Tx};
pub use error::StorageError;
pub use open::{OpenOptions, SchemaState};

use bells::Bells;
use db::Db;

/// What every storage method answers.
pub type Result<T> = std::result::Result<T, StorageError>;

/// An open, migrated database.
#[derive(Clone)]
pub struct Store {
    db: Db,
    bells: Arc<Bells>,
}

impl Store {
    /// Runs `work` in one transaction; all of it is durable when this answers, or none of it happened.
    ///
    /// None of it happens once a statement of it has failed, even where `work` turns that into an answer of its own:
    /// a conflict that is no surprise is to be looked for before, or answered at once.
    ///
    /// # Errors
    /// Whatever `work` answered, or that the database is not available.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.write_framed(true, work).await
    }

    /// Like [`Store::write`] for work that is one statement: half the cost, because a statement needs no frame.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_single<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.write_framed(false, work).await
    }

    async fn write_framed<T, F>(&self, framed: bool, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let value = match &self.db {
            Db::Sqlite { writer, .. } => writer.submit(!framed, work).await?,
            Db::Postgres(pool) if framed => {
                let mut transaction = pool.begin().await?;
                let value = work(Tx::Postgres(&mut transaction)).await?;
                transaction.commit().await?;
                value
            }
            Db::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                work(Tx::Postgres(&mut connection)).await?
            }
        };
        // A fact comes with what it tells of, in a frame: single statements carry none, but for the one that says so.
        if framed {
            self.bells.ring_log();
        }
        Ok(value)
    }

    /// `sqlite` or `postgres`.
    pub const fn kind(&self) -> &'static str {
        match &self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }
}

/// Every statement of the house with its file, for the tests that prepare and explain them all.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, Sql)> {
    let files: [(&'static str, &'static [(&'static str, Sql)]); 38] = [
        ("accesses", accesses::ALL),
        ("browsers", browsers::ALL),
        ("clients", clients::ALL),
        ("consents", consents::ALL),
        ("outgoing/deliveries", outgoing::deliveries::ALL),
        ("events", events::ALL),
        ("factors", factors::ALL),
        ("feed", feed::ALL),
        ("grants", grants::ALL),
        ("history", history::ALL),
        ("house", house::ALL),
        ("idempotency", idempotency::ALL),
        ("identities", identities::ALL),
        ("journeys", journeys::ALL),
        ("keys", keys::ALL),
        ("leases", leases::ALL),
        ("letters", letters::ALL),
        ("log", log::ALL),
        ("members", members::ALL),
        ("outgoing/logout_notices", outgoing::logout_notices::ALL),
        ("merges", merges::ALL),
        ("passkeys", passkeys::ALL),
        ("passwords", passwords::ALL),
        ("policy/assignments", policy::assignments::ALL),
        ("policy/revisions", policy::revisions::ALL),
        ("projects", projects::ALL),
        ("proofs", proofs::ALL),
        ("providers", providers::ALL),
        ("recovery_codes", recovery_codes::ALL),
        ("remembered", remembered::ALL),
        ("sessions", sessions::ALL),
        ("suggestions", suggestions::ALL),
        ("telling", telling::ALL),
        ("throttles", throttles::ALL),
        ("tokens", tokens::ALL),
        ("totp", totp::ALL),
        ("users", users::ALL),
        ("outgoing/webhooks", outgoing::webhooks::ALL),
    ];
    files.into_iter().flat_map(|(file, all)| all.iter().map(move |(name, sql)| (file, *name, *sql)))
}
