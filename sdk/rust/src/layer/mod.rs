//! The layer of an application: it identifies the caller of each request and enforces the route rules.

mod attached;
mod require;
mod service;

pub(crate) use attached::{Attached, log_refusal, original_path};
#[cfg(feature = "web")]
pub(crate) use attached::{address, original_target};
pub use require::{Check, Guarded, Permission, Require, Resource, Roles, Scopes, SignIn};
pub use service::UsherService;
pub(crate) use service::refused;
