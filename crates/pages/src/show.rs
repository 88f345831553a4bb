//! Responses for the outcomes of an interaction.

use axum::Extension;
use axum::response::Response;
use url::Url;

use crate::views::{AlreadySignedIn, FormPost, LeaveQuestion, RequestingClient};
use usher_accounts::{FlowError, Rejected, ReturnTo, SignedIn};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::urls;
use usher_flows::{Leaving, Outcome};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::layers::security_headers::Continuation;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::kit::html;
use usher_page_kit::visitor_pages::VisitorPages as _;
use usher_protocol::authorize::redirect_uri;
use usher_protocol::authorize::response_mode::{AuthorizationResponse, ResponseDelivery};
use usher_protocol::client::metadata_document::DocumentUrl;
use usher_protocol::client::self_registration::is_on_device;

/// Redirects as the outcome says. A request that was answered with a code is remembered in the browser.
///
/// # Errors
/// 500 if the interaction cannot be sealed.
pub fn outcome(
    app: &App,
    mut visitor: Visitor,
    request: &Interaction,
    outcome: Outcome,
) -> Result<Response, HttpProblem> {
    match outcome {
        Outcome::Answer(response) => {
            if response.is_success {
                visitor.answered().remember(app, request);
            }
            answer(visitor, response)
        }
        Outcome::Recorded { interaction, .. } => {
            let sealed = app.usher.authorizations.seal_interaction(&interaction)?;
            let page = if interaction.ciba.is_some() { urls::CIBA_DONE } else { urls::DEVICE_DONE };
            Ok(visitor.redirect_to_page(&urls::with(page, "interaction", &sealed)))
        }
        Outcome::Leave(leaving) => ask_to_leave(visitor, *leaving),
        Outcome::Show { step, interaction } => show_step(app, visitor, &step, &interaction),
    }
}

/// The page that asks before an error is sent to a client that nobody here knows.
///
/// # Errors
/// 500 if the page does not render.
pub fn ask_to_leave(visitor: Visitor, leaving: Leaving) -> Result<Response, HttpProblem> {
    let client = client_view(&leaving.client, &leaving.redirect_uri);
    let page = visitor.page(visitor.lang(leaving.ui_locales.as_deref(), None));
    let (url, action, fields) = match leaving.answer.deliver() {
        ResponseDelivery::Redirect(to) => (Some(to), String::new(), Vec::new()),
        ResponseDelivery::FormPost { action, fields } => (None, action, fields),
    };
    let body = html(&LeaveQuestion { page, client, reason: leaving.reason, url, action, fields })?;
    Ok(visitor.reply((Extension(Continuation::ByForm), body)))
}

/// Redirects to the page of a step.
///
/// # Errors
/// 500 if the interaction cannot be sealed.
pub fn show_step(
    app: &App,
    visitor: Visitor,
    step: &InteractionStep,
    interaction: &Interaction,
) -> Result<Response, HttpProblem> {
    let to = urls::with(path_of(step), "interaction", &app.usher.authorizations.seal_interaction(interaction)?);
    Ok(visitor.redirect_to_page(&to))
}

/// Continues a browser that opened a page whose step is complete: by going back, reloading, or in a second tab. If its
/// request was answered before, a page says so instead: clients accept one response to a request, and fail on a second
/// one.
///
/// # Errors
/// If the client was deleted or disabled meanwhile, or the database cannot be read.
pub async fn elsewhere(
    app: &App,
    mut visitor: Visitor,
    request: &Interaction,
    on: Outcome,
) -> Result<Response, HttpProblem> {
    if visitor.answered().holds(app, request) {
        return already_answered(app, visitor, request).await;
    }
    outcome(app, visitor, request, on)
}

