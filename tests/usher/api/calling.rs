//! Calling the API in tests of projects and administrators.

use reqwest::header::{COOKIE, ETAG};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use usher_accounts::{NewClient, RegisteredClient};
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::ClientMetadata;

use crate::harness::browser::Browser;
use crate::harness::server::TestServer;

/// The caller.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// Without credentials.
    Nobody,
    /// With this token.
    Token(&'a str),
    /// With the session of this browser.
    Browser(&'a Browser<'a>),
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The `ETag`.
    pub etag: Option<String>,
    /// The body; null if it is not JSON.
    pub json: Value,
}

impl Reply {
    /// The code of the error.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    /// The message of the error.
    pub fn text_of_error(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }

    /// A string of the body.
    pub fn text(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }

    /// The items of a list.
    pub fn data(&self) -> &[Value] {
        self.json["data"].as_array().unwrap_or_else(|| panic!("no list: {self:?}"))
    }
}

/// Calls the API, with `If-Match` if a version is given.
pub async fn call_with(
    server: &TestServer,
    by: By<'_>,
    (method, path): (Method, &str),
    (body, if_match): (Option<&Value>, Option<&str>),
) -> Reply {
    let path = if path.starts_with("/access/") { path.to_owned() } else { format!("/api/v1{path}") };
    let mut request = server.http.request(method, server.at(&path));
    request = match by {
        By::Nobody => request,
        By::Token(token) => request.bearer_auth(token),
        By::Browser(browser) => {
            let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.header(COOKIE, cookies.join("; "))
        }
    };
    if let Some(body) = body {
        request = request.json(body);
    }
    if let Some(tag) = if_match {
        request = request.header("if-match", tag);
    }
    let response = request.send().await.expect("the server answers");
    let etag = response.headers().get(ETAG).map(|tag| tag.to_str().expect("plain text").to_owned());
    let status = response.status();
    let body = response.bytes().await.expect("a body");
    Reply { status, etag, json: serde_json::from_slice(&body).unwrap_or_default() }
}

/// Reads from the API.
pub async fn get(server: &TestServer, by: By<'_>, path: &str) -> Reply {
    call_with(server, by, (Method::GET, path), (None, None)).await
}

/// Calls the API to change something.
pub async fn call(server: &TestServer, by: By<'_>, method: Method, path: &str, body: &Value) -> Reply {
    call_with(server, by, (method, path), (Some(body), None)).await
}

/// A browser in which this user is signed in.
pub async fn signed_in<'u>(server: &'u TestServer, email: &str) -> Browser<'u> {
    let mut browser = server.browser();
    let page = browser.open(&server.at("/login")).await;
    browser.sign_in(&page, email).await;
    browser
}

/// A client of this project, as [`TestServer::client`] makes one.
pub async fn client_in(
    server: &TestServer,
    project: ProjectId,
    change: impl FnOnce(&mut ClientMetadata),
) -> RegisteredClient {
    let mut metadata = ClientType::Web.defaults();
    metadata.client_name = "Shop".to_owned();
    metadata.redirect_uris = vec!["https://rp.test/cb".to_owned()];
    change(&mut metadata);
    let new = NewClient { project, kind: ClientType::Web, metadata, id: None };
    server.usher.clients.create_client(new).await.expect("a client can be made")
}
