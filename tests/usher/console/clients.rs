//! Projects and clients, created and managed in the console.

use reqwest::StatusCode;

use super::{BOSS, administrator};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use usher_protocol::client::metadata::{ClientMetadata, IdTokenContent};

async fn new_project(server: &TestServer, browser: &mut Browser<'_>, name: &str) -> Landing {
    let page = browser.open(&server.at("/console/projects")).await;
    browser.submit(&page, &[("name", name)]).await
}

async fn projects(server: &TestServer) -> i64 {
    server.database.count("select count(*) from project").await
}

/// Creates a project without following the redirect to its token page; returns that page's URL.
async fn unseen(server: &TestServer, browser: &Browser<'_>, name: &str) -> String {
    let csrf = server.get_as(browser, "/console/projects").await;
    let csrf =
        csrf.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let reply = server.post_as(browser, "/console/projects", &[("csrf", csrf), ("name", name)]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    reply.location().to_owned()
}

fn path_of(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// The form for a new client of the first project.
async fn new_client(server: &TestServer, browser: &mut Browser<'_>) -> Landing {
    let home = browser.open(&server.at("/console/projects")).await;
    let project = home
        .body
        .split("/console/projects/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a project")
        .to_owned();
    browser.open(&server.at(&format!("/console/projects/{project}/clients/new"))).await
}

async fn make(browser: &mut Browser<'_>, form: &Landing, kind: &str) -> Landing {
    let uri = match kind {
        "web" | "spa" => "https://rp.test/cb",
        "native" => "http://127.0.0.1/cb",
        _ => "",
    };
    let fields = [("type", kind), ("redirect_uris", uri), ("post_logout_redirect_uris", ""), ("name", "Shop")];
    browser.submit(form, &fields).await
}

async fn secret_works(server: &TestServer, id: &str, secret: &str) -> bool {
    let form = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "https://rp.test/cb")];
    let reply = server
        .http
        .post(server.at("/oauth2/token"))
        .basic_auth(id, Some(secret))
        .form(&form)
        .send()
        .await
        .expect("an answer");
    match reply.status() {
        StatusCode::UNAUTHORIZED => false,
        StatusCode::BAD_REQUEST => true,
        other => panic!("{other}"),
    }
}