/// The page for a user who is signed in to the client already.
///
/// # Errors
/// If the client was deleted or disabled meanwhile, or the database cannot be read.
pub async fn already_answered(app: &App, mut visitor: Visitor, request: &Interaction) -> Result<Response, HttpProblem> {
    let client = app.usher.authorizations.client_of(request).await?;
    let sealed = urls::with(urls::LOGIN, "interaction", &app.usher.authorizations.seal_interaction(request)?);
    visitor.show_brand_of(client.project_id).await;
    let mut page = visitor.page(visitor.lang(request.request.ui_locales.as_deref(), None));
    page.language_url_base.clone_from(&sealed);
    let home = client.metadata.client_uri.clone().or_else(|| redirect_uri::origin(&request.redirect_uri));
    let body = html(&AlreadySignedIn {
        page,
        client: client_view(&client, &request.redirect_uri),
        home_url: home,
        account_url: urls::PROFILE.to_owned(),
        again_url: urls::with(&sealed, urls::RESUME, "1"),
    })?;
    Ok(visitor.reply(body))
}

/// Sends an authorization response to the client.
///
/// # Errors
/// 500 if the page does not render.
pub fn answer(visitor: Visitor, response: AuthorizationResponse) -> Result<Response, HttpProblem> {
    match response.deliver() {
        ResponseDelivery::Redirect(to) => Ok(visitor.redirect(&to)),
        ResponseDelivery::FormPost { action, fields } => {
            let body = html(&FormPost { page: visitor.page(visitor.lang(None, None)), action, fields })?;
            Ok(visitor.reply((Extension(Continuation::ByForm), body)))
        }
    }
}

/// Continues after a sign-in: with the client's request, to the requested page, or to the step that is missing.
///
/// # Errors
/// If the client was disabled meanwhile, or the database fails.
pub async fn arrived(
    app: &App,
    mut visitor: Visitor,
    signed_in: SignedIn,
    interaction: Option<Interaction>,
    next: &str,
) -> Result<Response, HttpProblem> {
    if let SignedIn::As { user, method: Some(method), .. } = &signed_in {
        visitor.remember_method(method, user);
    }
    match (signed_in, interaction) {
        (SignedIn::As { session, .. }, Some(mut interaction)) => {
            interaction.signed_in = Some(session);
            let going_on = app.usher.authorizations.go_on(interaction.clone(), &visitor.browser, &visitor.device);
            let on = Box::pin(going_on).await?;
            outcome(app, visitor, &interaction, on)
        }
        (SignedIn::As { .. }, None) => Ok(visitor.redirect(next)),
        (SignedIn::SecondFactor { pending }, interaction) => {
            let sealed = interaction.map(|one| app.usher.authorizations.seal_interaction(&one)).transpose()?;
            Ok(visitor.redirect_to_page(&urls::second_factor(&pending, sealed.as_deref(), next)))
        }
        (SignedIn::Unproven { proof }, _) => {
            Ok(visitor.redirect(&urls::with(urls::VERIFY, "proof", &proof.to_string())))
        }
    }
}

const fn path_of(step: &InteractionStep) -> &'static str {
    match step {
        InteractionStep::SignUp => urls::REGISTER,
        InteractionStep::ChooseAccount => urls::ACCOUNTS,
        InteractionStep::Consent => urls::CONSENT,
        InteractionStep::StepUp => urls::SECOND_FACTOR,
        InteractionStep::Enrol => urls::ENROL,
        InteractionStep::SignIn { .. } | InteractionStep::Finish | InteractionStep::Fail(_) => urls::LOGIN,
    }
}

/// The URL of a page with its interaction restarted, if that has expired; with the address of the user who was signing
/// in.
///
/// # Errors
/// 500 if the interaction cannot be sealed.
pub fn begun_anew(
    app: &App,
    visitor: &Visitor,
    sealed: Option<&str>,
    path: &str,
    email: Option<String>,
) -> Result<Option<String>, FlowError> {
    let opened = sealed.and_then(|sealed| app.usher.authorizations.reopen_interaction(sealed, &visitor.browser).ok());
    let Some((mut interaction, true)) = opened else { return Ok(None) };
    interaction.request.login_hint = email.filter(|email| !email.is_empty()).or(interaction.request.login_hint);
    let url = urls::with(path, "interaction", &app.usher.authorizations.seal_interaction(&interaction)?);
    Ok(Some(urls::with(&url, "done", urls::DONE_RESTARTED)))
}

