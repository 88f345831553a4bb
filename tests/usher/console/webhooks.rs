//! Webhooks in the console: creating, testing, disabling, deleting, rotating the secret.

use reqwest::StatusCode;
use usher_domain::event::webhook::filter::Filter;
use usher_flows::webhooks::WebhookChange;

use super::administrator;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// An administrator on the webhooks page of a new project.
async fn at_webhooks(server: &TestServer) -> (Browser<'_>, Landing) {
    let mut browser = administrator(server).await;
    let made = server.usher.projects.create_project("Harbour").await.expect("a project");
    let page = browser.open(&server.at(&format!("/console/projects/{}/webhooks", made.project.id))).await;
    assert_eq!(page.status, StatusCode::OK);
    (browser, page)
}

async fn add(browser: &mut Browser<'_>, page: &Landing, url: &str) -> Landing {
    browser
        .submit(
            page,
            &[("url", url), ("description", "Tells the shop"), ("event.session.*", "1"), ("event.user.deleted", "1")],
        )
        .await
}

/// Whether an event is chosen on the page.
fn is_checked(page: &Landing, event: &str) -> bool {
    page.body.contains(&format!("name=\"event.{event}\" value=\"1\" checked"))
}

fn secret(page: &Landing) -> String {
    page.text("#secret").trim().to_owned()
}

