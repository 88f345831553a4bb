//! Clients whose id is the URL of their metadata (Client ID Metadata Documents).

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use usher::jobs;
use usher_accounts::RegisteredClient;
use usher_config::RunMode;
use usher_domain::id::ClientId;
use usher_domain::oauth::api::ApiSettings;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::client_origin::{ClientOrigin, SHARED_PROJECT};

use crate::apis::{ANA, ORDERS, settings};
use crate::console::administrator;
use crate::harness::client_key::{TestKey, changed, jwks};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::file_host::{FileHost, HostedFile};
use crate::harness::relying_party::{CALLBACK, VERIFIER, payload};
use crate::harness::server::TestServer;

const DAY: u64 = 86_400;
const PATH: &str = "/client.json";

/// A server, and a host with the document of an application.
struct Scene {
    server: TestServer,
    host: FileHost,
}

impl Scene {
    async fn on(database: TestDatabase, more: &[(&str, &str)]) -> Self {
        let server = TestServer::on(database, &[&[("limits.client_secret", "off")], more].concat()).await;
        server.user(ANA).await;
        let scene = Self { server, host: FileHost::start().await };
        scene.publish(&json!({}));
        scene
    }

    fn client_id(&self) -> String {
        self.host.at(PATH)
    }

    fn document(&self, changes: &Value) -> Value {
        let usual = json!({
            "client_id": self.client_id(), "client_name": "Notes", "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
        });
        changed(usual, changes)
    }

    /// Publishes the document with these changes.
    fn publish(&self, changes: &Value) {
        self.host.publish(PATH, Some(HostedFile::json(&self.document(changes))));
    }

    /// Publishes it with a lifetime.
    fn publish_for(&self, seconds: u64, changes: &Value) {
        let document = HostedFile::json(&self.document(changes));
        self.host.publish(PATH, Some(document.with("cache-control", &format!("max-age={seconds}"))));
    }

    /// The client as tests call the server.
    fn client(&self) -> RegisteredClient {
        let mut metadata = ClientType::Spa.defaults();
        metadata.redirect_uris = vec![CALLBACK.into()];
        let client = Client {
            id: ClientId(self.client_id()),
            project_id: SHARED_PROJECT,
            kind: ClientType::Spa,
            metadata,
            secrets: Vec::new(),
            created_at: self.server.now(),
            updated_at: self.server.now(),
            disabled_at: None,
            origin: ClientOrigin::Document,
            trusted_at: None,
            project_acr: None,
        };
        RegisteredClient { client, secret: None }
    }

    async fn stored(&self) -> Option<Client> {
        self.server.usher.core.store.find_client(&ClientId(self.client_id())).await.unwrap()
    }

    /// The page that a request of the client leads to.
    async fn page(&self, changes: &[(&str, &str)]) -> crate::harness::browser::Landing {
        self.server.browser().open(&self.server.authorize_url(&self.client(), changes)).await
    }

    /// Why the client is refused; panics if it is not.
    async fn refusal(&self) -> String {
        let page = self.page(&[]).await;
        assert_eq!(page.status, 400, "{} {}", page.url, page.body);
        assert!(page.body.contains("invalid_client"), "{}", page.body);
        page.body
    }

    async fn is_accepted(&self) -> bool {
        self.page(&[]).await.body.contains("name=\"password\"")
    }
}

