//! One client: its settings, its new secret, and its actions.

use std::time::Duration;

use serde::Deserialize;

use crate::views::{ClientHead, ClientPage, ClientTab, ConfirmDeletion, EndpointItem, SecretListItem};
use usher_accounts::{FlowError, Rejected};
use usher_domain::oauth::client::{Client, ClientType, SecretRotation};
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_domain::time::Timestamp;
use usher_domain::urls::{ClientSecretUrls, ClientUrls, ProjectUrls};
use usher_page_kit::kit::{ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage, SecretPage};
use usher_page_kit::views::{Layout, ProjectTab, ShownSecret};
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::{AuthMethod, IdTokenContent};
use usher_protocol::endpoints;

pub(super) const SAVED: Notice = Notice::new("saved", "message-client-saved");
const JUST_ROTATED: Notice = Notice::new("just-rotated", "message-secret-just-rotated");
const ROTATED: Notice = Notice::new("rotated", "message-secret-rotated");
const SECRET_ENDED: Notice = Notice::new("secret-ended", "message-secret-ended");
const DISABLED: Notice = Notice::new("disabled", "message-client-disabled");
const ENABLED: Notice = Notice::new("enabled", "message-client-enabled");
const TRUSTED: Notice = Notice::new("trusted", "message-client-trusted");
const DISTRUSTED: Notice = Notice::new("distrusted", "message-client-distrusted");

#[derive(Debug, Deserialize)]
pub struct RotateSecretForm {
    /// In seconds.
    overlap: u64,
}

/// GET /console/clients/{client}
pub async fn get(mut page: ProjectPage, InPath(id): InPath<String>) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    let secret = page.secret(&ClientUrls::of(&client.id).page()).await?;
    let notice = page.notice(&[SAVED, JUST_ROTATED, ROTATED, SECRET_ENDED, DISABLED, ENABLED, TRUSTED, DISTRUSTED]);
    let notice = notice.filter(|_| secret != Some(ShownSecret::Before));
    let view = ClientPage { secret, notice, ..view(&mut page, &client) };
    page.show(&view)
}

/// POST …/rotate-secret
pub async fn rotate_secret(
    page: ProjectPage,
    InPath(id): InPath<String>,
    PageForm(form): PageForm<RotateSecretForm>,
) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    let rotation = SecretRotation::with_overlap(Duration::from_secs(form.overlap));
    match page.app.usher.clients.rotate_client_secret(&client.id, rotation).await {
        Ok(made) => to_page(page, &client, ROTATED, made.secret.as_deref()),
        Err(FlowError::Rejected(Rejected::SecretJustMade)) => to_page(page, &client, JUST_ROTATED, None),
        Err(other) => Err(other.into()),
    }
}

/// POST …/secrets/{secret}/end
pub async fn end_secret(
    page: ProjectPage,
    InPath((id, secret)): InPath<(String, String)>,
    _: ButtonForm,
) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    page.app.usher.clients.end_client_secret(&client.id, &secret).await?;
    to_page(page, &client, SECRET_ENDED, None)
}

/// POST …/enable
pub async fn enable(page: ProjectPage, InPath(id): InPath<String>, _: ButtonForm) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    page.app.usher.clients.set_client_disabled(&client.id, false).await?;
    to_page(page, &client, ENABLED, None)
}

/// POST …/disable
pub async fn disable(page: ProjectPage, InPath(id): InPath<String>, _: ButtonForm) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    page.app.usher.clients.set_client_disabled(&client.id, true).await?;
    to_page(page, &client, DISABLED, None)
}

/// POST …/trust
pub async fn trust(page: ProjectPage, InPath(id): InPath<String>, _: ButtonForm) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    page.app.usher.clients.set_client_trusted(&client.id, true).await?;
    to_page(page, &client, TRUSTED, None)
}

/// POST …/distrust
pub async fn distrust(page: ProjectPage, InPath(id): InPath<String>, _: ButtonForm) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    page.app.usher.clients.set_client_trusted(&client.id, false).await?;
    to_page(page, &client, DISTRUSTED, None)
}

/// GET …/delete
pub async fn confirm_delete(mut page: ProjectPage, InPath(id): InPath<String>) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    let urls = ClientUrls::of(&client.id);
    let here = urls.delete();
    let head = page.head(&here);
    let view = ConfirmDeletion {
        project: page.project_head(&head, ProjectTab::Clients),
        name: client.metadata.client_name,
        meaning: head.t("client-delete-text"),
        keep_url: urls.page(),
        form: page.form(here),
        page: head,
        ..ConfirmDeletion::default()
    };
    page.show(&view)
}

/// POST …/delete
pub async fn delete(page: ProjectPage, InPath(id): InPath<String>, _: ButtonForm) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    page.app.usher.clients.delete_client(&client.id).await?;
    page.redirect(&ProjectUrls::of(&client.project_id).page())
}

