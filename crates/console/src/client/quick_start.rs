//! How to connect an application to a client.

use super::attempts::client_of;
use super::page::endpoint_rows;
use crate::views::{ClientHead, ClientTab, QuickStartPage, WireStep, snippets};
use usher_accounts::FlowError;
use usher_domain::oauth::attempt::{AttemptKind, ClientAttempt};
use usher_domain::oauth::client::Client;
use usher_domain::page::MAX_PAGE;
use usher_domain::urls::{self, ProjectClientUrls};
use usher_flows::attempts::AttemptFilter;
use usher_page_kit::kit::{InPath, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::ProjectTab;
use usher_protocol::endpoints;

/// The challenge of RFC 7636 appendix B: nobody redeems the code of a trial.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// GET /console/projects/{project}/clients/{client}/quick-start
pub async fn get(page: ProjectPage, InPath((_, id)): InPath<(String, String)>) -> PageResult {
    let client = client_of(&page, &id).await?;
    let wire = wire(&page, &client).await?;
    let issuer = page.app.usher.core.config.server.issuer.clone();
    let head = page.head(&ProjectClientUrls::of(&client.project_id, &client.id).quick_start());
    let redirect_uri = client.metadata.redirect_uris.first().map(String::as_str);
    let view = QuickStartPage {
        project: page.project_head(&head, ProjectTab::Clients),
        client: ClientHead::of(&client, ClientTab::QuickStart),
        snippets: snippets(issuer.as_str(), &client.id.0, None, redirect_uri, client.kind.as_str()),
        chosen: page.param("stack").unwrap_or_default().to_owned(),
        redirect_uris: client.metadata.redirect_uris.clone(),
        try_url: try_url(&client, issuer.as_str()),
        wire,
        endpoints: endpoint_rows(&client, |path| issuer.at(path)),
        issuer: issuer.as_str().to_owned(),
        page: head,
    };
    page.show(&view)
}

/// A sign-in at the client: its own page that starts one, else a request in its name.
fn try_url(client: &Client, issuer: &str) -> Option<String> {
    let metadata = &client.metadata;
    if !client.is_active() || !metadata.may_use("authorization_code") {
        return None;
    }
    if let Some(own) = &metadata.initiate_login_uri {
        return Some(urls::with(own, "iss", issuer));
    }
    let redirect_uri = metadata.redirect_uris.first()?;
    let mut url = urls::with(endpoints::AUTHORIZE, "client_id", &client.id.0);
    let rest = [
        ("redirect_uri", redirect_uri.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "try"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in rest {
        url = urls::with(&url, name, value);
    }
    Some(url)
}

/// The steps of a first sign-in, and which of them were seen lately.
async fn wire(page: &ProjectPage, client: &Client) -> Result<Vec<WireStep>, FlowError> {
    if !client.metadata.may_use("authorization_code") || !page.app.usher.attempts.is_on() {
        return Ok(Vec::new());
    }
    let filter = AttemptFilter::default();
    let found = page.app.usher.attempts.list_attempts(&client.id, &filter, None, MAX_PAGE).await?.items;
    let seen = |kind, must_succeed: bool| {
        found.iter().any(|attempt: &ClientAttempt| attempt.kind == kind && (attempt.is_success() || !must_succeed))
    };
    Ok(vec![
        WireStep { key: "quick-start-asked", seen: seen(AttemptKind::Authorize, false) },
        WireStep { key: "quick-start-code", seen: seen(AttemptKind::Authorize, true) },
        WireStep { key: "quick-start-tokens", seen: seen(AttemptKind::Token, true) },
        WireStep { key: "quick-start-out", seen: seen(AttemptKind::Logout, true) },
    ])
}
