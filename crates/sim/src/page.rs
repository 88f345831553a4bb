//! The simulator's pages: choosing a user, errors that are not redirected, and their assets.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::Simulator;
use super::personas::LISTED;
use super::provider::SimProvider;

/// The client identifier that every provider knows.
pub const CLIENT_ID: &str = "sim";
/// Another client that every provider knows, with another secret, which is never used.
pub const OTHER_CLIENT: &str = "sim-other";
/// The secret of the first one.
pub const CLIENT_SECRET: &str = "sim-secret";

/// Does the client exist?
pub fn is_client(id: Option<&str>) -> bool {
    matches!(id, Some(CLIENT_ID | OTHER_CLIENT))
}

/// The page for choosing a user.
#[derive(Template)]
#[template(path = "sim/people.html")]
struct UserChooser<'a> {
    provider: &'a str,
    scope: &'a str,
    choices: Vec<UserChoice>,
    action: &'a str,
    fields: &'a [(String, String)],
}

/// A user to choose, with the URL that signs them in.
struct UserChoice {
    name: &'static str,
    story: &'static str,
    url: String,
}

/// The page for an invalid request that must not be redirected.
#[derive(Template)]
#[template(path = "sim/wrong.html")]
struct SimErrorPage<'a> {
    provider: &'a str,
    title: &'a str,
    text: &'a str,
}

/// A form that submits itself (`response_mode=form_post`).
#[derive(Template)]
#[template(path = "sim/form_post.html")]
struct SimFormPost<'a> {
    provider: &'a str,
    action: &'a str,
    fields: &'a [(&'a str, String)],
}

/// The home page, at `/`.
#[derive(Template)]
#[template(path = "sim/home.html")]
struct SimHome<'a> {
    origin: &'a str,
    providers: Vec<SimProvider>,
    people: &'static [(&'static str, &'static str)],
}

fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "this page cannot be written\n").into_response(),
    }
}

/// The page for choosing a user; `fields` is the request, which the choice repeats with the user's name.
pub fn people(provider: SimProvider, path: &str, fields: &[(String, String)], scope: &str) -> Response {
    let fields: Vec<_> = fields.iter().filter(|(name, _)| name != "login_hint").cloned().collect();
    let address = |name: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&fields).append_pair("login_hint", &format!("persona:{name}"));
        format!("{path}?{}", query.finish())
    };
    let choices = LISTED.iter().map(|(name, story)| UserChoice { name, story, url: address(name) }).collect();
    let page = UserChooser { provider: provider.name(), scope, choices, action: path, fields: &fields };
    render(StatusCode::OK, &page)
}

/// The page for errors that must not be redirected.
pub fn wrong(status: StatusCode, provider: SimProvider, title: &str, text: &str) -> Response {
    render(status, &SimErrorPage { provider: provider.name(), title, text })
}

/// The page that posts the response to the client.
pub fn form_post(provider: SimProvider, action: &str, fields: &[(&str, String)]) -> Response {
    render(StatusCode::OK, &SimFormPost { provider: provider.name(), action, fields })
}

/// `GET /`
pub fn home(sim: &Simulator) -> Response {
    render(StatusCode::OK, &SimHome { origin: &sim.origin, providers: SimProvider::all().collect(), people: LISTED })
}

/// `GET /_sim/sim.css`
pub async fn stylesheet() -> Response {
    file("text/css; charset=utf-8", include_str!("../../../templates/sim/sim.css"))
}

/// `GET /_sim/submit.js`
pub async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("../../../templates/sim/submit.js"))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=60")], text).into_response()
}
