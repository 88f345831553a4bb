//! The authorization code flow (OpenID Connect Core §3.1), end to end.

use usher_domain::oauth::client::ClientType;

use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

#[tokio::test]
async fn a_person_signs_in_consents_and_the_client_learns_who_it_is() {
    let server = TestServer::start().await;
    let ana = server.user("ana@example.test").await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    let landing = browser.go_through(&server.authorize_url(&client, &[]), "ana@example.test").await;
    assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
    assert_eq!(landing.answer("iss").as_deref(), Some(server.url.as_str()));
    let tokens = server.exchange(&client, &landing.code()).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(tokens.headers["cache-control"], "no-store");
    let id_token = payload(&tokens.text("id_token"));
    assert_eq!(id_token["sub"], ana.sub.0);
    assert_eq!(id_token["nonce"], "n0nce");
    assert_eq!(id_token["aud"], client.client.id.0);
    let person = server.userinfo(&tokens.text("access_token")).await;
    assert_eq!(person.json["sub"], ana.sub.0);
    assert_eq!(person.json["email"], "ana@example.test");
}
