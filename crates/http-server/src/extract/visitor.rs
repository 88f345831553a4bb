//! The visitor of a page: the browser with its cookies, its languages and its device.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answered::AnsweredRequests;
use super::client_ip::ClientIp;
use super::cookies::{Cookies, MARK};
use super::form_token;
use super::last_used::LastUsed;
use crate::problem::HttpProblem;
use crate::state::App;
use crate::trace_id::TraceId;
use usher_accounts::{Browser, Device};
use usher_domain::branding::{Brand, BrandOwner};
use usher_domain::id::ProjectId;
use usher_domain::oauth::interaction::RENEWABLE;
use usher_domain::user::User;
use usher_domain::user::authentication::Method;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// The cookie that holds the sessions.
const SESSIONS: &str = "usher";
/// The cookie that holds the language that was chosen last.
pub const LANGUAGE: &str = "usher_lang";
/// The cookie of a browser that needs no second factor.
const REMEMBERED: &str = "usher_remembered";
/// The cookie that holds the last sign-in method.
const LAST_USED: &str = "usher_last";
/// The cookie that holds the authorization requests that were answered recently.
const ANSWERED: &str = "usher_answered";
/// How long a browser keeps its identifier and its language.
const A_YEAR: Duration = Duration::from_hours(365 * 24);

/// The visitor of a page.
pub struct Visitor {
    /// The accounts that are signed in with the browser.
    pub browser: Browser,
    /// The device.
    pub device: Device,
    /// The trace id of this request.
    pub trace: TraceId,
    /// The state that all handlers share.
    pub app: App,
    /// Is this a POST request?
    pub posted: bool,
    /// How its pages look: as the installation, unless the page is part of a client's request.
    pub brand: Arc<Brand>,
    last_used: Option<LastUsed>,
    last_used_before: Option<LastUsed>,
    answered: AnsweredRequests,
    answered_before: AnsweredRequests,
    chosen_language: Option<Lang>,
    language_cookie: Option<String>,
    accept_language: Option<String>,
    sessions_before: String,
    mark_before: Option<String>,
    remembered_before: String,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let cookies = Cookies::from_headers(&parts.headers);
        let [sessions, mark, remembered] = [SESSIONS, MARK, REMEMBERED].map(|name| app.jar.get(&cookies, name));
        let browser = Browser::from_cookies(sessions, mark).remembered_by(remembered);
        let text =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
        let query = Params::decode(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
        let chosen_language = query.get("ui_locales").ok().flatten().and_then(Lang::from_tag);
        let last_used = app.jar.get(&cookies, LAST_USED).and_then(|sealed| LastUsed::open(app, sealed));
        let answered = AnsweredRequests::read(app.jar.get(&cookies, ANSWERED));
        let source = parts.extensions.get::<ClientIp>().map(|ip| ip.source().to_string()).unwrap_or_default();
        Ok(Self {
            sessions_before: browser.session_cookie(),
            mark_before: browser.mark().map(str::to_owned),
            remembered_before: browser.remembered_cookie(),
            browser,
            device: Device { source, user_agent: text(USER_AGENT) },
            trace: parts.extensions.get::<TraceId>().copied().ok_or_else(HttpProblem::internal)?,
            app: app.clone(),
            brand: app.usher.brandings.brand_or_default(BrandOwner::Installation).await,
            posted: parts.method == axum::http::Method::POST,
            last_used: last_used.clone(),
            last_used_before: last_used,
            answered: answered.clone(),
            answered_before: answered,
            chosen_language,
            language_cookie: app.jar.get(&cookies, LANGUAGE).map(str::to_owned),
            accept_language: text(ACCEPT_LANGUAGE),
        })
    }
}

impl Visitor {
    /// From now on, pages look as those of this project.
    pub async fn show_brand_of(&mut self, project: ProjectId) {
        self.brand = self.app.usher.brandings.brand_or_default(BrandOwner::Project(project)).await;
    }

    /// The last sign-in with this browser.
    pub fn last_used(&self) -> Option<&LastUsed> {
        self.last_used.as_ref()
    }

    /// Stores a sign-in as the last one of this browser.
    pub fn remember_method(&mut self, method: &Method, user: &User) {
        self.last_used = Some(LastUsed::of(method.clone(), user));
    }

    /// The authorization requests that were answered in this browser recently.
    pub const fn answered(&mut self) -> &mut AnsweredRequests {
        &mut self.answered
    }

    /// The language of a page, in order of precedence: the URL's, the client's (`ui_locales`), the account's, the
    /// browser's.
    pub fn lang(&self, ui_locales: Option<&str>, account: Option<&str>) -> Lang {
        self.chosen_language.unwrap_or_else(|| {
            Lang::negotiate(&[ui_locales, account, self.language_cookie.as_deref(), self.accept_language.as_deref()])
        })
    }

    /// The anti-forgery value that binds a form to this browser.
    pub fn form_token(&mut self) -> String {
        form_token::of(&self.app, &mut self.browser)
    }

    /// Builds a response that also sets the changed cookies.
    pub fn reply(self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        let sessions = self.browser.session_cookie();
        let jar = self.app.jar;
        let mut cookies = Vec::new();
        if sessions != self.sessions_before {
            let keep = self.app.usher.core.config.session.absolute;
            cookies.push(if sessions.is_empty() {
                jar.clear(SESSIONS)
            } else {
                jar.set(SESSIONS, &sessions, Some(keep))
            });
        }
        if let Some(mark) = self.browser.mark().filter(|mark| Some(*mark) != self.mark_before.as_deref()) {
            cookies.push(jar.set(MARK, mark, Some(A_YEAR)));
        }
        let remembered = self.browser.remembered_cookie();
        if remembered != self.remembered_before {
            cookies.push(jar.set(REMEMBERED, &remembered, Some(usher_domain::user::remembered::LIFETIME)));
        }
        if let Some(lang) = self.chosen_language.filter(|lang| self.language_cookie.as_deref() != Some(lang.tag())) {
            cookies.push(jar.set(LANGUAGE, lang.tag(), Some(A_YEAR)));
        }
        if let Some(last) = self.last_used.filter(|last| self.last_used_before.as_ref() != Some(last))
            && let Some(sealed) = last.seal(&self.app)
        {
            cookies.push(jar.set(LAST_USED, &sealed, Some(A_YEAR)));
        }
        if self.answered != self.answered_before {
            cookies.push(jar.set(ANSWERED, &self.answered.to_cookie(), Some(RENEWABLE)));
        }
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// 303 to a URL of this server, or to a validated redirect URI of a client.
pub fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => HttpProblem::internal().into_response(),
    }
}
