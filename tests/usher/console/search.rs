//! Search in the console: what it finds, and that it finds nothing that the reader may not open.

use reqwest::StatusCode;
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::ClientType;
use usher_domain::project::member::Role;
use usher_flows::webhooks::{NewWebhook, WebhookChange};
use usher_protocol::client::metadata::ClientMetadata;
use usher_storage::events::log::Search;

use super::administrator;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

async fn search(browser: &mut Browser<'_>, server: &TestServer, text: &str) -> Landing {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
    browser.open(&server.at(&format!("/console/search?{query}"))).await
}

/// The URLs of the results.
fn results(page: &Landing) -> Vec<String> {
    let links = page.body.split("class=\"hit\"").skip(1);
    let url = |link: &str| link.split("href=\"").nth(1)?.split('"').next().map(|url| url.replace("&amp;", "&"));
    links.filter_map(url).collect()
}

async fn webhook(server: &TestServer, project: ProjectId, url: &str) -> String {
    let new = NewWebhook { url: url.to_owned(), description: String::new(), events: vec!["session.*".to_owned()] };
    server.usher.webhooks.create_webhook(project, new).await.expect("a webhook").webhook.id.to_string()
}

async fn member<'s>(server: &'s TestServer, email: &str, role: Role) -> Browser<'s> {
    server.user(email).await;
    server.usher.members.add_member(server.project, email, role).await.expect("a member");
    server.signed_in(email).await
}

