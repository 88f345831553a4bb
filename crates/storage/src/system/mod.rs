//! Data of the server itself: named values, signing keys and who uses old ones, leases, rate limits, idempotent requests, single-use values.

pub mod health;
pub mod idempotency;
pub mod key_uses;
pub mod keys;
pub mod leases;
pub mod single_use;
pub mod throttles;
pub mod values;
