//! A hand-written client, for requests that a library would not send.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::Value;
use usher_accounts::RegisteredClient;

use super::browser::{Browser, Landing};
use super::server::TestServer;

/// The verifier of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The redirect URI of test clients.
pub const CALLBACK: &str = "https://rp.test/cb";

/// A response of an endpoint.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The JSON body; null if there is none.
    pub json: Value,
}

impl Answer {
    /// A string of the body.
    pub fn text(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }

    /// The error code; `"ok"` if there is none.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or("ok")
    }
}

impl TestServer {
    /// An authorization request with PKCE, with the test's changes: an empty value removes a parameter.
    pub fn authorize_url(&self, client: &RegisteredClient, changes: &[(&str, &str)]) -> String {
        let id = client.client.id.0.as_str();
        let usual = [
            ("client_id", id),
            ("redirect_uri", client.client.metadata.redirect_uris.first().map_or("", String::as_str)),
            ("response_type", "code"),
            ("scope", "openid profile email offline_access"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let pairs = kept.chain(changes).filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", self.at("/oauth2/authorize"))
    }

    /// A form post to an endpoint, by a client with valid authentication.
    pub async fn call(&self, client: &RegisteredClient, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.at(path));
        let request = if let Some(secret) = &client.secret {
            request.basic_auth(&client.client.id.0, Some(secret)).form(form)
        } else {
            let id = ("client_id", client.client.id.0.as_str());
            request.form(&form.iter().copied().chain([id]).collect::<Vec<_>>())
        };
        answer(request).await
    }

    /// Exchanges a code correctly.
    pub async fn exchange(&self, client: &RegisteredClient, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.call(client, "/oauth2/token", &form).await
    }

    /// Completes an authorization with a browser, page by page, and exchanges the code.
    pub async fn tokens(&self, browser: &mut Browser<'_>, client: &RegisteredClient, email: &str) -> Answer {
        let landing = browser.go_through(&self.authorize_url(client, &[]), email).await;
        let tokens = self.exchange(client, &landing.code()).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }

    /// Presents a refresh token.
    pub async fn refresh(&self, client: &RegisteredClient, token: &str) -> Answer {
        self.call(client, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Requests the userinfo endpoint.
    pub async fn userinfo(&self, token: &str) -> Answer {
        answer(self.http.get(self.at("/oauth2/userinfo")).bearer_auth(token)).await
    }

    /// Introspects a token as this client.
    pub async fn is_active(&self, client: &RegisteredClient, token: &str) -> bool {
        self.call(client, "/oauth2/introspect", &[("token", token)]).await.json["active"] == true
    }
}

impl Browser<'_> {
    /// From the client's request to the response, signing in and consenting if asked.
    pub async fn go_through(&mut self, url: &str, email: &str) -> Landing {
        let mut page = self.open(url).await;
        for _ in 0..3 {
            page = match () {
                () if page.status == StatusCode::SEE_OTHER => return page,
                () if page.body.contains("name=\"password\"") => self.sign_in(&page, email).await,
                () if page.body.contains("name=\"decision\"") => self.submit(&page, &[("decision", "allow")]).await,
                () => panic!("stuck on {} {}:\n{}", page.status, page.url, page.body),
            };
        }
        page
    }
}

/// Sends a request and reads its response.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.expect("a body");
    Answer { status, headers, json: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

/// The number of responses with this status.
pub fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// The payload of a token, without verifying it.
pub fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("a compact token");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The header of a token, without verifying it.
pub fn header(token: &str) -> Value {
    let part = token.split('.').next().expect("a compact token");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The `kid` of a token, without verifying it.
pub fn kid(token: &str) -> String {
    header(token)["kid"].as_str().expect("a kid").to_owned()
}
