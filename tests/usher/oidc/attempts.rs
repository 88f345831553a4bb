//! The flight recorder: what a developer learns about the requests of a client.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::{Client, ClientType};
use usher_flows::AttemptDraft;
use usher_protocol::client::metadata::AuthMethod;
use usher_protocol::params::Params;

use crate::harness::client_key::{TestKey, changed};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, CALLBACK, answer};
use crate::harness::server::TestServer;

const CANARY: &str = "canary-5e1f0c2b7d";

impl TestServer {
    /// The recorded attempts of a client as the API lists them, newest first.
    async fn attempts(&self, client: &Client, query: &str) -> Value {
        self.usher.attempts.write_attempts().await.expect("what waits can be written");
        let path = format!("/api/v1/projects/{}/clients/{}/attempts{query}", self.project, client.id.0);
        let found = answer(self.http.get(self.at(&path)).bearer_auth(&self.project_token)).await;
        assert_eq!(found.status, 200, "{found:?}");
        found.json
    }

    async fn newest_attempt(&self, client: &Client) -> Value {
        self.attempts(client, "").await["data"][0].clone()
    }
}

fn failed_step(attempt: &Value) -> &str {
    attempt["failed_step"].as_str().unwrap_or_else(|| panic!("no failed step in {attempt}"))
}

/// The steps with this result.
fn steps(attempt: &Value, result: &str) -> Vec<String> {
    let all = attempt["steps"].as_array().expect("steps");
    let with = all.iter().filter(|step| step["result"] == result);
    with.map(|step| step["step"].as_str().expect("a name").to_owned()).collect()
}

async fn machine_token(server: &TestServer, client: &RegisteredClient, secret: &str, scope: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    answer(server.http.post(server.at("/oauth2/token")).basic_auth(&client.client.id.0, Some(secret)).form(&form)).await
}

