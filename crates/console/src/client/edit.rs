//! The form that creates or changes a client.

use super::fields::{faults_at_fields, filled, settings, values_of};
use super::page::{SAVED, to_page};
use crate::project::first_run::FIRST;
use crate::views::{ClientForm, ClientValues};
use usher_accounts::{FlowError, NewClient, RegisteredClient, Rejected};
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::urls::{self, ClientUrls};
use usher_i18n::Lang;
use usher_page_kit::kit::{InPath, PageForm, PageKit, PageResult, PageStop, ProjectPage};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::scope::Scope;

/// GET /console/projects/{project}/clients/new
pub async fn new(mut page: ProjectPage) -> PageResult {
    let view = blank(&mut page);
    page.show(&view)
}

/// POST
pub async fn create(mut page: ProjectPage, PageForm(values): PageForm<ClientValues>) -> PageResult {
    match checked_create(&page, &values).await? {
        Ok(made) => to_page(page, &made.client, SAVED, made.secret.as_deref()),
        Err(errors) => {
            let view = ClientForm { values, errors, ..blank(&mut page) };
            page.show_again(&view)
        }
    }
}

/// GET /console/clients/{client}/edit; `add` proposes one more redirect URI, from the error page that rejected it.
pub async fn get(mut page: ProjectPage, InPath(id): InPath<String>) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    let mut view = current(&mut page, &client);
    if let Some(proposed) = page.param("add") {
        view.values.redirect_uris = format!("{}\n{proposed}", view.values.redirect_uris).trim().to_owned();
    }
    page.show(&view)
}

/// POST changes the fields that were edited. The others stay as they are stored.
pub async fn save(
    mut page: ProjectPage,
    InPath(id): InPath<String>,
    PageForm(values): PageForm<ClientValues>,
) -> PageResult {
    let client = page.app.usher.clients.load_client(&id).await?;
    match checked_edit(&page, &client, &values).await? {
        Ok(()) => to_page(page, &client, SAVED, None),
        Err(errors) => {
            let values = ClientValues { kind: client.kind.as_str().to_owned(), ..values };
            let view = ClientForm { values, errors, ..current(&mut page, &client) };
            page.show_again(&view)
        }
    }
}

/// The new client with its secret, or the errors of the form.
async fn checked_create(
    page: &ProjectPage,
    values: &ClientValues,
) -> Result<Result<RegisteredClient, FieldErrors>, PageStop> {
    let lang = page.head("").lang;
    let Ok(kind) = values.kind.parse::<ClientType>() else {
        return Ok(Err(FieldErrors::one("type", "message-client-kind-missing", lang)));
    };
    if Scope::parse(&values.scope).is_err() {
        return Ok(Err(FieldErrors::one("scope", "message-scope-invalid", lang)));
    }
    let metadata = filled(kind.defaults(), values, &LoadedValues::default());
    check_admin_only_members(page, &metadata, &kind.defaults())?;
    let new = NewClient { project: page.project.id, kind, metadata, id: None };
    fields_of(page.app.usher.clients.create_client(new).await, values, lang)
}

async fn checked_edit(
    page: &ProjectPage,
    client: &Client,
    values: &ClientValues,
) -> Result<Result<(), FieldErrors>, PageStop> {
    let lang = page.head("").lang;
    if Scope::parse(&values.scope).is_err() {
        return Ok(Err(FieldErrors::one("scope", "message-scope-invalid", lang)));
    }
    let edited = filled(client.metadata.clone(), values, &LoadedValues::decode(&values.loaded));
    check_admin_only_members(page, &edited, &client.metadata)?;
    let sent = values.clone();
    let change = move |metadata| filled(metadata, &sent, &LoadedValues::decode(&sent.loaded));
    fields_of(page.app.usher.clients.edit_client(&client.id, change).await.map(drop), values, lang)
}

/// The form shows those members to administrators alone.
fn check_admin_only_members(
    page: &ProjectPage,
    wanted: &ClientMetadata,
    now: &ClientMetadata,
) -> Result<(), FlowError> {
    let may = page.account.user.admin || wanted.has_admin_only_members_of(now);
    may.then_some(()).ok_or_else(|| Rejected::NotAllowed.into())
}

fn fields_of<T>(
    result: Result<T, FlowError>,
    values: &ClientValues,
    lang: Lang,
) -> Result<Result<T, FieldErrors>, PageStop> {
    match result {
        Ok(made) => Ok(Ok(made)),
        Err(FlowError::Rejected(Rejected::Metadata(faults))) => Ok(Err(faults_at_fields(&faults, &values.name, lang))),
        Err(other) => Err(other.into()),
    }
}

fn blank(page: &mut ProjectPage) -> ClientForm {
    let new = page.urls.new_client();
    let is_first = page.param(FIRST).is_some();
    let here = if is_first { urls::with(&new, FIRST, "1") } else { new };
    let form = form_at(page, here);
    let lead = is_first.then(|| form.page.t("first-run-client-lead"));
    ClientForm { lead, values: settings(&ClientType::Web.defaults()), ..form }
}

fn current(page: &mut ProjectPage, client: &Client) -> ClientForm {
    ClientForm {
        editing: true,
        pkce_is_a_choice: !client.metadata.is_public(),
        values: values_of(client),
        ..form_at(page, ClientUrls::of(&client.id).edit())
    }
}

fn form_at(page: &mut ProjectPage, here: String) -> ClientForm {
    let head = page.head(&here);
    ClientForm {
        form: page.form(here),
        project: page.project_head(&head, ProjectTab::Clients),
        page: head,
        pkce_is_a_choice: true,
        takes_certificates: page.app.usher.core.config.mutual_tls.is_on(),
        ..ClientForm::default()
    }
}
