//! Signing in by a passkey, from the form next to the password form.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::sign_in::refused;
use crate::login::kit::LoginPage;
use usher_accounts::{FlowError, PasskeyAnswer, Rejected};
use usher_domain::urls;
use usher_http_server::state::App;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasskeySignInForm {
    interaction: Option<String>,
    state: String,
    credential: String,
}

/// POST
pub async fn sign_in(mut page: LoginPage, PageForm(form): PageForm<PasskeySignInForm>) -> PageResult {
    page.belongs_to(form.interaction).await;
    if let Some(again) = page.begun_anew(urls::LOGIN, None)? {
        return page.redirect(&again);
    }
    let interaction = page.interaction()?;
    let answer = PasskeyAnswer { state: &form.state, credential: &form.credential };
    let LoginPage { app, visitor, .. } = &mut page;
    let signed_in = app.usher.passkeys.sign_in_by_passkey(answer, &mut visitor.browser, &visitor.device).await;
    let is_unknown = matches!(signed_in, Err(FlowError::Rejected(Rejected::PasskeyUnknown)));
    let unknown = unknown_passkey(&page.app, &form.credential).filter(|_| is_unknown);
    match page.check(signed_in)? {
        Ok(signed_in) => page.arrive(signed_in, interaction).await,
        Err(errors) => refused(page, interaction.as_ref(), &errors, None, unknown).await,
    }
}

/// The argument of `signalUnknownCredential` (WebAuthn Level 3 §5.1.10.2).
fn unknown_passkey(app: &App, credential: &str) -> Option<String> {
    let sent: serde_json::Value = serde_json::from_str(credential).ok()?;
    let (id, domain) = (sent.get("id")?.as_str()?, app.usher.core.config.server.issuer.url().domain()?);
    let fits = id.len() <= 1_400 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then(|| serde_json::json!({ "rpId": domain, "credentialId": id }).to_string())
}

/// The well-known URL for creating and managing passkeys, used by password managers (W3C).
pub async fn endpoints(State(app): State<App>) -> Response {
    Json(app.usher.passkeys.passkey_endpoints(urls::NEW_PASSKEY, urls::SECURITY)).into_response()
}
