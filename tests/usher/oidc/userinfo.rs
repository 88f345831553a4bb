//! The userinfo endpoint (OpenID Connect Core §5.3, RFC 6750).

use serde_json::{Value, json};
use usher_accounts::{NewUser, RegisteredClient};
use usher_domain::oauth::client::ClientType;
use usher_domain::secret::Secret;
use usher_domain::user::{AddressClaim, Profile};

use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";

async fn scene() -> (TestServer, RegisteredClient, String) {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let token = server.tokens(&mut server.browser(), &client, ANA).await.text("access_token");
    (server, client, token)
}

#[tokio::test]
async fn the_three_ways_to_present_a_token_get_the_same_answer() {
    let (server, _, token) = scene().await;
    let at = server.at("/oauth2/userinfo");
    let got = answer(server.http.get(&at).bearer_auth(&token)).await;
    assert_eq!((got.status.as_u16(), got.headers["content-type"].to_str().ok()), (200, Some("application/json")));
    assert_eq!(got.headers["cache-control"], "no-store");
    for request in [
        server.http.post(&at).bearer_auth(&token),
        server.http.post(&at).bearer_auth(&token).form(&[("other", "field")]),
        server.http.post(&at).form(&[("access_token", &token)]),
        server.http.get(&at).header("authorization", format!("bearer {token}")),
    ] {
        let posted = answer(request).await;
        assert_eq!((posted.status.as_u16(), &posted.json), (200, &got.json));
    }
}

/// ID-07
#[tokio::test]
async fn a_token_in_the_address_or_twice_is_not_taken() {
    let (server, client, token) = scene().await;
    let at = server.at("/oauth2/userinfo");
    let in_address = answer(server.http.get(format!("{at}?access_token={token}"))).await;
    assert_eq!(in_address.status, 401);
    assert_eq!(in_address.headers["www-authenticate"], "Bearer realm=\"usher\"", "no error where no token was");
    let bearer = format!("Bearer {token}");
    for request in [
        server.http.post(&at).bearer_auth(&token).form(&[("access_token", &token)]),
        server.http.get(&at).header("authorization", &bearer).header("authorization", &bearer),
        server.http.post(&at).form(&[("access_token", &token), ("access_token", &token)]),
    ] {
        let refused = answer(request).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"));
        assert!(
            refused.headers["www-authenticate"].to_str().is_ok_and(|text| text.contains("error=\"invalid_request\""))
        );
    }
    let basic = server.http.get(&at).basic_auth(&client.client.id.0, client.secret.as_deref());
    assert_eq!(answer(basic).await.status, 401);
    let landing = server.browser().go_through(&server.authorize_url(&client, &[("scope", "email")]), ANA).await;
    let plain = server.exchange(&client, &landing.code()).await.text("access_token");
    let refused = server.userinfo(&plain).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (403, "insufficient_scope"));
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_says() {
    let (server, _, token) = scene().await;
    server.wait(599);
    assert_eq!(server.userinfo(&token).await.status, 200);
    server.wait(1);
    let late = server.userinfo(&token).await;
    assert_eq!((late.status.as_u16(), late.error()), (401, "invalid_token"));
    assert!(late.headers["www-authenticate"].to_str().is_ok_and(|text| text.contains("error=\"invalid_token\"")));
}

/// The user `full@example.test` with a value for every claim.
pub async fn full_user(server: &TestServer) {
    let text = |text: &str| Some(text.to_owned());
    let profile = Profile {
        given_name: text("Ana"),
        family_name: text("Souza"),
        middle_name: text("Luz"),
        name: text("Ana Luz Souza"),
        nickname: text("Aninha"),
        preferred_username: text("ana"),
        profile: text("https://ana.test/"),
        picture: text("https://ana.test/a.png"),
        website: text("https://ana.test/"),
        gender: text("woman"),
        birthdate: text("1990-02-03"),
        zoneinfo: text("Europe/Lisbon"),
        locale: text("pt-BR"),
        phone_number: text("+351210000000"),
        phone_number_verified: true,
        address: Some(AddressClaim { formatted: text("Rua 1"), country: text("PT"), ..AddressClaim::default() }),
        ..Profile::default()
    };
    let password = Some(Secret::from(PASSWORD));
    let new = NewUser { email: "full@example.test".into(), password, admin: false, profile, locale: None };
    server.usher.users.create_user(new).await.expect("a user can be made");
}

#[tokio::test]
async fn each_scope_releases_exactly_its_claims() {
    let server = TestServer::start().await;
    full_user(&server).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let mut browser = server.browser();
    let profile = "birthdate family_name gender given_name locale middle_name name nickname picture preferred_username \
                   profile updated_at website zoneinfo";
    for (scope, claims) in [
        ("openid", ""),
        ("openid profile", profile),
        ("openid email", "email email_verified"),
        ("openid address", "address"),
        ("openid phone", "phone_number phone_number_verified"),
        ("openid email phone", "email email_verified phone_number phone_number_verified"),
    ] {
        let landing =
            browser.go_through(&server.authorize_url(&client, &[("scope", scope)]), "full@example.test").await;
        let token = server.exchange(&client, &landing.code()).await.text("access_token");
        let person = server.userinfo(&token).await.json;
        let mut wanted: Vec<_> = claims.split_whitespace().chain(["sub"]).collect();
        wanted.sort_unstable();
        let mut names: Vec<_> = person.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, wanted, "{scope}");
    }
}

#[tokio::test]
async fn everything_about_a_person_reads_as_the_specification_has_it() {
    let server = TestServer::start().await;
    full_user(&server).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let url = server.authorize_url(&client, &[("scope", "openid profile email address phone")]);
    let landing = server.browser().go_through(&url, "full@example.test").await;
    let token = server.exchange(&client, &landing.code()).await.text("access_token");
    let mut person = server.userinfo(&token).await.json;
    person["sub"] = Value::from("[sub]");
    insta::assert_json_snapshot!(person);
    assert_eq!(person["updated_at"], json!(server.now().0));
}
