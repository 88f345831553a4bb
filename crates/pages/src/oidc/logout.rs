//! The end session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2).

use axum::response::Response;

use crate::login::kit::LoginPage;
use crate::login::logout::{ask, signed_out};
use crate::oidc::authorize::{named, repeat_by_get};
use usher_accounts::{LogoutRequest, SignOut};
use usher_flows::{AttemptDraft, log_refusal};
use usher_http_server::extract::params::FormParams;
use usher_page_kit::kit::{PageKit as _, PageResult};
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;
use usher_protocol::params::Params;

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    let request = page.app.usher.sign_outs.read_logout(&page.query).await?;
    page.show_brand_of(request.client.as_deref()).await;
    let sign_outs = &page.app.usher.sign_outs;
    if let Some(fault) = request.fault {
        log_refusal(endpoints::END_SESSION, &named(OAuthError::invalid_request(fault), &page.query));
    }
    if let Some(client_id) = client_of(&request, &page.query) {
        let draft = AttemptDraft::of_logout(&client_id, &page.query, request.fault, page.app.usher.core.now());
        page.app.usher.attempts.record(draft);
    }
    match sign_outs.sign_out_of(&request, &page.visitor.browser).await? {
        SignOut::AtOnce(account) => {
            sign_outs.sign_out(&account).await?;
            done(page, &request)
        }
        SignOut::Nothing => done(page, &request),
        SignOut::Ask(account) => ask(page, &account, Some(&request)),
    }
}

/// The client that a request is of, or says that it is of.
fn client_of(request: &LogoutRequest, params: &Params) -> Option<String> {
    let known = request.client.as_ref().map(|client| client.id.0.clone());
    known.or_else(|| params.get("client_id").ok().flatten().map(str::to_owned))
}

/// A cross-site POST has no cookies: the browser is redirected to the same request by GET.
pub async fn post(page: LoginPage, form: FormParams) -> Response {
    repeat_by_get(page, form, endpoints::END_SESSION)
}

/// Redirects to the client if the URI is registered; shows a page otherwise.
fn done(page: LoginPage, request: &LogoutRequest) -> PageResult {
    match &request.continue_url {
        Some(_) if request.asks_first && request.fault.is_none() => signed_out(page, Some(request), Vec::new()),
        Some(to) if request.fault.is_none() => page.redirect(to),
        _ => signed_out(page, None, Vec::new()),
    }
}
