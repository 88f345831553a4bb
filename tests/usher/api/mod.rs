//! The API under `/api/v1`, over HTTP.

mod admin;
pub mod admin_routes;
mod administrators;
mod calling;
mod codes;
mod cookie_mode;
mod deleted_meanwhile;
mod former_tokens;
mod history;
mod idempotency;
mod me;
mod origins;
mod parameters;
mod passwords;
pub mod projects;
mod register;
mod second_factor;
mod sessions;
mod token_mode;
mod user_search;

pub use calling::{By, Reply, call, call_with, client_in, get, signed_in};

use reqwest::header::{ACCEPT, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::{PASSWORD, TestServer};

/// The user of these tests.
pub const ANA: &str = "ana@example.test";
/// The `Accept` header of token mode.
pub const TOKEN_MODE: &str = "application/json; mode=token";

impl Answer {
    /// The code of the error; `"ok"` if there is none.
    pub fn problem(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or("ok")
    }

    /// The cookies that it sets, as a browser sends them back.
    pub fn cookies(&self) -> String {
        let pairs = self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().expect("plain text"));
        pairs.filter_map(|text| text.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// The names of the invalid fields.
    pub fn fields(&self) -> Vec<&str> {
        let fields = self.json["error"]["details"]["fields"].as_object();
        fields.into_iter().flat_map(|fields| fields.keys().map(String::as_str)).collect()
    }
}

impl TestServer {
    /// A request to the API.
    pub fn api(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.at(&format!("/api/v1/{path}")))
    }

    /// A POST to the API without credentials.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        answer(self.api(Method::POST, path).json(body)).await
    }

    /// Signs a user in by cookie, and returns the cookie.
    pub async fn cookie_of(&self, email: &str) -> String {
        let signed_in = self.post_json("auth/login", &json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(signed_in.status, 200, "{signed_in:?}");
        signed_in.cookies()
    }

    /// Signs a user in by tokens, and returns the response.
    pub async fn tokens_of(&self, email: &str) -> Answer {
        let request = self.api(Method::POST, "auth/login").header(ACCEPT, TOKEN_MODE);
        let signed_in = answer(request.json(&json!({"email": email, "password": PASSWORD}))).await;
        assert_eq!(signed_in.status, 200, "{signed_in:?}");
        signed_in
    }

    /// The response of `me` to an access token.
    pub async fn me(&self, token: &str) -> Answer {
        answer(self.api(Method::GET, "me").bearer_auth(token)).await
    }
}