on_both_databases! {
    async fn a_project_shows_its_token_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let made = new_project(&server, &mut browser, "  Shop  ").await;
        assert_eq!(made.status, StatusCode::OK, "the form leads to a page: {}", made.url);
        let token = made.text("#token").trim().to_owned();
        assert_eq!(token.len(), 43, "{}", made.body);
        let home = browser.open(&server.at("/console/projects")).await;
        assert!(home.body.contains("Shop") && !home.body.contains(&token));
        let before = [projects(&server).await, server.database.count("select count(*) from event").await];
        for _ in 0..2 {
            let again = browser.open(&made.url).await;
            assert!(again.status == StatusCode::OK && !again.body.contains(&token), "never again");
            assert!(!again.text("[role=status].warning").is_empty(), "and it says so: {}", again.body);
        }
        let after = [projects(&server).await, server.database.count("select count(*) from event").await];
        assert_eq!(after, before, "loading the page again makes nothing");
    }

    /// The sealed secret opens for no other browser and on no other page.
    async fn the_address_that_shows_a_secret_shows_it_to_no_other_browser_and_on_no_other_page(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let (address, other) = (unseen(&server, &browser, "One").await, unseen(&server, &browser, "Two").await);
        let mut elsewhere = server.signed_in(BOSS).await;
        let theirs = elsewhere.open(&server.at(&address)).await;
        assert!(theirs.status == StatusCode::OK && theirs.text("#token").is_empty(), "another browser: {}", theirs.body);
        let moved = format!("{}?{}", path_of(&other), address.split_once('?').expect("a query").1);
        assert!(browser.open(&server.at(&moved)).await.text("#token").is_empty(), "another page");
        for garbage in ["", "x", "%C3%A9", "AAAA"] {
            let page = browser.open(&server.at(&format!("{}?done=made&show={garbage}", path_of(&address)))).await;
            assert!(page.status == StatusCode::OK && page.text("#token").is_empty(), "{garbage}");
        }
        assert_eq!(browser.open(&server.at(&address)).await.text("#token").trim().len(), 43, "its own page still does");
        server.wait(180);
        assert!(browser.open(&server.at(&other)).await.text("#token").is_empty(), "and after two minutes none");
    }

    async fn a_project_without_a_fitting_name_is_refused_at_the_field(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        for bad in ["", "   ", "a\u{7}b", &"x".repeat(101)] {
            let page = new_project(&server, &mut browser, bad).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
            assert!(!page.text("#name-error").is_empty(), "{bad:?}: {}", page.body);
        }
        assert_eq!(server.database.count("select count(*) from project").await, 1);
    }

    async fn a_client_of_each_type_is_made_and_those_that_keep_a_secret_show_it_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = new_client(&server, &mut browser).await;
        for (kind, keeps_secret) in [("web", true), ("spa", false), ("native", false), ("machine", true)] {
            let made = make(&mut browser, &form, kind).await;
            assert_eq!(made.status, StatusCode::OK, "{kind}: {}", made.body);
            assert!(made.url.contains("/console/clients/"), "{kind} leads to its page: {}", made.url);
            let id = made.text("#client-id").trim().to_owned();
            let secret = made.text("#secret").trim().to_owned();
            assert_eq!(!secret.is_empty(), keeps_secret, "{kind}");
            let page = browser.open(&server.at(&format!("/console/clients/{id}"))).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text("#secret").is_empty(), "{kind}");
            if keeps_secret {
                assert!(!page.body.contains(&secret));
                assert!(secret_works(&server, &id, &secret).await, "{kind}");
            }
        }
    }

    /// RU-04, RU-09, RU-10, RU-11 in the console: unsafe redirect URIs are rejected.
    async fn a_bad_redirect_uri_is_refused_at_its_field(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = new_client(&server, &mut browser).await;
        for bad in [
            "",
            "https://rp.test/cb#x",
            "https://*.rp.test/cb",
            "https://rp.test/*",
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "http://rp.test/cb",
            "//rp.test/cb",
            "rp.test/cb",
            "https://rp.test@evil.test/cb",
            "https://rp.test/cb?code=x",
            "https://rp.test/cb https://evil.test",
        ] {
            let fields = [("type", "web"), ("redirect_uris", bad), ("post_logout_redirect_uris", ""), ("name", "Shop")];
            let again = browser.submit(&form, &fields).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
            assert!(!again.text("#redirect_uris-error").is_empty(), "{bad:?}: {}", again.body);
            assert_eq!(again.text("#redirect_uris").trim(), bad, "what was typed stays");
        }
        let fields = [
            ("type", "web"),
            ("redirect_uris", "https://rp.test/cb"),
            ("post_logout_redirect_uris", "javascript:x"),
            ("name", "Shop"),
        ];
        let again = browser.submit(&form, &fields).await;
        assert!(!again.text("#post_logout_redirect_uris-error").is_empty(), "{}", again.body);
        for kind in ["", "root"] {
            let fields = [("type", kind), ("redirect_uris", "https://rp.test/cb"), ("name", "Shop")];
            assert_eq!(browser.submit(&form, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(server.database.count("select count(*) from client").await, 0);
    }

    async fn a_new_secret_works_beside_the_last_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = new_client(&server, &mut browser).await;
        let made = make(&mut browser, &form, "web").await;
        let (id, first) = (made.text("#client-id").trim().to_owned(), made.text("#secret").trim().to_owned());
        let mut secrets = vec![first];
        for _ in 0..2 {
            server.wait(60);
            let page = browser.open(&server.at(&format!("/console/clients/{id}"))).await;
            let rotated = browser.press(&page, "rotate-secret", &[("overlap", "86400")]).await;
            secrets.push(rotated.text("#secret").trim().to_owned());
            let again = browser.open(&rotated.url).await;
            assert!(again.text("#secret").is_empty() && !again.text("[role=status].warning").is_empty(), "shown once");
        }
        let mut works = Vec::new();
        for secret in &secrets {
            works.push(secret_works(&server, &id, secret).await);
        }
        assert_eq!(works, [false, true, true], "the newest two");
        let page = browser.open(&server.at(&format!("/console/clients/{id}"))).await;
        let early = browser.press(&page, "rotate-secret", &[("overlap", "0")]).await;
        assert!(early.text("#secret").is_empty() && early.text("[role=status]").contains("ten seconds"), "{}", early.body);
        server.wait(60);
        let ended = browser.press(&page, "rotate-secret", &[("overlap", "0")]).await;
        let newest = ended.text("#secret").trim().to_owned();
        assert!(secret_works(&server, &id, &newest).await && !secret_works(&server, &id, &secrets[2]).await);
    }

    async fn the_settings_of_tokens_are_changed_in_the_form_and_shown_on_the_page(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = new_client(&server, &mut browser).await;
        let made = make(&mut browser, &form, "web").await;
        let id = made.text("#client-id").trim().to_owned();
        let fresh = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert_eq!((fresh.id_token_signed_response_alg.as_str(), fresh.require_pkce), ("RS256", false));
        let edit = browser.open(&server.at(&format!("/console/clients/{id}/edit"))).await;
        let fields = [
            ("id_token_alg", "PS256"),
            ("access_token_alg", "RS256"),
            ("id_token_claims", "minimal"),
            ("roles_claim", "groups"),
            ("require_pkce", "true"),
            ("scope", "openid email roles"),
            ("web_origins", "https://app.test\ncapacitor://localhost"),
            ("backchannel_logout_uri", ""),
            ("redirect_uris", "https://rp.test/cb"),
            ("post_logout_redirect_uris", ""),
            ("name", "Shop"),
        ];
        let saved = browser.submit(&edit, &fields).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        for shown in ["PS256", "groups", "email openid roles", "capacitor://localhost", "Required"] {
            assert!(saved.body.contains(shown), "{shown}: {}", saved.body);
        }
        let now = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert_eq!((now.access_token_alg(), now.id_token_claims.as_str(), now.require_pkce), ("RS256", "minimal", true));
        for (field, bad) in [("roles_claim", "sub"), ("web_origins", "https://app.test/"), ("scope", "a\"b")] {
            let whole = [("redirect_uris", "https://rp.test/cb"), ("id_token_alg", "RS256"), ("scope", "openid")];
            let refused = browser.submit(&edit, &[&whole[..], &[(field, bad), ("name", "Shop")]].concat()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(!refused.text(&format!("#{field}-error")).is_empty(), "{field}: {}", refused.body);
        }
    }

    /// A form that was open while the client was changed elsewhere writes only the fields that were edited in it.
    async fn a_form_that_was_open_meanwhile_undoes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = new_client(&server, &mut browser).await;
        let made = make(&mut browser, &form, "web").await;
        let id = made.text("#client-id").trim().to_owned();
        let open = browser.open(&server.at(&format!("/console/clients/{id}/edit"))).await;
        let client = server.usher.clients.load_client(&id).await.expect("it is there");
        let change = |metadata| ClientMetadata {
            client_name: "Renamed".into(),
            redirect_uris: vec!["https://rp.test/new".into()],
            id_token_claims: IdTokenContent::Minimal,
            first_party: true,
            ..metadata
        };
        server.usher.clients.edit_client(&client.id, change).await.expect("it is changed elsewhere");
        let unchanged = [
            ("id_token_alg", "RS256"),
            ("access_token_alg", "ES256"),
            ("id_token_claims", "scopes"),
            ("roles_claim", "roles"),
            ("scope", client.metadata.scope.to_string().as_str()),
            ("web_origins", ""),
            ("backchannel_logout_uri", ""),
            ("redirect_uris", "https://rp.test/cb\r\n"),
            ("name", "Shop"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let mut fields = vec![("post_logout_redirect_uris", "javascript:x")];
        fields.extend(unchanged.iter().map(|(name, value)| (*name, value.as_str())));
        let refused = browser.submit(&open, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        fields[0].1 = "https://rp.test/out";
        let saved = browser.submit(&refused, &fields).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let now = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert_eq!(now.post_logout_redirect_uris, ["https://rp.test/out"], "what was edited is saved");
        assert_eq!((now.client_name.as_str(), &now.redirect_uris[..]), ("Renamed", &["https://rp.test/new".to_owned()][..]));
        assert_eq!((now.id_token_claims, now.first_party), (IdTokenContent::Minimal, true));
    }

    async fn a_client_is_disabled_enabled_changed_and_deleted(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = new_client(&server, &mut browser).await;
        let made = make(&mut browser, &form, "web").await;
        let (id, secret) = (made.text("#client-id").trim().to_owned(), made.text("#secret").trim().to_owned());
        let at = server.at(&format!("/console/clients/{id}"));
        let page = browser.open(&at).await;
        let disabled = browser.press(&page, "disable", &[]).await;
        assert!(!disabled.text("[role=status]").is_empty(), "{}", disabled.body);
        assert!(!secret_works(&server, &id, &secret).await);
        let enabled = browser.press(&disabled, "enable", &[]).await;
        assert!(secret_works(&server, &id, &secret).await);
        let edit = browser.open(&format!("{at}/edit?add=https%3A%2F%2Frp.test%2Fmore")).await;
        assert_eq!(edit.text("#redirect_uris").trim(), "https://rp.test/cb\nhttps://rp.test/more");
        let fields = [
            ("redirect_uris", "https://rp.test/more"),
            ("post_logout_redirect_uris", "https://rp.test/out"),
            ("name", "Renamed"),
        ];
        let saved = browser.submit(&edit, &fields).await;
        assert!(saved.body.contains("Renamed") && saved.body.contains("https://rp.test/more"), "{}", saved.body);
        assert!(secret_works(&server, &id, &secret).await, "a change of its facts leaves its secret alone");
        let bad = browser.submit(&edit, &[("redirect_uris", "javascript:x"), ("name", "")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!bad.text("#name-error").is_empty() && !bad.text("#redirect_uris-error").is_empty(), "{}", bad.body);
        let nonsense = browser.press(&enabled, "rotate-secret", &[("overlap", "soon")]).await;
        assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
        let asked = browser.open(&format!("{at}/delete")).await;
        assert!(asked.text("h1").contains("Renamed"), "{}", asked.body);
        let gone = browser.press(&asked, "delete", &[]).await;
        assert_eq!(gone.status, StatusCode::OK, "back at the project");
        for gone in [browser.open(&at).await, browser.submit(&edit, &[("name", "Shop")]).await] {
            assert_eq!((gone.status, gone.text("h1").trim()), (StatusCode::NOT_FOUND, "It does not exist any more"));
            assert_eq!(gone.links("/console").len(), 1, "{}", gone.body);
        }
        assert!(!secret_works(&server, &id, &secret).await);
    }
}