on_both_databases! {
    async fn a_described_client_signs_people_in_and_is_revoked_like_any_other(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let (server, client) = (&scene.server, scene.client());
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let page = browser.sign_in(&page, ANA).await;
        for told in ["Notes", "127.0.0.1", "Nobody here has checked this application"] {
            assert!(page.body.contains(told), "{told}:\n{}", page.body);
        }
        let code = browser.submit(&page, &[("decision", "allow")]).await.code();
        let tokens = server.exchange(&client, &code).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        let access = tokens.text("access_token");
        assert_eq!(payload(&access)["client_id"], scene.client_id());
        assert_eq!(server.userinfo(&access).await.status, 200);
        let refreshed = server.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");

        let apps = browser.open(&server.at("/account/apps")).await;
        assert!(apps.body.contains("Notes") && apps.body.contains("127.0.0.1"), "{}", apps.body);
        browser.submit(&apps, &[("client", &scene.client_id())]).await;
        for token in [access, refreshed.text("access_token")] {
            assert_eq!(server.userinfo(&token).await.status, 401);
        }
        assert_eq!(server.refresh(&client, &refreshed.text("refresh_token")).await.error(), "invalid_grant");
        let stored = scene.stored().await.expect("it is kept like any client");
        assert_eq!((stored.origin, stored.project_id, stored.kind), (ClientOrigin::Document, SHARED_PROJECT, ClientType::Spa));
    }

    async fn any_change_but_that_of_the_name_asks_for_consent_again(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let (server, client) = (&scene.server, scene.client());
        let mut browser = server.browser();
        browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let silent = server.authorize_url(&client, &[("prompt", "none")]);
        browser.open(&silent).await.code();
        scene.publish(&json!({"client_name": "Notes 2"}));
        browser.open(&silent).await.code();
        assert_eq!(scene.stored().await.unwrap().metadata.client_name, "Notes 2");
        for changes in [
            json!({"redirect_uris": [CALLBACK, "https://rp.test/other"]}),
            json!({"logo_uri": "https://rp.test/logo.svg"}),
            json!({"client_name": "Notes 3", "tos_uri": "https://rp.test/terms"}),
        ] {
            scene.publish(&changes);
            let refused = browser.open(&silent).await;
            assert_eq!(refused.error_left_to_the_person().as_deref(), Some("consent_required"), "{changes}");
            browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
            browser.open(&silent).await.code();
        }
    }

    async fn simultaneous_requests_fetch_a_document_once_and_again_when_its_lifetime_is_over(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        scene.publish_for(600, &json!({}));
        let pages = join_all((0..20).map(|_| scene.is_accepted())).await;
        assert_eq!((pages.iter().filter(|accepted| **accepted).count(), scene.host.fetches()), (20, 1));
        let second = scene.server.second_instance().await;
        let there = second.browser().open(&second.authorize_url(&scene.client(), &[])).await;
        assert!(there.body.contains("name=\"password\""), "{}", there.body);
        scene.server.wait(599);
        assert!(scene.is_accepted().await);
        assert_eq!(scene.host.fetches(), 1, "another instance, and a request within its lifetime, use what is known");
        scene.server.wait(1);
        assert!(scene.is_accepted().await);
        assert_eq!(scene.host.fetches(), 2);
    }

    async fn two_instances_that_meet_a_client_at_once_describe_it_once(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let second = scene.server.second_instance().await;
        let (client, mut browser) = (scene.client(), second.browser());
        let url = second.authorize_url(&client, &[]);
        let (here, there) = tokio::join!(scene.is_accepted(), browser.open(&url));
        assert!(here && there.body.contains("name=\"password\""), "{}", there.body);
        assert!(scene.stored().await.is_some());
    }

    async fn a_document_that_cannot_be_fetched_any_more_is_used_for_a_day(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        scene.publish_for(600, &json!({}));
        assert!(scene.is_accepted().await);
        scene.host.publish(PATH, None);
        scene.server.wait(DAY - 1);
        assert!(scene.is_accepted().await);
        scene.server.wait(1);
        assert!(scene.refusal().await.contains("cannot be fetched"));
        scene.publish(&json!({}));
        assert!(scene.is_accepted().await, "an error is not kept");
    }

    /// RFC 9700 §4.11.2
    async fn no_link_at_this_server_leads_to_a_stranger_by_itself(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let after = "https://rp.test/signed-out";
        scene.publish(&json!({"post_logout_redirect_uris": [after]}));
        let (server, client) = (&scene.server, scene.client());
        for (changes, error) in [
            (("response_type", "x"), "unsupported_response_type"),
            (("scope", "nothing"), "invalid_scope"),
            (("request", "x"), "invalid_request_object"),
            (("prompt", "none"), "login_required"),
        ] {
            let page = scene.page(&[changes]).await;
            assert_eq!((page.status, page.error_left_to_the_person().as_deref()), (StatusCode::OK, Some(error)));
            assert!(page.body.contains("Continue to rp.test"), "{}", page.body);
            let posted = scene.page(&[changes, ("response_mode", "form_post")]).await;
            assert!(!posted.body.contains("data-submit"), "no script sends it: {}", posted.body);
        }
        let named = [("client_id", client.client.id.0.as_str()), ("post_logout_redirect_uri", after)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(named).finish();
        let signed_out = server.browser().open(&server.at(&format!("/oauth2/logout?{query}"))).await;
        assert_eq!(signed_out.status, StatusCode::OK);
        assert!(signed_out.body.contains(&format!("href=\"{after}\"")), "{}", signed_out.body);

        let mut browser = server.browser();
        browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let known = browser.open(&server.authorize_url(&client, &[("prompt", "none"), ("max_age", "0")])).await;
        assert_eq!(known.answer("error").as_deref(), Some("login_required"), "who consented knows it");
    }

    async fn an_api_that_is_open_to_them_gets_tokens_for_itself_and_no_other_api_does(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let (server, client) = (&scene.server, scene.client());
        let open = ApiSettings { self_registered_clients: true, ..settings(&["orders:read", "orders:write"]) };
        let api = server.api_of(server.project, ORDERS, open.clone()).await;
        server.api_of(server.project, "https://bank.shop.example", settings(&["pay"])).await;
        let asked = [("resource", ORDERS), ("scope", "openid offline_access orders:read pay")];
        let tokens = server.tokens_with(&client, &asked, &[("resource", ORDERS)]).await;
        let token = tokens.text("access_token");
        let claims = payload(&token);
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([ORDERS]), &json!("orders:read")));
        assert_eq!(claims["project_id"], server.project.to_string());
        let module = server.client_of(server.project, ClientType::Machine, |_| ()).await;
        assert!(server.is_active(&module, &token).await);
        let refused = scene.page(&[("resource", "https://bank.shop.example"), ("scope", "pay")]).await;
        assert_eq!(refused.error_left_to_the_person().as_deref(), Some("invalid_target"), "{}", refused.url);

        server.usher.clients.set_client_disabled(&client.client.id, true).await.unwrap();
        assert!(!server.is_active(&module, &token).await);
        let store = &server.usher.core.store;
        while store.has_pending_events().await.unwrap() {
            tokio::task::yield_now().await;
        }
        let feed = store.list_feed(server.project, 0, 1_000).await.unwrap();
        assert!(feed.iter().any(|entry| entry.notice.value == scene.client_id()), "the API's project is told: {feed:?}");
        server.usher.clients.set_client_disabled(&client.client.id, false).await.unwrap();
        let closed = ApiSettings { self_registered_clients: false, ..open };
        server.usher.apis.replace_api_settings(&api, closed).await.unwrap();
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_target");
    }

    async fn a_scope_that_the_document_names_limits_the_client(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let open = ApiSettings { self_registered_clients: true, ..settings(&["orders:read", "orders:write"]) };
        scene.server.api_of(scene.server.project, ORDERS, open).await;
        scene.publish(&json!({"scope": "openid orders:read"}));
        let asked = [("resource", ORDERS), ("scope", "orders:read orders:write")];
        let tokens = scene.server.tokens_with(&scene.client(), &asked, &[]).await;
        assert_eq!(payload(&tokens.text("access_token"))["scope"], "orders:read");
    }

    async fn what_is_not_used_is_deleted(db: TestDatabase) {
        let scene = Scene::on(db, &[("registration.unused", "30d")]).await;
        let server = &scene.server;
        let clean_up = jobs::all(None).into_iter().find(|job| job.name() == "clean_up").expect("there is that job");
        let run = async || clean_up.run(&server.usher, &tokio_util::sync::CancellationToken::new()).await.unwrap();
        assert!(scene.is_accepted().await);
        server.wait(DAY);
        run().await;
        assert!(scene.stored().await.is_some());
        server.wait(1);
        run().await;
        assert!(scene.stored().await.is_none(), "nobody has allowed it");

        let client = scene.client();
        let landing = server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await;
        let tokens = server.exchange(&client, &landing.code()).await;
        let mut refresh = tokens.text("refresh_token");
        for _ in 0..2 {
            server.wait(20 * DAY);
            run().await;
            refresh = server.refresh(&client, &refresh).await.text("refresh_token");
        }
        assert!(scene.stored().await.is_some(), "a refresh is a use");
        server.wait(30 * DAY + 1);
        run().await;
        assert!(scene.stored().await.is_none());
    }

    async fn an_administrator_who_vouches_for_it_takes_the_warning_off_and_back(db: TestDatabase) {
        let scene = Scene::on(db, &[]).await;
        let (server, client) = (&scene.server, scene.client());
        assert!(scene.is_accepted().await);
        let mut boss = administrator(server).await;
        let url = usher_domain::urls::ClientUrls::of(&client.client.id).page();
        let mut warned = Vec::new();
        for action in ["trust", "distrust"] {
            let page = boss.open(&server.at(&url)).await;
            assert!(page.body.contains(&scene.client_id()) && !page.body.contains("/edit\""), "{}", page.body);
            boss.press(&page, action, &[]).await;
            let mut browser = server.browser();
            let page = browser.open(&server.authorize_url(&client, &[])).await;
            let page = browser.sign_in(&page, ANA).await;
            warned.push(page.body.contains("Nobody here has checked"));
        }
        assert_eq!(warned, [false, true]);
    }
}

