//! One client: its settings, its new secret, and its actions.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{done, shown};
use crate::login::sign_in::text;
use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{ClientPage, EndpointItem, Form, SecretListItem, ShownSecret};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::oauth::client::{Client, ClientSecret, ClientType, SecretRotation};
use usher_domain::time::Timestamp;
use usher_domain::urls::{self, ClientUrls, ProjectUrls};
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::client_metadata::IdTokenContent;
use usher_protocol::endpoints;
use usher_protocol::params::Params;

/// The words for completed actions, with their messages.
const DONE: [(&str, &str); 5] = [
    ("saved", "message-client-saved"),
    ("just-rotated", "message-secret-just-rotated"),
    ("rotated", "message-secret-rotated"),
    ("disabled", "message-client-disabled"),
    ("enabled", "message-client-enabled"),
];

/// GET /console/clients/{client}
pub async fn get(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    Path(id): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let client = app.usher.clients.load_client(&id).await?;
    let mut page = view(&app, &mut visitor, &account, &client).await?;
    page.secret = shown::read(&app, &visitor, &account, &ClientUrls::of(&client.id).page(), &query).await?;
    page.notice = done::words(&query, page.page.lang, &DONE).filter(|_| page.secret != Some(ShownSecret::Before));
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST /console/clients/{client}: `do` is the action.
pub async fn post(
    State(app): State<App>,
    ConsoleAdministrator { visitor, account }: ConsoleAdministrator,
    Path(id): Path<String>,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let client = app.usher.clients.load_client(&id).await?;
    match text(&form, "do").as_str() {
        "rotate-secret" => {
            let (done, secret) = rotate(&app, &client, &form).await?;
            to_page(&app, visitor, &account, &client, (done, secret.as_deref()))
        }
        word @ ("disable" | "enable") => {
            app.usher.clients.set_client_disabled(&client.id, word == "disable").await?;
            let done = if word == "disable" { "disabled" } else { "enabled" };
            to_page(&app, visitor, &account, &client, (done, None))
        }
        "delete" => {
            app.usher.clients.delete_client(&client.id).await?;
            Ok(visitor.redirect(&ProjectUrls::of(&client.project_id).page()))
        }
        _ => Err(HttpProblem::bad_request("do must be rotate-secret, disable, enable or delete")),
    }
}

/// Rotates the secret; returns the word for the action, and the new secret.
async fn rotate(app: &App, client: &Client, form: &Params) -> Result<(&'static str, Option<String>), HttpProblem> {
    let overlap = text(form, "overlap").parse().map_err(|_| HttpProblem::bad_request("overlap is missing"))?;
    let rotation = SecretRotation::with_overlap(Duration::from_secs(overlap));
    match app.usher.clients.rotate_client_secret(&client.id, rotation).await {
        Ok(made) => Ok(("rotated", made.secret)),
        Err(FlowError::Rejected(Rejected::SecretJustMade)) => Ok(("just-rotated", None)),
        Err(other) => Err(other.into()),
    }
}

/// Redirects to the client's page, which shows the message and the new secret once, if there is one.
///
/// # Errors
/// If the secret cannot be sealed.
pub fn to_page(
    app: &App,
    visitor: Visitor,
    account: &Account,
    client: &Client,
    (done, secret): (&str, Option<&str>),
) -> Result<Response, HttpProblem> {
    let here = ClientUrls::of(&client.id).page();
    match secret {
        Some(secret) => shown::lead_to(app, visitor, account, &here, (done, secret)),
        None => Ok(visitor.redirect(&urls::with(&here, "done", done))),
    }
}

async fn view(app: &App, visitor: &mut Visitor, account: &Account, client: &Client) -> Result<ClientPage, HttpProblem> {
    let project = app.usher.projects.load_project(&client.project_id.to_string()).await?;
    let here = ClientUrls::of(&client.id).page();
    let mut page = visitor.page_of(account, urls::CONSOLE);
    page.language_url_base.clone_from(&here);
    let issuer = &app.usher.core.config.server.issuer;
    let (lang, now, metadata) = (page.lang, app.usher.core.now(), &client.metadata);
    let endpoint = |name: &str, path: &str| EndpointItem { name: name.to_owned(), url: issuer.at(path) };
    Ok(ClientPage {
        page,
        form: Form::new(here, visitor.form_token()),
        name: client.metadata.client_name.clone(),
        client_id: client.id.0.clone(),
        kind: client.kind.as_str().to_owned(),
        has_secret: !metadata.is_public(),
        secrets: client.secrets.iter().map(|secret| secret_row(secret, lang, now)).collect(),
        signs_people_in: metadata.signs_people_in(),
        id_token_alg: metadata.id_token_signed_response_alg.clone(),
        access_token_alg: metadata.access_token_alg().to_owned(),
        claims_in_id_token: metadata.id_token_claims == IdTokenContent::Scopes,
        roles_claim: metadata.roles_claim.clone(),
        requires_pkce: metadata.must_use_pkce(),
        scope: metadata.scope.to_string(),
        web_origins: metadata.web_origins.clone(),
        backchannel_logout_uri: metadata.backchannel_logout_uri.clone(),
        secret: None,
        disabled: !client.is_active(),
        first_party: client.metadata.first_party,
        issuer: issuer.as_str().to_owned(),
        redirect_uris: client.metadata.redirect_uris.clone(),
        post_logout_redirect_uris: client.metadata.post_logout_redirect_uris.clone(),
        endpoints: vec![
            endpoint("discovery", endpoints::OPENID_CONFIGURATION),
            match client.kind {
                ClientType::Device => endpoint("device_authorization_endpoint", endpoints::DEVICE_AUTHORIZATION),
                _ => endpoint("authorization_endpoint", endpoints::AUTHORIZE),
            },
            endpoint("token_endpoint", endpoints::TOKEN),
            endpoint("userinfo_endpoint", endpoints::USERINFO),
            endpoint("jwks_uri", endpoints::JWKS),
            endpoint("end_session_endpoint", endpoints::END_SESSION),
        ],
        notice: None,
        edit_url: ClientUrls::of(&client.id).edit(),
        project_name: project.name.clone(),
        project_url: ProjectUrls::of(&project.id).page(),
    })
}

fn secret_row(secret: &ClientSecret, lang: Lang, now: Timestamp) -> SecretListItem {
    SecretListItem {
        id: secret.id().to_owned(),
        created: lang.date_time(secret.created_at.0),
        last_used: secret.last_used_at.map(|at| lang.date_time(at.0)),
        ends: secret.expires_at.map(|at| lang.date_time(at.0)),
        ended: !secret.is_good(now),
    }
}
