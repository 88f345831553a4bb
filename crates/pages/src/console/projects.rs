//! Projects.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::project_access::ProjectAccess;
use super::{done, shown};
use crate::login::of_refused;
use crate::login::sign_in::text;
use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{ClientListItem, ConsoleHome, Form, ProjectListItem, ProjectPage, ProjectTab};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::oauth::client::Client;
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::urls::{self, ClientUrls, ProjectUrls};
use usher_flows::Account;
use usher_http_server::extract::params::FormParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET /console
pub async fn list(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
) -> Result<Response, HttpProblem> {
    let body = show::html(&home_view(&app, &mut visitor, &account).await?)?;
    Ok(visitor.reply(body))
}

/// POST /console creates a project and redirects to its token page, which shows the token once.
pub async fn create(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let error = match app.usher.projects.create_project(&text(&form, "name")).await {
        Ok(made) => {
            let here = ProjectUrls::of(&made.project.id).token();
            return shown::lead_to(&app, visitor, &account, &here, ("made", &made.token));
        }
        Err(error) => error,
    };
    let mut page = home_view(&app, &mut visitor, &account).await?;
    page.errors = done::faults(error, page.page.lang, of_refused)?;
    page.name = text(&form, "name");
    let body = show::html(&page)?;
    Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
}

/// GET /console/projects/{project}
pub async fn one(State(app): State<App>, access: ProjectAccess) -> Result<Response, HttpProblem> {
    let clients = app.usher.clients.list_clients(access.project.id, "", MAX_PAGE).await?;
    let page = access.page(&ProjectUrls::of(&access.project.id).page());
    let view = ProjectPage {
        project: access.head(&page, ProjectTab::Clients),
        id: access.project.id.to_string(),
        clients: clients.iter().map(client_row).collect(),
        new_client_url: ProjectUrls::of(&access.project.id).new_client(),
        page,
    };
    access.show(&view)
}

async fn home_view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<ConsoleHome, HttpProblem> {
    let page = visitor.page_of(account, urls::CONSOLE);
    let mut projects = Vec::new();
    for project in app.usher.projects.list_projects(Cursor::START, MAX_PAGE).await?.items {
        let clients = app.usher.clients.list_clients(project.id, "", MAX_PAGE).await?.len();
        projects.push(ProjectListItem {
            name: project.name,
            url: ProjectUrls::of(&project.id).page(),
            clients: u32::try_from(clients).unwrap_or(u32::MAX),
            created: page.lang.date_time(project.created_at.0),
        });
    }
    Ok(ConsoleHome {
        page,
        form: Form::new(urls::CONSOLE, visitor.form_token()),
        projects,
        providers_url: urls::PROVIDERS.to_owned(),
        ..ConsoleHome::default()
    })
}

fn client_row(client: &Client) -> ClientListItem {
    ClientListItem {
        name: client.metadata.client_name.clone(),
        client_id: client.id.0.clone(),
        kind: client.kind.as_str().to_owned(),
        url: ClientUrls::of(&client.id).page(),
        disabled: !client.is_active(),
    }
}