on_both_databases! {
    async fn an_administrator_finds_everything_by_its_words(db: TestDatabase) {
        let server = TestServer::on(db, &[("outbound.allow", "0.0.0.0/0")]).await;
        let project = server.usher.projects.create_project("Loja Ângela").await.expect("a project").project.id;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Quokka shop".into()).await.client.id.0;
        let hook = webhook(&server, project, "https://stock.greenhouse.example/hooks/usher").await;
        server.user("wanda@example.test").await;
        let user = server.usher.users.load_user("wanda@example.test").await.expect("the user");
        let mut boss = administrator(&server).await;
        for (text, found) in [
            ("loja", format!("/console/projects/{project}")),
            ("ANGELA loj", format!("/console/projects/{project}")),
            ("quokka", format!("/console/clients/{client}")),
            ("shop quok", format!("/console/clients/{client}")),
            ("greenhouse", format!("/console/projects/{project}/webhooks/{hook}")),
            ("https://stock.green", format!("/console/projects/{project}/webhooks/{hook}")),
            ("wanda", format!("/console/users/{}", user.id)),
            ("session.idle", "/console/settings?q=session.idle".to_owned()),
            ("rotate", "/console/keys/rotate".to_owned()),
            ("test email", "/console/health".to_owned()),
            ("new project", "/console/projects#new-heading".to_owned()),
            ("loja webhooks", format!("/console/projects/{project}/webhooks")),
        ] {
            let page = search(&mut boss, &server, text).await;
            assert_eq!(page.status, StatusCode::OK, "{text}");
            let exact = page.url == server.at(&found);
            assert!(exact || results(&page).contains(&found), "{text}: {:?} {}", results(&page), page.body);
        }
    }

    async fn an_id_leads_straight_to_what_it_names(db: TestDatabase) {
        let server = TestServer::on(db, &[("outbound.allow", "0.0.0.0/0")]).await;
        let client = server.client(ClientType::Web, |_| {}).await.client.id.0;
        let hook = webhook(&server, server.project, "https://shop.example/hook").await;
        server.user("wanda@example.test").await;
        let user = server.usher.users.load_user("wanda@example.test").await.expect("the user");
        let mut boss = administrator(&server).await;
        for (id, page) in [
            (server.project.to_string(), format!("/console/projects/{}", server.project)),
            (client.clone(), format!("/console/clients/{client}")),
            (hook.clone(), format!("/console/projects/{}/webhooks/{hook}", server.project)),
            (user.id.to_string(), format!("/console/users/{}", user.id)),
            (user.sub.0.clone(), format!("/console/users/{}", user.id)),
            ("wanda@example.test".to_owned(), format!("/console/users/{}", user.id)),
        ] {
            assert_eq!(search(&mut boss, &server, &id).await.url, server.at(&page), "{id}");
        }
    }

    async fn members_find_what_they_may_open_and_nothing_else(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins"), ("outbound.allow", "0.0.0.0/0")]).await;
        let other = server.usher.projects.create_project("Quokka others").await.expect("a project").project.id;
        let hidden = server.client_of_another_project(ClientType::Web).await.client;
        let hook = webhook(&server, other, "https://quokka.example/hook").await;
        let own = webhook(&server, server.project, "https://quokka.test/hook").await;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Quokka shop".into()).await.client.id.0;
        let mut dan = member(&server, "dan@example.test", Role::Developer).await;
        let page = search(&mut dan, &server, "quokka").await;
        let project = server.project;
        let mut found = results(&page);
        found.sort();
        let mut expected = vec![
            format!("/console/clients/{client}"),
            format!("/console/projects/{project}/webhooks/{own}"),
        ];
        expected.sort();
        assert_eq!(found, expected, "{}", page.body);
        for text in [
            other.to_string(), hook, hidden.id.0.clone(), "others".into(), "dan@example.test".into(),
            "session.idle".into(), "rotate keys".into(), "users".into(), "audit".into(), "new project".into(), "delete".into(),
        ] {
            let page = search(&mut dan, &server, &text).await;
            assert_eq!(page.status, StatusCode::OK, "{text}");
            assert_eq!(results(&page), Vec::<String>::new(), "{text}: {}", page.body);
            assert!(page.body.contains("Nothing found"), "{text}: {}", page.body);
        }
        let new_client = search(&mut dan, &server, "new client").await;
        assert_eq!(results(&new_client), [format!("/console/projects/{project}/clients/new")], "{}", new_client.body);
        let mut vera = member(&server, "vera@example.test", Role::Viewer).await;
        let page = search(&mut vera, &server, "new client").await;
        assert_eq!(results(&page), Vec::<String>::new(), "a viewer makes none: {}", page.body);
        server.user("stranger@example.test").await;
        let mut stranger = server.signed_in("stranger@example.test").await;
        assert_eq!(search(&mut stranger, &server, "quokka").await.status, StatusCode::FORBIDDEN);
        let left = server.usher.users.load_user("dan@example.test").await.expect("the user").id;
        server.usher.members.add_member(project, "stranger@example.test", Role::Owner).await.expect("a member");
        server.usher.members.remove_member(project, left).await.expect("removed");
        assert_eq!(search(&mut dan, &server, "quokka").await.status, StatusCode::FORBIDDEN, "who leaves finds nothing");
    }

    /// Every page that is offered opens: the list of pages and the rights of the routes agree.
    async fn every_page_that_is_offered_opens(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins")]).await;
        let mut readers = vec![administrator(&server).await];
        for (email, role) in [("vera@example.test", Role::Viewer), ("dan@example.test", Role::Developer), ("olga@example.test", Role::Owner)] {
            readers.push(member(&server, email, role).await);
        }
        let mut numbers = Vec::new();
        for reader in &mut readers {
            let mut offered = std::collections::BTreeSet::new();
            // Each letter finds the pages with a word that begins with it.
            for letter in 'a'..='z' {
                let url = format!("/console/search?q={letter}&project={}&as=options", server.project);
                let page = reader.open(&server.at(&url)).await;
                offered.extend(results(&Landing { body: page.body.replace("class=\"hit\" role", "class=\"hit\""), ..page }));
            }
            offered.remove("/logout");
            for path in offered.iter().filter(|path| !path.contains("/console/settings?")) {
                let status = reader.open(&server.at(path)).await.status;
                assert_eq!(status, StatusCode::OK, "{path}");
            }
            numbers.push(offered.iter().filter(|path| path.starts_with("/console/")).count());
        }
        assert!(numbers[0] > 20 && numbers[1] >= 8, "{numbers:?}");
        assert!(numbers[1] < numbers[2] && numbers[2] < numbers[3], "{numbers:?}");
    }

    async fn a_trace_id_finds_the_request_for_those_who_may_see_its_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Quokka".into()).await;
        let url = server.authorize_url(&client, &[("redirect_uri", "https://rp.test/CB")]);
        let refused = server.http.get(&url).send().await.expect("an answer");
        let trace = refused.headers()["x-trace-id"].to_str().expect("text").to_owned();
        server.usher.attempts.write_attempts().await.expect("written");
        let mut vera = member(&server, "vera@example.test", Role::Viewer).await;
        let page = search(&mut vera, &server, &trace).await;
        assert!(page.url.contains("/attempts/") && page.body.contains("rp.test"), "{} {}", page.url, page.body);
        let other = server.usher.projects.create_project("Others").await.expect("a project").project;
        server.user("otto@example.test").await;
        server.usher.members.add_member(other.id, "otto@example.test", Role::Owner).await.expect("a member");
        let mut otto = server.signed_in("otto@example.test").await;
        assert_eq!(results(&search(&mut otto, &server, &trace).await), Vec::<String>::new());
        // What an administrator does leaves an event with the trace id of the request.
        let mut boss = administrator(&server).await;
        let events = server.usher.users.search_log(&Search::default(), 20).await.expect("events").items;
        let trace = events.iter().find_map(|event| event.trace_id).expect("a trace id").simple().to_string();
        let page = search(&mut boss, &server, &trace).await;
        assert!(page.url.contains("/console/audit?trace="), "{} {}", page.url, page.body);
    }

    async fn what_is_renamed_is_found_by_its_new_name_and_what_is_deleted_is_not(db: TestDatabase) {
        let server = TestServer::on(db, &[("outbound.allow", "0.0.0.0/0")]).await;
        let made = server.usher.projects.create_project("Quokka").await.expect("a project").project.id;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Wombat".into()).await.client.id;
        let hook = webhook(&server, made, "https://echidna.example/hook").await;
        let mut boss = administrator(&server).await;
        let settings = boss.open(&server.at(&format!("/console/projects/{made}/settings"))).await;
        let renamed = boss.submit(&settings, &[("name", "Numbat")]).await;
        assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.body);
        server.usher.clients.edit_client(&client, |metadata| ClientMetadata { client_name: "Dingo".into(), ..metadata }).await.expect("renamed");
        let change = WebhookChange { url: Some("https://bilby.example/hook".into()), ..WebhookChange::default() };
        server.usher.webhooks.update_webhook(made, hook.parse().expect("an id"), change).await.expect("changed");
        for (text, number) in [("quokka", 0), ("numbat", 1), ("wombat", 0), ("dingo", 1), ("echidna", 0), ("bilby", 1)] {
            let page = search(&mut boss, &server, text).await;
            assert_eq!(results(&page).len(), number, "{text}: {}", page.body);
        }
        let confirm = boss.open(&server.at(&format!("/console/clients/{}/delete", client.0))).await;
        boss.press(&confirm, "delete", &[]).await;
        server.usher.webhooks.delete_webhook(made, hook.parse().expect("an id")).await.expect("deleted");
        for text in ["dingo", "bilby", client.0.as_str(), hook.as_str()] {
            assert_eq!(results(&search(&mut boss, &server, text).await), Vec::<String>::new(), "{text}");
        }
        let left = server.database.count("select count(*) from object_term where kind in ('client', 'webhook') and term in ('dingo', 'bilby')").await;
        assert_eq!(left, 0);
    }

    async fn hostile_text_finds_nothing_and_stays_text(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let long = "a".repeat(5_000);
        for text in ["<script>alert(1)</script>", "%", "_", "'; drop table client; --", "\\", "\u{202e}x", "a\0b", "%00", &long, "\" onfocus=x"] {
            let page = search(&mut boss, &server, text).await;
            assert!([StatusCode::OK, StatusCode::BAD_REQUEST].contains(&page.status), "{text}: {}", page.status);
            assert!(!page.body.contains("<script>alert"), "{}", page.body);
        }
        let empty = search(&mut boss, &server, "  ").await;
        assert!(empty.body.contains("Rotate keys"), "pages are offered before anything is typed: {}", empty.body);
        let options = boss.open(&server.at("/console/search?q=%3Cscript%3Ealert(1)&as=options")).await;
        assert!(!options.body.contains("<script>") && options.body.starts_with("<div data-said="), "{}", options.body);
    }
}
