//! One API: changing and deleting it, and the clients of other projects that may use it.

use super::apis::{ADDED, DELETED, algs, settings, values_of};
use crate::views::{AllowedClientItem, AllowedClientValues, ApiPage, ApiValues, ConfirmDeletion};
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_domain::oauth::api::{AllowedClient, Api};
use usher_domain::urls::{AllowedClientUrls, ApiUrls};
use usher_page_kit::kit::{ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::ProjectTab;
use usher_protocol::scope::Scope;

const SAVED: Notice = Notice::new("saved", "api-saved");
const ALLOWED: Notice = Notice::new("allowed", "api-client-allowed");
const REMOVED: Notice = Notice::new("removed", "api-client-removed");

/// The project, which the kit loads, and the API.
type ApiPath = InPath<(String, String)>;

/// GET /console/projects/{project}/apis/{api}
pub async fn get(mut page: ProjectPage, InPath((_, id)): ApiPath) -> PageResult {
    let api = load(&page, &id).await?;
    let notice = page.notice(&[ADDED, SAVED, ALLOWED, REMOVED]);
    let view = ApiPage { notice, ..view(&mut page, &api).await? };
    page.show(&view)
}

/// POST changes the fields that were edited. The others stay as they are stored.
pub async fn save(
    mut page: ProjectPage,
    InPath((_, id)): ApiPath,
    PageForm(values): PageForm<ApiValues>,
) -> PageResult {
    let api = load(&page, &id).await?;
    let saved = save_typed(&page, &api, &values).await;
    match page.check(saved)? {
        Ok(_) => done(page, &api, SAVED),
        Err(errors) => {
            let values = ApiValues { identifier: api.identifier.clone(), ..values };
            let view = ApiPage { values, errors, ..view(&mut page, &api).await? };
            page.show_again(&view)
        }
    }
}

/// POST …/allow
pub async fn allow(
    mut page: ProjectPage,
    InPath((_, id)): ApiPath,
    PageForm(values): PageForm<AllowedClientValues>,
) -> PageResult {
    let api = load(&page, &id).await?;
    let result = allow_typed(&page, &api, &values).await;
    match page.check_with(result, fault)? {
        Ok(_) => done(page, &api, ALLOWED),
        Err(errors) => {
            let view = ApiPage { errors, allowed: values, ..view(&mut page, &api).await? };
            page.show_again(&view)
        }
    }
}

/// POST …/clients/{client}/remove
pub async fn remove(
    page: ProjectPage,
    InPath((_, id, client)): InPath<(String, String, String)>,
    _: ButtonForm,
) -> PageResult {
    let api = load(&page, &id).await?;
    page.app.usher.apis.disallow_client(&api, &client).await?;
    done(page, &api, REMOVED)
}

/// GET …/delete
pub async fn confirm_delete(mut page: ProjectPage, InPath((_, id)): ApiPath) -> PageResult {
    let api = load(&page, &id).await?;
    let urls = ApiUrls::of(&api.project_id, &api.id);
    let here = urls.delete();
    let head = page.head(&here);
    let view = ConfirmDeletion {
        project: page.project_head(&head, ProjectTab::Apis),
        name: api.settings.name,
        meaning: head.t("api-delete-text"),
        keep_url: urls.page(),
        form: page.form(here),
        page: head,
        ..ConfirmDeletion::default()
    };
    page.show(&view)
}

/// POST …/delete
pub async fn delete(page: ProjectPage, InPath((_, id)): ApiPath, _: ButtonForm) -> PageResult {
    let api = load(&page, &id).await?;
    page.app.usher.apis.delete_api(&api).await?;
    let list = page.urls.apis();
    page.done(&list, DELETED)
}

fn done(page: ProjectPage, api: &Api, notice: Notice) -> PageResult {
    page.done(&ApiUrls::of(&api.project_id, &api.id).page(), notice)
}

async fn save_typed(page: &ProjectPage, api: &Api, values: &ApiValues) -> Result<Api, FlowError> {
    page.app.usher.apis.replace_api_settings(api, settings(&edited(api, values))?).await
}

async fn allow_typed(page: &ProjectPage, api: &Api, values: &AllowedClientValues) -> Result<AllowedClient, FlowError> {
    let limit = Scope::parse(&values.scope).map_err(|_| Rejected::bad_api_scope())?;
    let limit = Some(limit).filter(|limit| !limit.is_empty());
    page.app.usher.apis.allow_client(api, values.client_id.trim(), limit).await
}

/// A client that does not exist is an error of its field here.
fn fault(refused: &Rejected) -> Option<FormFault> {
    match refused {
        Rejected::NotFound("client") => Some(FormFault::new("client_id", "api-client-unknown")),
        _ => None,
    }
}

/// The form with the stored values of fields that were not edited.
fn edited(api: &Api, typed: &ApiValues) -> ApiValues {
    let loaded = LoadedValues::decode(&typed.loaded);
    let mut values = values_of(&api.identifier, &api.settings);
    for ((name, stored), (_, typed)) in fields_mut(&mut values).into_iter().zip(fields_of(typed)) {
        if loaded.is_edited(name, typed) {
            typed.clone_into(stored);
        }
    }
    values
}

const fn fields_mut(values: &mut ApiValues) -> [(&'static str, &mut String); 8] {
    [
        ("name", &mut values.name),
        ("scopes", &mut values.scopes),
        ("roles", &mut values.roles),
        ("permissions", &mut values.permissions),
        ("access_token_seconds", &mut values.access_token_seconds),
        ("signing_alg", &mut values.signing_alg),
        ("token_format", &mut values.token_format),
        ("self_registered_clients", &mut values.self_registered_clients),
    ]
}

/// As [`fields_mut`], in the same order.
fn fields_of(values: &ApiValues) -> [(&'static str, &str); 8] {
    [
        ("name", &values.name),
        ("scopes", &values.scopes),
        ("roles", &values.roles),
        ("permissions", &values.permissions),
        ("access_token_seconds", &values.access_token_seconds),
        ("signing_alg", &values.signing_alg),
        ("token_format", &values.token_format),
        ("self_registered_clients", &values.self_registered_clients),
    ]
}

async fn load(page: &ProjectPage, id: &str) -> Result<Api, FlowError> {
    page.app.usher.apis.load_api(page.project.id, id).await
}

async fn view(page: &mut ProjectPage, api: &Api) -> Result<ApiPage, FlowError> {
    let urls = ApiUrls::of(&api.project_id, &api.id);
    let head = page.head(&urls.page());
    let stored = values_of(&api.identifier, &api.settings);
    let loaded = LoadedValues::of(&fields_of(&stored)).encode();
    let allowed = page.app.usher.apis.list_allowed_clients(api).await?;
    Ok(ApiPage {
        project: page.project_head(&head, ProjectTab::Apis),
        name: api.settings.name.clone(),
        form: page.form(urls.page()),
        values: ApiValues { loaded, ..stored },
        algs: algs(),
        allow: page.form(urls.allow()),
        clients: allowed.into_iter().map(|client| row(page, api, client)).collect(),
        delete: page.form(urls.delete()),
        page: head,
        ..ApiPage::default()
    })
}

fn row(page: &mut ProjectPage, api: &Api, client: AllowedClient) -> AllowedClientItem {
    let remove = AllowedClientUrls::of(&api.project_id, &api.id, &client.client_id).remove();
    AllowedClientItem {
        client_id: client.client_id.0,
        scope: client.scope.map(|scope| scope.to_string()),
        remove: page.form(remove),
    }
}
