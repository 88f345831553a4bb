//! Projects.

use serde::Deserialize;

use crate::views::{ClientListItem, ConsoleHome, ProjectClients, ProjectListItem};
use usher_accounts::FlowError;
use usher_domain::oauth::client::Client;
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::Project;
use usher_domain::urls::{self, ClientUrls, ProjectUrls};
use usher_page_kit::kit::{ConsolePage, Notice, PageForm, PageKit as _, PageResult, ProjectPage, SecretPage as _};
use usher_page_kit::views::ProjectTab;

/// Shown by the token page of a new project.
pub(super) const MADE: Notice = Notice::new("made", "message-project-created");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewProjectForm {
    name: String,
}

/// GET /console/projects
pub async fn list(mut page: ConsolePage) -> PageResult {
    let view = home_view(&mut page).await?;
    page.show(&view)
}

/// POST /console/projects creates a project and redirects to its token page, which shows the token once.
pub async fn create(mut page: ConsolePage, PageForm(form): PageForm<NewProjectForm>) -> PageResult {
    let (projects, user) = (&page.app.usher.projects, &page.account.user);
    let made = if user.admin {
        projects.create_project(&form.name).await
    } else {
        projects.create_project_of(&form.name, user).await
    };
    match page.check(made)? {
        Ok(made) => page.done_with_secret(&ProjectUrls::of(&made.project.id).token(), MADE, &made.token),
        Err(errors) => {
            let view = ConsoleHome { errors, name: form.name, ..home_view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// GET /console/projects/{project}
pub async fn one(page: ProjectPage) -> PageResult {
    let clients = page.app.usher.clients.list_clients(page.project.id, "", MAX_PAGE).await?;
    let head = page.head(&page.urls.page());
    let view = ProjectClients {
        project: page.project_head(&head, ProjectTab::Clients),
        id: page.project.id.to_string(),
        clients: clients.iter().map(client_row).collect(),
        new_client_url: page.urls.new_client(),
        page: head,
    };
    page.show(&view)
}

async fn home_view(page: &mut ConsolePage) -> Result<ConsoleHome, FlowError> {
    let (head, usher) = (page.head(urls::PROJECTS), &page.app.usher);
    let mut projects = Vec::new();
    for project in visible(page).await? {
        let clients = usher.clients.list_clients(project.id, "", MAX_PAGE).await?.len();
        projects.push(ProjectListItem {
            name: project.name,
            url: ProjectUrls::of(&project.id).page(),
            clients: u32::try_from(clients).unwrap_or(u32::MAX),
            created: head.ago(project.created_at.0),
        });
    }
    let may_create = usher.projects.may_create(&page.account.user);
    Ok(ConsoleHome { page: head, form: page.form(urls::PROJECTS), projects, may_create, ..ConsoleHome::default() })
}

/// The projects that the user may see.
async fn visible(page: &ConsolePage) -> Result<Vec<Project>, FlowError> {
    let (usher, user) = (&page.app.usher, &page.account.user);
    let page = if user.admin {
        usher.projects.list_projects(Cursor::START, MAX_PAGE).await?
    } else {
        usher.members.list_projects_of(user, Cursor::START, MAX_PAGE).await?
    };
    Ok(page.items)
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