on_both_databases! {
    async fn a_webhook_is_made_and_shows_its_secret_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page) = at_webhooks(&server).await;
        let made = add(&mut browser, &page, "https://shop.example/hook").await;
        assert!(secret(&made).starts_with("whsec_"), "{} {}", made.status, made.body);
        let again = browser.open(&made.url).await;
        assert!(secret(&again).is_empty() && !again.text("[role=status].warning").is_empty(), "{}", again.body);
        assert_eq!(server.database.count("select count(*) from webhook").await, 1);
        let rotated = browser.press(&again, "rotate-secret", &[]).await;
        assert!(secret(&rotated).starts_with("whsec_") && secret(&rotated) != secret(&made), "{}", rotated.body);
        assert!(rotated.body.contains("The former one signs beside"), "for a day: {}", rotated.body);
        let at_once = browser.press(&rotated, "rotate-secret", &[("overlap", "0")]).await;
        assert!(!at_once.body.contains("The former one signs beside"), "{}", at_once.body);
        assert!(is_checked(&at_once, "session.*") && !is_checked(&at_once, "user.updated"), "{}", at_once.body);
        let list = browser.open(&page.url).await;
        assert!(list.body.contains("https://shop.example/hook") && list.body.contains("session.*, user.deleted"));
    }

    async fn what_will_not_do_is_said_at_its_field(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page) = at_webhooks(&server).await;
        for bad in ["", "nonsense", "http://shop.example/hook", "https://10.0.0.1/hook", "https://shop.example/#x"] {
            let again = add(&mut browser, &page, bad).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(!again.text("#url-error").is_empty(), "{bad}: {}", again.body);
            assert!(is_checked(&again, "session.*") && is_checked(&again, "user.deleted"), "what was chosen stays");
            assert!(!is_checked(&again, "user.updated"), "{}", again.body);
        }
        let form = |event: &str| {
            let fields = [("csrf", page.value("csrf")), ("url", "https://shop.example/hook".into())];
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
            let chosen = (!event.is_empty()).then(|| (format!("event.{event}"), "1".to_owned()));
            fields.chain(chosen).collect::<Vec<_>>()
        };
        for bad in ["", "session.exploded", "*.*", "<script>"] {
            let again = browser.post(&page.url, &form(bad)).await;
            assert!(!again.text("#events-error").is_empty(), "{bad}: {}", again.body);
        }
        let fields = [("url", "https://shop.example/hook"), ("description", "a\u{7}b"), ("event.*", "1")];
        assert!(!browser.submit(&page, &fields).await.text("#description-error").is_empty());
        assert_eq!(server.database.count("select count(*) from webhook").await, 0);
    }

    async fn a_test_is_sent_and_sent_again_but_not_while_it_is_out_of_use(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page) = at_webhooks(&server).await;
        let made = add(&mut browser, &page, "https://shop.example/hook").await;
        let tested = browser.press(&made, "test", &[]).await;
        assert!(tested.body.contains("webhook.test"), "{}", tested.body);
        assert!(tested.body.contains("<span class=\"name\">&quot;type&quot;</span>") || tested.body.contains("<span class=\"name\">&#34;type&#34;</span>"), "{}", tested.body);
        let again = browser.press(&tested, "redeliver", &[]).await;
        assert!(again.status == StatusCode::OK && !again.text("[role=status]").is_empty(), "{}", again.body);
        let off = browser.press(&again, "disable", &[]).await;
        let form = [("csrf".to_owned(), tested.value("csrf"))];
        let action = |word: &str| format!("{}/{word}", made.url.split('?').next().expect("a path"));
        for word in ["test", "redeliver-failed"] {
            let refused = browser.post(&action(word), &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{word}");
            assert!(!refused.text("[role=alert]").is_empty(), "{word}");
        }
        assert_eq!(server.database.count("select count(*) from webhook_delivery").await, 1);
        let on = browser.press(&off, "enable", &[]).await;
        assert!(!on.body.contains("redeliver-failed"), "nothing has failed");
        let sent = browser.post(&action("redeliver-failed"), &form).await;
        assert_eq!(sent.status, StatusCode::OK);
    }

    async fn a_webhook_is_changed_and_deleted(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page) = at_webhooks(&server).await;
        let made = add(&mut browser, &page, "https://shop.example/hook").await;
        let fields = [("url", "https://shop.example/other"), ("description", "Other"), ("event.*", "1")];
        let saved = browser.submit(&made, &fields).await;
        assert!(saved.body.contains("https://shop.example/other"), "{}", saved.body);
        let fields = [("url", "nonsense"), ("description", "Other"), ("event.*", "1")];
        let refused = browser.submit(&saved, &fields).await;
        assert!(!refused.text("#url-error").is_empty() && refused.body.contains("nonsense"), "{}", refused.body);
        let form = [("csrf".to_owned(), saved.value("csrf"))];
        for nothing in ["deliveries/nonsense/redeliver", "deliveries/01936d2e-3c00-7000-8000-000000000007/redeliver"] {
            let url = format!("{}/{nothing}", saved.url.split('?').next().expect("a path"));
            assert_eq!(browser.post(&url, &form).await.status, StatusCode::NOT_FOUND, "{nothing}");
        }
        let asked = browser.open(&saved.url.replace("?done=saved", "/delete")).await;
        assert!(asked.text("h1").starts_with("Delete"), "{}", asked.body);
        let gone = browser.press(&asked, "delete", &[]).await;
        assert!(gone.url.ends_with("/webhooks?done=deleted"), "{}", gone.url);
        assert_eq!(browser.open(&made.url).await.status, StatusCode::NOT_FOUND);
        for nonsense in ["nothing", "01936d2e-3c00-7000-8000-000000000007"] {
            let url = format!("{}/{nonsense}", page.url);
            assert_eq!(browser.open(&url).await.status, StatusCode::NOT_FOUND, "{nonsense}");
        }
    }

    async fn a_form_that_was_open_meanwhile_undoes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page) = at_webhooks(&server).await;
        let open = add(&mut browser, &page, "https://shop.example/hook").await;
        let url = url::Url::parse(&open.url).expect("it has a URL");
        let path: Vec<&str> = url.path_segments().expect("it has a path").collect();
        let (project, webhook) = (path[2].parse().expect("a project's id"), path[4].parse().expect("a webhook's id"));
        let elsewhere = WebhookChange {
            url: Some("https://shop.example/moved".into()),
            events: Some(vec!["user.deleted".into()]),
            ..WebhookChange::default()
        };
        server.usher.webhooks.update_webhook(project, webhook, elsewhere).await.expect("it is changed elsewhere");
        let too_long = "x".repeat(2_000);
        let mut fields = vec![("url", "https://shop.example/hook"), ("event.session.*", "1"), ("description", too_long.as_str()),
            ("event.user.deleted", "1")];
        let refused = browser.submit(&open, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        fields[2].1 = "Edited";
        let saved = browser.submit(&refused, &fields).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let now = server.usher.webhooks.load_webhook(project, webhook).await.expect("it is there");
        assert_eq!((now.url.as_str(), now.description.as_str()), ("https://shop.example/moved", "Edited"));
        assert_eq!(now.filters.iter().map(Filter::as_str).collect::<Vec<_>>(), ["user.deleted"]);
    }
}