async fn scene() -> Scene {
    Scene::on(TestDatabase::sqlite().await, &[]).await
}

#[tokio::test]
async fn a_document_that_breaks_a_rule_is_refused_on_a_page_and_leaves_nothing() {
    let scene = scene().await;
    for (changes, why) in [
        (json!({"client_id": "https://rp.test/client.json"}), "not the URL of the document"),
        (json!({"client_id": null}), "not the URL of the document"),
        (json!({"token_endpoint_auth_method": "client_secret_basic"}), "client_secret"),
        (json!({"token_endpoint_auth_method": "client_secret_jwt"}), "client_secret"),
        (json!({"client_secret": "hidden"}), "client_secret"),
        (json!({"redirect_uris": []}), "is invalid"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "is invalid"),
        (json!({"redirect_uris": ["https://rp.test/cb#x"]}), "is invalid"),
        (json!({"redirect_uris": ["https://*.rp.test/cb"]}), "is invalid"),
        (json!({"redirect_uris": CALLBACK}), "is invalid"),
        (json!({"grant_types": ["client_credentials"]}), "is invalid"),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), "is invalid"),
        (json!({"client_name": "x".repeat(101)}), "is invalid"),
    ] {
        scene.publish(&changes);
        let page = scene.refusal().await;
        assert!(page.contains(why), "{changes}: {page}");
    }
    assert_eq!(scene.stored().await, None);
}

