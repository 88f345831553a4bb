//! Helpers of the upstream tests.

use serde_json::Value;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

/// What a client learns of the signed-in user: the payload of the ID token.
pub async fn claims_of(server: &TestServer, client: &RegisteredClient, browser: &mut Browser<'_>) -> Value {
    let landing = browser.go_through(&server.authorize_url(client, &[]), "nobody@example.test").await;
    let tokens = server.exchange(client, &landing.code()).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    payload(&tokens.text("id_token"))
}

/// The `sub` of the signed-in user.
pub async fn sub(server: &TestServer, browser: &mut Browser<'_>) -> String {
    let client = server.client(ClientType::Web, |_| {}).await;
    claims_of(server, &client, browser).await["sub"].as_str().expect("a sub").to_owned()
}

/// The code of the newest email.
pub async fn code(server: &TestServer) -> String {
    let emails = server.emails().await;
    emails.first().and_then(|email| email.code()).expect("an email with a code").to_owned()
}

/// Status and code of an error page.
pub fn trouble(landing: &Landing) -> (u16, String) {
    let shown = landing.text(".facts code");
    (landing.status.as_u16(), shown.split_whitespace().next().unwrap_or_default().to_owned())
}

/// Was an email with this subject sent to this address?
pub async fn was_emailed(server: &TestServer, to: &str, subject: &str) -> bool {
    let emails = server.emails().await;
    emails.iter().any(|email| email.to() == to && email.subject() == subject)
}

impl Landing {
    /// The URLs of the links with this prefix.
    pub fn links(&self, begin: &str) -> Vec<String> {
        let links = scraper::Selector::parse("a[href]").expect("a selector");
        let page = scraper::Html::parse_document(&self.body);
        let all = page.select(&links).filter_map(|link| link.value().attr("href").map(str::to_owned));
        all.filter(|href| href.starts_with(begin)).collect()
    }
}
