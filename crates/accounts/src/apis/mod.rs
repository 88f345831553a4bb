//! APIs (resource servers) of projects: their administration, and which of them a client may ask tokens for.

mod adopt;
mod allowed;
mod announced;
mod audience;
mod host_proof;
mod manage;
mod reach;

use std::sync::Arc;

use moka::sync::Cache;

use crate::core::Core;
use crate::upstream::providers::Providers;
use usher_domain::id::ProjectId;
use usher_domain::oauth::api::Api;

pub use adopt::{AudienceConflict, audience_conflicts};
pub use manage::{ApiCreator, NewApi};
pub use reach::{ReachableApi, not_reachable};

/// APIs and the clients that may ask for them.
pub struct Apis {
    pub core: Arc<Core>,
    pub providers: Arc<Providers>,
    /// Recently used APIs, by project.
    pub cache: Cache<ProjectId, Arc<Vec<Api>>>,
    /// The announced identifiers.
    pub announced: Cache<(), Arc<[String]>>,
}
