//! A list of routes that can also be read: tests ask every page for its checks.

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::kept;
use usher_flows::Right;
use usher_http_server::layers::limits::BodyLimit;
use usher_http_server::state::App;

/// The rights that pages require: to open one, and to submit its form. `None`: only administrators may. A page of a
/// project requires them to this project, another page of the console to any project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequiredRights {
    pub open: Option<Right>,
    pub submit: Option<Right>,
}

/// Whether a route usually answers with a page in a frame. Actions redirect, and exports are files: only if an action is
/// refused, a page says so, without the list of projects to switch to.
#[derive(Debug, Clone, Copy)]
pub struct DrawsFrame(pub bool);

/// A route of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRoute {
    /// The pattern of its path.
    pub path: &'static str,
    pub has_get: bool,
    pub has_post: bool,
    /// What [`ProjectPage`](crate::kit::ProjectPage) requires. The kits of the other pages of the console say the same,
    /// which a test holds them to.
    pub rights: RequiredRights,
}

fn without_frame<T: 'static>(submit: impl Handler<T, App>) -> MethodRouter<App> {
    post(submit).layer(Extension(DrawsFrame(false)))
}

/// The list of routes, for handlers: links are offered only to those who may open them.
#[derive(Debug, Clone)]
pub struct ListedRoutes(pub Arc<[PageRoute]>);

impl ListedRoutes {
    /// What a route requires; an unknown one is for administrators.
    pub fn rights(&self, path: &str) -> RequiredRights {
        self.0.iter().find(|route| route.path == path).map(|route| route.rights).unwrap_or_default()
    }
}

/// Routes, and the list of them.
pub struct PageRoutes {
    app: App,
    router: Router<App>,
    rights: RequiredRights,
    listed: Vec<PageRoute>,
}

impl PageRoutes {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), router: Router::new(), rights: RequiredRights::default(), listed: Vec::new() }
    }

    /// The following pages of the console are for members with these rights. Without this call they are for
    /// administrators alone.
    #[must_use]
    pub fn for_members(self, open: Right, submit: Right) -> Self {
        Self { rights: RequiredRights { open: Some(open), submit: Some(submit) }, ..self }
    }

    /// The following pages of the console are for administrators alone.
    #[must_use]
    pub fn for_administrators(self) -> Self {
        Self { rights: RequiredRights::default(), ..self }
    }

    /// A page without a form of its own.
    #[must_use]
    pub fn page<T: 'static>(self, path: &'static str, show: impl Handler<T, App>) -> Self {
        self.route(path, get(show), true, false)
    }

    /// A file that is made for the reader.
    #[must_use]
    pub fn file<T: 'static>(self, path: &'static str, send: impl Handler<T, App>) -> Self {
        self.route(path, get(send).layer(Extension(DrawsFrame(false))), true, false)
    }

    /// A page with a form that posts to its own URL.
    #[must_use]
    pub fn form<T: 'static, U: 'static>(
        self,
        path: &'static str,
        show: impl Handler<T, App>,
        submit: impl Handler<U, App>,
    ) -> Self {
        self.route(path, get(show).post(submit), true, true)
    }

    /// As [`Self::form`], for a signed-in user who types texts: they survive a session that ended meanwhile.
    #[must_use]
    pub fn text_form<T: 'static, U: 'static>(
        self,
        path: &'static str,
        show: impl Handler<T, App>,
        submit: impl Handler<U, App>,
    ) -> Self {
        let keeps = from_fn_with_state(self.app.clone(), kept::layer);
        self.route(path, get(show).post(submit).layer(keeps), true, true)
    }

    /// An action of a page with a file of at most so many bytes.
    #[must_use]
    pub fn upload<T: 'static>(self, path: &'static str, limit: usize, submit: impl Handler<T, App>) -> Self {
        // The other fields and the headers of the parts fit into what is added.
        let limit = BodyLimit(limit + 8 * 1024);
        self.route(path, without_frame(submit).layer(Extension(limit)), false, true)
    }

    /// As [`Self::text_form`], for longer texts.
    #[must_use]
    pub fn long_text_form<T: 'static, U: 'static>(
        self,
        path: &'static str,
        limit: BodyLimit,
        show: impl Handler<T, App>,
        submit: impl Handler<U, App>,
    ) -> Self {
        let keeps = from_fn_with_state(self.app.clone(), kept::layer);
        let form: MethodRouter<App> = get(show).post(submit).layer(keeps);
        self.route(path, form.layer(Extension(limit)), true, true)
    }

    /// As [`Self::action`], for longer texts.
    #[must_use]
    pub fn long_action<T: 'static>(self, path: &'static str, limit: BodyLimit, submit: impl Handler<T, App>) -> Self {
        self.route(path, without_frame(submit).layer(Extension(limit)), false, true)
    }

    /// An action of a page: a form or button with a URL of its own.
    #[must_use]
    pub fn action<T: 'static>(self, path: &'static str, submit: impl Handler<T, App>) -> Self {
        self.route(path, without_frame(submit), false, true)
    }

    fn route(mut self, path: &'static str, route: MethodRouter<App>, has_get: bool, has_post: bool) -> Self {
        self.router = self.router.route(path, route.layer(Extension(self.rights)));
        self.listed.push(PageRoute { path, has_get, has_post, rights: self.rights });
        self
    }

    pub fn listed(&self) -> &[PageRoute] {
        &self.listed
    }

    pub fn into_router(self) -> Router<App> {
        self.router.layer(Extension(ListedRoutes(self.listed.into())))
    }
}
