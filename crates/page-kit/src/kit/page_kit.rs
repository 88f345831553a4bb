//! What every kit can do.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::html::html;
use super::stop::{PageResult, PageStop};
use crate::field_errors;
use crate::views::{FieldErrors, Form, Layout, Message};
use crate::visitor_pages::VisitorPages as _;
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_domain::urls;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_protocol::params::Params;

/// A completed action: its word in the URL of the page that says so, and the key of the text there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    pub word: &'static str,
    pub text: &'static str,
}

impl Notice {
    pub const fn new(word: &'static str, text: &'static str) -> Self {
        Self { word, text }
    }
}

/// The methods of all kits.
pub trait PageKit: Sized {
    fn visitor(&mut self) -> &mut Visitor;
    fn into_visitor(self) -> Visitor;
    fn query(&self) -> &Params;
    /// The refusal of the submitted form, once there is one.
    fn refused(&mut self) -> &mut Option<HttpProblem>;
    /// The head of the page at this URL: language, navigation, the signed-in user.
    fn head(&self, here: &str) -> Layout;
    /// Where a user signs in again who must do so before a change.
    fn sign_in_again(&self) -> Option<String> {
        None
    }

    /// A parameter of the URL; `None` if it is empty or repeated.
    fn param(&self, name: &str) -> Option<&str> {
        self.query().get(name).ok().flatten()
    }

    /// A form that posts to this URL.
    fn form(&mut self, action: impl Into<String>) -> Form {
        Form::new(action, self.visitor().form_token())
    }

    /// The text of the completed action that the URL names, if it is one of these.
    fn notice(&self, known: &[Notice]) -> Option<String> {
        let (word, lang) = (self.param(urls::DONE)?, self.head("").lang);
        if word == urls::DONE_REPEAT {
            return Some(Message::RepeatChange.text(lang));
        }
        known.iter().find(|notice| notice.word == word).map(|notice| lang.text(notice.text))
    }

    /// The result of a use case, or what a form shows of its refusal. A refusal that no form shows ends the handler, as
    /// does one that only a new sign-in lifts.
    fn check<T>(&mut self, result: Result<T, FlowError>) -> Result<Result<T, FieldErrors>, PageStop> {
        self.check_with(result, |_| None)
    }

    /// The value, or the end of the handler: this page has no form to show a refusal.
    fn check_or_stop<T>(&mut self, result: Result<T, FlowError>) -> Result<T, PageStop> {
        match (result, self.sign_in_again()) {
            (Err(FlowError::Rejected(Rejected::NotFresh)), Some(url)) => {
                Err(PageStop::answer(self.visitor().redirection(&url)))
            }
            (result, _) => Ok(result?),
        }
    }

    /// As [`Self::check`], with faults of this form's own.
    fn check_with<T>(
        &mut self,
        result: Result<T, FlowError>,
        own: fn(&Rejected) -> Option<FormFault>,
    ) -> Result<Result<T, FieldErrors>, PageStop> {
        let refused = match result {
            Ok(value) => return Ok(Ok(value)),
            Err(FlowError::Rejected(refused)) => refused,
            Err(other) => return Err(other.into()),
        };
        if let (Rejected::NotFresh, Some(url)) = (&refused, self.sign_in_again()) {
            return Err(PageStop::answer(self.visitor().redirection(&url)));
        }
        let faults = own(&refused).map_or_else(|| refused.form_faults(), |fault| vec![fault]);
        let is_own = own(&refused).is_some();
        let problem = HttpProblem::from(FlowError::from(refused));
        if faults.is_empty() {
            return Err(problem.into());
        }
        let status = if is_own { StatusCode::UNPROCESSABLE_ENTITY } else { status_of_form(problem.status) };
        tracing::info!(status = status.as_u16(), code = problem.code, reason = ?problem.message, "refused");
        let errors = field_errors::of_faults(&faults, self.head("").lang);
        *self.refused() = Some(HttpProblem { status, ..problem });
        Ok(Err(errors))
    }

    /// The page.
    fn show(self, view: &impl Template) -> PageResult {
        Ok(self.into_visitor().reply(html(view)?))
    }

    /// The page with the errors of its form and what was typed.
    fn show_again(self, view: &impl Template) -> PageResult {
        self.reply_again(html(view)?)
    }

    /// As [`Self::show_again`], for a rendered page.
    fn reply_again(mut self, page: Response) -> PageResult {
        let refused = self.refused().take();
        let status = refused.as_ref().map_or(StatusCode::UNPROCESSABLE_ENTITY, |problem| problem.status);
        let page = match refused.and_then(|problem| problem.retry_after) {
            Some(seconds) => (status, [("retry-after", seconds.to_string())], page).into_response(),
            None => (status, page).into_response(),
        };
        Ok(self.into_visitor().reply(page))
    }

    /// Redirects to a page, which says what was done.
    fn done(self, page: &str, notice: Notice) -> PageResult {
        self.redirect(&urls::with(page, urls::DONE, notice.word))
    }

    fn redirect(self, to: &str) -> PageResult {
        Ok(self.into_visitor().redirect(to))
    }

    /// Any other response, with the cookies of this browser.
    fn reply(self, response: Response) -> PageResult {
        Ok(self.into_visitor().reply(response))
    }
}

/// Browsers expect a challenge with 401, and 409 concerns the state of a resource: here the submitted values are
/// invalid.
const fn status_of_form(status: StatusCode) -> StatusCode {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::CONFLICT => StatusCode::UNPROCESSABLE_ENTITY,
        other => other,
    }
}

/// The accessors of a kit with the fields `visitor`, `query` and `refused`.
#[macro_export]
macro_rules! page_kit_fields {
    () => {
        fn visitor(&mut self) -> &mut usher_http_server::extract::visitor::Visitor {
            &mut self.visitor
        }

        fn into_visitor(self) -> usher_http_server::extract::visitor::Visitor {
            self.visitor
        }

        fn query(&self) -> &usher_protocol::params::Params {
            &self.query
        }

        fn refused(&mut self) -> &mut Option<usher_http_server::problem::HttpProblem> {
            &mut self.refused
        }
    };
}