#[tokio::test]
async fn an_answer_that_is_no_small_json_document_with_status_200_is_refused() {
    let scene = scene().await;
    let good = HostedFile::json(&scene.document(&json!({})));
    let other = scene.host.at("/moved.json");
    scene.host.publish("/moved.json", Some(good.clone()));
    let padded = HostedFile::json(&scene.document(&json!({"note": "x".repeat(5_000)})));
    for (answer, fetches) in [
        (HostedFile { status: 201, ..good.clone() }, 1),
        (HostedFile { status: 404, ..good.clone() }, 1),
        (HostedFile { status: 302, ..good.clone() }.with("location", &other), 1),
        (good.clone().with("content-type", "text/html"), 1),
        (HostedFile { headers: Vec::new(), ..good.clone() }, 1),
        (HostedFile { body: "{".into(), ..good.clone() }, 1),
        (HostedFile { body: "[".repeat(5_000), ..good.clone() }, 1),
        (padded, 1),
    ] {
        let before = scene.host.fetches();
        scene.host.publish(PATH, Some(answer.clone()));
        scene.refusal().await;
        assert_eq!(scene.host.fetches() - before, fetches, "no redirect is followed: {answer:?}");
    }
    assert_eq!(scene.stored().await, None);
    scene.host.publish(PATH, Some(good.with("content-type", "application/client+json; charset=utf-8")));
    assert!(scene.is_accepted().await);
}

#[tokio::test]
async fn a_redirect_uri_is_exact_and_a_port_on_loopback_is_free_and_marked() {
    let scene = scene().await;
    scene.publish(&json!({"redirect_uris": ["http://127.0.0.1/cb", "http://localhost:3000/cb", CALLBACK]}));
    for registered in ["http://127.0.0.1:43210/cb", "http://localhost:9/cb"] {
        let mut browser = scene.server.browser();
        let url = scene.server.authorize_url(&scene.client(), &[("redirect_uri", registered)]);
        let page = browser.open(&url).await;
        let page = browser.sign_in(&page, ANA).await;
        assert!(page.body.contains("It runs on your device"), "{}", page.body);
        let landing = browser.submit(&page, &[("decision", "allow")]).await;
        assert!(landing.url.starts_with(registered), "{}", landing.url);
        let again = browser.open(&format!("{url}&prompt=none")).await;
        assert_eq!(again.answer("error").as_deref(), Some("consent_required"), "any program could pose as it");
    }
    for other in ["http://127.0.0.1/other", "http://127.0.0.1:80/cb/", "http://evil.test/cb", "https://rp.test/cb?x=1"]
    {
        let page = scene.page(&[("redirect_uri", other)]).await;
        assert!(page.status == 400 && !page.body.contains("invalid_client"), "{other}: {}", page.body);
    }
}

