//! Data of the server itself: named values, signing keys, leases, rate limits, idempotent requests.

pub mod idempotency;
pub mod keys;
pub mod leases;
pub mod throttles;
pub mod values;
