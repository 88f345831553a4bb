//! How clients say who they are (RFC 6749 §2.3), and what is said to those who cannot.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use usher::domain::client::ClientType;
use usher::flows::RegisteredClient;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::relying_party::{Answer, answer};

async fn machine(house: &TestUsher) -> RegisteredClient {
    house.client(ClientType::Machine, |_| {}).await
}

/// A client credentials request with this header and these fields besides.
async fn ask(house: &TestUsher, header: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(fields);
    let request = house.http.post(house.at("/oauth2/token")).form(&form);
    answer(match header {
        Some(header) => request.header("authorization", header),
        None => request,
    })
    .await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

#[tokio::test]
async fn basic_and_post_both_carry_the_secret() {
    let house = TestUsher::start().await;
    let client = machine(&house).await;
    let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
    assert_eq!(ask(&house, Some(&basic(id, secret)), &[]).await.status, 200);
    assert_eq!(ask(&house, Some(&basic(id, secret)), &[("client_id", id)]).await.status, 200);
    assert_eq!(ask(&house, None, &[("client_id", id), ("client_secret", secret)]).await.status, 200);
    let encoded = secret.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    assert_eq!(ask(&house, Some(&basic(id, &encoded)), &[]).await.status, 200, "form-encoded (RFC 6749 §2.3.1)");
    assert_eq!(ask(&house, Some(&basic(id, secret).replace("Basic", "basic")), &[]).await.status, 200);
}

/// CA-05
#[tokio::test]
async fn two_methods_at_once_or_none_where_one_is_due_authenticate_nobody() {
    let house = TestUsher::start().await;
    let client = machine(&house).await;
    let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
    let header = basic(id, secret);
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for (header, fields, status, code) in [
        (Some(&header), &[("client_secret", secret)][..], 400, "invalid_request"),
        (Some(&header), &[("client_id", "somebody-else")], 400, "invalid_request"),
        (Some(&header), &[("client_assertion", "a.b.c"), ("client_assertion_type", assertion)], 401, "invalid_client"),
        (None, &[("client_id", id), ("client_assertion", "a.b.c")], 401, "invalid_client"),
        (None, &[("client_id", id)], 401, "invalid_client"),
        (None, &[("client_secret", secret)], 401, "invalid_client"),
        (None, &[], 401, "invalid_client"),
        (None, &[("client_id", id), ("client_id", id), ("client_secret", secret)], 400, "invalid_request"),
    ] {
        let refused = ask(&house, header.map(String::as_str), fields).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (status, code), "{fields:?}");
    }
    let query = format!("{}?client_id={id}&client_secret={secret}", house.at("/oauth2/token"));
    let placed = answer(house.http.post(query).form(&[("grant_type", "client_credentials")])).await;
    assert_eq!((placed.status.as_u16(), placed.error()), (400, "invalid_request"));
    let got = house.http.get(house.at("/oauth2/token")).basic_auth(id, Some(secret));
    assert_eq!(answer(got).await.status, 405);
    let two = house.http.post(house.at("/oauth2/token")).header("authorization", &header);
    let two = two.header("authorization", &header).form(&[("grant_type", "client_credentials")]);
    assert_eq!(answer(two).await.error(), "invalid_request");
}

/// CA-07, CA-09
#[tokio::test]
async fn whoever_is_refused_is_told_the_same_whatever_the_reason() {
    let house = TestUsher::start().await;
    let (client, off) = (machine(&house).await, machine(&house).await);
    let spa = house.client(ClientType::Spa, |_| {}).await;
    house.usher.set_client_disabled(&off.client.id, true).await.expect("a client can be disabled");
    let secret = client.secret.as_deref().expect("a secret");
    let mut first_wrong = secret.to_owned();
    first_wrong.replace_range(..1, if secret.starts_with('A') { "B" } else { "A" });
    let mut said = Vec::new();
    for (id, secret) in [
        (client.client.id.0.as_str(), "wrong"),
        (&client.client.id.0, &first_wrong),
        (&client.client.id.0, &format!("{secret}A")),
        ("nobody", secret),
        (&off.client.id.0, off.secret.as_deref().expect("a secret")),
        (&spa.client.id.0, "a public client keeps no secret"),
    ] {
        let refused = ask(&house, Some(&basic(id, secret)), &[]).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{id}");
        assert_eq!(refused.headers["www-authenticate"], "Basic realm=\"usher\"");
        said.push(refused.json);
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}

on_both_databases! {
    async fn two_secrets_are_good_side_by_side_and_the_third_replaces_the_first(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house).await;
        let id = client.client.id.0.clone();
        let mut secrets = vec![client.secret.expect("a secret")];
        for _ in 0..2 {
            let rotated = house.usher.rotate_client_secret(&client.client.id).await.expect("it can be done");
            secrets.push(rotated.secret.expect("a secret"));
            let newest = secrets.len() - 1;
            for (n, secret) in secrets.iter().enumerate() {
                let wanted = if n + 1 >= newest { 200 } else { 401 };
                assert_eq!(ask(&house, Some(&basic(&id, secret)), &[]).await.status, wanted, "{n} of {newest}");
            }
        }
    }
}

#[tokio::test]
async fn a_public_client_needs_only_its_name_and_gets_nothing_of_its_own() {
    let house = TestUsher::start().await;
    let spa = house.client(ClientType::Spa, |_| {}).await;
    let asked = house.call(&spa, "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!((asked.status.as_u16(), asked.error()), (400, "unauthorized_client"));
    let introspected = house.call(&spa, "/oauth2/introspect", &[("token", "x")]).await;
    assert_eq!((introspected.status.as_u16(), introspected.error()), (401, "invalid_client"));
}