/// Redirects to the client's page, which shows the message and the new secret once, if there is one.
pub(super) fn to_page(page: impl SecretPage, client: &Client, notice: Notice, secret: Option<&str>) -> PageResult {
    let here = ClientUrls::of(&client.id).page();
    match secret {
        Some(secret) => page.done_with_secret(&here, notice, secret),
        None => page.done(&here, notice),
    }
}

fn view(page: &mut ProjectPage, client: &Client) -> ClientPage {
    let urls = ClientUrls::of(&client.id);
    let (head, form) = (page.head(&urls.page()), page.form(urls.page()));
    let issuer = &page.app.usher.core.config.server.issuer;
    let (now, metadata) = (page.app.usher.core.now(), &client.metadata);
    ClientPage {
        form,
        name: client.metadata.client_name.clone(),
        client_id: client.id.0.clone(),
        kind: client.kind.as_str().to_owned(),
        has_secret: metadata.token_endpoint_auth_method.has_secret(),
        auth_key: auth_key(metadata.token_endpoint_auth_method),
        is_fapi: metadata.is_fapi(),
        jwks_uri: metadata.jwks_uri.clone(),
        secrets: secret_rows(&head, client, now),
        signs_people_in: metadata.signs_people_in(),
        id_token_alg: metadata.id_token_signed_response_alg.clone(),
        access_token_alg: metadata.access_token_alg().to_owned(),
        audience: metadata.audience.clone(),
        userinfo_alg: metadata.userinfo_signed_response_alg.clone(),
        sector: metadata.sector(),
        initiate_login_uri: metadata.initiate_login_uri.clone(),
        claims_in_id_token: metadata.id_token_claims == IdTokenContent::Scopes,
        roles_claim: metadata.roles_claim.clone(),
        requires_pkce: metadata.must_use_pkce(),
        scope: metadata.scope.to_string(),
        web_origins: metadata.web_origins.clone(),
        backchannel_logout_uri: metadata.backchannel_logout_uri.clone(),
        secret: None,
        disabled: !client.is_active(),
        first_party: client.skips_consent(),
        self_registered: client.origin.is_self_registered(),
        is_document: client.origin == ClientOrigin::Document,
        trusted: client.trusted_at.is_some(),
        issuer: issuer.as_str().to_owned(),
        redirect_uris: client.metadata.redirect_uris.clone(),
        post_logout_redirect_uris: client.metadata.post_logout_redirect_uris.clone(),
        client: ClientHead::of(client, ClientTab::Settings),
        notice: None,
        urls,
        project: page.project_head(&head, ProjectTab::Clients),
        page: head,
    }
}

/// The endpoints that a client of this kind uses.
pub(super) fn endpoint_rows(client: &Client, at: impl Fn(&str) -> String) -> Vec<EndpointItem> {
    let begins = match client.kind {
        ClientType::Device => ("device_authorization_endpoint", endpoints::DEVICE_AUTHORIZATION),
        _ => ("authorization_endpoint", endpoints::AUTHORIZE),
    };
    let ciba = client.metadata.may_use(CIBA_GRANT).then_some(("backchannel_authentication_endpoint", endpoints::CIBA));
    let all = [("discovery", endpoints::OPENID_CONFIGURATION), begins].into_iter().chain(ciba).chain([
        ("token_endpoint", endpoints::TOKEN),
        ("userinfo_endpoint", endpoints::USERINFO),
        ("jwks_uri", endpoints::JWKS),
        ("end_session_endpoint", endpoints::END_SESSION),
    ]);
    all.map(|(name, path)| EndpointItem { name: name.to_owned(), url: at(path) }).collect()
}

const fn auth_key(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::ClientSecret => "client-auth-secret",
        AuthMethod::ClientSecretBasic => "client-auth-basic",
        AuthMethod::ClientSecretPost => "client-auth-post",
        AuthMethod::ClientSecretJwt => "client-auth-secret-jwt",
        AuthMethod::PrivateKeyJwt => "client-auth-private-key",
        AuthMethod::TlsClientAuth => "client-auth-tls",
        AuthMethod::SelfSignedTlsClientAuth => "client-auth-self-signed",
        AuthMethod::FederatedJwt => "client-auth-federated",
        AuthMethod::None => "client-auth-none",
    }
}

/// The secrets, newest first. An older one that is still valid can be ended.
fn secret_rows(page: &Layout, client: &Client, now: Timestamp) -> Vec<SecretListItem> {
    let rows = client.secrets.iter().enumerate().map(|(place, secret)| {
        let end = ClientSecretUrls::of(&client.id, &secret.id()).end();
        SecretListItem {
            id: secret.id().to_owned(),
            created: page.ago(secret.created_at.0),
            last_used: secret.last_used_at.map(|at| page.ago(at.0)),
            ends: secret.expires_at.map(|at| page.date(at.0)),
            ended: !secret.is_good(now),
            end_url: Some(end).filter(|_| place > 0 && secret.is_good(now)),
        }
    });
    rows.collect()
}
