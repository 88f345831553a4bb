//! The links of the email "You already have an account", which contain the registration that it answers.

use crate::login::kit::LoginPage;
use usher_accounts::FlowError;
use usher_domain::urls;
use usher_page_kit::kit::PageKit as _;

/// The page at this path with the sign-in that the registration belonged to. `None` in any browser other than the one
/// that began it, and for a URL without a registration.
pub async fn sign_in_left(page: &LoginPage, path: &str) -> Result<Option<String>, FlowError> {
    let Some(proof) = page.param("proof").and_then(|id| id.parse().ok()) else { return Ok(None) };
    let registration = &page.app.usher.registration;
    let sealed = registration.registration_returns_to(proof, &page.visitor.browser).await?;
    Ok(sealed.map(|sealed| urls::with(path, "interaction", &sealed)))
}
