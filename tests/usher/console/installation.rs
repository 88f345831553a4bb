//! The overview, the event log, the keys, the health and the settings in the console.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use usher_domain::oauth::client::ClientType;

use super::{BOSS, administrator};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::kid;
use crate::harness::server::TestServer;
use crate::hooks::run_job;

const ANA: &str = "ana@example.test";

async fn dispatched(server: &TestServer) {
    while server.usher.core.store.has_pending_events().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn body(server: &TestServer, browser: &Browser<'_>, path: &str) -> String {
    let reply = server.get_as(browser, path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.body);
    reply.body
}

/// The kinds of the events on a page of the log, newest first.
fn kinds(body: &str) -> Vec<String> {
    let kinds = body.split("<code class=\"fine\">").skip(1).filter_map(|rest| rest.split('<').next());
    kinds.map(str::to_owned).collect()
}

on_both_databases! {
    async fn the_overview_shows_what_happens_and_what_is_left_to_set_up(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let fresh = boss.open(&server.at("/console")).await;
        for to_do in ["Sign in to your first application", "Back up the master key", "Protect administrators"] {
            assert!(fresh.body.contains(to_do), "{to_do}: {}", fresh.body);
        }
        boss.press(&fresh, "console/master-key/backed-up", &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Greenhouse".into()).await;
        server.user(ANA).await;
        server.wait(60);
        server.tokens(&mut server.browser(), &client, ANA).await;
        dispatched(&server).await;
        let page = boss.open(&server.at("/console")).await;
        assert!(!page.body.contains("I have a copy"), "a step that is done is folded: {}", page.body);
        assert!(page.body.contains("2 of 7 done") || page.body.contains("3 of 7 done"), "{}", page.body);
        assert!(page.body.contains(">Greenhouse</bdi>"), "the top application: {}", page.body);
        assert!(page.body.contains("Application received tokens"), "the latest events: {}", page.body);
        let chart = page.attribute("svg.chart", "aria-label");
        assert!(chart.starts_with("Sign-ins on each of the last 30 days. The most were 2 on "), "{chart}");
        assert_eq!(page.body.matches("<tr><th scope=\"row\">").count() - page.body.matches("/console/audit/events/").count(), 30, "the same as a table");
        assert!(body(&server, &boss, "/console?days=7").await.contains("last 7 days"));
        assert!(body(&server, &boss, "/console?days=12").await.contains("last 30 days"), "another period is ignored");
    }

    async fn the_event_log_is_filtered_paged_saved_and_exported(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let ana = server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| ()).await.client.id.0;
        let mut wrong = server.browser();
        let page = wrong.open(&server.at("/login")).await;
        wrong.submit(&page, &[("email", ANA), ("password", "nothing of the kind")]).await;
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be");

        let all = body(&server, &boss, "/console/audit").await;
        assert!(all.contains("Sign-in failed") && all.contains("User disabled") && all.contains(">Today<"), "{all}");
        let of = |query: &'static str| { let (server, boss) = (&server, &boss); async move { kinds(&body(server, boss, &format!("/console/audit?{query}")).await) } };
        assert_eq!(of("kind=session.sign_in_failed").await, ["session.sign_in_failed"]);
        assert!(of("kind=sign-ins").await.iter().all(|kind| kind.starts_with("session.")));
        assert!(of("who=ana%40example.test").await.contains(&"user.disabled".to_owned()));
        assert!(of("who=boss%40example.test&kind=user.disabled").await.is_empty());
        assert!(of("address=127.0.0.1&kind=sign-ins").await.len() >= 2);
        assert!(of("address=192.0.2.7").await.is_empty());
        assert!(of("until=2001-01-01").await.is_empty());
        assert_eq!(kinds(&body(&server, &boss, &format!("/console/audit?client={client}")).await), ["client.created"]);
        for bad in ["who=nobody", "address=x", "trace=x", "since=x", "until=31.05.2026"] {
            let reply = server.get_as(&boss, &format!("/console/audit?{bad}")).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(reply.body.contains("field-error"), "{bad}: {}", reply.body);
        }

        let failed = body(&server, &boss, "/console/audit?kind=session.sign_in_failed").await;
        let event = failed.split("/console/audit/events/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
        let page = boss.open(&server.at(&format!("/console/audit/events/{event}"))).await;
        let raw: Value = serde_json::from_str(&page.text("pre code")).expect("JSON");
        assert_eq!((&raw["kind"], &raw["address"]), (&"session.sign_in_failed".into(), &"127.0.0.1/32".into()));
        let trace = raw["trace_id"].as_str().expect("a trace id");
        assert_eq!(kinds(&body(&server, &boss, &format!("/console/audit?trace={trace}")).await), ["session.sign_in_failed"]);
        for missing in ["x", "01936d2e-3c00-7000-8000-000000000007"] {
            let reply = server.get_as(&boss, &format!("/console/audit/events/{missing}")).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{missing}");
        }

        let filtered = boss.open(&server.at("/console/audit?kind=sign-ins")).await;
        let saved = boss.press(&filtered, "console/audit/filters", &[("name", "All sign-ins")]).await;
        assert!(saved.url.contains("kind=sign-ins") && saved.body.contains("All sign-ins"), "{}", saved.url);
        let (again, delete) = (saved.body.clone(), "delete");
        assert!(again.contains("aria-current=\"true\""), "the filter in use is marked");
        let removed = boss.press(&saved, delete, &[]).await;
        assert!(!removed.body.contains("All sign-ins"), "{}", removed.body);

        let lines = body(&server, &boss, "/console/audit/json-lines?kind=sign-ins").await;
        let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert!(events.len() >= 2 && events.iter().all(|event| event["kind"].as_str().unwrap().starts_with("session.")));
        let table = body(&server, &boss, "/console/audit/csv").await;
        let count = server.database.count("select count(*) from event").await;
        assert_eq!(i64::try_from(table.lines().count()).unwrap(), count + 1, "a head and every event");
        assert!(table.starts_with("time,id,kind,"), "{table}");
        assert_eq!(server.get_as(&boss, "/console/audit/csv?address=x").await.status, StatusCode::BAD_REQUEST);
    }

    async fn pages_of_the_log_follow_each_other_without_a_gap(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let boss = administrator(&server).await;
        for number in 0..60 {
            server.usher.projects.create_project(&format!("Project {number}")).await.expect("a project");
        }
        let (mut path, mut seen) = ("/console/audit".to_owned(), 0);
        loop {
            let page = body(&server, &boss, &path).await;
            seen += kinds(&page).len();
            let older = page.split("<a class=\"button\" rel=\"next\" href=\"").nth(1).map(str::to_owned);
            let Some(older) = older.or_else(|| page.split("rel=\"next\" href=\"").nth(1).map(str::to_owned)) else { break };
            path = older.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        }
        assert_eq!(i64::try_from(seen).unwrap(), server.database.count("select count(*) from event").await);
    }

    async fn what_an_administrator_does_names_the_administrator(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let page = boss.open(&server.at("/console/projects")).await;
        boss.submit(&page, &[("name", "Harbour")]).await;
        let log = body(&server, &boss, "/console/audit?kind=project.created&who=boss%40example.test").await;
        assert_eq!(kinds(&log), ["project.created"], "{log}");
        let rest = log.split("project.created</code>").nth(1).expect("the row");
        assert!(rest.split("</tr>").next().expect("its end").contains(BOSS), "{rest}");
    }

    async fn keys_are_rotated_and_one_is_revoked_after_a_question(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let page = boss.open(&server.at("/console/keys")).await;
        let keys = server.usher.signing_keys.list_keys().await.expect("keys");
        assert!(keys.iter().all(|key| page.body.contains(&key.kid)), "{}", page.body);
        assert!(page.attribute("svg.timeline", "aria-label").starts_with(&format!("{} keys.", keys.len())));
        server.wait(60);
        let ask = boss.open(&server.at("/console/keys/rotate")).await;
        let rotated = boss.submit(&ask, &[]).await;
        assert!(rotated.body.contains("New keys are published."), "{}", rotated.body);
        let after = server.usher.signing_keys.list_keys().await.expect("keys");
        assert_eq!(after.len(), 2 * keys.len(), "each has a successor that waits");
        let doomed = &keys[0].kid;
        let ask = boss.open(&server.at(&format!("/console/keys/{doomed}/revoke"))).await;
        assert!(ask.body.contains("It signs now."), "{}", ask.body);
        let revoked = boss.submit(&ask, &[]).await;
        assert!(revoked.body.contains("The key is revoked.") && !revoked.body.contains(doomed.as_str()), "{}", revoked.body);
        let gone = server.get_as(&boss, "/console/keys/nothing/revoke").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    }

    async fn the_keys_page_names_who_still_presents_tokens_of_old_keys(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let client = server.client(ClientType::Machine, |client| client.client_name = "Night shift".to_owned()).await;
        let old = server.call(&client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.text("access_token");
        assert!(server.is_active(&client, &old).await);
        run_job(&server.usher, "record_key_uses").await;
        let none = boss.open(&server.at("/console/keys")).await;
        assert!(none.body.contains("No application has presented such a token."), "the key signs: {}", none.body);
        server.wait(1);
        server.usher.signing_keys.rotate_keys(true).await.expect("keys can be made");
        assert!(server.is_active(&client, &old).await);
        run_job(&server.usher, "record_key_uses").await;
        let page = boss.open(&server.at("/console/keys")).await;
        let row = page.body.split("Night shift").nth(1).expect("the client").split("</tr>").next().expect("its end");
        assert!(row.contains(&kid(&old)), "{row}");
        let ask = boss.open(&server.at(&format!("/console/keys/{}/revoke", kid(&old)))).await;
        let revoked = boss.submit(&ask, &[]).await;
        assert!(revoked.body.contains("No application has presented such a token."), "{}", revoked.body);
    }

    async fn health_shows_checks_jobs_and_queues_and_sends_a_test_email(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let page = boss.open(&server.at("/console/health")).await;
        assert!(page.body.contains("Not checked yet.") && page.body.contains("tell_facts"), "{}", page.body);
        let checked = boss.press(&page, "console/health/check", &[]).await;
        assert!(checked.body.contains("The checks have run.") && checked.body.contains("answers under its own"), "{}", checked.body);
        let mailed = boss.press(&checked, "console/health/mail", &[]).await;
        assert!(mailed.body.contains("The test email is on its way."), "{}", mailed.body);
        let emails = server.emails().await;
        assert!(emails.iter().any(|email| email.subject() == "Test email from Usher"), "{emails:?}");
        let counting = boss.press(&mailed, "console/health/count", &[]).await;
        assert!(counting.body.contains("Counting again"), "{}", counting.body);
        run_job(&server.usher, "count_days").await;
        let counted = boss.open(&server.at("/console/health")).await;
        assert!(counted.body.contains("Count again"), "{}", counted.body);
    }

    async fn settings_show_their_origin_and_no_secret(db: TestDatabase) {
        let server = TestServer::on(db, &[("mail.smtp_url", "smtps://usher:hunter2@mail.test"), ("mail.from", "Usher <u@mail.test>")]).await;
        let boss = administrator(&server).await;
        let all = body(&server, &boss, "/console/settings").await;
        assert!(all.contains("session.idle") && all.contains("USHER_SESSION__IDLE"), "{all}");
        assert!(all.contains("smtps://usher:***@mail.test") && !all.contains("hunter2"), "{all}");
        let found = body(&server, &boss, "/console/settings?q=smtp").await;
        assert!(found.contains("mail.smtp_url") && !found.contains("session.idle"), "{found}");
        let set = body(&server, &boss, "/console/settings?set=1").await;
        assert!(set.contains("mail.from") && !set.contains("USHER_SESSION__IDLE"), "{set}");
        assert!(body(&server, &boss, "/console/settings?q=nothing-of-the-kind").await.contains("No setting has this"));
    }
}
