//! The keyring, sealing at rest, and the making of signing keys.
//!
//! Owns everything that touches key material. Storage holds what this room seals; flows sign and verify through it.
//! This room and `protocol::jose` alone import josekit; whatever comes from outside is checked here before josekit sees it.

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
