//! The layers that every request and every response pass, one file for each layer.
//!
//! From outside to inside: trace, security headers, caching, problem bodies, panics, limits, path, host, startup gate,
//! deadlines. An error response of any inner layer therefore has a trace id, all headers, and a body. [`cors`],
//! [`csrf`] and [`limits::body`] are applied to single groups of routes.

pub mod cors;
pub mod csrf;
pub mod deadline;
pub mod host;
pub mod limits;
pub mod no_store;
pub mod panic;
pub mod path;
pub mod ready;
pub mod security_headers;
pub mod trace;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use url::Url;

use self::deadline::Deadlines;
use self::host::{HostRule, OtherHost};
use self::ready::Gate;
use self::trace::Tracing;
use super::extract::client_ip::TrustedProxies;
use super::problem::{self, ProblemPage};
use usher_domain::random::Random;

/// The configuration of the layers.
pub struct ServerContext {
    /// The issuer, which determines the host and whether https is used.
    pub issuer: Url,
    /// Where clients present certificates, if that is not the issuer's.
    pub mutual_tls: Option<Url>,
    /// The source of trace ids.
    pub random: Arc<dyn Random>,
    /// The peers whose `X-Forwarded-For` is trusted.
    pub proxies: TrustedProxies,
    /// The response to a request for another host.
    pub other_host: OtherHost,
    /// Renders problems as pages; without it all of them are JSON.
    pub problem_page: Option<ProblemPage>,
    /// Closed while the server starts.
    pub gate: Gate,
    /// The deadlines of a request.
    pub deadlines: Deadlines,
}

/// The layers, built once.
struct LayerStack {
    trace: Tracing,
    https: bool,
    problem_page: Option<ProblemPage>,
    host: HostRule,
    gate: Gate,
    deadlines: Deadlines,
}

/// Wraps `router` in all layers, in order. Routes that are added afterwards bypass them: add none.
pub fn wrap(router: Router, context: ServerContext) -> Router {
    let layers = LayerStack {
        trace: Tracing { random: context.random, proxies: context.proxies },
        https: context.issuer.scheme() == "https",
        problem_page: context.problem_page,
        host: HostRule::new(&context.issuer, context.mutual_tls.as_ref(), context.other_host),
        gate: context.gate,
        deadlines: context.deadlines,
    };
    router.layer(from_fn_with_state(Arc::new(layers), pass))
}

/// All layers are one axum layer, because axum would clone the inner service for each layer and request.
async fn pass(State(layers): State<Arc<LayerStack>>, request: Request, next: Next) -> Response {
    let LayerStack { trace, https, problem_page, host, gate, deadlines } = &*layers;
    let held = |request| deadline::hold(*deadlines, request, |request| next.run(request));
    let checked = |request| host::check(host, request, |request| ready::check(gate, request, held));
    let named = |request| path::check(request, checked);
    let caught = |request| panic::catch(request, |request| limits::check(request, named));
    let rendered = |request| problem::render(problem_page.as_ref(), request, caught);
    let marked = |request| security_headers::set(*https, request, |request| no_store::set(request, rendered));
    trace::trace(trace, request, marked).await
}
