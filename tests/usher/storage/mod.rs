//! The contract of `storage`: every method, on SQLite and PostgreSQL alike.

mod accesses;
mod browsers;
mod clients;
mod consents;
mod events;
mod factors;
mod facts_and_leases;
mod failing;
mod grant_family;
mod grant_races;
mod grants;
mod group_commit;
mod keys;
mod letters;
mod passwords;
mod projects;
mod proofs;
mod query_plans;
pub mod samples;
mod sessions;
mod statements_prepare;
mod sweeps;
mod throttles;
mod tokens;
mod unreadable;
mod users;
