//! The kit of pages that set up a factor: for the owner of the account, or as part of a client's request that requires
//! one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use usher_accounts::{Account, FlowError};
use usher_domain::urls;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::kit::{Notice, PageKit};
use usher_page_kit::kit::{PageResult, PageStop};
use usher_page_kit::page_kit_fields;
use usher_page_kit::views::Layout;
use usher_page_kit::visitor_pages::VisitorPages as _;
use usher_protocol::params::Params;

/// A page that sets up a factor of the user of the client's request, or of the owner of the account pages. Others sign
/// in first, and come back.
pub struct EnrolPage {
    pub app: App,
    pub visitor: Visitor,
    pub account: Account,
    pub query: Params,
    /// The client's request, sealed.
    sealed: Option<String>,
    path: String,
    refused: Option<HttpProblem>,
}

impl FromRequestParts<App> for EnrolPage {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let QueryParams(query) = QueryParams::from_request_parts(parts, app).await?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let sealed = query.get("interaction").ok().flatten().map(str::to_owned);
        let path = parts.uri.path().to_owned();
        let Some(account) = user_of(app, &visitor, sealed.as_deref()).await? else {
            let sign_in = urls::on_the_way(urls::LOGIN, sealed.as_deref(), Some(&path));
            return Err(PageStop::answer(visitor.redirect(&sign_in)));
        };
        Ok(Self { app: app.clone(), visitor, account, query, sealed, path, refused: None })
    }
}

async fn user_of(app: &App, visitor: &Visitor, sealed: Option<&str>) -> Result<Option<Account>, FlowError> {
    let Some(sealed) = sealed else { return app.usher.accounts.current(&visitor.browser).await };
    match app.usher.authorizations.open_interaction(sealed, &visitor.browser) {
        Ok(interaction) => app.usher.authorizations.account_for(&interaction, &visitor.browser).await,
        Err(FlowError::Rejected(_)) => app.usher.accounts.current(&visitor.browser).await,
        Err(other) => Err(other),
    }
}

impl EnrolPage {
    /// The URL of this page, with the client's request.
    pub fn here(&self) -> String {
        urls::on_the_way(&self.path, self.sealed.as_deref(), None)
    }

    /// Where the page continues when it is complete: with the client's request, or on the security page.
    pub fn next(&self) -> String {
        self.sealed
            .as_deref()
            .map_or(urls::SECURITY.to_owned(), |sealed| urls::with(urls::SECOND_FACTOR, "interaction", sealed))
    }

    /// Where it continues when it is cancelled.
    pub fn back(&self) -> String {
        self.sealed
            .as_deref()
            .map_or(urls::SECURITY.to_owned(), |sealed| urls::with(urls::ENROL, "interaction", sealed))
    }

    /// Continues; the security page says what was done.
    pub fn complete(self, notice: Notice) -> PageResult {
        match self.sealed {
            Some(_) => {
                let next = self.next();
                self.redirect(&next)
            }
            None => self.done(urls::SECURITY, notice),
        }
    }

    /// Redirects to the page that shows new recovery codes, with the client's request.
    pub fn show_codes(mut self, codes: &[String]) -> PageResult {
        let page = urls::on_the_way(urls::RECOVERY_CODES, self.sealed.as_deref(), None);
        lead_to_codes(&self.app, &mut self.visitor, &self.account, codes, &page)
            .map(|to| self.visitor.redirect_to_page(&to))
            .map_err(PageStop::from)
    }
}

/// The URL of the page that shows these codes once.
pub fn lead_to_codes(
    app: &App,
    visitor: &mut Visitor,
    account: &Account,
    codes: &[String],
    page: &str,
) -> Result<String, FlowError> {
    let secret = codes.join("\n");
    let sealed = app.usher.shown_once.seal_to_show(&secret, urls::RECOVERY_CODES, account, &mut visitor.browser)?;
    Ok(urls::with(page, "show", &sealed))
}

impl PageKit for EnrolPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.page_of(&self.account, here)
    }

    fn sign_in_again(&self) -> Option<String> {
        Some(match &self.sealed {
            Some(sealed) => urls::with(&urls::with(urls::LOGIN, "interaction", sealed), "again", "1"),
            None => urls::login_again(&self.path),
        })
    }
}
