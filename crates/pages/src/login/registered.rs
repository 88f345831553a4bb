//! The links of the email "You already have an account", which contain the registration that it answers.

use usher_domain::urls;
use usher_flows::FlowError;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// This page with the sign-in that the registration belonged to. `None` in any browser other than the one that began
/// it, and for a URL without a registration.
///
/// # Errors
/// If the database cannot be read.
pub async fn sign_in_left(
    app: &App,
    visitor: &Visitor,
    query: &Params,
    page: &str,
) -> Result<Option<String>, FlowError> {
    let Some(proof) = query.get("proof").ok().flatten().and_then(|id| id.parse().ok()) else { return Ok(None) };
    let sealed = app.usher.registration.registration_returns_to(proof, &visitor.browser).await?;
    Ok(sealed.map(|sealed| urls::with(page, "interaction", &sealed)))
}
