//! The kit of a project's pages.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::account::AdminPage;
use super::page_kit::PageKit;
use super::stop::PageStop;
use crate::page_kit_fields;
use crate::views::{Layout, ProjectHead, ProjectTab};
use crate::visitor_pages::VisitorPages as _;
use usher_accounts::Account;
use usher_domain::project::Project;
use usher_domain::urls::{self, ProjectUrls};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// A page of a project in the console.
pub struct ProjectPage {
    pub app: App,
    pub visitor: Visitor,
    /// The administrator.
    pub account: Account,
    /// The project in the URL.
    pub project: Project,
    pub urls: ProjectUrls,
    projects: Vec<Project>,
    pub query: Params,
    refused: Option<HttpProblem>,
}

impl FromRequestParts<App> for ProjectPage {
    type Rejection = PageStop;

    /// A user who is no administrator learns nothing of the project, not even whether it exists.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let AdminPage { app, visitor, account, projects, query, .. } =
            AdminPage::from_request_parts(parts, app).await?;
        let places = Path::<HashMap<String, String>>::from_request_parts(parts, &app).await;
        let Path(places) = places.map_err(|_| HttpProblem::not_found())?;
        let named = places.get("project").map(String::as_str).unwrap_or_default();
        let project = app.usher.projects.load_project(named).await?;
        let urls = ProjectUrls::of(&project.id);
        Ok(Self { app, visitor, account, project, urls, projects, query, refused: None })
    }
}

impl ProjectPage {
    /// The header of the project's pages, with links to all of them.
    pub fn project_head(&self, page: &Layout, here: ProjectTab) -> ProjectHead {
        project_head(page, &self.project, here)
    }
}

/// The header of a project's pages, with links to all of them.
pub fn project_head(page: &Layout, project: &Project, here: ProjectTab) -> ProjectHead {
    ProjectHead::new(page, project.name.clone(), urls::CONSOLE, here, &ProjectUrls::of(&project.id))
}

impl PageKit for ProjectPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.console_page(&self.account, here, &self.projects)
    }
}
