//! The APIs of a project: the list, and creating one.

use crate::views::{ApiListItem, ApiValues, ApisPage};
use usher_accounts::apis::{ApiCreator, NewApi};
use usher_accounts::{FlowError, Rejected};
use usher_domain::oauth::api::{Api, ApiFault, ApiScope, ApiSettings, EVERY, TokenFormat};
use usher_domain::urls::ApiUrls;
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::typed_text::flag;
use usher_page_kit::views::ProjectTab;
use usher_protocol::client::metadata::SIGNING_ALGS;

/// Shown by the page of a new API.
pub(super) const ADDED: Notice = Notice::new("added", "api-added");
pub(super) const DELETED: Notice = Notice::new("deleted", "api-deleted");

/// GET /console/projects/{project}/apis
pub async fn get(mut page: ProjectPage) -> PageResult {
    let view = ApisPage { notice: page.notice(&[DELETED]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST creates an API, for the operator.
pub async fn create(mut page: ProjectPage, PageForm(values): PageForm<ApiValues>) -> PageResult {
    let made = create_typed(&page, &values).await;
    match page.check(made)? {
        Ok(made) => page.done(&ApiUrls::of(&made.project_id, &made.id).page(), ADDED),
        Err(errors) => {
            let view = ApisPage { values, errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

async fn create_typed(page: &ProjectPage, values: &ApiValues) -> Result<Api, FlowError> {
    let (project, identifier) = (page.project.id, values.identifier.clone());
    let new = NewApi { project, identifier, settings: settings(values)?, by: ApiCreator::Operator };
    page.app.usher.apis.create_api(new).await
}

/// The values of an API.
pub(super) fn values_of(identifier: &str, settings: &ApiSettings) -> ApiValues {
    let scope = |scope: &ApiScope| match scope.description.as_str() {
        "" => scope.name.clone(),
        description => format!("{} = {description}", scope.name),
    };
    ApiValues {
        identifier: identifier.to_owned(),
        name: settings.name.clone(),
        scopes: settings.scopes.iter().map(scope).collect::<Vec<_>>().join("\n"),
        roles: settings.roles.join(" "),
        permissions: settings.permissions.join(" "),
        access_token_seconds: settings.access_token_seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
        signing_alg: settings.signing_alg.clone().unwrap_or_default(),
        token_format: settings.token_format.as_str().to_owned(),
        self_registered_clients: flag(settings.self_registered_clients).to_owned(),
        loaded: String::new(),
    }
}

/// The settings of the form.
pub(super) fn settings(values: &ApiValues) -> Result<ApiSettings, Rejected> {
    let fault = |field| Rejected::Api(vec![ApiFault::new(field, "is invalid")]);
    let seconds = Some(values.access_token_seconds.trim()).filter(|text| !text.is_empty());
    let words = |text: &str| text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    Ok(ApiSettings {
        scopes: values.scopes.lines().filter_map(scope).collect(),
        roles: words(&values.roles),
        permissions: words(&values.permissions),
        access_token_seconds: seconds.map(str::parse).transpose().map_err(|_| fault("access_token_seconds"))?,
        signing_alg: Some(values.signing_alg.clone()).filter(|alg| !alg.is_empty()),
        token_format: match values.token_format.as_str() {
            "" => TokenFormat::Jwt,
            format => format.parse().map_err(|_| fault("token_format"))?,
        },
        self_registered_clients: values.self_registered_clients == "true",
        ..ApiSettings::named(values.name.clone())
    })
}

/// `orders:read = See your orders`
fn scope(line: &str) -> Option<ApiScope> {
    let (name, description) = line.split_once('=').unwrap_or((line, ""));
    let scope = ApiScope { name: name.trim().to_owned(), description: description.trim().to_owned() };
    (!line.trim().is_empty()).then_some(scope)
}

/// The algorithms to choose from.
pub(super) fn algs() -> Vec<String> {
    SIGNING_ALGS.map(str::to_owned).into()
}

async fn view(page: &mut ProjectPage) -> Result<ApisPage, FlowError> {
    let here = page.urls.apis();
    let head = page.head(&here);
    let apis = page.app.usher.apis.list_apis(page.project.id).await?;
    Ok(ApisPage {
        project: page.project_head(&head, ProjectTab::Apis),
        form: page.form(here),
        apis: apis.into_iter().map(row).collect(),
        values: ApiValues { roles: EVERY.into(), ..ApiValues::default() },
        algs: algs(),
        page: head,
        ..ApisPage::default()
    })
}

fn row(api: Api) -> ApiListItem {
    ApiListItem {
        url: ApiUrls::of(&api.project_id, &api.id).page(),
        scopes: api.settings.scope().to_string(),
        name: api.settings.name,
        identifier: api.identifier,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_shows_is_read_back_unchanged() {
        let scope = |name: &str, description: &str| ApiScope { name: name.into(), description: description.into() };
        let stored = ApiSettings {
            scopes: vec![scope("orders:read", "See = read"), scope("orders:write", "")],
            roles: vec!["clerk".into(), "boss".into()],
            permissions: vec!["Order:*".into()],
            access_token_seconds: Some(60),
            signing_alg: Some("PS256".into()),
            token_format: TokenFormat::Opaque,
            self_registered_clients: true,
            ..ApiSettings::named("Orders")
        };
        let shown = values_of("https://api.example", &stored);
        let sent = ApiValues { scopes: shown.scopes.replace('\n', "\r\n"), ..shown };
        assert_eq!(settings(&sent), Ok(stored));
    }

    #[test]
    fn a_lifetime_that_is_no_number_is_a_fault_of_its_field() {
        let values = ApiValues { name: "Orders".into(), access_token_seconds: "soon".into(), ..ApiValues::default() };
        let Err(Rejected::Api(faults)) = settings(&values) else { panic!("it is accepted") };
        assert_eq!(faults[0].field, "access_token_seconds");
    }
}
