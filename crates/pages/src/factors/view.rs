//! The factors of a user on the security page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::views::{FactorsView, PasskeyView, RememberedView};
use usher_accounts::FlowError;
use usher_domain::urls::{self, PasskeyUrls, RememberedUrls};
use usher_domain::user::passkey::StoredPasskey;
use usher_domain::user::remembered::RememberedBrowser;
use usher_http_server::state::App;
use usher_page_kit::kit::{AccountPage, PageKit as _};
use usher_page_kit::views::Layout;

/// All factors of a user.
pub async fn factors_view(page: &mut AccountPage) -> Result<FactorsView, FlowError> {
    let (usher, account, head) = (&page.app.usher, &page.account, page.head(""));
    let factors = usher.factor_rules.factors_of(account).await?;
    let passkeys = usher.passkeys.passkeys_of(account).await?;
    let remembered = usher.factor_rules.remembered_of(account).await?;
    Ok(FactorsView {
        accepted: accepted(&page.app, &passkeys),
        passkeys: passkeys.iter().map(|passkey| passkey_view(&head, passkey)).collect(),
        new_passkey_url: usher.passkeys.offers_passkeys().then(|| urls::NEW_PASSKEY.to_owned()),
        totp: factors.totp,
        totp_url: urls::TOTP.to_owned(),
        always: factors.always,
        recovery_codes: factors.recovery_codes,
        remembered: remembered.into_iter().map(|browser| remembered_view(&head, browser)).collect(),
        form: page.form(urls::SECURITY),
    })
}

fn remembered_view(page: &Layout, browser: RememberedBrowser) -> RememberedView {
    RememberedView {
        urls: RememberedUrls::of(&browser.id),
        user_agent: browser.user_agent.unwrap_or_default(),
        until: page.date(browser.expires_at.0),
    }
}

fn passkey_view(page: &Layout, passkey: &StoredPasskey) -> PasskeyView {
    PasskeyView {
        urls: PasskeyUrls::of(&passkey.id),
        name: passkey.name.clone(),
        synced: passkey.synced,
        created: page.ago(passkey.created_at.0),
        last_used: passkey.last_used_at.map(|at| page.ago(at.0)),
    }
}

/// The argument of `signalAllAcceptedCredentials` (WebAuthn Level 3 §5.1.10.3).
fn accepted(app: &App, passkeys: &[StoredPasskey]) -> Option<String> {
    let handle = passkeys.first()?.handle;
    let ids: Vec<_> = passkeys.iter().map(|passkey| URL_SAFE_NO_PAD.encode(&passkey.credential_id)).collect();
    let options = json!({
        "rpId": app.usher.core.config.server.issuer.url().domain()?,
        "userId": URL_SAFE_NO_PAD.encode(handle.as_bytes()),
        "allAcceptedCredentialIds": ids,
    });
    Some(options.to_string())
}
