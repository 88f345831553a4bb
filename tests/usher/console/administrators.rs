//! The console is for administrators (AD-04), at every URL and with every method.

use reqwest::{Method, StatusCode};
use usher_domain::oauth::client::ClientType;

use super::{BOSS, administrator};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::page_list::{ListedPage, filled};
use crate::harness::server::TestServer;
use crate::web::wire::send;

const EFFECTS: [&str; 3] =
    ["select count(*) from project", "select count(*) from client", "select count(*) from event"];

/// Nobody else creates projects, so the console is nobody else's.
const ONLY_ADMINISTRATORS: &[(&str, &str)] = &[("projects.create", "admins")];

async fn everything(server: &TestServer) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in EFFECTS {
        counts.push(server.database.count(sql).await);
    }
    counts
}

/// Requests every page and action of the console, with every method, and with forms that would have an effect; also on
/// objects that do not exist.
async fn knock_everywhere(server: &TestServer, browser: &Browser<'_>, csrf: &str, wanted: StatusCode, client: &str) {
    let of_project = |path: &str| path.contains("{project}") || path.contains("{client}");
    let form = [("csrf", csrf), ("name", "Mine"), ("type", "web"), ("redirect_uris", "https://evil.test/cb")];
    let pages: Vec<_> = server.listed_pages(client).into_iter().filter(ListedPage::is_of_console).collect();
    assert!(pages.len() > 25, "{pages:?}");
    for ListedPage { path, route } in pages {
        let nothing = filled(route.path, |_| "nothing".to_owned());
        // Who has no right to a project does not learn whether it exists.
        let hidden = wanted == StatusCode::FORBIDDEN && of_project(route.path);
        let wanted = if hidden { StatusCode::NOT_FOUND } else { wanted };
        for path in [path, nothing] {
            let is = |there| if there { wanted } else { StatusCode::METHOD_NOT_ALLOWED };
            let reply = server.get_as(browser, &path).await;
            assert_eq!(reply.status, is(route.has_get), "GET {path}");
            let reply = server.post_as(browser, &path, &form).await;
            let kept = wanted == StatusCode::SEE_OTHER && reply.status == StatusCode::UNPROCESSABLE_ENTITY;
            assert!(kept || reply.status == is(route.has_post), "POST {path}: {}", reply.status);
            assert!(!reply.location().starts_with("/console"), "POST {path}: {}", reply.location());
            for method in [Method::PUT, Method::PATCH, Method::DELETE] {
                let reply = send(server.ask(method.clone(), &path, &browser.cookies).form(&form)).await;
                assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            }
        }
    }
}

on_both_databases! {
    async fn nobody_and_no_plain_user_gets_in_and_nothing_happens(db: TestDatabase) {
        let server = TestServer::on(db, ONLY_ADMINISTRATORS).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await.client;
        let id = client.id.0;
        let mut nobody = server.browser();
        let csrf = nobody.open(&server.at("/login")).await.value("csrf");
        let mut ana = server.signed_in("ana@example.test").await;
        let hers = ana.open(&server.at("/account/security")).await.value("csrf");
        let before = everything(&server).await;
        knock_everywhere(&server, &nobody, &csrf, StatusCode::SEE_OTHER, &id).await;
        knock_everywhere(&server, &ana, &hers, StatusCode::FORBIDDEN, &id).await;
        assert_eq!(everything(&server).await, before, "nothing happened");
        assert!(!ana.open(&server.at("/account/profile")).await.body.contains("/console"), "and no link leads there");
    }

    async fn a_plain_account_in_use_hides_the_console_of_another_account(db: TestDatabase) {
        let server = TestServer::on(db, ONLY_ADMINISTRATORS).await;
        server.user("ana@example.test").await;
        let mut browser = administrator(&server).await;
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, "ana@example.test").await;
        assert_eq!(browser.open(&server.at("/console")).await.status, StatusCode::FORBIDDEN);
        let chooser = browser.open(&server.at("/login/accounts")).await;
        let boss = chooser.values("account")[1].clone();
        browser.submit(&chooser, &[("account", &boss)]).await;
        assert_eq!(browser.open(&server.at("/console")).await.status, StatusCode::OK);
    }

    async fn an_administrator_who_signs_out_or_is_disabled_is_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let boss = server.usher.users.load_user(BOSS).await.expect("the user");
        assert_eq!(browser.open(&server.at("/console")).await.url, server.at("/console"));
        server.usher.users.set_user_enabled(&boss, false).await.expect("it can be");
        assert_eq!(browser.open(&server.at("/console")).await.url, server.at("/login?next=%2Fconsole"));
    }

    /// AD-07: cross-site requests with the administrator's cookies have no effect.
    async fn another_site_makes_an_administrator_do_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let csrf = browser.open(&server.at("/console/projects")).await.value("csrf");
        let before = everything(&server).await;
        for (name, value) in [
            ("origin", "https://evil.test"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let request = server.ask(Method::POST, "/console/projects", &browser.cookies).header(name, value);
            let reply = send(request.form(&[("csrf", csrf.as_str()), ("name", "Theirs")])).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{name}: {value}");
        }
        let body = format!("csrf={csrf}&name=Theirs");
        for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
            let request = server.ask(Method::POST, "/console/projects", &browser.cookies).header("content-type", kind);
            assert_eq!(send(request.body(body.clone())).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
        assert_eq!(everything(&server).await, before);
    }
}
