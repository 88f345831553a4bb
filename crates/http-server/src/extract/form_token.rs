//! The anti-forgery value that binds the forms of our pages to a browser.

use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cookies::{Cookies, MARK};
use crate::problem::HttpProblem;
use crate::state::App;
use usher_accounts::Browser;
use usher_keys::seal::Purpose;
use usher_protocol::params::Params;

/// The value of the hidden field `csrf`.
pub fn of(app: &App, browser: &mut Browser) -> String {
    let mark = browser.mark_or_make(&*app.usher.core.random).to_owned();
    URL_SAFE_NO_PAD.encode(app.usher.core.sealer.mac(Purpose::FormToken, mark.as_bytes()))
}

/// Checks that a form comes from a page that was shown to this browser: 403 with one of two codes if the browser keeps
/// no cookies, or the form was not issued to it.
pub fn check(app: &App, headers: &HeaderMap, form: &Params) -> Result<(), HttpProblem> {
    let value = |name| form.get(name).ok().flatten();
    let back_to = || value("interaction").and_then(|sealed| app.usher.authorizations.origin_of_interaction(sealed));
    let refused = |code, words| Err(HttpProblem::new(StatusCode::FORBIDDEN, code, words).back_to(back_to()));
    let cookies = Cookies::from_headers(headers);
    let browser = Browser::from_cookies(None, app.jar.get(&cookies, MARK));
    let Some(mark) = browser.mark() else {
        return refused("COOKIES_MISSING", "The browser sent no cookie: it may be set to keep none.");
    };
    let given = value("csrf").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default();
    if app.usher.core.sealer.mac_fits(Purpose::FormToken, mark.as_bytes(), &given) {
        return Ok(());
    }
    refused("FORM_EXPIRED", "This form was not shown by us to this browser, or is too old.")
}
