//! One provider: creating, changing, testing, disabling, removing.

use std::convert::Infallible;

use serde::Deserialize;

use super::form::{self, ProviderFields};
use super::list::REMOVED;
use crate::views::{MappedClaims, ProviderPage, StepView};
use usher_accounts::upstream::{CheckedStep, NewProvider, StoredProvider, UpstreamFault};
use usher_accounts::{FlowError, Rejected};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::{ProviderId, ProviderKind, ProviderSettings};
use usher_domain::urls::{self, ProviderUrls, UpstreamUrls};
use usher_domain::user::identity::Vouched;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::kit::{AdminPage, ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::{FieldErrors, Message};

const ADDED: Notice = Notice::new("added", "provider-added");
const SAVED: Notice = Notice::new("saved", "provider-saved");

/// GET /console/new-provider?kind=
pub async fn new(mut page: AdminPage) -> PageResult {
    let kind = kind_of(&page)?;
    let view = blank(&mut page, kind);
    page.show(&view)
}

/// POST /console/new-provider?kind=
pub async fn create(mut page: AdminPage, PageForm(fields): PageForm<ProviderFields>) -> PageResult {
    let kind = kind_of(&page)?;
    let view = ProviderPage { values: fields.values(kind, false), ..blank(&mut page, kind) };
    let settings = match new_settings(&page, kind, &view).await? {
        Ok(settings) => settings,
        Err(errors) => return page.show_again(&ProviderPage { errors, ..view }),
    };
    let (id, new) = (settings.id.clone(), NewProvider { settings, secret: fields.secret(), managed: false });
    let put = Box::pin(page.app.usher.providers.put_provider(new)).await;
    saved(page, view, put.map(|_| Ok(())), &id, ADDED)
}

/// GET /console/providers/{provider}
pub async fn get(mut page: AdminPage, InPath(id): InPath<ProviderId>) -> PageResult {
    let provider = page.app.usher.providers.load_provider(&id).await?;
    let notice = page.notice(&[ADDED, SAVED]);
    let view = ProviderPage { notice, ..current(&mut page, &provider)? };
    page.show(&view)
}

/// POST saves the fields that were edited.
pub async fn save(
    mut page: AdminPage,
    InPath(id): InPath<ProviderId>,
    PageForm(fields): PageForm<ProviderFields>,
) -> PageResult {
    let provider = page.app.usher.providers.load_provider(&id).await?;
    let view = current(&mut page, &provider)?;
    let (kinds, kind) = (page.app.usher.providers.kinds(), view.kind);
    let view = ProviderPage { values: fields.values(kind, true), loaded: fields.loaded.clone(), ..view };
    let (loaded, lang, secret) = (LoadedValues::decode(&fields.loaded), view.page.lang, fields.secret());
    let change = |stored: ProviderSettings| {
        let now = form::of_settings(kind, &stored).map_err(|error| rest_error(&error))?;
        let values = form::edited(kind, &view.values, &loaded, now, secret.is_some());
        form::settings(kinds, kind, Some(&stored), &values, lang)
    };
    let changed = Box::pin(page.app.usher.providers.change_provider(&id, secret.clone(), change)).await;
    saved(page, view, changed, &id, SAVED)
}

/// POST …/test shows the page with the result of each step.
pub async fn test(mut page: AdminPage, InPath(id): InPath<ProviderId>, _: ButtonForm) -> PageResult {
    let provider = page.app.usher.providers.load_provider(&id).await?;
    let steps = page.app.usher.providers.test_provider(&id).await?.iter().map(step).collect();
    let view = ProviderPage { steps, ..current(&mut page, &provider)? };
    page.show(&view)
}

/// POST …/claims shows the page with what a person with these claims would get.
pub async fn claims(
    mut page: AdminPage,
    InPath(id): InPath<ProviderId>,
    PageForm(form): PageForm<ClaimsForm>,
) -> PageResult {
    let provider = page.app.usher.providers.load_provider(&id).await?;
    let (read, trouble) = match page.app.usher.providers.read_claims(&id, &form.claims).await {
        Ok(vouched) => (Ok(Some(mapped(&vouched))), None),
        Err(UpstreamFault::Upstream(error)) => (Ok(None), Some(error.to_string())),
        Err(UpstreamFault::Flow(error)) => (Err(error), None),
        Err(_) => (Err(Rejected::NotFound("provider").into()), None),
    };
    let checked = page.check(read)?;
    let view = ProviderPage { claims: form.claims, claims_trouble: trouble, ..current(&mut page, &provider)? };
    match checked {
        Ok(mapped) => page.show(&ProviderPage { mapped, ..view }),
        Err(errors) => page.show_again(&ProviderPage { errors, ..view }),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClaimsForm {
    claims: String,
}

fn mapped(vouched: &Vouched) -> MappedClaims {
    let email = vouched.email.as_ref();
    let trust = email.map(|email| match email.trust {
        _ if email.relay => "provider-claims-relay",
        EmailTrust::Unverified => "provider-claims-unverified",
        EmailTrust::Verified => "provider-claims-verified",
        EmailTrust::Authoritative => "provider-claims-authoritative",
    });
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    MappedClaims {
        subject: vouched.subject.clone(),
        handle: vouched.handle.clone(),
        email: email.map(|email| email.email.readable()),
        email_trust: trust.unwrap_or_default(),
        profile: vouched.profile.members().iter().map(|(name, value)| (name.clone(), text(value))).collect(),
    }
}

/// POST …/enable
pub async fn enable(page: AdminPage, InPath(id): InPath<ProviderId>, _: ButtonForm) -> PageResult {
    set_enabled(page, &id, true).await
}

/// POST …/disable
pub async fn disable(page: AdminPage, InPath(id): InPath<ProviderId>, _: ButtonForm) -> PageResult {
    set_enabled(page, &id, false).await
}

/// POST …/remove
pub async fn remove(page: AdminPage, InPath(id): InPath<ProviderId>, _: ButtonForm) -> PageResult {
    page.app.usher.providers.delete_provider(&id, false).await?;
    page.done(urls::PROVIDERS, REMOVED)
}

async fn set_enabled(page: AdminPage, id: &ProviderId, enabled: bool) -> PageResult {
    let change = |settings| Ok::<_, Infallible>(ProviderSettings { enabled, ..settings });
    let Ok(()) = page.app.usher.providers.change_provider(id, None, change).await?;
    page.done(&ProviderUrls::of(id).page(), SAVED)
}

/// The settings of the form, unless another provider has its id.
async fn new_settings(
    page: &AdminPage,
    kind: &'static ProviderKind,
    view: &ProviderPage,
) -> Result<Result<ProviderSettings, FieldErrors>, PageStop> {
    let (providers, lang) = (&page.app.usher.providers, view.page.lang);
    let settings = match form::settings(providers.kinds(), kind, None, &view.values, lang) {
        Ok(settings) => settings,
        Err(errors) => return Ok(Err(errors)),
    };
    let is_taken = providers.list_providers().await?.iter().any(|known| known.settings.id == settings.id);
    Ok(if is_taken { Err(FieldErrors::one("id", "provider-id-taken", lang)) } else { Ok(settings) })
}

fn rest_error(error: &serde_json::Error) -> FieldErrors {
    FieldErrors::from_iter([("rest", error.to_string())])
}

/// Redirects to the provider's page, or shows the form again.
fn saved(
    page: AdminPage,
    mut view: ProviderPage,
    result: Result<Result<(), FieldErrors>, FlowError>,
    id: &ProviderId,
    notice: Notice,
) -> PageResult {
    match result {
        Ok(Ok(())) => return page.done(&ProviderUrls::of(id).page(), notice),
        Ok(Err(errors)) => view.errors = errors,
        Err(FlowError::Rejected(Rejected::Provider(faults))) => {
            view.errors = form::words(&faults, &view.values, view.page.lang);
        }
        Err(FlowError::Rejected(Rejected::Missing(field))) => {
            view.errors.add(field, Message::Required.text(view.page.lang));
        }
        Err(other) => return Err(other.into()),
    }
    page.show_again(&view)
}

fn kind_of(page: &AdminPage) -> Result<&'static ProviderKind, HttpProblem> {
    let named = page.param("kind").and_then(|kind| page.app.usher.providers.kinds().named(kind).ok());
    named.ok_or_else(|| HttpProblem::bad_request("kind must be a kind of provider"))
}

/// The kind of a stored provider. One of another version of Usher can only be removed, by a command.
fn kind_of_stored(app: &App, provider: &StoredProvider) -> Result<&'static ProviderKind, HttpProblem> {
    let kind = app.usher.providers.kinds().of(&provider.settings);
    kind.map_err(|_| FlowError::from(Rejected::NotFound("kind of provider")).into())
}

fn blank(page: &mut AdminPage, kind: &'static ProviderKind) -> ProviderPage {
    let here = urls::with(urls::NEW_PROVIDER, "kind", kind.name);
    ProviderPage {
        values: form::blank(kind),
        callback_url: page.app.usher.providers.upstream_callback(&kind.default_id()),
        providers_url: urls::PROVIDERS.to_owned(),
        ..ProviderPage::new(page.head(&here), page.form(here), kind)
    }
}

fn current(page: &mut AdminPage, provider: &StoredProvider) -> Result<ProviderPage, PageStop> {
    let (settings, kind) = (&provider.settings, kind_of_stored(&page.app, provider)?);
    let urls = ProviderUrls::of(&settings.id);
    let values = form::of_settings(kind, settings).map_err(FlowError::from)?;
    Ok(ProviderPage {
        page: page.head(&urls.page()),
        form: page.form(urls.page()),
        urls,
        name: kind.button(settings).to_owned(),
        editing: true,
        enabled: settings.enabled,
        managed: provider.managed,
        callback_url: page.app.usher.providers.upstream_callback(&settings.id),
        notice_urls: notice_urls(&page.app, kind, &settings.id),
        has_secret: provider.secret.is_some(),
        loaded: form::loaded(&values).encode(),
        values,
        ..blank(page, kind)
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
