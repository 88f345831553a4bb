//! What one access token is for, and the request that decides it.

use std::time::Duration;

use usher_accounts::apis::ReachableApi;
use usher_domain::id::ProjectId;
use usher_domain::oauth::api::TokenFormat;
use usher_domain::oauth::target::GrantTargets;
use usher_protocol::scope::Scope;

/// What one access token is for, and what follows from that.
#[derive(Debug)]
pub(crate) struct TokenTarget {
    /// `aud`.
    pub aud: Vec<String>,
    /// `project_id`.
    pub project: ProjectId,
    /// The position of this project's feed before anything about the request was read.
    pub urv: i64,
    /// The scopes that have a meaning at `aud` (RFC 9068 §3).
    pub scope: Scope,
    pub lifetime: Duration,
    pub alg: String,
    pub format: TokenFormat,
    pub apis: Vec<ReachableApi>,
}

/// A request for an access token, as far as it decides what the token is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TargetRequest<'a> {
    /// What the grant is for.
    pub targets: &'a GrantTargets,
    /// The resources that the request names; the token is for all targets if it names none.
    pub resources: &'a [String],
    /// The scope of the token: the grant's, or less.
    pub scope: &'a Scope,
    /// The position of the feed of the client's project before anything about the request was read.
    pub urv: i64,
}
