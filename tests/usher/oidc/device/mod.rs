//! The device authorization grant (RFC 8628).

mod flow;
mod guessing;
mod polling;
mod sequences;

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::device::DEVICE_CODE_GRANT;

use crate::harness::browser::{Browser, Landing};
use crate::harness::relying_party::Answer;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const SCOPE: &str = "email offline_access openid profile";

/// A client for a television.
async fn television(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Device, |client| client.redirect_uris.clear()).await
}

impl TestServer {
    /// A device asks for codes.
    async fn device_asks(&self, client: &RegisteredClient) -> Answer {
        let answer = self.call(client, "/oauth2/device", &[("scope", SCOPE)]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// A device asks for its tokens.
    async fn poll(&self, client: &RegisteredClient, device_code: &str) -> Answer {
        self.call(client, "/oauth2/token", &[("grant_type", DEVICE_CODE_GRANT), ("device_code", device_code)]).await
    }
}

impl Browser<'_> {
    /// Types a code, and signs in if asked: up to the consent page.
    async fn type_code(&mut self, code: &str, email: &str) -> Landing {
        let page = self.open(&self.server().at("/device")).await;
        let page = self.submit(&page, &[("user_code", code)]).await;
        if page.body.contains("name=\"password\"") { self.sign_in(&page, email).await } else { page }
    }

    /// Answers a device.
    async fn answer_device(&mut self, code: &str, decision: &str) -> Landing {
        let page = self.type_code(code, ANA).await;
        self.submit(&page, &[("decision", decision)]).await
    }
}
