//! Client authentication (RFC 6749 §2.3), and its errors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::AuthMethod;

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

async fn machine(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Machine, |_| {}).await
}

/// A client credentials request with this header and these further fields.
async fn ask(server: &TestServer, header: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(fields);
    let request = server.http.post(server.at("/oauth2/token")).form(&form);
    answer(match header {
        Some(header) => request.header("authorization", header),
        None => request,
    })
    .await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Every endpoint, with the secret in the header and in the form: which is accepted?
async fn accepted(server: &TestServer, client: &RegisteredClient) -> [(bool, bool); 3] {
    let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
    let mut all = [(false, false); 3];
    for (n, path) in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"].into_iter().enumerate() {
        let form = [("grant_type", "client_credentials"), ("token", "x")];
        let post = form.into_iter().chain([("client_id", id), ("client_secret", secret)]).collect::<Vec<_>>();
        let in_header = answer(server.http.post(server.at(path)).basic_auth(id, Some(secret)).form(&form)).await;
        let in_form = answer(server.http.post(server.at(path)).form(&post)).await;
        for refused in [&in_header, &in_form].into_iter().filter(|answer| answer.status != 200) {
            assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{path}");
        }
        all[n] = (in_header.status == 200, in_form.status == 200);
    }
    all
}

#[tokio::test]
async fn the_registered_method_is_enforced_at_every_endpoint() {
    let server = TestServer::start().await;
    for (method, wanted) in [
        (AuthMethod::ClientSecret, (true, true)),
        (AuthMethod::ClientSecretBasic, (true, false)),
        (AuthMethod::ClientSecretPost, (false, true)),
    ] {
        let client = server.client(ClientType::Machine, |client| client.token_endpoint_auth_method = method).await;
        assert_eq!(accepted(&server, &client).await, [wanted; 3], "{method:?}");
    }
}

on_both_databases! {
    async fn wrong_secrets_are_throttled_by_client_and_source_and_lock_nobody_out(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.client_secret", "5/min"), ("trusted_proxies", "127.0.0.0/8,::1/128")]).await;
        let (client, other) = (machine(&server).await, machine(&server).await);
        let secret = client.secret.clone().expect("a secret");
        let try_from = async |source: &str, id: &str, secret: &str| {
            let request = server.http.post(server.at("/oauth2/token")).form(&[("grant_type", "client_credentials")]);
            answer(request.header("x-forwarded-for", source).basic_auth(id, Some(secret))).await
        };
        let id = client.client.id.0.as_str();
        for n in 0..8 {
            let refused = try_from("203.0.113.7", id, "wrong").await;
            let wanted = if n < 5 { (401, "invalid_client") } else { (429, "temporarily_unavailable") };
            assert_eq!((refused.status.as_u16(), refused.error()), wanted, "try {n}");
            assert_eq!(refused.headers.contains_key("retry-after"), n >= 5);
        }
        assert_eq!(try_from("203.0.113.7", id, &secret).await.status, 200, "a right secret from the same address");
        assert_eq!(try_from("203.0.113.8", id, &secret).await.status, 200, "and from another");
        assert_eq!(try_from("203.0.113.8", id, "wrong").await.status, 401, "another address has its own count");
        assert_eq!(try_from("203.0.113.7", &other.client.id.0, "wrong").await.status, 401, "and so has another client");
        server.wait(60);
        assert_eq!(try_from("203.0.113.7", id, "wrong").await.status, 401);
        let parallel = (0..12).map(|_| try_from("203.0.113.9", id, "wrong"));
        let answers = futures_util::future::join_all(parallel).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 5, "at once no more than the limit");
    }
}

#[tokio::test]
async fn basic_and_post_both_carry_the_secret() {
    let server = TestServer::start().await;
    let client = machine(&server).await;
    let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
    assert_eq!(ask(&server, Some(&basic(id, secret)), &[]).await.status, 200);
    assert_eq!(ask(&server, Some(&basic(id, secret)), &[("client_id", id)]).await.status, 200);
    assert_eq!(ask(&server, None, &[("client_id", id), ("client_secret", secret)]).await.status, 200);
    let encoded = secret.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    assert_eq!(ask(&server, Some(&basic(id, &encoded)), &[]).await.status, 200, "form-encoded (RFC 6749 §2.3.1)");
    assert_eq!(ask(&server, Some(&basic(id, secret).replace("Basic", "basic")), &[]).await.status, 200);
}

/// CA-05
#[tokio::test]
async fn two_methods_at_once_or_none_where_one_is_due_authenticate_nobody() {
    let server = TestServer::start().await;
    let client = machine(&server).await;
    let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
    let header = basic(id, secret);
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for (header, fields, status, code) in [
        (Some(&header), &[("client_secret", secret)][..], 400, "invalid_request"),
        (Some(&header), &[("client_id", "somebody-else")], 400, "invalid_request"),
        (Some(&header), &[("client_assertion", "a.b.c"), ("client_assertion_type", assertion)], 400, "invalid_request"),
        (None, &[("client_id", id), ("client_assertion", "a.b.c")], 401, "invalid_client"),
        (None, &[("client_id", id)], 401, "invalid_client"),
        (None, &[("client_secret", secret)], 401, "invalid_client"),
        (None, &[], 401, "invalid_client"),
        (None, &[("client_id", id), ("client_id", id), ("client_secret", secret)], 400, "invalid_request"),
    ] {
        let refused = ask(&server, header.map(String::as_str), fields).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (status, code), "{fields:?}");
    }
    let query = format!("{}?client_id={id}&client_secret={secret}", server.at("/oauth2/token"));
    let placed = answer(server.http.post(query).form(&[("grant_type", "client_credentials")])).await;
    assert_eq!((placed.status.as_u16(), placed.error()), (400, "invalid_request"));
    let got = server.http.get(server.at("/oauth2/token")).basic_auth(id, Some(secret));
    assert_eq!(answer(got).await.status, 405);
    let two = server.http.post(server.at("/oauth2/token")).header("authorization", &header);
    let two = two.header("authorization", &header).form(&[("grant_type", "client_credentials")]);
    assert_eq!(answer(two).await.error(), "invalid_request");
}

/// CA-07, CA-09
#[tokio::test]
async fn in_production_every_refused_client_gets_the_same_answer() {
    let server = TestServer::in_production(TestDatabase::sqlite().await).await;
    let (client, off) = (machine(&server).await, machine(&server).await);
    let spa = server.client(ClientType::Spa, |_| {}).await;
    server.usher.clients.set_client_disabled(&off.client.id, true).await.expect("a client can be disabled");
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
        let refused = ask(&server, Some(&basic(id, secret)), &[]).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{id}");
        assert_eq!(refused.headers["www-authenticate"], "Basic realm=\"usher\"");
        said.push(refused.json["error_description"].clone());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}

#[tokio::test]
async fn a_public_client_needs_only_its_name_and_gets_nothing_of_its_own() {
    let server = TestServer::start().await;
    let spa = server.client(ClientType::Spa, |_| {}).await;
    let asked = server.call(&spa, "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!((asked.status.as_u16(), asked.error()), (400, "unauthorized_client"));
    let introspected = server.call(&spa, "/oauth2/introspect", &[("token", "x")]).await;
    assert_eq!((introspected.status.as_u16(), introspected.error()), (401, "invalid_client"));
}
