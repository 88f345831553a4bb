//! The router of all endpoints and pages, inside the layers.

use std::sync::Arc;

use axum::Router;

use super::doctor;

use usher_flows::Usher;
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::health::{self, Unready};
use usher_http_server::layers::deadline::Deadlines;
use usher_http_server::layers::ready::Gate;
use usher_http_server::layers::{self, ServerContext};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_http_server::{assets, brand_files, files};
use usher_mail::caught::CaughtMail;
use usher_pages::problem_page;
use usher_pages::wrong_host::other_host;

/// The configuration of the layers.
pub fn context(app: &App, gate: Gate) -> ServerContext {
    let config = &app.usher.core.config;
    ServerContext {
        issuer: config.server.issuer.url().clone(),
        mutual_tls: config.mutual_tls.url.as_ref().map(|issuer| issuer.url().clone()),
        random: app.usher.core.random.clone(),
        proxies: TrustedProxies::new(config.server.trusted_proxies.iter().copied()),
        other_host: other_host(app),
        problem_page: Some(problem_page::problem_page(app.clone())),
        gate,
        deadlines: Deadlines::default(),
    }
}

/// The complete server.
pub fn build(usher: Usher, caught: Option<Arc<CaughtMail>>, gate: Gate) -> Router {
    let app = App::new(usher, caught).with_doctor(Arc::new(doctor::of_server));
    let context = context(&app, gate);
    let routes = usher_pages::routes::routes(&app)
        .merge(usher_pages::routes::protected(&app, usher_console::routes::pages(&app)))
        .merge(usher_api::oidc::routes::routes(&app))
        .merge(files::routes())
        .merge(brand_files::routes())
        .merge(usher_api::routes(&app));
    let ping = app.usher.clone();
    let ready = health::routes(move || {
        let usher = ping.clone();
        async move { usher.core.store.check_ready().await.map_err(|_| Unready("database")) }
    });
    let router = routes
        .fallback(files::fallback)
        .method_not_allowed_fallback(|| async { HttpProblem::method_not_allowed() })
        .with_state(app)
        .merge(assets::routes())
        .merge(ready);
    layers::wrap(router, context)
}
