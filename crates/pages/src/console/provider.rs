//! One provider: creating, changing, testing, disabling, removing.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::provider_form;
use crate::login::sign_in::text;
use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{FieldErrors, Form, Message, ProviderPage, ProviderValues, StepView};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::provider::{ProviderId, ProviderKind, ProviderSettings};
use usher_domain::secret::Secret;
use usher_flows::upstream::{CheckedStep, NewProvider, StoredProvider};
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_http_server::urls;
use usher_protocol::params::Params;

/// GET /console/new-provider?kind=
pub async fn new(
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let kind = kind_of(&query)?;
    let body = show::html(&blank(&mut visitor, &account, kind))?;
    Ok(visitor.reply(body))
}

/// POST /console/new-provider?kind=
pub async fn create(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let kind = kind_of(&query)?;
    let values = provider_form::of_form(kind, false, &form);
    let page = ProviderPage { values, ..blank(&mut visitor, &account, kind) };
    let settings = match provider_form::settings(kind, None, &page.values, page.page.lang) {
        Ok(settings) => settings,
        Err(errors) => return again(visitor, &ProviderPage { errors, ..page }),
    };
    if app.usher.providers.list_providers().await?.iter().any(|known| known.settings.id == settings.id) {
        let errors = FieldErrors::from_iter([("id", page.page.t("provider-id-taken"))]);
        return again(visitor, &ProviderPage { errors, ..page });
    }
    save(&app, visitor, page, settings, &form, "added").await
}

