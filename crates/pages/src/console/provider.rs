//! One provider: creating, changing, testing, disabling, removing.

use std::convert::Infallible;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::provider_form;
use crate::loaded::{LOADED, LoadedValues};
use crate::login::sign_in::text;
use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{FieldErrors, Form, Message, ProviderPage, StepView};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::provider::{ProviderId, ProviderKind, ProviderSettings};
use usher_domain::secret::Secret;
use usher_domain::urls::{self, ProviderUrls, UpstreamUrls};
use usher_flows::upstream::{CheckedStep, NewProvider, StoredProvider};
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET /console/new-provider?kind=
pub async fn new(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let kind = kind_of(&app, &query)?;
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
    let kind = kind_of(&app, &query)?;
    let values = provider_form::of_form(kind, false, &form);
    let page = ProviderPage { values, ..blank(&mut visitor, &account, kind) };
    let kinds = app.usher.providers.kinds();
    let settings = match provider_form::settings(kinds, kind, None, &page.values, page.page.lang) {
        Ok(settings) => settings,
        Err(errors) => return again(visitor, &ProviderPage { errors, ..page }),
    };
    if app.usher.providers.list_providers().await?.iter().any(|known| known.settings.id == settings.id) {
        let errors = FieldErrors::from_iter([("id", page.page.t("provider-id-taken"))]);
        return again(visitor, &ProviderPage { errors, ..page });
    }
    let (id, new) = (settings.id.clone(), NewProvider { settings, secret: secret_of(&form), managed: false });
    let put = Box::pin(app.usher.providers.put_provider(new)).await;
    saved(visitor, page, put.map(|_| Ok(())), &id, "added")
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
    let id = provider.settings.id.clone();
    match text(&form, "do").as_str() {
        "save" => save(&app, visitor, &account, &provider, &form).await,
        "test" => {
            let steps = app.usher.providers.test_provider(&id).await?.iter().map(step).collect();
            let page = ProviderPage { steps, ..current(&app, &mut visitor, &account, &provider)? };
            let body = show::html(&page)?;
            Ok(visitor.reply(body))
        }
        word @ ("enable" | "disable") => {
            let enabled = word == "enable";
            let change = |settings| Ok::<_, Infallible>(ProviderSettings { enabled, ..settings });
            let Ok(()) = app.usher.providers.change_provider(&id, None, change).await?;
            Ok(visitor.redirect(&urls::with(&ProviderUrls::of(&id).page(), "done", "saved")))
        }
        "remove" => {
            app.usher.providers.delete_provider(&id, false).await?;
            Ok(visitor.redirect(&urls::with(urls::PROVIDERS, "done", "removed")))
        }
        _ => Err(HttpProblem::bad_request("do must be save, test, enable, disable or remove")),
    }
}

/// Saves the fields that were edited.
async fn save(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    provider: &StoredProvider,
    form: &Params,
) -> Result<Response, HttpProblem> {
    let (kinds, kind, id) = (app.usher.providers.kinds(), kind_of_stored(app, provider)?, &provider.settings.id);
    let typed = provider_form::of_form(kind, true, form);
    let page = current(app, &mut visitor, account, provider)?;
    let page = ProviderPage { values: typed, loaded: text(form, LOADED), ..page };
    let (loaded, lang) = (LoadedValues::sent_with(form), page.page.lang);
    let secret = secret_of(form);
    let change = |stored: ProviderSettings| {
        let now = provider_form::of_settings(kind, &stored).map_err(|error| rest_error(&error))?;
        let values = provider_form::edited(kind, &page.values, &loaded, now, secret.is_some());
        provider_form::settings(kinds, kind, Some(&stored), &values, lang)
    };
    let changed = Box::pin(app.usher.providers.change_provider(id, secret.clone(), change)).await;
    saved(visitor, page, changed, id, "saved")
}

fn rest_error(error: &serde_json::Error) -> FieldErrors {
    FieldErrors::from_iter([("rest", error.to_string())])
}

/// The submitted secret, if there is one.
fn secret_of(form: &Params) -> Option<Secret<String>> {
    Some(text(form, "client_secret").trim_ascii()).filter(|secret| !secret.is_empty()).map(Secret::from)
}

/// Redirects to the provider's page, or shows the form again.
fn saved(
    visitor: Visitor,
    mut page: ProviderPage,
    result: Result<Result<(), FieldErrors>, FlowError>,
    id: &ProviderId,
    done: &str,
) -> Result<Response, HttpProblem> {
    match result {
        Ok(Ok(())) => return Ok(visitor.redirect(&urls::with(&ProviderUrls::of(id).page(), "done", done))),
        Ok(Err(errors)) => page.errors = errors,
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

fn kind_of(app: &App, query: &Params) -> Result<&'static ProviderKind, HttpProblem> {
    let named = query.get("kind").ok().flatten().and_then(|kind| app.usher.providers.kinds().named(kind).ok());
    named.ok_or_else(|| HttpProblem::bad_request("kind must be a kind of provider"))
}

/// The kind of a stored provider. One of another version of Usher can only be removed, by a command.
fn kind_of_stored(app: &App, provider: &StoredProvider) -> Result<&'static ProviderKind, HttpProblem> {
    let kind = app.usher.providers.kinds().of(&provider.settings);
    kind.map_err(|_| FlowError::from(Rejected::NotFound("kind of provider")).into())
}

fn blank(visitor: &mut Visitor, account: &Account, kind: &'static ProviderKind) -> ProviderPage {
    let here = urls::with(urls::NEW_PROVIDER, "kind", kind.name);
    let mut page = visitor.page_of(account, urls::CONSOLE);
    page.language_url_base.clone_from(&here);
    let form = Form::new(here, visitor.form_token());
    ProviderPage {
        values: provider_form::blank(kind),
        providers_url: urls::PROVIDERS.to_owned(),
        ..ProviderPage::new(page, form, kind)
    }
}

fn current(
    app: &App,
    visitor: &mut Visitor,
    account: &Account,
    provider: &StoredProvider,
) -> Result<ProviderPage, HttpProblem> {
    let settings = &provider.settings;
    let here = ProviderUrls::of(&settings.id).page();
    let kind = kind_of_stored(app, provider)?;
    let mut page = blank(visitor, account, kind);
    page.page.language_url_base.clone_from(&here);
    let values = provider_form::of_settings(kind, settings).map_err(FlowError::from)?;
    Ok(ProviderPage {
        form: Form::new(here, page.form.csrf.clone()),
        name: kind.button(settings).to_owned(),
        editing: true,
        enabled: settings.enabled,
        managed: provider.managed,
        callback_url: app.usher.providers.upstream_callback(&settings.id),
        notice_urls: notice_urls(app, kind, &settings.id),
        has_secret: provider.secret.is_some(),
        loaded: provider_form::loaded(&values).encode(),
        values,
        ..page
    })
}

/// The URLs that the provider may send events to.
fn notice_urls(app: &App, kind: &ProviderKind, id: &ProviderId) -> Vec<(&'static str, String)> {
    let issuer = &app.usher.core.config.server.issuer;
    let url = |endpoint| issuer.at(&UpstreamUrls::of(id).events(endpoint));
    kind.events.iter().map(|event| (event.label, url(event.endpoint))).collect()
}

fn step(checked: &CheckedStep) -> StepView {
    let trouble = checked.outcome.as_ref().err().map(|error| (error.word(), error.to_string()));
    StepView { step: checked.step, trouble }
}
