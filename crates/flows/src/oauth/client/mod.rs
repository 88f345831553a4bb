//! Clients: how they authenticate, where their keys come from, and those that register themselves.

pub mod assertions;
pub mod authenticate;
pub mod documents;
pub mod keys;
pub mod register;
