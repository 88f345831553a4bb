//! Check-ups of applications: a test issuer answers sign-ins with the faults of an attacker or of a broken provider, and
//! what the application makes of each decides its grade.
//!
//! [`case`] lists the faults and [`verdict`] what is concluded; both are pure. [`issuer`] is the provider, [`run`] the
//! browser's part. A test issuer has keys, people and codes of its own, for an hour, in memory: it never signs with
//! Usher's keys, and nobody but the check-up signs in there.

pub mod book;
mod browser;
pub mod case;
pub mod check_up;
pub mod issuer;
mod jar;
pub mod keys;
mod person;
pub mod request;
pub mod run;
mod telltale;
mod tokens;
pub mod verdict;
