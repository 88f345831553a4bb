//! Which passwords are accepted, and that all of a password counts (PW-09, PW-10).

use reqwest::StatusCode;

use crate::harness::browser::{Browser, Landing};
use crate::harness::server::TestServer;

async fn register(server: &TestServer, browser: &mut Browser<'_>, email: &str, password: &str) -> Landing {
    let page = browser.open(&server.at("/register")).await;
    let form = [("given_name", "Anastasia"), ("family_name", "Souza"), ("email", email), ("password", password)];
    browser.submit(&page, &form).await
}

/// Registers, verifies the address, and returns whether signing in with `typed` works then.
async fn opens(set: &str, typed: &str) -> bool {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = register(&server, &mut browser, "ana@example.test", set).await;
    let code = server.emails().await[0].code().expect("a code").to_owned();
    assert_eq!(browser.submit(&page, &[("code", &code)]).await.status, StatusCode::OK);
    let mut fresh = server.browser();
    let page = fresh.open(&server.at("/login")).await;
    let landing = fresh.submit(&page, &[("email", "ana@example.test"), ("password", typed)]).await;
    landing.url == server.at("/account/profile")
}

#[tokio::test]
async fn a_password_that_will_not_do_is_refused_with_the_reason_at_its_field() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    for bad in ["short", "7 chars", "password", "PASSWORD", "iloveyou", "Anastasia1", "ana@example.test", "анна", ""]
    {
        let page = register(&server, &mut browser, "ana@example.test", bad).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
        assert!(!page.text("#password-error").is_empty(), "{bad:?}");
    }
    assert_eq!(server.usher.core.password_pool.taken_on(), 0, "nothing of it was hashed");
    assert!(server.emails().await.is_empty());
}

#[tokio::test]
async fn no_rule_says_what_a_password_is_made_of() {
    let server = TestServer::start().await;
    let long = "a sentence that nobody else would think of ".repeat(20);
    let good =
        ["eine blaue tür", "двері без ключа", "       x        y", "🦔🦉🐝🐌🦩🪷🐚🪼", "qjwkzvbx", long.as_str()];
    for (n, good) in good.into_iter().enumerate() {
        let page = register(&server, &mut server.browser(), &format!("ana{n}@example.test"), good).await;
        assert!(page.url.contains("/verify?proof="), "{good:?}: {}", page.body);
    }
}

#[tokio::test]
async fn composed_and_decomposed_letters_are_the_same_password() {
    assert!(opens("une porte très étroite", "une porte tre\u{300}s e\u{301}troite").await);
}

#[tokio::test]
async fn every_byte_of_a_long_password_counts() {
    let start = "x7 ".repeat(30);
    assert!(!opens(&format!("{start}first end"), &format!("{start}other end")).await);
    assert!(!opens(&format!("{start}first end"), &format!("{start}first end ")).await, "white space is not cut");
}

/// PW-10: a megabyte is rejected before anything is hashed.
#[tokio::test]
async fn an_endless_password_is_refused_without_hashing() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let before = server.usher.core.password_pool.taken_on();
    for length in [1_025, 20_000, 1_000_000] {
        let endless = "p".repeat(length);
        for path in ["/login", "/register", "/recover/reset", "/setup/x"] {
            let mut browser = server.browser();
            let csrf = browser.open(&server.at("/login")).await.value("csrf");
            let form = [
                ("csrf", csrf.as_str()),
                ("email", "ana@example.test"),
                ("given_name", "A"),
                ("family_name", "B"),
                ("token", "x"),
                ("password", &endless),
            ];
            let reply = server.post_as(&browser, path, &form).await;
            assert!(reply.status.is_client_error(), "{path} {length}: {}", reply.status);
        }
    }
    assert_eq!(server.usher.core.password_pool.taken_on(), before);
}