on_both_databases! {
    async fn a_wrong_redirect_uri_is_shown_beside_the_registered_ones_and_can_be_registered(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let url = server.authorize_url(&client, &[("redirect_uri", "https://rp.test/callback")]);
        let page = server.browser().open(&url).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!((failed_step(&attempt), &attempt["kind"]), ("redirect_uri", &json!("authorize")), "{attempt}");
        assert_eq!(attempt["sent"]["redirect_uri"], "https://rp.test/callback");
        assert_eq!(attempt["registered"]["redirect_uri"], json!([CALLBACK]));
        let fix = json!({"change": "register_redirect_uri", "value": "https://rp.test/callback"});
        assert_eq!(attempt["fix"], fix);
        let fixed = server.usher.attempt_fixes.fix_attempt(&client.client, attempt["id"].as_str().expect("an id")).await;
        fixed.expect("it can be mended");
        let page = server.browser().open(&url).await;
        assert_ne!(page.status, StatusCode::BAD_REQUEST, "{}", page.body);
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!(attempt["fix"], Value::Null, "what was mended is not offered again");
    }

    async fn a_wrong_secret_is_described_and_never_kept(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Machine, |_| {}).await;
        let refused = machine_token(&server, &client, &format!("{CANARY}\n"), "").await;
        assert_eq!(refused.error(), "invalid_client");
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!(failed_step(&attempt), "client", "{attempt}");
        assert_eq!(attempt["reason"], "the client secret is wrong or has expired");
        let shape = attempt["sent"]["client_secret"].as_str().expect("a description");
        assert!(shape.contains("18 characters") && shape.contains("line break"), "{shape}");
        assert_eq!(attempt["trace_id"], refused.headers["x-trace-id"].to_str().expect("a text"));
    }

    async fn a_missing_challenge_and_a_wrong_verifier_are_told_apart(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let spa = server.client(ClientType::Spa, |_| {}).await;
        let without = server.authorize_url(&spa, &[("code_challenge", ""), ("code_challenge_method", "")]);
        server.browser().open(&without).await;
        let attempt = server.newest_attempt(&spa.client).await;
        assert_eq!((failed_step(&attempt), &attempt["spec"]["name"]), ("pkce", &json!("RFC 9700 §2.1.1")), "{attempt}");
        let mut browser = server.browser();
        let code = browser.go_through(&server.authorize_url(&spa, &[]), "ana@example.test").await.code();
        let form = [
            ("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK),
            ("code_verifier", "wrong-verifier-wrong-verifier-wrong-verifier"),
        ];
        assert_eq!(server.call(&spa, "/oauth2/token", &form).await.error(), "invalid_grant");
        let attempt = server.newest_attempt(&spa.client).await;
        assert_eq!(failed_step(&attempt), "pkce", "{attempt}");
        assert_eq!(steps(&attempt, "passed"), ["request", "client", "grant_type", "credential", "redirect_uri"]);
        assert_eq!(steps(&attempt, "not_reached").last().map(String::as_str), Some("response"));
    }

    async fn a_scope_that_is_not_registered_can_be_added(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        server.browser().open(&server.authorize_url(&client, &[("scope", "orders:read")])).await;
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!((failed_step(&attempt), &attempt["error"]), ("scope", &json!("invalid_scope")), "{attempt}");
        assert_eq!(attempt["fix"], json!({"change": "add_scope", "value": "orders:read"}));
    }

    async fn the_wrong_issuer_and_the_wrong_clock_of_an_assertion_are_shown_with_the_right_ones(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let key = TestKey::new("one");
        let client = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
        let form = [("grant_type", "client_credentials")];
        let elsewhere = json!({"aud": "https://other.test"});
        let assertion = key.token(&changed(server.assertion_claims(&client), &elsewhere));
        assert_eq!(server.assert("/oauth2/token", &assertion, &form).await.error(), "invalid_client");
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!(attempt["sent"]["client_assertion.aud"], "https://other.test", "{attempt}");
        assert_eq!(attempt["registered"]["client_assertion.aud"], json!([server.url]));
        let now = server.now().0;
        let slow = json!({"iat": now - 900, "exp": now - 840});
        let assertion = key.token(&changed(server.assertion_claims(&client), &slow));
        server.assert("/oauth2/token", &assertion, &form).await;
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!((failed_step(&attempt), &attempt["clock_ahead_seconds"]), ("client", &json!(-900)), "{attempt}");
        assert_eq!(attempt["reason"], "client_assertion has expired");
    }

    async fn a_sign_in_that_works_names_what_was_released(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        server.tokens(&mut server.browser(), &client, "ana@example.test").await;
        let all = server.attempts(&client.client, "?outcome=succeeded").await;
        let [token, authorize] = all["data"].as_array().expect("a list").as_slice() else { panic!("{all}") };
        assert_eq!((&token["kind"], &authorize["kind"]), (&json!("token"), &json!("authorize")));
        let claims = token["claims"].as_array().expect("names");
        assert!(claims.contains(&json!("sub")) && claims.contains(&json!("email")), "{claims:?}");
        assert!(steps(token, "failed").is_empty() && steps(token, "not_reached").is_empty());
        let none = server.attempts(&client.client, "?outcome=failed").await;
        assert_eq!(none["data"], json!([]));
    }

    async fn a_wrong_address_after_sign_out_can_be_registered(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let id = &client.client.id.0;
        let url = server.at(&format!("/oauth2/logout?client_id={id}&post_logout_redirect_uri=https://rp.test/bye"));
        server.browser().open(&url).await;
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!((failed_step(&attempt), &attempt["kind"]), ("redirect_uri", &json!("logout")), "{attempt}");
        assert_eq!(attempt["fix"]["change"], "register_post_logout_redirect_uri");
    }

    async fn the_wrong_method_of_authentication_and_a_missing_grant_can_be_allowed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server
            .client(ClientType::Machine, |metadata| metadata.token_endpoint_auth_method = AuthMethod::ClientSecretPost)
            .await;
        let secret = client.secret.clone().expect("a secret");
        assert_eq!(machine_token(&server, &client, &secret, "").await.error(), "invalid_client");
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!(attempt["fix"], json!({"change": "allow_auth_method", "value": "client_secret"}), "{attempt}");
        server.usher.attempt_fixes.fix_attempt(&client.client, attempt["id"].as_str().expect("an id")).await.expect("mended");
        assert_eq!(machine_token(&server, &client, &secret, "").await.error(), "ok");
        let form = [("grant_type", "refresh_token"), ("refresh_token", CANARY)];
        assert_eq!(server.call(&client, "/oauth2/token", &form).await.error(), "unauthorized_client");
        let attempt = server.newest_attempt(&client.client).await;
        assert_eq!(attempt["fix"], json!({"change": "allow_grant_type", "value": "refresh_token"}), "{attempt}");
    }

    async fn no_secret_reaches_the_database(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let secrets = [
            "code", "refresh_token", "device_code", "auth_req_id", "code_verifier", "client_assertion", "password",
            "subject_token", "actor_token", "id_token_hint", "login_hint", "state", "nonce", "request", "username",
            "binding_message", "client_notification_token", "assertion", "token",
        ];
        for grant in ["authorization_code", "refresh_token", "password", "client_credentials"] {
            let form: Vec<_> = secrets.iter().map(|name| (*name, CANARY)).chain([("grant_type", grant)]).collect();
            server.call(&client, "/oauth2/token", &form).await;
            let own = [("client_id", client.client.id.0.as_str()), ("client_secret", CANARY)];
            let form: Vec<_> = form.into_iter().filter(|(name, _)| *name != "client_assertion").chain(own).collect();
            for path in ["/oauth2/token", "/oauth2/par", "/oauth2/device", "/oauth2/ciba"] {
                answer(server.http.post(server.at(path)).form(&form)).await;
            }
        }
        for name in ["state", "nonce", "login_hint", "id_token_hint", "claims", "anything"] {
            server.browser().open(&server.authorize_url(&client, &[(name, CANARY)])).await;
        }
        let tokens = server.tokens(&mut server.browser(), &client, "ana@example.test").await;
        let all = server.attempts(&client.client, "?limit=100").await.to_string();
        assert!(all.contains("client_secret") && all.contains("present"), "{all}");
        for secret in [CANARY, client.secret.as_deref().expect("a secret"), &tokens.text("access_token"), &tokens.text("id_token")] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
        let held = server.database.count("select count(*) from attempt where cast(detail as text) like '%canary%' or reason like '%canary%' or error like '%canary%'").await;
        assert_eq!(held, 0);
    }

    async fn strangers_displace_no_failure_of_an_authenticated_client(db: TestDatabase) {
        let server = TestServer::on(db, &[("trusted_proxies", "127.0.0.0/8")]).await;
        let client = server.client(ClientType::Machine, |_| {}).await;
        let secret = client.secret.clone().expect("a secret");
        assert_eq!(machine_token(&server, &client, &secret, "orders:read").await.error(), "invalid_scope");
        let form = [("grant_type", "client_credentials")];
        for n in 0..150 {
            let network = format!("198.51.{}.7", n % 5);
            let request = server.http.post(server.at("/oauth2/token")).header("x-forwarded-for", network);
            answer(request.basic_auth(&client.client.id.0, Some("wrong")).form(&form)).await;
            if n % 40 == 0 {
                server.usher.attempts.write_attempts().await.expect("written");
            }
        }
        assert_eq!(machine_token(&server, &client, &secret, "").await.error(), "ok");
        server.usher.attempts.write_attempts().await.expect("written");
        let lanes = "select count(*) from attempt where lane = 'open'";
        assert_eq!(server.database.count(lanes).await, 60, "strangers have a lane of their own");
        let most = "select max(n) from (select count(*) as n from attempt where lane = 'open' group by source) as s";
        assert!(server.database.count(most).await <= 20, "and no network has more than a third of it");
        assert_eq!(server.database.count("select count(*) from attempt where lane = 'proven'").await, 1);
        assert_eq!(server.database.count("select count(*) from attempt where lane = 'succeeded'").await, 1);
    }

    async fn an_unknown_client_leaves_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let form = [("grant_type", "client_credentials")];
        answer(server.http.post(server.at("/oauth2/token")).basic_auth("nobody", Some("x")).form(&form)).await;
        server.browser().open(&server.at("/oauth2/authorize?client_id=nobody&response_type=code")).await;
        server.browser().open(&server.at("/oauth2/logout?client_id=nobody&post_logout_redirect_uri=https://x.test/")).await;
        server.usher.attempts.write_attempts().await.expect("written");
        assert_eq!(server.database.count("select count(*) from attempt").await, 0);
    }

    async fn what_finds_no_place_in_the_queue_is_counted_and_shown(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let id = &client.client.id.0;
        for _ in 0..1_100 {
            server.usher.attempts.record(AttemptDraft::of_logout(id, &Params::default(), None, server.now()));
        }
        let list = server.attempts(&client.client, "?limit=100").await;
        assert_eq!(list["data"].as_array().map(Vec::len), Some(80), "the newest successes");
        assert_eq!(list["lost"], 76);
    }

    async fn attempts_are_found_by_trace_id_and_page_by_page(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Machine, |_| {}).await;
        let mut traces = Vec::new();
        for _ in 0..3 {
            let refused = machine_token(&server, &client, "wrong", "").await;
            traces.push(refused.headers["x-trace-id"].to_str().expect("a text").to_owned());
            server.wait(1);
        }
        let found = server.attempts(&client.client, &format!("?trace_id={}", traces[1])).await;
        assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{found}");
        let first = server.attempts(&client.client, "?limit=2").await;
        let cursor = first["next_cursor"].as_str().expect("there is more");
        let rest = server.attempts(&client.client, &format!("?limit=2&cursor={cursor}")).await;
        let all: Vec<_> = first["data"].as_array().into_iter().chain(rest["data"].as_array()).flatten().collect();
        let order: Vec<_> = all.iter().map(|attempt| attempt["trace_id"].as_str().unwrap_or_default()).collect();
        assert_eq!(order, [&traces[2], &traces[1], &traces[0]]);
        let id = all[0]["id"].as_str().expect("an id");
        let path = format!("/api/v1/projects/{}/clients/{}/attempts", server.project, client.client.id.0);
        let one = answer(server.http.get(server.at(&format!("{path}/{id}"))).bearer_auth(&server.project_token)).await;
        assert_eq!(one.json["trace_id"], traces[2]);
        for bad in ["?outcome=maybe", "?trace_id=xyz", "?cursor=%21"] {
            let bad = answer(server.http.get(server.at(&format!("{path}{bad}"))).bearer_auth(&server.project_token)).await;
            assert_eq!(bad.status, 400);
        }
    }

    async fn only_those_who_may_see_the_project_see_its_attempts(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Machine, |_| {}).await;
        let other = server.usher.projects.create_project("Others").await.expect("a project");
        let path = format!("/clients/{}/attempts", client.client.id.0);
        let own = server.at(&format!("/api/v1/projects/{}{path}", server.project));
        let stranger = answer(server.http.get(&own).bearer_auth(&other.token)).await;
        assert_eq!(stranger.status, 404);
        assert_eq!(answer(server.http.get(&own)).await.status, 401);
        let mixed = server.at(&format!("/api/v1/projects/{}{path}", other.project.id));
        assert_eq!(answer(server.http.get(&mixed).bearer_auth(&other.token)).await.status, 404);
    }

    async fn attempts_go_after_a_week_and_with_their_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (one, two) = (server.client(ClientType::Machine, |_| {}).await, server.client(ClientType::Machine, |_| {}).await);
        machine_token(&server, &one, "wrong", "").await;
        machine_token(&server, &two, "wrong", "").await;
        server.usher.attempts.write_attempts().await.expect("written");
        server.usher.clients.delete_client(&two.client.id).await.expect("deleted");
        assert_eq!(server.database.count("select count(*) from attempt").await, 1);
        let mut tx = server.usher.core.store.begin_single().await.expect("a transaction");
        let swept = tx.sweep_attempts(server.now() + std::time::Duration::from_secs(1), 100).await.expect("swept");
        tx.commit().await.expect("committed");
        assert_eq!(swept, 1);
    }

    async fn nothing_is_recorded_where_the_setting_is_off(db: TestDatabase) {
        let server = TestServer::on(db, &[("attempts.record", "false")]).await;
        let client = server.client(ClientType::Machine, |_| {}).await;
        machine_token(&server, &client, "wrong", "").await;
        assert_eq!(server.attempts(&client.client, "").await["data"], json!([]));
    }
}
