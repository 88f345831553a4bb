#![doc = include_str!("../README.md")]

mod auth;
#[cfg(feature = "axum")]
mod axum;
mod builder;
mod cache;
mod documents;
mod event;
mod feed;
mod identity;
mod issuer;
mod layer;
mod locks;
mod options;
mod persist;
pub mod policy;
mod proofs;
mod refusal;
mod restore;
mod revocation;
mod sessions;
mod state;
pub mod store;
mod store_log;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
mod usher;
#[cfg(test)]
mod vectors;
mod verify;
#[cfg(feature = "web")]
mod web;
pub mod webhook;

pub use auth::Auth;
#[cfg(feature = "axum")]
pub use axum::Rejection;
pub use builder::Builder;
pub use event::{Decision, Event};
pub use identity::{Identity, User};
pub use layer::{Check, Guarded, Permission, Require, Resource, Roles, Scopes, SignIn, UsherService};
#[cfg(feature = "web")]
pub use options::Mode;
pub use options::{Misuse, OnStale, Transport};
pub use policy::{Filter, Verdict};
pub use refusal::{Reason, Refusal};
pub use revocation::EntryKind;
pub use sessions::Session;
pub use store::{FileStore, MemoryStore, Store};
pub use token::{Algorithm, UnknownAlgorithm};
pub use usher::{SetupError, Status, Usher};

/// The guide of the documentation, whose examples are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sdk/rust.md")]
struct Guide;
