//! What the house itself keeps: its facts, its keys, its leases, its limits.

pub mod facts;
pub mod idempotency;
pub mod keys;
pub mod leases;
pub mod throttles;
