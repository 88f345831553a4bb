//! The extractor of a project's pages: administrator, project, and links between the pages.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{Form, Layout, ProjectHead, ProjectTab};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::project::Project;
use usher_domain::urls::{self, ProjectUrls};
use usher_flows::Account;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// An administrator on a page of a project.
pub struct ProjectAccess {
    /// The browser.
    pub visitor: Visitor,
    /// The administrator.
    pub account: Account,
    /// The project in the URL.
    pub project: Project,
}

impl FromRequestParts<App> for ProjectAccess {
    type Rejection = Response;

    /// A user who is no administrator learns nothing of the project, not even whether it exists.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let ConsoleAdministrator { visitor, account } = ConsoleAdministrator::from_request_parts(parts, app).await?;
        let places = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(places) = places.map_err(|_| HttpProblem::not_found().into_response())?;
        let named = places.get("project").map(String::as_str).unwrap_or_default();
        let project =
            app.usher.projects.load_project(named).await.map_err(|error| HttpProblem::from(error).into_response())?;
        Ok(Self { visitor, account, project })
    }
}

impl ProjectAccess {
    /// The layout of a page at this URL.
    pub fn page(&self, here: &str) -> Layout {
        Layout { language_url_base: here.to_owned(), ..self.visitor.page_of(&self.account, urls::CONSOLE) }
    }

    /// The header of the project's pages.
    pub fn head(&self, page: &Layout, here: ProjectTab) -> ProjectHead {
        let id = &self.project.id;
        let pages = [
            (ProjectTab::Clients, ProjectUrls::of(id).page()),
            (ProjectTab::Members, ProjectUrls::of(id).members()),
            (ProjectTab::Modules, ProjectUrls::of(id).modules()),
            (ProjectTab::Webhooks, ProjectUrls::of(id).webhooks()),
            (ProjectTab::Token, ProjectUrls::of(id).token()),
        ];
        ProjectHead::new(page, self.project.name.clone(), urls::CONSOLE, here, pages)
    }

    /// A form that posts to this URL.
    pub fn form(&mut self, here: &str) -> Form {
        Form::new(here, self.visitor.form_token())
    }

    /// Renders the page.
    ///
    /// # Errors
    /// 500 if it does not render.
    pub fn show(self, page: &impl askama::Template) -> Result<Response, HttpProblem> {
        let body = show::html(page)?;
        Ok(self.visitor.reply(body))
    }

    /// Renders the page with validation errors.
    ///
    /// # Errors
    /// 500 if it does not render.
    pub fn show_again(self, page: &impl askama::Template) -> Result<Response, HttpProblem> {
        let body = show::html(page)?;
        Ok(self.visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
    }

    /// Redirects to a page, which shows the message for `done`.
    pub fn done(self, page: &str, done: &str) -> Response {
        self.visitor.redirect(&urls::with(page, "done", done))
    }
}
