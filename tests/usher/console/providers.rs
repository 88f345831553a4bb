//! Providers: adding, changing, testing and removing them in the console.

use reqwest::StatusCode;
use serde_json::json;
use usher_accounts::upstream::NewProvider;
use usher_domain::provider::{LinkPolicy, ProviderId, ProviderSettings};
use usher_domain::secret::Secret;
use usher_upstream::providers::google;

use super::administrator;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::providers::GOOGLE;
use crate::harness::server::TestServer;

const SECRET: &str = "5ec2e7-of-google";

/// Adds Google by its form.
async fn add_google(server: &TestServer, browser: &mut Browser<'_>) -> crate::harness::browser::Landing {
    let form = browser.open(&server.at("/console/new-provider?kind=google")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let fields = [
        ("id", "google"),
        ("label", ""),
        ("client_secret", SECRET),
        ("sign_up", "true"),
        ("link_policy", "confirm"),
        ("email_trust", ""),
        ("base_url", "http://127.0.0.1:9/google"),
        ("rest", "{\"authoritative_domains\": [\"corp.test\"]}"),
        ("client_id", " us "),
    ];
    browser.submit(&form, &fields).await
}

async fn kept(server: &TestServer, id: &str) -> ProviderSettings {
    let id: ProviderId = id.parse().unwrap();
    server.usher.providers.load_provider(&id).await.expect("it is there").settings
}

on_both_databases! {
    async fn a_provider_is_added_changed_put_out_of_use_and_removed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let added = add_google(&server, &mut browser).await;
        assert_eq!(added.url, server.at("/console/providers/google?done=added"), "{}", added.body);
        assert!(added.body.contains(&server.at("/upstream/google/callback")), "{}", added.body);
        assert!(!added.body.contains(SECRET), "the secret is never shown");
        let settings = kept(&server, "google").await;
        assert_eq!((settings.client_id.as_str(), settings.authoritative_domains.as_slice()), ("us", &["corp.test".to_owned()][..]));

        let saved = [("label", "Gmail"), ("client_id", "us"), ("base_url", "http://127.0.0.1:9/google"),
            ("rest", ""), ("link_policy", "verify_mail")];
        let changed = browser.submit(&added, &saved).await;
        assert_eq!(changed.url, server.at("/console/providers/google?done=saved"), "{}", changed.body);
        let settings = kept(&server, "google").await;
        assert_eq!((server.usher.providers.kinds().button(&settings), settings.sign_up, settings.link_policy.as_str()), ("Gmail", false, "verify_mail"));
        assert!(server.usher.providers.load_provider(&settings.id).await.unwrap().secret.is_some(), "an empty field keeps the secret");

        let off = browser.press(&changed, "disable", &[]).await;
        assert!(!kept(&server, "google").await.enabled && off.body.contains("Out of use"), "{}", off.body);
        assert!(server.usher.providers.offered_providers().await.unwrap().is_empty());
        browser.press(&off, "enable", &[]).await;
        assert!(kept(&server, "google").await.enabled);
        let list = browser.open(&server.at("/console/providers")).await;
        assert!(list.body.contains("Gmail") && list.body.contains("/upstream/google/callback"), "{}", list.body);

        let gone = browser.press(&changed, "remove", &[]).await;
        assert_eq!(gone.url, server.at("/console/providers?done=removed"));
        assert!(server.usher.providers.list_providers().await.unwrap().is_empty());
        let page = browser.open(&server.at("/console/providers/google")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }

    async fn a_form_that_was_open_meanwhile_undoes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let open = add_google(&server, &mut browser).await;
        let before = kept(&server, "google").await;
        let elsewhere = ProviderSettings {
            label: Some("Renamed".into()),
            enabled: false,
            sign_up: false,
            trust_factors: true,
            link_policy: LinkPolicy::Auto,
            ..before.clone()
        };
        let new = NewProvider { settings: elsewhere.with(&google::HD, "corp.test"), secret: None, managed: false };
        server.usher.providers.put_provider(new).await.expect("it is changed elsewhere");
        // What the form was loaded with, but for the scopes and one of the settings in the JSON field.
        let rest = "{\"authoritative_domains\": [\"corp.test\"], \"extra_params\": {\"a\": \"b\"}}";
        let mut fields = vec![("label", ""), ("client_id", "us"), ("hd", ""), ("sign_up", "true"),
            ("link_policy", "confirm"), ("email_trust", ""), ("base_url", "http://127.0.0.1:9/google"), ("rest", rest),
            ("scopes", "email")];
        let refused = browser.submit(&open, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        fields.pop();
        fields.push(("scopes", "openid email"));
        let saved = browser.submit(&refused, &fields).await;
        assert_eq!(saved.url, server.at("/console/providers/google?done=saved"), "{}", saved.body);
        let now = kept(&server, "google").await;
        assert_eq!(now.scopes, ["openid", "email"], "what was edited is saved");
        assert_eq!(now.extra_params["a"], "b", "and so is the edited member");
        assert_eq!((now.label.as_deref(), now.text(&google::HD)), (Some("Renamed"), Some("corp.test")));
        assert_eq!((now.enabled, now.sign_up, now.trust_factors, now.link_policy), (false, false, true, LinkPolicy::Auto));
        assert_eq!(now.authoritative_domains, before.authoritative_domains);
    }

    async fn faults_are_shown_at_their_field_and_nothing_is_saved(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = browser.open(&server.at("/console/new-provider?kind=microsoft")).await;
        for (name, value, words) in [
            ("client_secret", "", "client_secret-error"),
            ("client_id", "", "client_id-error"),
            ("tenant", "mine", "tenant-error"),
            ("base_url", "https://10.0.0.1", "base_url-error"),
            ("id", "../x", "id-error"),
            ("rest", "[]", "rest-error"),
            ("rest", "{\"hd\": \"corp.test\"}", "rest-error"),
            ("rest", "{\"<b>\": 1}", "rest-error"),
        ] {
            let mut fields = vec![("client_id", "us"), ("client_secret", SECRET), ("id", "ms")];
            fields.retain(|(held, _)| *held != name);
            fields.push((name, value));
            let answer = browser.submit(&form, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}: {}", answer.body);
            assert!(answer.body.contains(words) && !answer.body.contains("<b>"), "{name} {value}: {}", answer.body);
            assert!(!answer.body.contains(SECRET));
        }
        assert!(server.usher.providers.list_providers().await.unwrap().is_empty());
        add_google(&server, &mut browser).await;
        let twice = add_google(&server, &mut browser).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(twice.body.contains("id-error"), "{}", twice.body);
        for odd in ["?kind=myspace", "", "?kind=google&kind=x"] {
            let page = browser.open(&server.at(&format!("/console/new-provider{odd}"))).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{odd}");
        }
    }

    async fn a_secret_is_asked_for_again_where_it_would_go_elsewhere(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let page = add_google(&server, &mut browser).await;
        let moved = [("client_id", "us"), ("base_url", "http://127.0.0.1:10/google"), ("rest", "")];
        let answer = browser.submit(&page, &moved).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("client_secret-error"), "{}", answer.body);
        assert_eq!(kept(&server, "google").await.base_url.as_deref(), Some("http://127.0.0.1:9/google"));
    }

    /// UP-16: any change of the URL that the secret is sent to, or of the client it belongs to.
    async fn no_address_moves_under_a_secret(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = browser.open(&server.at("/console/new-provider?kind=oauth2")).await;
        let forge = |name: &str| format!("http://127.0.0.1:9/{name}");
        let (issuer, authorize, token, userinfo) = (forge("forge"), forge("authorize"), forge("token"), forge("me"));
        let sound = [
            ("label", "Forge"),
            ("issuer", issuer.as_str()),
            ("authorize_url", authorize.as_str()),
            ("token_url", token.as_str()),
            ("userinfo_url", userinfo.as_str()),
            ("rest", "{\"map\": {\"subject\": \"/id\"}}"),
                ("client_id", "us"),
        ];
        let new = [("id", "forge"), ("client_secret", SECRET)];
        let added = browser.submit(&form, &[&new[..], &sound[..]].concat()).await;
        assert_eq!(added.url, server.at("/console/providers/forge?done=added"), "{}", added.body);
        let before = kept(&server, "forge").await;
        let with = |name: &'static str, value: &'static str| {
            let mut fields = sound.to_vec();
            fields.retain(|(held, _)| *held != name);
            fields.insert(0, (name, value));
            fields
        };
        for (name, value) in [
            ("token_url", "http://127.0.0.1:10/token"),
            ("userinfo_url", "http://127.0.0.1:10/me"),
            ("authorize_url", "http://127.0.0.1:10/authorize"),
            ("issuer", "http://127.0.0.1:10/forge"),
            ("client_id", "them"),
            ("rest", "{\"map\": {\"subject\": \"/id\"}, \"client_auth\": \"post\"}"),
        ] {
            let fields = with(name, value);
            let answer = browser.submit(&added, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", answer.body);
            assert!(answer.body.contains("client_secret-error"), "{name}: {}", answer.body);
            assert_eq!(kept(&server, "forge").await, before, "{name}");
            let again = browser.submit(&added, &[&[("client_secret", SECRET)][..], &fields[..]].concat()).await;
            assert_eq!(again.url, server.at("/console/providers/forge?done=saved"), "{name}: {}", again.body);
            let back = browser.submit(&added, &[&[("client_secret", SECRET)][..], &sound[..]].concat()).await;
            assert_eq!(back.url, server.at("/console/providers/forge?done=saved"), "{name}: {}", back.body);
        }
    }

    async fn what_the_file_manages_is_locked(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let settings = ProviderSettings::new(GOOGLE.default_id(), GOOGLE, "of-file");
        let new = NewProvider { settings, secret: Some(Secret::from(SECRET)), managed: true };
        server.usher.providers.put_provider(new).await.unwrap();
        let page = browser.open(&server.at("/console/providers/google")).await;
        assert!(page.body.contains("of-file") && page.values("client_id").is_empty(), "{}", page.body);
        let form = [("csrf".to_owned(), page.value("csrf")), ("client_id".to_owned(), "other".to_owned())];
        for word in ["", "/disable", "/remove"] {
            let answer = browser.post(&format!("{}{word}", page.url), &form).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{word}: {}", answer.body);
        }
        assert_eq!(kept(&server, "google").await.client_id, "of-file");
        assert!(kept(&server, "google").await.enabled);
    }

    async fn a_provider_test_shows_each_step(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let page = add_google(&server, &mut browser).await;
        let tested = browser.press(&page, "test", &[]).await;
        assert_eq!(tested.status, StatusCode::OK, "{}", tested.body);
        assert!(tested.body.contains("Its metadata") && tested.body.contains("cannot be reached now"), "{}", tested.body);
    }

    async fn the_mapping_of_claims_is_shown_and_nothing_is_stored(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let new = browser.open(&server.at("/console/new-provider?kind=google")).await;
        assert!(new.body.contains(&server.at("/upstream/google/callback")), "the callback is known before: {}", new.body);
        let page = add_google(&server, &mut browser).await;
        let claims = r#"{"sub": "1101", "email": "una@corp.test", "email_verified": true, "given_name": "Una", "shoe": "38"}"#;
        let shown = browser.press(&page, "claims", &[("claims", claims)]).await;
        let facts = shown.text("[aria-labelledby=claims-heading] [role=status]");
        for part in ["1101", "una@corp.test", "the provider issues it", "given_name", "Una"] {
            assert!(facts.contains(part), "{part}: {facts}");
        }
        assert!(!facts.contains("38"), "what is not taken is not shown: {facts}");
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3IiwiZW1haWwiOiJhQGIuZXhhbXBsZSJ9.";
        let shown = browser.press(&shown, "claims", &[("claims", token)]).await;
        let facts = shown.text("[aria-labelledby=claims-heading] [role=status]");
        assert!(facts.contains("a@b.example") && facts.contains("Not verified"), "{facts}");
        let nobody = browser.press(&shown, "claims", &[("claims", "{\"name\": \"Una\"}")]).await;
        assert!(nobody.text("[aria-labelledby=claims-heading] .warning").contains("who the person is"), "{}", nobody.body);
        for garbage in ["", "[1]", "a.b.c", "{"] {
            let refused = browser.press(&page, "claims", &[("claims", garbage)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{garbage}");
            assert!(!refused.text("#claims-error").is_empty(), "{garbage}: {}", refused.body);
        }
        assert_eq!((server.users().await, server.identities().await), (1, 0), "the administrator alone");
    }

    async fn only_administrators_with_our_form_change_anything(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        add_google(&server, &mut boss).await;
        let forged = [("csrf".to_owned(), "x".to_owned())];
        let remove = server.at("/console/providers/google/remove");
        assert_eq!(boss.post(&remove, &forged).await.status, StatusCode::FORBIDDEN);
        let mut stranger = server.browser();
        for path in ["/console/providers", "/console/providers/google", "/console/new-provider?kind=x"] {
            let landing = stranger.open(&server.at(path)).await;
            assert!(landing.url.starts_with(&server.at("/login")), "{path}: {}", landing.url);
        }
        let answer = stranger.post(&remove, &forged).await;
        assert!(answer.url.starts_with(&server.at("/login")), "{}", answer.url);
        assert_eq!(server.usher.providers.list_providers().await.unwrap().len(), 1);
        assert_eq!(serde_json::to_value(kept(&server, "google").await).unwrap()["client_id"], json!("us"));
    }
}
