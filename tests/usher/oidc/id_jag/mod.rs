//! Identity assertions (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant): issued here for other servers, and
//! accepted here from providers.

mod accepting;
mod issuing;
mod two_servers;

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_accounts::upstream::NewProvider;
use usher_domain::provider::ProviderSettings;
use usher_domain::secret::Secret;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::id_jag::{ID_JAG_TOKEN_TYPE, ID_TOKEN_TYPE, JWT_BEARER_GRANT};
use usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT;

use crate::harness::providers::{OIDC, id_of};
use crate::harness::relying_party::Answer;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// A provider by this issuer, whose assertions are accepted.
async fn trust(server: &TestServer, issuer: &str, change: impl FnOnce(&mut ProviderSettings)) {
    let mut settings = ProviderSettings {
        label: Some("Works".into()),
        issuer: Some(issuer.to_owned()),
        identity_assertions: true,
        ..ProviderSettings::new(id_of(OIDC), OIDC, "usher")
    };
    change(&mut settings);
    let new = NewProvider { settings, secret: Some(Secret::from("secret")), managed: false };
    server.usher.providers.put_provider(new).await.expect("the settings of a test are sound");
}

/// The client may present assertions.
fn presents(client: &mut ClientMetadata) {
    client.grant_types.push(JWT_BEARER_GRANT.to_owned());
}

/// The client may exchange tokens.
fn exchanges(client: &mut ClientMetadata) {
    client.grant_types.push(TOKEN_EXCHANGE_GRANT.to_owned());
}

/// Asks for an assertion with an ID token, and these changes: an empty value removes one.
async fn ask(server: &TestServer, client: &RegisteredClient, id_token: &str, changes: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", TOKEN_EXCHANGE_GRANT),
        ("requested_token_type", ID_JAG_TOKEN_TYPE),
        ("subject_token", id_token),
        ("subject_token_type", ID_TOKEN_TYPE),
    ];
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let form: Vec<_> = kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect();
    server.call(client, "/oauth2/token", &form).await
}

/// Presents an assertion.
async fn present(server: &TestServer, client: &RegisteredClient, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let usual = [("grant_type", JWT_BEARER_GRANT), ("assertion", assertion)];
    let form: Vec<_> = usual.into_iter().chain(more.iter().copied()).collect();
    server.call(client, "/oauth2/token", &form).await
}

/// The members of one server that a client may act at.
fn at(audience: &str, client_id: &str, relying_party: &RegisteredClient) -> Value {
    json!({"audience": audience, "client_id": client_id, "relying_party": relying_party.client.id.0})
}
