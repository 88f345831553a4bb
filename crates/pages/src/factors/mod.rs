//! Setting up, changing and removing the factors of a signed-in user.

pub mod change;
pub mod codes;
pub mod passkey;
mod qr;
pub mod totp;
mod view;

pub use view::factors_view;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::login::of_refused;
use super::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// Where a page continues: the client's request it belongs to, or the security page.
struct ContinueTarget {
    sealed: Option<String>,
}

impl ContinueTarget {
    fn of(query: &Params) -> Self {
        Self { sealed: query.get("interaction").ok().flatten().map(str::to_owned) }
    }

    /// The URL of this page, with its continuation.
    fn here(&self, page: &str) -> String {
        self.sealed.as_deref().map_or_else(|| page.to_owned(), |sealed| urls::with(page, "interaction", sealed))
    }

    /// Where it continues when it is complete.
    fn on(&self) -> String {
        match &self.sealed {
            Some(sealed) => urls::with(urls::SECOND_FACTOR, "interaction", sealed),
            None => urls::SECURITY.to_owned(),
        }
    }

    /// Where it continues when it is cancelled.
    fn back(&self) -> String {
        match &self.sealed {
            Some(sealed) => urls::with(urls::ENROL, "interaction", sealed),
            None => urls::SECURITY.to_owned(),
        }
    }

    /// The sign-in page for a user who is not signed in: with the request, or back to the page.
    fn sign_in(&self, page: &str) -> String {
        urls::on_the_way(urls::LOGIN, self.sealed.as_deref(), Some(page))
    }

    /// The sign-in page for a user who must authenticate again, and back.
    fn again(&self, page: &str) -> String {
        match &self.sealed {
            Some(sealed) => urls::with(&urls::with(urls::LOGIN, "interaction", sealed), "again", "1"),
            None => urls::login_again(page),
        }
    }
}

/// The user who sets up a factor: that of the client's request that the page belongs to, or the owner of the account
/// pages. Without a signed-in user it redirects to the sign-in page, and back to this page from there.
pub struct Enroller {
    visitor: Visitor,
    account: Account,
    target: ContinueTarget,
}

impl FromRequestParts<App> for Enroller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let query = QueryParams::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let visitor = Visitor::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let target = ContinueTarget::of(&query.0);
        let found =
            enrolling(app, &visitor, &target).await.map_err(|error| HttpProblem::from(error).into_response())?;
        match found {
            Some(account) => Ok(Self { visitor, account, target }),
            None => Err(visitor.redirect(&target.sign_in(parts.uri.path()))),
        }
    }
}

async fn enrolling(app: &App, visitor: &Visitor, target: &ContinueTarget) -> Result<Option<Account>, FlowError> {
    let Some(sealed) = &target.sealed else { return app.usher.accounts.current(&visitor.browser).await };
    match app.usher.authorizations.open_interaction(sealed, &visitor.browser) {
        Ok(interaction) => app.usher.authorizations.account_for(&interaction, &visitor.browser).await,
        Err(FlowError::Rejected(_)) => app.usher.accounts.current(&visitor.browser).await,
        Err(other) => Err(other),
    }
}

/// Does this error lead to the sign-in page?
const fn is_stale(error: &FlowError) -> bool {
    matches!(error, FlowError::Rejected(Rejected::NotFresh))
}

/// The message for a rejection, or the error itself if there is none.
fn sentence(error: FlowError, lang: Lang) -> Result<String, HttpProblem> {
    let words = match &error {
        FlowError::Rejected(refused) => of_refused(refused, lang),
        _ => None,
    };
    let found = words.and_then(|words| words.iter().next().map(|(_, message)| message.to_owned()));
    found.ok_or_else(|| error.into())
}
