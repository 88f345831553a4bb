//! A server, a project with its token, and a client of that project.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use usher::jobs;
use usher_accounts::{Account, Browser as Cookies, NewClient, RegisteredClient};
use usher_domain::oauth::client::ClientType;
use usher_flows::{RegisteredProject, Usher};

use super::receiver::Receiver;
use crate::harness::browser::Browser;
use crate::harness::database::TestDatabase;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

pub const ANA: &str = "ana@example.test";

/// Runs a job of the server once.
pub async fn run(usher: &Usher, name: &str) {
    let job = jobs::all(None).into_iter().find(|job| job.name() == name).expect("there is a job of that name");
    job.run(usher, &CancellationToken::new()).await.expect("the job runs");
}

/// A server with a project and a client.
pub struct Stage {
    pub server: TestServer,
    pub project: RegisteredProject,
    pub client: RegisteredClient,
}

impl Stage {
    pub async fn on(database: TestDatabase) -> Self {
        let server = TestServer::on(database, &[("limits.sign_in", "off")]).await;
        let project = server.usher.projects.create_project("Shop").await.expect("a project can be made");
        let client = client_of(&server, &project, None).await;
        // Dispatches earlier events, which no subscriber gets.
        run(&server.usher, "tell_facts").await;
        Self { server, project, client }
    }

    /// Another client of the project, with back-channel logout at this URL.
    pub async fn listening_client(&self, url: &str) -> RegisteredClient {
        client_of(&self.server, &self.project, Some(url.to_owned())).await
    }

    /// Dispatches all events and sends all messages.
    pub async fn dispatch(&self) {
        run(&self.server.usher, "tell_facts").await;
        run(&self.server.usher, "deliver_webhooks").await;
        run(&self.server.usher, "send_logouts").await;
    }

    /// Calls the API of the project's webhooks with its token.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let url = self.server.at(&format!("/api/v1/projects/{}/webhooks{path}", self.project.project.id));
        let request = self.server.http.request(method, url).bearer_auth(&self.project.token);
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// Creates a webhook; returns its id and secret.
    pub async fn webhook(&self, receiver: &Receiver, events: &[&str]) -> (String, String) {
        let made = self.call(Method::POST, "", Some(json!({ "url": receiver.url, "events": events }))).await;
        assert_eq!(made.status, 201, "{made:?}");
        (made.text("id"), made.text("secret"))
    }

    /// The deliveries of a webhook, newest first.
    pub async fn deliveries(&self, webhook: &str) -> Vec<Value> {
        let listed = self.call(Method::GET, &format!("/{webhook}/deliveries"), None).await;
        assert_eq!(listed.status, 200, "{listed:?}");
        listed.json["data"].as_array().expect("a list").clone()
    }

    /// A new user signs in through the client.
    pub async fn signed_in(&self, email: &str) -> Browser<'_> {
        if self.server.usher.users.load_user(email).await.is_err() {
            self.server.user(email).await;
        }
        let mut browser = self.server.browser();
        self.server.tokens(&mut browser, &self.client, email).await;
        browser
    }
}

async fn client_of(server: &TestServer, project: &RegisteredProject, logout: Option<String>) -> RegisteredClient {
    let mut metadata = ClientType::Web.defaults();
    metadata.client_name = if logout.is_some() { "Listening shop".into() } else { "Shop".into() };
    metadata.redirect_uris = vec!["https://rp.test/cb".into()];
    metadata.first_party = true;
    metadata.backchannel_logout_uri = logout;
    let new = NewClient { project: project.project.id, kind: ClientType::Web, metadata, id: None };
    server.usher.clients.create_client(new).await.expect("a client can be made")
}

/// The account that is signed in with a browser.
pub async fn account(server: &TestServer, browser: &Browser<'_>) -> (Account, Cookies) {
    let cookies = Cookies::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
    let account = server.usher.accounts.current(&cookies).await.expect("the server answers");
    (account.expect("somebody is signed in"), cookies)
}

/// The number of distinct ids.
pub fn distinct(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}
