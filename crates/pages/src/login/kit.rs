//! The kit of pages that everybody may open: signing in and out, registration, recovery.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::show;
use crate::views::RequestingClient;
use usher_accounts::{FlowError, SignedIn};
use usher_domain::branding::BrandOwner;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::project::sign_in::ProjectSignIn;
use usher_domain::urls;
use usher_flows::Outcome;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::kit::AccountPage;
use usher_page_kit::kit::PageKit;
use usher_page_kit::kit::{PageResult, PageStop};
use usher_page_kit::page_kit_fields;
use usher_page_kit::views::{Form, Layout};
use usher_page_kit::visitor_pages::VisitorPages as _;
use usher_protocol::params::Params;

/// A page that everybody may open.
pub struct LoginPage {
    pub app: App,
    pub visitor: Visitor,
    pub query: Params,
    /// The client's request that the page belongs to, sealed; from the URL, or from the form.
    pub sealed: Option<String>,
    refused: Option<HttpProblem>,
}

impl FromRequestParts<App> for LoginPage {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let mut visitor = Visitor::from_request_parts(parts, app).await?;
        let QueryParams(query) = QueryParams::from_request_parts(parts, app).await?;
        let sealed = query.get("interaction").ok().flatten().map(str::to_owned);
        show_brand_of_request(&mut visitor, sealed.as_deref()).await;
        Ok(Self { app: app.clone(), visitor, query, sealed, refused: None })
    }
}

impl LoginPage {
    /// The page belongs to this request, which its form named.
    pub async fn belongs_to(&mut self, sealed: Option<String>) {
        self.show_brand_of_request(sealed.as_deref()).await;
        self.sealed = sealed;
    }

    /// The page looks as those of this request's project.
    pub async fn show_brand_of_request(&mut self, sealed: Option<&str>) {
        show_brand_of_request(&mut self.visitor, sealed).await;
    }

    /// The page looks as those of this client's project.
    pub async fn show_brand_of(&mut self, client: Option<&Client>) {
        if let Some(client) = client {
            self.visitor.show_brand_of(client.project_id).await;
        }
    }

    /// The client's request that the page belongs to, if any; 400 if it has expired or belongs to another browser.
    pub fn interaction(&self) -> Result<Option<Interaction>, HttpProblem> {
        show::interaction(&self.app, self.sealed.as_deref(), &self.visitor)
    }

    /// As [`Self::interaction`]; 400 if there is none.
    pub fn needed_interaction(&self) -> Result<Interaction, HttpProblem> {
        show::needed_interaction(&self.app, self.sealed.as_deref().unwrap_or_default(), &self.visitor)
    }

    /// The head in the language that the client asked for, or that of the account.
    pub fn head_for(&self, ui_locales: Option<&str>, account: Option<&str>, here: &str) -> Layout {
        let page = self.visitor.page(self.visitor.lang(ui_locales, account));
        Layout { language_url_base: here.to_owned(), ..page }
    }

    /// A form that is part of the client's request.
    pub fn form_of_request(&mut self, action: impl Into<String>) -> Form {
        Form { interaction: self.sealed.clone(), ..self.form(action) }
    }

    /// The page at this path, with the client's request.
    pub fn with_request(&self, path: &str) -> String {
        urls::on_the_way(path, self.sealed.as_deref(), None)
    }

    /// The URL of the page with the client's request restarted, if that has expired; with the address of the user who
    /// was signing in.
    pub fn begun_anew(&self, path: &str, email: Option<String>) -> Result<Option<String>, FlowError> {
        show::begun_anew(&self.app, &self.visitor, self.sealed.as_deref(), path, email)
    }

    /// The client of the request, for display.
    pub async fn client(&self, request: Option<&Interaction>) -> Result<Option<RequestingClient>, FlowError> {
        let Some(request) = request else { return Ok(None) };
        let client = self.app.usher.authorizations.client_of(request).await?;
        Ok(Some(show::client_view(&client, &request.redirect_uri)))
    }

    /// What the project of the request's client decides about sign-in.
    pub async fn rules(&self) -> Result<ProjectSignIn, FlowError> {
        self.app.usher.project_sign_ins.of_request(self.sealed.as_deref()).await
    }

    /// What the request needs next.
    pub async fn go_on(&self, request: &Interaction) -> Result<Outcome, FlowError> {
        self.app.usher.authorizations.go_on(request.clone(), &self.visitor.browser, &self.visitor.device).await
    }

    /// Continues after a sign-in: with the client's request, or to the page that was requested.
    pub async fn arrive(self, signed_in: SignedIn, request: Option<Interaction>) -> PageResult {
        let next = urls::after_login(self.param("next"));
        Ok(show::arrived(&self.app, self.visitor, signed_in, request, &next).await?)
    }
}

/// Pages that are part of a client's request look as those of its project.
async fn show_brand_of_request(visitor: &mut Visitor, sealed: Option<&str>) {
    let Some(sealed) = sealed else { return };
    match visitor.app.usher.brandings.owner_of_request(sealed).await {
        Ok(Some(BrandOwner::Project(project))) => visitor.show_brand_of(project).await,
        Ok(_) => {}
        Err(error) => tracing::warn!("branding: the client cannot be read: {error}"),
    }
}

impl From<AccountPage> for LoginPage {
    /// The page after somebody signed out.
    fn from(AccountPage { app, visitor, query, .. }: AccountPage) -> Self {
        Self { app, visitor, query, sealed: None, refused: None }
    }
}

impl PageKit for LoginPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.head_for(None, None, here)
    }
}
