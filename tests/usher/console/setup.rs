//! The setup link: once, before it expires, and for an existing user only with their password.

use reqwest::StatusCode;
use usher_domain::page::Cursor;

use super::{BOSS, administrator};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

on_both_databases! {
    async fn the_link_makes_an_administrator_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        let form = [("given_name", "Bo"), ("family_name", "Ss"), ("email", BOSS), ("password", PASSWORD)];
        assert_eq!(browser.submit(&page, &form).await.url, server.at("/console"));
        assert!(server.usher.users.load_user(BOSS).await.expect("the user").admin);
        let mut thief = server.browser();
        assert_eq!(thief.open(&link).await.status, StatusCode::GONE);
        let csrf = thief.open(&server.at("/login")).await.value("csrf");
        let form = [
            ("csrf", csrf.as_str()),
            ("given_name", "E"),
            ("family_name", "V"),
            ("email", "eve@e.test"),
            ("password", PASSWORD),
        ];
        let reply = server.post_as(&thief, link.trim_start_matches(&server.url), &form).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (StatusCode::GONE, 0));
        assert!(server.usher.users.load_user("eve@e.test").await.is_err());
    }

    async fn an_installation_without_projects_begins_with_the_first_project_and_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let project = server.usher.projects.load_project(&server.project.to_string()).await.expect("the project");
        server.usher.projects.delete_project(&project, &project.name).await.expect("it is deleted");
        let mut browser = server.browser();
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        let page = browser.open(&link).await;
        let form = [("given_name", "Bo"), ("family_name", "Ss"), ("email", BOSS), ("password", PASSWORD)];
        let first = browser.submit(&page, &form).await;
        assert_eq!(first.url, server.at("/console/first-run"));
        let refused = browser.submit(&first, &[("name", "")]).await;
        assert!(!refused.text("#name-error").is_empty(), "{}", refused.body);
        let client = browser.submit(&refused, &[("name", "Harbour")]).await;
        assert!(client.body.contains("Step 3 of 3"), "{}", client.body);
        let typed = [("name", "Shop"), ("type", "web"), ("redirect_uris", "https://shop.test/cb")];
        let made = browser.submit(&client, &typed).await;
        assert!(made.url.contains("/console/clients/"), "{}", made.url);
        let found = server.usher.projects.list_projects(Cursor::START, 5).await.expect("the projects");
        assert_eq!(found.items.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Harbour"]);
    }

    async fn of_many_at_the_same_moment_one_becomes_administrator(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        let mut browser = server.browser();
        let csrf = browser.open(&server.at("/login")).await.value("csrf");
        let path = link.trim_start_matches(&server.url).to_owned();
        let addresses: Vec<String> = (0..6).map(|n| format!("boss{n}@e.test")).collect();
        let tries = addresses.iter().map(|email| {
            let form = [
                ("csrf", csrf.as_str()),
                ("given_name", "B"),
                ("family_name", "S"),
                ("email", email.as_str()),
                ("password", PASSWORD),
            ];
            let (server, browser, path) = (&server, &browser, path.as_str());
            async move { server.post_as(browser, path, &form).await.status }
        });
        let statuses = futures_util::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 1, "{statuses:?}");
        let mut made = Vec::new();
        for email in &addresses {
            made.extend(server.usher.users.load_user(email).await.ok().map(|user| user.admin));
        }
        assert_eq!(made, [true], "the losers leave no user behind");
    }

    async fn the_link_is_good_for_half_an_hour(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        server.wait(30 * 60);
        assert_eq!(server.browser().open(&link).await.status, StatusCode::GONE);
    }

    async fn an_existing_user_needs_their_own_password(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        let form = |password| {
            [("given_name", "A"), ("family_name", "S"), ("email", "ana@example.test"), ("password", password)]
        };
        let again = browser.submit(&page, &form("some other password")).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!again.text("#email-error").is_empty(), "{}", again.body);
        assert!(!server.usher.users.load_user("ana@example.test").await.expect("the user").admin);
        assert_eq!(browser.submit(&again, &form(PASSWORD)).await.url, server.at("/console"), "the link is still good");
        assert!(server.usher.users.load_user("ana@example.test").await.expect("the user").admin);
    }

    /// A disabled user cannot use it.
    async fn a_disabled_user_does_not_become_administrator(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user("ana@example.test").await;
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be");
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        let form = [("given_name", "A"), ("family_name", "S"), ("email", "ana@example.test"), ("password", PASSWORD)];
        assert_eq!(browser.submit(&page, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!server.usher.users.load_user("ana@example.test").await.expect("the user").admin);
    }

    async fn faults_do_not_use_up_the_link(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let link = server.usher.setup_links.create_setup_link().await.expect("a link");
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        for (field, bad) in [("email", "boss"), ("password", "short"), ("given_name", "x\u{1}")] {
            let mut form = vec![("given_name", "Bo"), ("family_name", "Ss"), ("email", BOSS), ("password", PASSWORD)];
            form.retain(|(name, _)| *name != field);
            form.push((field, bad));
            let again = browser.submit(&page, &form).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(!again.text(&format!("#{field}-error")).is_empty(), "{field}: {}", again.body);
        }
        let form = [("given_name", "Bo"), ("family_name", "Ss"), ("email", BOSS), ("password", PASSWORD)];
        assert_eq!(browser.submit(&page, &form).await.url, server.at("/console"));
    }
}

#[tokio::test]
async fn the_console_opens_to_whoever_was_just_made_administrator() {
    let server = TestServer::start().await;
    let mut browser = administrator(&server).await;
    let page = browser.open(&server.at("/console/projects")).await;
    assert!(page.body.contains("Tests"), "the project of this server is listed");
}
