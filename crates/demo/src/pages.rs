//! The demo's pages and their two assets.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Map, Value};
use time::{OffsetDateTime, macros::format_description};

use super::Shop;

/// The page without a signed-in user.
#[derive(Template)]
#[template(path = "demo/signed_out.html")]
pub struct DemoSignedOut<'a> {
    /// The demo.
    pub shop: &'a Shop,
    /// Did the provider end a session?
    pub ended: bool,
}

/// The page of the signed-in user.
#[derive(Template)]
#[template(path = "demo/signed_in.html")]
pub struct DemoSignedIn<'a> {
    /// The demo.
    pub shop: &'a Shop,
    /// The user's name, or the closest claim.
    pub who: &'a str,
    /// The email address, unless it is `who`.
    pub email: Option<&'a str>,
    /// The initial in the picture.
    pub initial: String,
    /// The result of the last action.
    pub notice: Option<String>,
    /// The signature algorithm of the ID token.
    pub algorithm: &'a str,
    /// The ID token's claims.
    pub id_token: Vec<ClaimItem>,
    /// The same as JSON.
    pub id_token_json: String,
    /// The userinfo claims.
    pub userinfo: Vec<ClaimItem>,
    /// The same as JSON.
    pub userinfo_json: String,
    /// The granted scope.
    pub scope: &'a str,
    /// The lifetime of the access token, in seconds.
    pub lifetime: Option<u64>,
    /// The rest of its lifetime, in seconds.
    pub remaining: Option<u64>,
    /// Fingerprint of the access token.
    pub access: String,
    /// Fingerprint of the refresh token.
    pub refresh: Option<String>,
}

/// The error page.
#[derive(Template)]
#[template(path = "demo/trouble.html")]
pub struct DemoErrorPage<'a> {
    /// The demo.
    pub shop: &'a Shop,
    /// The error, in few words.
    pub title: &'a str,
    /// The error, in a sentence.
    pub text: String,
    /// The provider's error code.
    pub code: Option<String>,
    /// The provider's error description.
    pub description: Option<String>,
}

/// A claim for display.
pub struct ClaimItem {
    /// Its name.
    pub name: String,
    /// Its value: strings as they are, everything else as JSON.
    pub value: String,
    /// Its value as a date, if it is a time.
    pub date: Option<String>,
}

impl ClaimItem {
    /// All claims of a document, in its order.
    pub fn all(document: &Map<String, Value>) -> Vec<Self> {
        document.iter().map(|(name, value)| Self::one(name, value)).collect()
    }

    fn one(name: &str, value: &Value) -> Self {
        let date = match (name, value.as_i64()) {
            ("iat" | "exp" | "nbf" | "auth_time" | "updated_at", Some(seconds)) => date(seconds),
            _ => None,
        };
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self { name: name.to_owned(), value, date }
    }
}

fn date(seconds: i64) -> Option<String> {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(form).ok()
}

/// A document as indented JSON.
pub fn pretty(document: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// Renders a page.
pub fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "this page cannot be written\n").into_response(),
    }
}

/// `/demo.css`
pub async fn stylesheet() -> Response {
    file("text/css; charset=utf-8", include_str!("../../../templates/demo/demo.css"))
}

/// `/favicon.svg`
pub async fn icon() -> Response {
    file("image/svg+xml", include_str!("../../../templates/demo/favicon.svg"))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=60")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_dates_and_other_numbers_are_not() {
        let claims = serde_json::json!({"exp": 1_763_800_000, "n": 1_763_800_000, "aud": ["a"], "exp2": "x"});
        let shown = ClaimItem::all(claims.as_object().expect("an object"));
        let of = |name: &str| shown.iter().find(|claim| claim.name == name).expect("the claim");
        assert_eq!(of("exp").date.as_deref(), Some("2025-11-22 08:26:40 UTC"));
        assert_eq!(of("n").date, None);
        assert_eq!(of("aud").value, r#"["a"]"#);
    }

    #[test]
    fn a_time_out_of_range_is_no_date() {
        assert_eq!(date(i64::MAX), None);
    }
}
