//! Subject identifiers (OpenID Connect Core §8): pairwise ones, and everything that names a user.

mod identifiers;
mod projects;
mod sectors;

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::{ClientMetadata, SubjectType};

use crate::harness::browser::Browser;
use crate::harness::relying_party::{Answer, VERIFIER};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Makes a client pairwise, with this redirect URI.
fn pairwise(client: &mut ClientMetadata, redirect_uri: &str) {
    client.subject_type = SubjectType::Pairwise;
    client.redirect_uris = vec![redirect_uri.to_owned()];
    client.first_party = true;
}

impl TestServer {
    /// A client that knows people by identifiers for the host of its redirect URI.
    async fn pairwise_client(&self, redirect_uri: &str) -> RegisteredClient {
        self.client(ClientType::Web, |client| pairwise(client, redirect_uri)).await
    }

    /// The tokens of a sign-in at a client with any redirect URI.
    async fn signed_in_at(&self, browser: &mut Browser<'_>, client: &RegisteredClient) -> Answer {
        let landing = browser.go_through(&self.authorize_url(client, &[]), ANA).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &landing.code()),
            ("redirect_uri", &client.client.metadata.redirect_uris[0]),
            ("code_verifier", VERIFIER),
        ];
        let tokens = self.call(client, "/oauth2/token", &form).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }
}
