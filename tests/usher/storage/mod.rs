//! The contract of `storage`: every method, on both SQLite and PostgreSQL.

mod database;
mod dependents;
mod events;
mod idempotency;
mod keys;
mod locked;
mod oauth;
mod projects;
mod providers;
mod races;
pub mod samples;
mod throttles;
mod users;
mod writers;
