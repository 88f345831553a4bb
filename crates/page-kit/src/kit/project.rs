//! The kit of a project's pages.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::account::{not_allowed, projects_of_switch, signed_in_to_console};
use super::page_kit::PageKit;
use super::stop::PageStop;
use crate::page_kit_fields;
use crate::page_routes::RequiredRights;
use crate::views::{Layout, ProjectHead, ProjectTab};
use crate::visitor_pages::VisitorPages as _;
use usher_accounts::{Account, FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::project::Project;
use usher_domain::urls::ProjectUrls;
use usher_flows::Right;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// A page of a project in the console, for administrators and for members with the rights that its route requires
/// ([`crate::page_routes::PageRoutes::for_members`]).
pub struct ProjectPage {
    pub app: App,
    pub visitor: Visitor,
    pub account: Account,
    /// The project in the URL, or that of the client in the URL.
    pub project: Project,
    /// The highest right of the user to the project.
    pub right: Right,
    pub urls: ProjectUrls,
    projects: Vec<Project>,
    pub query: Params,
    refused: Option<HttpProblem>,
}

impl FromRequestParts<App> for ProjectPage {
    type Rejection = PageStop;

    /// A user without any right to the project gets 404, as for a project that does not exist.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let (visitor, query, account) = signed_in_to_console(parts, app).await?;
        let id = project_in_path(parts, app).await?;
        let found = app.usher.callers.project_of_person(&account.user, id).await?;
        let (project, right) = found.ok_or_else(|| HttpProblem::unknown("project"))?;
        let rights = parts.extensions.get::<RequiredRights>().copied().unwrap_or_default();
        let required = if parts.method.is_safe() { rights.open } else { rights.submit };
        if !account.user.admin && required.is_none_or(|required| right < required) {
            return Err(not_allowed("Your role in this project does not allow this."));
        }
        let (urls, projects) = (ProjectUrls::of(&project.id), projects_of_switch(parts, app, &account).await?);
        Ok(Self { app: app.clone(), visitor, account, project, right, urls, projects, query, refused: None })
    }
}

/// The project that the path names, itself or by one of its clients. An unknown client is an unknown project, so that
/// nobody learns which clients other projects have.
async fn project_in_path(parts: &mut Parts, app: &App) -> Result<ProjectId, PageStop> {
    let places = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
    let Path(places) = places.map_err(|_| HttpProblem::not_found())?;
    if let Some(project) = places.get("project") {
        return Ok(project.parse().map_err(|_| HttpProblem::unknown("project"))?);
    }
    let client = places.get("client").map(String::as_str).unwrap_or_default();
    match app.usher.clients.load_client(client).await {
        Ok(client) => Ok(client.project_id),
        Err(FlowError::Rejected(Rejected::NotFound(_))) => Err(HttpProblem::unknown("project").into()),
        Err(other) => Err(other.into()),
    }
}

impl ProjectPage {
    /// The header of the project's pages, with links to all that the user may open.
    pub fn project_head(&self, page: &Layout, here: ProjectTab) -> ProjectHead {
        ProjectHead::new(page, self.project.name.clone(), here, &self.urls, self.right)
    }

    /// Whether the user has this right to the project.
    pub fn may(&self, right: Right) -> bool {
        self.right >= right
    }
}

impl PageKit for ProjectPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.console_page(&self.account, here, &self.projects)
    }
}
