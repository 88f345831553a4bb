//! The pages of a client in the console: attempts and their fixes, quick start, claims, secrets.

use reqwest::StatusCode;
use usher_domain::oauth::client::{ClientType, SecretRotation};
use usher_domain::project::member::Role;

use super::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn the_page_shows_both_sides_of_a_wrong_redirect_uri_and_its_button_registers_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = administrator(&server).await;
        let url = server.authorize_url(&client, &[("redirect_uri", "https://rp.test/CB")]);
        let refused = browser.open(&url).await;
        server.usher.attempts.write_attempts().await.expect("written");
        let link = refused.body.split("href=\"").find(|link| link.contains("/attempts?trace_id=")).expect("a link to it");
        let link = link.split('"').next().expect("its end").replace("&amp;", "&");
        let page = browser.open(&server.at(&link)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("https://rp.test/<mark>CB</mark>"), "{}", page.body);
        assert!(page.body.contains("https://rp.test/<mark>cb</mark>"), "{}", page.body);
        let fixed = browser.press(&page, "fix", &[]).await;
        assert_eq!(fixed.status, StatusCode::OK, "{}", fixed.body);
        assert!(fixed.text("[role=status]").contains("The client is changed"), "{}", fixed.body);
        assert!(!fixed.body.contains("/fix\""), "what was mended is not offered again");
        let now = server.usher.clients.load_client(&client.client.id.0).await.expect("it is there");
        assert_eq!(now.metadata.redirect_uris, ["https://rp.test/cb", "https://rp.test/CB"]);
    }

    async fn a_viewer_sees_attempts_and_mends_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        server.browser().open(&server.authorize_url(&client, &[("redirect_uri", "https://evil.test/cb")])).await;
        server.usher.attempts.write_attempts().await.expect("written");
        let path = format!("/console/projects/{}/clients/{}/attempts", server.project, client.client.id.0);
        for (email, role, mends) in [("vi@example.test", Role::Viewer, false), ("dev@example.test", Role::Developer, true)] {
            server.user(email).await;
            server.usher.members.add_member(server.project, email, role).await.expect("a member");
            let page = server.signed_in(email).await.open(&server.at(&path)).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            assert!(page.body.contains("evil.test"), "{}", page.body);
            assert_eq!(page.body.contains("/fix\""), mends, "{role:?}");
            assert_eq!(page.body.contains("Anybody can send a request"), mends, "an unknown host is a warning");
        }
        server.user("stranger@example.test").await;
        let stranger = server.signed_in("stranger@example.test").await.open(&server.at(&path)).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    }

    async fn an_attempt_of_another_project_is_not_found(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client_of_another_project(ClientType::Web).await;
        let mut browser = administrator(&server).await;
        for tab in ["attempts", "quick-start", "claims"] {
            let path = format!("/console/projects/{}/clients/{}/{tab}", server.project, client.client.id.0);
            assert_eq!(browser.open(&server.at(&path)).await.status, StatusCode::NOT_FOUND, "{tab}");
        }
    }

    async fn the_quick_start_holds_the_values_of_the_client_and_ticks_what_was_seen(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = administrator(&server).await;
        let path = format!("/console/projects/{}/clients/{}/quick-start", server.project, client.client.id.0);
        let stacks = browser.open(&server.at(&path)).await;
        let links = stacks.body.matches("?stack=").count();
        assert!(links >= 12, "{links} stacks");
        assert_eq!(stacks.body.matches("class=\"passed\"").count(), 0, "nothing was seen yet");
        let django = browser.open(&server.at(&format!("{path}?stack=django"))).await;
        for value in [client.client.id.0.as_str(), server.url.as_str(), "OIDC_RP_CLIENT_ID", "/oidc/callback/"] {
            assert!(django.body.contains(value), "{value}: {}", django.body);
        }
        assert!(!django.body.contains(client.secret.as_deref().expect("a secret")));
        server.tokens(&mut server.browser(), &client, "ana@example.test").await;
        server.usher.attempts.write_attempts().await.expect("written");
        let seen = browser.open(&server.at(&path)).await;
        assert_eq!(seen.body.matches("class=\"passed\"").count(), 3, "asked, code, tokens: {}", seen.body);
    }

    async fn the_preview_shows_what_a_client_would_learn_and_members_see_only_themselves(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let path = format!("/console/projects/{}/clients/{}/claims", server.project, client.client.id.0);
        let mut browser = administrator(&server).await;
        let ana = browser.open(&server.at(&format!("{path}?email=ana@example.test"))).await;
        assert!(ana.body.contains("<code>given_name</code>") && ana.body.contains("<code>ana</code>"), "{}", ana.body);
        let nobody = browser.open(&server.at(&format!("{path}?email=nobody@example.test"))).await;
        assert!(!nobody.text("#email-error").is_empty(), "{}", nobody.body);
        server.user("dev@example.test").await;
        server.usher.members.add_member(server.project, "dev@example.test", Role::Developer).await.expect("a member");
        let own = server.signed_in("dev@example.test").await.open(&server.at(&format!("{path}?email=ana@example.test"))).await;
        assert!(own.body.contains("dev@example.test") && !own.body.contains("ana@example.test"), "{}", own.body);
    }

    async fn an_older_secret_is_ended_at_once_and_the_newest_is_not(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Machine, |_| {}).await;
        let id = &client.client.id;
        server.wait(60);
        server.usher.clients.rotate_client_secret(id, SecretRotation::default()).await.expect("rotated");
        let mut browser = administrator(&server).await;
        let page = browser.open(&server.at(&format!("/console/clients/{}", id.0))).await;
        assert_eq!(page.body.matches("/end\"").count(), 1, "only the older one: {}", page.body);
        let ended = browser.press(&page, "end", &[]).await;
        assert!(ended.text("[role=status]").contains("ended"), "{}", ended.body);
        let held = server.usher.clients.load_client(&id.0).await.expect("it is there").secrets;
        assert!(held[0].is_good(server.now()) && !held[1].is_good(server.now()));
        let newest = held[0].id().to_owned();
        assert!(server.usher.clients.end_client_secret(id, &newest).await.is_err(), "the newest is replaced instead");
    }
}
