//! Two relying parties to try Usher with: the home page, sign-in, refresh and sign-out of an ordinary application.
//!
//! The crate does not depend on other crates of Usher and uses the provider through a standard OpenID Connect client
//! library and HTTP. What works here works for any other relying party.

mod cookies;
mod error;
mod home;
mod layers;
mod pages;
mod provider;
mod refresh;
mod session;
mod sign_in;
mod sign_out;

use std::{future::Future, io, sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tokio::net::TcpListener;
use tower_http::csrf::CsrfLayer;

use provider::DemoProvider;
use session::{Flows, Sessions};

/// How long open connections may take to finish at shutdown.
const FAREWELL: Duration = Duration::from_secs(2);

/// The colours of a demo, which distinguish it from the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accent {
    /// Green.
    Leaf,
    /// Violet.
    Night,
}

impl Accent {
    fn class(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Night => "night",
        }
    }
}

/// The settings of one demo application.
pub struct Demo {
    /// The name on its pages.
    pub name: String,
    /// One line under the name.
    pub tagline: String,
    /// The colours of its pages.
    pub accent: Accent,
    /// The name of its session cookie; cookies are shared by all ports of a host, so every demo needs its own.
    pub cookie: String,
    /// The OpenID provider, as in discovery's `issuer`.
    pub issuer: String,
    /// Its client identifier at the provider.
    pub client_id: String,
    /// Its client secret; `None` for a public client.
    pub client_secret: Option<String>,
    /// Its listener.
    pub listen: TcpListener,
    /// Its own origin as browsers use it, without a trailing slash: `http://localhost:8081`.
    pub own_url: String,
    /// The name of the other demo.
    pub other_name: String,
    /// The address of the other demo.
    pub other_url: String,
}

/// The state that all handlers share: the demo's settings, its provider and its sessions.
struct Shop {
    name: String,
    tagline: String,
    accent: Accent,
    cookie: String,
    own_url: String,
    other_name: String,
    other_url: String,
    provider: DemoProvider,
    sessions: Sessions,
    flows: Flows,
}

/// Serves `demo` until `shutdown` resolves.
///
/// The provider need not run yet: its metadata are fetched when they are first needed, and again until that succeeds.
///
/// # Errors
/// `InvalidInput` if a URL of `demo` is malformed; others if the socket fails.
pub async fn serve(demo: Demo, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let Demo {
        name,
        tagline,
        accent,
        cookie,
        issuer,
        client_id,
        client_secret,
        listen,
        own_url,
        other_name,
        other_url,
    } = demo;
    let provider = DemoProvider::new(&issuer, client_id, client_secret, &own_url)
        .map_err(|cause| io::Error::new(io::ErrorKind::InvalidInput, cause))?;
    let shop = Arc::new(Shop {
        name,
        tagline,
        accent,
        cookie,
        own_url,
        other_name,
        other_url,
        provider,
        sessions: Sessions::default(),
        flows: Flows::default(),
    });
    let (asked, hears) = tokio::sync::oneshot::channel::<()>();
    let told = async move {
        shutdown.await;
        let _ = asked.send(());
    };
    tokio::select! {
        served = async { axum::serve(listen, router(shop)).with_graceful_shutdown(told).await } => served,
        () = async { let _ = hears.await; tokio::time::sleep(FAREWELL).await } => Ok(()),
    }
}

fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(home::get))
        .route("/login", get(sign_in::get))
        .route("/callback", get(sign_in::callback))
        .route("/refresh", post(refresh::post))
        .route("/logout", post(sign_out::post))
        .route("/signed-out", get(sign_out::landing))
        .route("/demo.css", get(pages::stylesheet))
        .route("/favicon.svg", get(pages::icon))
        .fallback(error::not_found)
        .layer(from_fn_with_state(shop.clone(), layers::one_address))
        .layer(from_fn_with_state(shop.clone(), layers::headers))
        .layer(CsrfLayer::new())
        .layer(from_fn(layers::no_store))
        .with_state(shop)
}

#[cfg(test)]
mod tests;
