//! Client-Initiated Backchannel Authentication (CIBA).

mod asking;
mod fapi;
mod flow;
mod ping;
mod polling;
mod sequences;

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::ClientMetadata;

use crate::harness::browser::{Browser, Landing};
use crate::harness::relying_party::Answer;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const BOB: &str = "bob@example.test";
const SCOPE: &str = "email offline_access openid profile";
const CIBA: &str = "/oauth2/ciba";

fn use_ciba(client: &mut ClientMetadata) {
    client.redirect_uris.clear();
    client.grant_types = vec![CIBA_GRANT.to_owned(), "refresh_token".to_owned()];
    client.response_types.clear();
}

/// A call centre that asks its callers to sign in.
async fn call_centre(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Web, use_ciba).await
}

/// The URL in the newest email about a request.
async fn mailed_link(server: &TestServer) -> String {
    let emails = server.emails().await;
    let mut words = emails.iter().flat_map(|email| email.text().split_whitespace());
    let link = words.find(|word| word.contains("/ciba?request=")).expect("a link");
    link.replace(&server.url, &server.at(""))
}

impl TestServer {
    /// A client asks for a person's sign-in.
    async fn ciba_asks(&self, client: &RegisteredClient, changes: &[(&str, &str)]) -> Answer {
        let usual = [("scope", SCOPE), ("login_hint", ANA), ("binding_message", "W4SCT")];
        let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let form: Vec<_> = kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
        self.call(client, CIBA, &form).await
    }

    /// As [`Self::ciba_asks`] for Ana; the `auth_req_id`.
    async fn ciba_request(&self, client: &RegisteredClient) -> String {
        let asked = self.ciba_asks(client, &[]).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        asked.text("auth_req_id")
    }

    /// A client asks for its tokens.
    async fn ciba_poll(&self, client: &RegisteredClient, auth_req_id: &str) -> Answer {
        self.call(client, "/oauth2/token", &[("grant_type", CIBA_GRANT), ("auth_req_id", auth_req_id)]).await
    }
}

impl Browser<'_> {
    /// Opens the newest email's link, and signs in if asked: up to the consent page.
    async fn open_request(&mut self, email: &str) -> Landing {
        let link = mailed_link(self.server()).await;
        let page = self.open(&link).await;
        if page.body.contains("name=\"password\"") { self.sign_in(&page, email).await } else { page }
    }

    /// Answers the newest request as Ana.
    async fn answer_request(&mut self, decision: &str) -> Landing {
        let page = self.open_request(ANA).await;
        self.submit(&page, &[("decision", decision)]).await
    }
}
