//! What projects decide about sign-in to their clients: who may make an account, and what is offered.

mod api;
mod console;
mod pages;
#[cfg(feature = "sim")]
mod providers;

use reqwest::Method;
use serde_json::Value;

use crate::api::{By, Reply, call};
use crate::harness::browser::Landing;
use crate::harness::server::TestServer;

impl TestServer {
    /// The path of the sign-in settings of the test's project.
    pub fn sign_in_settings(&self) -> String {
        format!("/projects/{}/sign-in", self.project)
    }

    /// Replaces them.
    pub async fn decide(&self, settings: &Value) -> Reply {
        let reply = call(self, By::Token(&self.project_token), Method::PUT, &self.sign_in_settings(), settings).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply
    }
}

/// The page at this path with the request of a sign-in page.
fn with_request_of(server: &TestServer, login: &Landing, path: &str) -> String {
    let (_, query) = login.url.split_once('?').expect("a request");
    server.at(&format!("{path}?{query}"))
}
