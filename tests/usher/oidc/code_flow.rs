//! The authorization code flow (OpenID Connect Core §3.1), end to end.

use usher_domain::oauth::client::ClientType;

use crate::harness::house::TestUsher;
use crate::harness::relying_party::payload;

#[tokio::test]
async fn a_person_signs_in_consents_and_the_client_learns_who_it_is() {
    let house = TestUsher::start().await;
    let ana = house.user("ana@example.test").await;
    let client = house.client(ClientType::Web, |_| {}).await;
    let mut browser = house.browser();
    let landing = browser.go_through(&house.authorize_url(&client, &[]), "ana@example.test").await;
    assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
    assert_eq!(landing.answer("iss").as_deref(), Some(house.url.as_str()));
    let tokens = house.exchange(&client, &landing.code()).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(tokens.headers["cache-control"], "no-store");
    let id_token = payload(&tokens.text("id_token"));
    assert_eq!(id_token["sub"], ana.sub.0);
    assert_eq!(id_token["nonce"], "n0nce");
    assert_eq!(id_token["aud"], client.client.id.0);
    let person = house.userinfo(&tokens.text("access_token")).await;
    assert_eq!(person.json["sub"], ana.sub.0);
    assert_eq!(person.json["email"], "ana@example.test");
}
