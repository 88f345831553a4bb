//! Users and what belongs to them.

mod accesses;
mod accounts;
mod browsers;
mod consents;
pub mod factors;
mod identities;
mod merges;
mod passwords;
mod proofs;
mod sessions;
mod upstream_states;
