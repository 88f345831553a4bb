//! Master key, sealing at rest, signing keys, JOSE.
//!
//! This crate owns everything that touches key material, and is the only one that uses josekit. Input from outside is
//! checked here before josekit sees it.

pub mod generate;
pub mod jwk;
pub mod jwks;
pub mod keyring;
pub mod master;
pub mod project_key;
mod purpose;
pub mod seal;
pub mod verify;
pub mod webhook;