/// The interaction of a page or form; `None` if it has none.
///
/// # Errors
/// 400 if it has expired or belongs to another browser; with a link back to the application.
pub fn interaction(app: &App, sealed: Option<&str>, visitor: &Visitor) -> Result<Option<Interaction>, HttpProblem> {
    let Some(sealed) = sealed else { return Ok(None) };
    match app.usher.authorizations.open_interaction(sealed, &visitor.browser) {
        Ok(interaction) => Ok(Some(interaction)),
        Err(error) => Err(HttpProblem::from(error).back_to(app.usher.authorizations.origin_of_interaction(sealed))),
    }
}

/// The interaction of a page that requires one.
///
/// # Errors
/// As [`interaction`]; 400 if there is none.
pub fn needed_interaction(app: &App, sealed: &str, visitor: &Visitor) -> Result<Interaction, HttpProblem> {
    interaction(app, Some(sealed), visitor)?.ok_or_else(|| FlowError::from(Rejected::InteractionOver).into())
}

/// The sign-in page after an email, with the address filled in: it continues the client's request if that is this
/// browser's and still valid, or the page that was requested.
///
/// # Errors
/// 500 if the interaction cannot be sealed.
pub fn sign_in_url(
    app: &App,
    visitor: &Visitor,
    return_to: &ReturnTo,
    email: Option<&str>,
) -> Result<String, FlowError> {
    if let Some(mut interaction) = interaction(app, return_to.interaction.as_deref(), visitor).ok().flatten() {
        interaction.request.login_hint = email.map(str::to_owned).or(interaction.request.login_hint);
        return Ok(urls::with(urls::LOGIN, "interaction", &app.usher.authorizations.seal_interaction(&interaction)?));
    }
    let url = urls::on_the_way(urls::LOGIN, None, return_to.next.as_deref());
    Ok(email.map_or_else(|| url.clone(), |email| urls::with(&url, "login_hint", email)))
}

/// A page of the client: its `client_uri`, or the origin of its redirect URI. `None` for native applications.
pub fn home_of(client: &Client) -> Option<String> {
    let metadata = &client.metadata;
    let origin = || metadata.redirect_uris.iter().find_map(|uri| redirect_uri::origin(uri));
    metadata.client_uri.clone().or_else(origin)
}

/// The client for display. A device has no redirect URI: its home page says whose it is.
pub fn client_view(client: &Client, redirect_uri: &str) -> RequestingClient {
    let metadata = &client.metadata;
    let home = || metadata.client_uri.as_deref().unwrap_or_default();
    let redirect_uri = if redirect_uri.is_empty() { home() } else { redirect_uri };
    let host = redirect_uri::origin(redirect_uri)
        .and_then(|origin| Url::parse(&origin).ok())
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| redirect_uri.split(':').next().unwrap_or_default().to_owned());
    // The picture of somebody else's application is easily shown, so software that nobody knows shows none.
    let document = DocumentUrl::parse(&client.id.0, true).ok().filter(|_| client.origin == ClientOrigin::Document);
    RequestingClient {
        name: metadata.client_name.clone(),
        on_device: client.origin.is_self_registered() && is_on_device(redirect_uri),
        host,
        document_host: document.map(|url| url.host().to_owned()),
        unverified: client.is_unverified(),
        logo_uri: metadata.logo_uri.clone().filter(|_| !client.is_anonymous()),
        client_uri: metadata.client_uri.clone(),
        policy_uri: metadata.policy_uri.clone(),
        tos_uri: metadata.tos_uri.clone(),
    }
}
