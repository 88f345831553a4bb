//! Master key, sealing at rest, signing keys, JOSE.
//!
//! This crate owns everything that touches key material, and is the only one that uses josekit: for generating keys and
//! for encrypted values. Usher's own tokens are signed and verified by aws-lc.

pub mod certificate;
pub mod damaged_key;
pub mod foreign;
pub mod generate;
pub mod jwk;
pub mod jwks;
pub mod keyring;
pub mod master;
pub mod pairwise;
pub mod project_key;
mod purpose;
pub mod seal;
mod signature;
pub mod verify;
pub mod webhook;
