//! Projects.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::domain::client::Client;
use crate::domain::page::{Cursor, MAX_PAGE};
use crate::domain::project::Project;
use crate::flows::{Account, FlowError};
use crate::web::extract::owner::Administrator;
use crate::web::extract::params::FormParams;
use crate::web::extract::visitor::Visitor;
use crate::web::login::of_refused;
use crate::web::login::sign_in::text;
use crate::web::pages::{ClientRow, ConsoleHome, Form, Message, ProjectPage, ProjectRow};
use crate::web::problem::HttpProblem;
use crate::web::show;
use crate::web::state::App;
use crate::web::urls;

/// GET /console
pub async fn list(
    State(app): State<App>,
    Administrator { mut visitor, account }: Administrator,
) -> Result<Response, HttpProblem> {
    let body = show::html(&home_view(&app, &mut visitor, &account).await?)?;
    Ok(visitor.reply(body))
}

/// POST /console makes a project. Its token is on the page that follows, and never again.
pub async fn create(
    State(app): State<App>,
    Administrator { mut visitor, account }: Administrator,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    match app.usher.create_project(&text(&form, "name")).await {
        Ok(made) => {
            let mut page = project_view(&app, &visitor, &account, &made.project).await?;
            page.notice = Some(Message::ProjectCreated.text(page.page.lang));
            page.token = Some(made.token);
            let body = show::html(&page)?;
            Ok(visitor.reply((StatusCode::CREATED, body).into_response()))
        }
        Err(FlowError::Refused(refused)) => {
            let mut page = home_view(&app, &mut visitor, &account).await?;
            page.errors =
                of_refused(&refused, page.page.lang).ok_or_else(|| HttpProblem::from(FlowError::from(refused)))?;
            page.name = text(&form, "name");
            let body = show::html(&page)?;
            Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
        }
        Err(other) => Err(other.into()),
    }
}

/// GET /console/projects/{project}
pub async fn one(
    State(app): State<App>,
    Administrator { visitor, account }: Administrator,
    Path(id): Path<String>,
) -> Result<Response, HttpProblem> {
    let project = app.usher.load_project(&id).await?;
    let body = show::html(&project_view(&app, &visitor, &account, &project).await?)?;
    Ok(visitor.reply(body))
}

async fn home_view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<ConsoleHome, HttpProblem> {
    let page = visitor.page_of(account, urls::CONSOLE);
    let mut projects = Vec::new();
    for project in app.usher.list_projects(Cursor::START, MAX_PAGE).await?.items {
        let clients = app.usher.list_clients(project.id, "", MAX_PAGE).await?.len();
        projects.push(ProjectRow {
            name: project.name,
            url: urls::project(&project.id),
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

async fn project_view(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    project: &Project,
) -> Result<ProjectPage, HttpProblem> {
    let clients = app.usher.list_clients(project.id, "", MAX_PAGE).await?;
    let mut page = visitor.page_of(account, urls::CONSOLE);
    page.language_url_base = urls::project(&project.id);
    Ok(ProjectPage {
        page,
        id: project.id.to_string(),
        name: project.name.clone(),
        clients: clients.iter().map(client_row).collect(),
        new_client_url: urls::new_client(&project.id),
        console_url: urls::CONSOLE.to_owned(),
        ..ProjectPage::default()
    })
}

fn client_row(client: &Client) -> ClientRow {
    ClientRow {
        name: client.metadata.client_name.clone(),
        client_id: client.id.0.clone(),
        kind: client.kind.as_str().to_owned(),
        url: urls::client(&client.id.0),
        disabled: !client.is_active(),
    }
}