/// GET /console/providers/{provider}
pub async fn get(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    Path(id): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let provider = load(&app, &id).await?;
    let mut page = current(&app, &mut visitor, &account, &provider)?;
    page.notice = match query.get("done").ok().flatten() {
        Some("added") => Some(page.page.t("provider-added")),
        Some("saved") => Some(page.page.t("provider-saved")),
        _ => None,
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST /console/providers/{provider}: `do` is the action.
pub async fn post(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    Path(id): Path<String>,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let provider = load(&app, &id).await?;
    let (id, kind) = (provider.settings.id.clone(), provider.settings.kind);
    match text(&form, "do").as_str() {
        "save" => {
            let values = provider_form::of_form(kind, true, &form);
            let page = ProviderPage { values, ..current(&app, &mut visitor, &account, &provider)? };
            match provider_form::settings(kind, Some(&provider.settings), &page.values, page.page.lang) {
                Ok(settings) => save(&app, visitor, page, settings, &form, "saved").await,
                Err(errors) => again(visitor, &ProviderPage { errors, ..page }),
            }
        }
        "test" => {
            let steps = app.usher.providers.test_provider(&id).await?.iter().map(step).collect();
            let page = ProviderPage { steps, ..current(&app, &mut visitor, &account, &provider)? };
            let body = show::html(&page)?;
            Ok(visitor.reply(body))
        }
        word @ ("enable" | "disable") => {
            let settings = ProviderSettings { enabled: word == "enable", ..provider.settings };
            app.usher.providers.put_provider(NewProvider { settings, secret: None, managed: false }).await?;
            Ok(visitor.redirect(&urls::with(&urls::provider(&id), "done", "saved")))
        }
        "remove" => {
            app.usher.providers.delete_provider(&id, false).await?;
            Ok(visitor.redirect(&urls::with(urls::PROVIDERS, "done", "removed")))
        }
        _ => Err(HttpProblem::bad_request("do must be save, test, enable, disable or remove")),
    }
}

async fn save(
    app: &App,
    visitor: Visitor,
    mut page: ProviderPage,
    settings: ProviderSettings,
    form: &Params,
    done: &str,
) -> Result<Response, HttpProblem> {
    let (id, typed) = (settings.id.clone(), text(form, "client_secret"));
    let secret = Some(typed.trim_ascii()).filter(|secret| !secret.is_empty()).map(Secret::from);
    match Box::pin(app.usher.providers.put_provider(NewProvider { settings, secret, managed: false })).await {
        Ok(_) => return Ok(visitor.redirect(&urls::with(&urls::provider(&id), "done", done))),
        Err(FlowError::Rejected(Rejected::Provider(faults))) => {
            page.errors = provider_form::words(&faults, &page.values, page.page.lang);
        }
        Err(FlowError::Rejected(Rejected::Missing(field))) => {
            page.errors.add(field, Message::Required.text(page.page.lang));
        }
        Err(other) => return Err(other.into()),
    }
    again(visitor, &page)
}

fn again(visitor: Visitor, page: &ProviderPage) -> Result<Response, HttpProblem> {
    let body = show::html(page)?;
    Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
}

async fn load(app: &App, id: &str) -> Result<StoredProvider, HttpProblem> {
    let id: ProviderId = id.parse().map_err(|_| FlowError::from(Rejected::NotFound("provider")))?;
    Ok(app.usher.providers.load_provider(&id).await?)
}

fn kind_of(query: &Params) -> Result<ProviderKind, HttpProblem> {
    let kind = query.get("kind").ok().flatten().and_then(|kind| kind.parse().ok());
    kind.ok_or_else(|| HttpProblem::bad_request("kind must be a kind of provider"))
}

fn blank(visitor: &mut Visitor, account: &Account, kind: ProviderKind) -> ProviderPage {
    let here = urls::with(urls::NEW_PROVIDER, "kind", kind.as_str());
    let mut page = visitor.page_of(account, urls::CONSOLE);
    page.language_url_base.clone_from(&here);
    ProviderPage {
        page,
        form: Form::new(here, visitor.form_token()),
        kind: kind.as_str().to_owned(),
        enabled: true,
        values: provider_form::blank(kind),
        providers_url: urls::PROVIDERS.to_owned(),
        ..ProviderPage::default()
    }
}

fn current(
    app: &App,
    visitor: &mut Visitor,
    account: &Account,
    provider: &StoredProvider,
) -> Result<ProviderPage, HttpProblem> {
    let settings = &provider.settings;
    let here = urls::provider(&settings.id);
    let mut page = blank(visitor, account, settings.kind);
    page.page.language_url_base.clone_from(&here);
    let values: ProviderValues = provider_form::of_settings(settings).map_err(FlowError::from)?;
    Ok(ProviderPage {
        form: Form::new(here, page.form.csrf.clone()),
        name: settings.name().to_owned(),
        editing: true,
        enabled: settings.enabled,
        managed: provider.managed,
        callback_url: app.usher.providers.upstream_callback(&settings.id),
        notice_urls: notice_urls(app, settings),
        has_secret: provider.secret.is_some(),
        values,
        ..page
    })
}

/// The URLs that the provider may send events to.
fn notice_urls(app: &App, settings: &ProviderSettings) -> Vec<(&'static str, String)> {
    let issuer = &app.usher.core.config.server.issuer;
    let at = |path: &str| issuer.at(&path.replace("{provider}", settings.id.as_str()));
    match settings.kind {
        ProviderKind::Google | ProviderKind::Apple => vec![("provider-notices", at(urls::UPSTREAM_NOTICES))],
        ProviderKind::Facebook => vec![
            ("provider-deauthorize", at(urls::UPSTREAM_NOTICES)),
            ("provider-deletion", at(urls::UPSTREAM_DELETION)),
        ],
        ProviderKind::Oidc => vec![("provider-backchannel", at(urls::UPSTREAM_LOGOUT))],
        ProviderKind::X | ProviderKind::Github | ProviderKind::Microsoft | ProviderKind::Oauth2 => Vec::new(),
    }
}

fn step(checked: &CheckedStep) -> StepView {
    let trouble = checked.outcome.as_ref().err().map(|error| (error.word(), error.to_string()));
    StepView { step: checked.step, trouble }
}
