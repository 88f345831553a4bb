//! Signs people in with axum-oidc. Its redirect URI is the page that was requested.

use std::env::var;
use std::error::Error;

use axum::error_handling::HandleErrorLayer;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum::{Json, Router};
use axum_oidc::error::MiddlewareError;
use axum_oidc::{EmptyAdditionalClaims, OidcAuthLayer, OidcClaims, OidcLoginLayer, OidcRpInitiatedLogout};
use serde_json::{Value, json};
use tower::ServiceBuilder;
use tower_sessions::cookie::SameSite;
use tower_sessions::{MemoryStore, SessionManagerLayer};

type Claims = OidcClaims<EmptyAdditionalClaims>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let base_url: Uri = var("BASE_URL")?.parse()?;
    let signed_out: Uri = format!("{base_url}").parse()?;
    // Lax: the browser must send the cookie when it returns from Usher. On https, use `with_secure(true)`.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_same_site(SameSite::Lax).with_secure(false);
    // Not offline_access: axum-oidc expects a nonce in refreshed ID tokens, against OpenID Connect Core §12.2.
    let scopes = ["profile", "email"].map(String::from).to_vec();
    let client = OidcAuthLayer::<EmptyAdditionalClaims>::discover_client(
        base_url,
        var("ISSUER")?,
        var("CLIENT_ID")?,
        Some(var("CLIENT_SECRET")?),
        scopes,
    )
    .await?;
    // This layer redirects everybody who is not signed in to Usher.
    let signed_in = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(failed))
        .layer(OidcLoginLayer::<EmptyAdditionalClaims>::new());
    let app = Router::new()
        .route("/account", get(async || Redirect::to("/")))
        .layer(signed_in)
        .route("/", get(home))
        .route("/logout", get(async |logout: OidcRpInitiatedLogout| logout.with_post_logout_redirect(signed_out)))
        .layer(ServiceBuilder::new().layer(HandleErrorLayer::new(failed)).layer(client))
        .layer(sessions);
    let listener = tokio::net::TcpListener::bind(format!("localhost:{}", var("PORT")?)).await?;
    Ok(axum::serve(listener, app).await?)
}

/// Who is signed in; nobody after the ID token has expired. `/account` then signs in again without a prompt.
async fn home(claims: Option<Claims>) -> Json<Value> {
    Json(json!({ "user": claims.map(|OidcClaims(claims)| claims) }))
}

async fn failed(error: MiddlewareError) -> impl IntoResponse {
    eprintln!("{error}");
    error.into_response()
}
