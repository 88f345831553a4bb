//! Objects that are deleted while a page about them is open: the next step shows an error page, never a server error.

use reqwest::StatusCode;
use serde_json::json;
use usher_domain::oauth::client::ClientType;

use crate::api::{By, call};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Asserts that an error page is shown.
fn assert_error(landing: &Landing, what: &str) {
    let status = landing.status;
    assert!(status.is_client_error(), "{what}: {status} {}:\n{}", landing.url, landing.body);
    assert!(!landing.text("h1").is_empty(), "{what}: no heading:\n{}", landing.body);
}

/// Submits every form of a page unchanged, by each of its buttons.
async fn submit_all(server: &TestServer, browser: &mut Browser<'_>, page: &Landing) -> Vec<Landing> {
    let document = scraper::Html::parse_document(&page.body);
    let select = |selector: &str| scraper::Selector::parse(selector).expect("a selector");
    let mut forms = Vec::new();
    for form in document.select(&select("main form[method=post]")) {
        let own = form.value().attr("action").unwrap_or(&page.url).to_owned();
        let with_action = select("button[formaction]");
        let buttons = form.select(&with_action).filter_map(|button| button.value().attr("formaction"));
        let actions: Vec<String> = buttons.map(str::to_owned).chain([own]).collect();
        let mut fields = Vec::new();
        for field in form.select(&select("input[name], button[name], textarea[name]")) {
            let value = field.value().attr("value").unwrap_or_default();
            let attribute = |name| field.value().attr(name).unwrap_or_default().to_owned();
            // Of several radio buttons or buttons with one name a browser sends one.
            fields.retain(|(held, _): &(String, String)| *held != attribute("name"));
            fields.push((attribute("name"), value.to_owned()));
        }
        forms.extend(actions.into_iter().map(|action| (action, fields.clone())));
    }
    let mut landings = Vec::new();
    for (action, fields) in forms {
        let url = if action.starts_with('/') { server.at(&action) } else { action };
        landings.push(browser.post(&url, &fields).await);
    }
    landings
}

on_both_databases! {
    async fn a_session_or_user_that_goes_while_their_pages_are_open(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("stays@example.test").await;
        let client = server.client(ClientType::Web, |_| ()).await;
        let pages = ["/account/profile", "/account/security", "/account/sessions", "/account/apps", "/account/data", "/account/identities", "/account/activity"];
        for whole_user in [false, true] {
            let user = server.user(ANA).await;
            let mut browser = server.signed_in(ANA).await;
            let mut open = Vec::new();
            for page in pages {
                open.push(browser.open(&server.at(page)).await);
            }
            open.push(browser.open(&server.authorize_url(&client, &[])).await);
            if whole_user {
                server.usher.account_deletion.remove_user(user).await.unwrap();
            } else {
                server.usher.users.revoke_user(&user).await.unwrap();
            }
            for page in &open {
                for landing in submit_all(&server, &mut browser, page).await {
                    assert!(!landing.status.is_server_error(), "{}: {} {}", page.url, landing.status, landing.body);
                    assert!(!landing.text("h1").is_empty(), "{}: {}", page.url, landing.body);
                }
                let again = browser.open(&page.url).await;
                assert!(!again.status.is_server_error() && !again.text("h1").is_empty(), "{}: {}", page.url, again.body);
            }
            if !whole_user {
                let user = server.usher.users.load_user(ANA).await.unwrap();
                server.usher.account_deletion.remove_user(user).await.unwrap();
            }
        }
    }

    async fn a_user_who_goes_while_mailed_links_and_a_second_tab_are_open(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let user = server.user(ANA).await;
        let mut browser = server.browser();
        let recover = browser.open(&server.at("/recover")).await;
        browser.submit(&recover, &[("email", ANA)]).await;
        let email = server.emails().await.remove(0);
        let link = email.text().split_whitespace().find(|word| word.contains("/recover/reset")).map(str::to_owned);
        let login = browser.open(&server.at("/login")).await;
        let reset = match &link {
            Some(link) => Some(browser.open(link).await),
            None => None,
        };
        server.usher.account_deletion.remove_user(user).await.unwrap();
        if let Some(page) = reset {
            let landing = browser.submit(&page, &[("password", "another quiet green door")]).await;
            assert_error(&landing, "a new password");
        }
        assert_eq!(browser.sign_in(&login, ANA).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = server.browser().open(&server.at("/login")).await;
        assert_eq!(again.status, StatusCode::OK);
    }

    async fn a_grant_that_was_swept_away_is_invalid_and_inactive(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| ()).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        server.database.execute("delete from grants").await;
        let refused = server.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"));
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
        for token in ["refresh_token", "access_token"] {
            assert!(!server.is_active(&client, &tokens.text(token)).await, "{token}");
            assert_eq!(server.call(&client, "/oauth2/revoke", &[("token", &tokens.text(token))]).await.status, 200, "{token}");
        }
    }

    async fn an_identity_or_policy_revision_that_is_not_there_is_named(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let csrf = browser.open(&server.at("/account/security")).await.value("csrf");
        let gone = "01936d2e-3c00-7000-8000-000000000001";
        let form = [("csrf", csrf.as_str()), ("unlink", gone)];
        let landing = server.post_as(&browser, "/account/identities/unlink", &form).await;
        assert!(!landing.status.is_server_error(), "{landing:?}");
        let form = [("csrf", csrf.as_str()), ("session", gone)];
        let landing = server.post_as(&browser, "/account/sessions/end", &form).await;
        assert!(!landing.status.is_server_error(), "{landing:?}");
        let token = By::Token(&server.project_token);
        let at = format!("/projects/{}/policy", server.project);
        let revision = crate::api::get(&server, token, &format!("{at}/history/41")).await;
        assert_eq!((revision.status.as_u16(), revision.code()), (404, "NOT_FOUND"), "{revision:?}");
        let back = call(&server, token, reqwest::Method::POST, &format!("{at}/rollback"), &json!({"revision": 41})).await;
        assert_eq!((back.status.as_u16(), back.code()), (404, "NOT_FOUND"), "{back:?}");
        assert_eq!(crate::api::get(&server, token, &at).await.status, 404);
    }
}
