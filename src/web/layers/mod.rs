//! What every request passes on its way in, and every answer on its way out. One file a concern.
//!
//! From outside to inside: trace, security headers, caching, problem bodies, panics, limits, host, gate, deadlines.
//! So that a refusal of any inner layer still leaves with a trace id, with all headers, and with a body.
//! [`cors`] and [`csrf`] and [`limits::body`] are for single groups of routes.

pub mod cors;
pub mod csrf;
pub mod deadline;
pub mod host;
pub mod limits;
pub mod no_store;
pub mod panic;
pub mod ready;
pub mod security_headers;
pub mod trace;

use std::sync::Arc;

use axum::Router;
use url::Url;

use self::deadline::Deadlines;
use self::host::OtherHost;
use self::ready::Gate;
use super::extract::client_ip::TrustedProxies;
use super::problem::{self, ProblemPage};
use crate::domain::random::Random;

/// What the layers of the whole house need to know.
pub struct House {
    /// The issuer: whose host is served, and whether over https.
    pub issuer: Url,
    /// Where trace ids are drawn from.
    pub random: Arc<dyn Random>,
    /// The peers whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// The answer to a request for another host.
    pub other_host: OtherHost,
    /// Renders problems as pages; without it all of them are JSON.
    pub problem_page: Option<ProblemPage>,
    /// Shut while the house starts.
    pub gate: Gate,
    /// How long a request may take.
    pub deadlines: Deadlines,
}

/// Puts every layer of the house around `router`, in order. Routes added afterwards would stand outside: add none.
pub fn wrap(router: Router, house: House) -> Router {
    let https = house.issuer.scheme() == "https";
    let router = deadline::wrap(router, house.deadlines);
    let router = ready::wrap(router, house.gate);
    let router = host::wrap(router, &house.issuer, house.other_host);
    let router = limits::wrap(router);
    let router = panic::wrap(router);
    let router = problem::wrap(router, house.problem_page);
    let router = no_store::wrap(router);
    let router = security_headers::wrap(router, https);
    trace::wrap(router, house.random, house.proxies)
}
