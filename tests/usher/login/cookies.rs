//! The cookies of a browser: their attributes, when they change, and what the server stores of them.

use reqwest::header::HOST;
use reqwest::{Method, StatusCode};
use sqlx::AssertSqlSafe;

use crate::harness::database::{RawConnection, TestDatabase, on_both_databases};
use crate::harness::server::{PASSWORD, TestServer};
use crate::web::wire::{Reply, send};

/// A secret that an attacker might have set in a browser.
const PLANTED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn attributes(cookie: &str) -> Vec<&str> {
    cookie.split("; ").skip(1).filter(|attribute| !attribute.starts_with("Max-Age=")).collect()
}

/// Signs in with misleading headers, and returns both responses.
async fn sign_in_under(server: &TestServer, host: &str, headers: &[(&str, &str)]) -> [Reply; 2] {
    let dressed = |method, path| {
        let request = server.ask(method, path, &std::collections::BTreeMap::new()).header(HOST, host);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let page = send(dressed(Method::GET, "/login")).await;
    let mark = page.set_cookies()[0].split(';').next().expect("a pair").to_owned();
    let csrf =
        page.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let form = [("csrf", csrf), ("email", "ana@example.test"), ("password", PASSWORD)];
    let done = send(dressed(Method::POST, "/login").header("cookie", mark).form(&form)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
    [page, done]
}

/// SE-01: the strictest attributes that allow single sign-on across sites.
#[tokio::test]
async fn under_an_https_issuer_cookies_belong_to_the_host_alone() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("issuer", "https://localhost:8443")]).await;
    server.user("ana@example.test").await;
    for headers in [&[][..], &[("x-forwarded-proto", "http"), ("forwarded", "proto=http;host=evil.test")]] {
        let cookies = sign_in_under(&server, "localhost:8443", headers).await;
        let set: Vec<&str> = cookies.iter().flat_map(Reply::set_cookies).collect();
        assert_eq!(set.len(), 3, "{set:?}");
        for cookie in set {
            assert!(cookie.starts_with("__Host-usher"), "{cookie}");
            assert_eq!(attributes(cookie), ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"], "{cookie}");
        }
    }
}

/// SE-01: on http loopback a browser would drop `Secure` and `__Host-`; they are not set, whatever a header claims.
#[tokio::test]
async fn on_loopback_cookies_are_plain_whatever_a_header_claims() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let host = server.url.trim_start_matches("http://").to_owned();
    for headers in [&[][..], &[("x-forwarded-proto", "https"), ("x-forwarded-host", "evil.test")]] {
        for cookie in sign_in_under(&server, &host, headers).await.iter().flat_map(Reply::set_cookies) {
            let ours = ["usher=", "usher_browser=", "usher_last="];
            assert!(ours.iter().any(|name| cookie.starts_with(name)), "{cookie}");
            assert_eq!(attributes(cookie), ["HttpOnly", "SameSite=Lax", "Path=/"], "{cookie}");
        }
    }
}

on_both_databases! {
    /// SE-02: after sign-in a browser has only secrets that were made then.
    async fn a_planted_cookie_never_survives_signing_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let mut browser = server.browser();
        browser.cookies.insert("usher".into(), PLANTED.into());
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, "ana@example.test").await;
        let held = &browser.cookies["usher"];
        assert!(!held.contains(PLANTED) && !held.contains('.'), "{held}");
        browser.cookies.insert("usher".into(), PLANTED.into());
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
    }

    /// SE-02: showing a password again makes a new secret; the session id that clients know stays.
    async fn signing_in_again_keeps_the_session_and_changes_its_secret(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        let before = browser.cookies.clone();
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, "ana@example.test").await;
        assert_ne!(before["usher"], browser.cookies["usher"]);
        assert_eq!(server.database.count("select count(*) from session").await, 1);
        assert_eq!(browser.open(&server.at("/account/profile")).await.status, StatusCode::OK);
        browser.cookies = before;
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"), "the old secret is dead");
    }

    /// SE-02: a change of the password makes a new secret, and the old one is invalid.
    async fn changing_the_password_changes_the_secret(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        let before = browser.cookies.clone();
        let page = browser.open(&server.at("/account/security")).await;
        let form = [("current_password", PASSWORD), ("password", "another quiet blue door")];
        let done = browser.submit(&page, &form).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_ne!(before["usher"], browser.cookies["usher"]);
        assert_eq!(browser.open(&server.at("/account/profile")).await.status, StatusCode::OK);
        browser.cookies = before;
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
    }

    /// The database contains every secret as a hash or sealed only.
    async fn the_database_holds_no_secret_in_clear(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let browser = server.signed_in("ana@example.test").await;
        let mut other = server.browser();
        let page = other.open(&server.at("/register")).await;
        let form = [("given_name", "Una"), ("family_name", "Proven"), ("email", "una@e.test"), ("password", PASSWORD)];
        other.submit(&page, &form).await;
        let page = other.open(&server.at("/recover")).await;
        other.submit(&page, &[("email", "ana@example.test")]).await;
        let waiting = server.database.count("select count(*) from letter").await;
        assert_eq!(waiting, 2, "the emails are still in the queue, sealed");
        let dump = dump(&server.database).await;
        assert!(dump.contains("ana@example.test"), "the dump is one");
        let emails = server.emails().await;
        let token = |link: &str| link.split("token=").nth(1).expect("a token").to_owned();
        let mut secrets =
            vec![browser.cookies["usher"].clone(), browser.cookies["usher_browser"].clone(), PASSWORD.into()];
        secrets.extend(emails.iter().filter_map(|email| email.link()).map(token));
        secrets.extend(emails.iter().filter_map(|email| email.code()).map(str::to_owned));
        assert_eq!(secrets.len(), 6);
        for secret in secrets {
            let hex = secret.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            assert!(!dump.contains(&secret) && !dump.contains(&hex), "{secret} lies in the database");
        }
    }
}

/// The contents of the database, as text.
async fn dump(database: &TestDatabase) -> String {
    match database.connect().await {
        RawConnection::Sqlite(_) => {
            let file = database.url.trim_start_matches("sqlite://");
            let read = |name: String| std::fs::read(name).unwrap_or_default();
            let bytes = [read(file.to_owned()), read(format!("{file}-wal"))].concat();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        RawConnection::Postgres(mut connection) => {
            let tables: Vec<String> = sqlx::query_scalar(
                "select table_name::text from information_schema.tables where table_schema = 'public'",
            )
            .fetch_all(&mut connection)
            .await
            .expect("the tables can be listed");
            let mut dump = String::new();
            for table in tables {
                let sql = AssertSqlSafe(format!("select t::text from \"{table}\" t"));
                let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("rows");
                dump.push_str(&rows.join("\n"));
            }
            dump
        }
    }
}
