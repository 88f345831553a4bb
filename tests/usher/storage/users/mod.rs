//! Users and what belongs to them.

mod accesses;
mod accounts;
mod browsers;
mod consents;
pub mod factors;
mod identities;
mod journeys;
mod merges;
mod passwords;
mod proofs;
mod sessions;
