//! Recovery codes (MF-06).

use reqwest::StatusCode;

use super::{at_second_step, events, server_with_app};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

async fn with_code(server: &TestServer, browser: &mut Browser<'_>, code: &str) -> Landing {
    let step = at_second_step(server, browser).await;
    let page = browser.open(&format!("{}&with=recovery", step.url)).await;
    browser.submit(&page, &[("code", code)]).await
}

on_both_databases! {
    async fn a_recovery_code_works_once_and_the_email_says_how_many_are_left(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = server.browser();
        let typed = app.codes[3].to_lowercase().replace('-', " ");
        assert_eq!(with_code(&server, &mut browser, &typed).await.url, server.at("/account/profile"));
        assert!(browser.open(&server.at("/account/security")).await.text("#codes-heading + p").contains('9'));
        let again = with_code(&server, &mut server.browser(), &app.codes[3]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let emails = server.emails().await;
        let found = emails.iter().find(|email| email.kind() == "recovery_code_used").expect("an email");
        assert!(found.text().contains('9'), "{}", found.text());
        assert!(events(&server).await.iter().any(|kind| kind == "factor.recovery_code_used"));
    }

    async fn one_code_at_the_same_moment_lets_in_one(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.second_factor", "off")]).await;
        let app = server_with_app(&server).await;
        let mut steps = Vec::new();
        for _ in 0..5 {
            let mut browser = server.browser();
            let page = at_second_step(&server, &mut browser).await;
            steps.push((browser, page));
        }
        let given = [("code", app.codes[0].as_str())];
        let tries = steps.iter_mut().map(|(browser, page)| browser.submit(page, &given));
        let landed = futures_util::future::join_all(tries).await;
        assert_eq!(landed.iter().filter(|one| one.url == server.at("/account/profile")).count(), 1);
    }

    async fn new_codes_end_the_old_ones(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        let page = browser.open(&server.at("/account/security")).await;
        let shown = browser.press(&page, "codes/renew", &[]).await;
        let codes: Vec<String> = shown.text(".codes code").split_whitespace().map(str::to_owned).collect();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19 && !app.codes.contains(code)), "{codes:?}");
        assert_eq!(with_code(&server, &mut server.browser(), &app.codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reloaded = browser.open(&shown.url).await;
        assert!(reloaded.status == StatusCode::OK && reloaded.body.contains("shown only once"), "{}", reloaded.body);
        assert!(!codes.iter().any(|code| reloaded.body.contains(code)));
        assert_eq!(with_code(&server, &mut server.browser(), &codes[0]).await.url, server.at("/account/profile"));
    }
}