#[tokio::test]
async fn a_client_with_keys_proves_itself_by_those_of_its_document() {
    let scene = scene().await;
    let (server, client, key, stranger) = (&scene.server, scene.client(), TestKey::new("k1"), TestKey::new("k1"));
    scene.publish(&json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(&[&key])}));
    let landing = server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await;
    let code = landing.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(server.call(&client, "/oauth2/token", &form).await.error(), "invalid_client", "it only named itself");
    let forged = stranger.token(&server.assertion_claims(&client));
    assert_eq!(server.assert("/oauth2/token", &forged, &form).await.error(), "invalid_client");
    let proof = key.token(&server.assertion_claims(&client));
    let tokens = server.assert("/oauth2/token", &proof, &form).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(scene.stored().await.unwrap().kind, ClientType::Web);
}

#[tokio::test]
async fn a_pushed_request_may_be_the_first_that_a_client_makes() {
    let scene = scene().await;
    let pushed = scene.server.push_for(&scene.client(), &scene.server.url).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    assert!(scene.stored().await.is_some());
}

#[tokio::test]
async fn hosts_can_be_blocked_and_allowed_and_nothing_is_fetched_from_others() {
    for settings in [
        [("registration.documents_block", "127.0.0.1")],
        [("registration.documents_allow", "app.example.com,*.notes.example")],
        [("registration.documents", "false")],
    ] {
        let scene = Scene::on(TestDatabase::sqlite().await, &settings).await;
        scene.refusal().await;
        let token = scene.server.refresh(&scene.client(), "r").await;
        assert_eq!((token.error(), scene.host.fetches()), ("invalid_client", 0), "{settings:?}");
    }
}

#[tokio::test]
async fn the_metadata_says_whether_documents_are_supported() {
    let announced = async |settings: &[(&str, &str)]| {
        let server = TestServer::on(TestDatabase::sqlite().await, settings).await;
        let url = server.at("/.well-known/oauth-authorization-server");
        let document = crate::harness::relying_party::answer(server.http.get(url)).await.json;
        document.get("client_id_metadata_document_supported").cloned()
    };
    assert_eq!(announced(&[]).await, Some(json!(true)));
    assert_eq!(announced(&[("registration.documents", "false")]).await, None);
}

#[tokio::test]
async fn production_calls_no_private_address_and_accepts_no_http() {
    let built_in = usher::app::Extensions::BUILT_IN;
    let settings = [("registration.documents", "true"), ("outbound.timeout", "1s")];
    let server = TestServer::with_extensions(built_in, RunMode::Serve, TestDatabase::sqlite().await, &settings).await;
    let host = FileHost::start().await;
    let port = host.origin.rsplit(':').next().expect("a port").to_owned();
    for (id, why) in [
        (host.at(PATH), "no https URL"),
        (format!("https://127.0.0.1:{port}{PATH}"), "is not allowed here"),
        (format!("https://localhost:{port}{PATH}"), "is not allowed here"),
        (format!("https://[::1]:{port}{PATH}"), "is not allowed here"),
        ("https://169.254.169.254/latest/meta-data".into(), "cannot be fetched"),
        ("https://10.0.0.1/client.json".into(), "cannot be fetched"),
        ("https://metadata.google.internal/c".into(), "cannot be fetched"),
        ("https://2130706433/client.json".into(), "no https URL"),
        ("https://rp.test/../client.json".into(), "no https URL"),
        ("https://user@rp.test/client.json".into(), "no https URL"),
    ] {
        let query =
            [("client_id", id.as_str()), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid")];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let page = server.browser().open(&server.at(&format!("/oauth2/authorize?{query}"))).await;
        assert!(page.status == 400 && page.body.contains(why), "{id}: {}", page.body);
    }
    assert_eq!(host.fetches(), 0);
}

#[tokio::test]
async fn one_address_makes_the_server_fetch_so_many_documents_only() {
    let scene = Scene::on(TestDatabase::sqlite().await, &[("limits.client_documents", "2/min")]).await;
    let mut statuses = Vec::new();
    for path in ["/a.json", "/b.json", "/c.json", "/d.json"] {
        let id = scene.host.at(path);
        let page = scene.page(&[("client_id", id.as_str())]).await;
        statuses.push(page.status.as_u16());
    }
    assert_eq!((statuses, scene.host.fetches()), (vec![400, 400, 429, 429], 2));
}

#[tokio::test]
async fn its_metadata_is_changed_nowhere_but_in_the_document() {
    let scene = scene().await;
    assert!(scene.is_accepted().await);
    let id = ClientId(scene.client_id());
    let refused = scene.server.usher.clients.edit_client(&id, |metadata| metadata).await.unwrap_err();
    assert!(refused.to_string().contains("document"), "{refused}");
    let managed = scene.server.client(ClientType::Web, |_| ()).await;
    assert!(scene.server.usher.clients.set_client_trusted(&managed.client.id, true).await.is_err());
}
