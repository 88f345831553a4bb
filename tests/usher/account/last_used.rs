//! The sign-in page shows the last sign-in method of the browser, and an abbreviated address.

use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

#[tokio::test]
async fn a_browser_sees_how_it_signed_in_last_and_as_whom_in_part() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    let page = browser.open(&server.at("/logout")).await;
    browser.submit(&page, &[("logout", "yes")]).await;
    let page = browser.open(&server.at("/login")).await;
    let shown = page.text(".last-used");
    assert!(shown.contains("a…@example.test"), "{shown}");
    assert!(!page.body.contains(ANA), "never the whole address");
    assert!(!browser.cookies["usher_last"].contains("example"), "the cookie is sealed");
    assert!(server.browser().open(&server.at("/login")).await.text(".last-used").is_empty());
}

#[tokio::test]
async fn a_failed_sign_in_is_not_remembered_and_a_forged_cookie_says_nothing() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.browser();
    let page = browser.open(&server.at("/login")).await;
    browser.submit(&page, &[("email", ANA), ("password", "a wrong password it is")]).await;
    assert!(!browser.cookies.contains_key("usher_last"), "nobody learns whether the address is known");
    for forged in ["", "x", "eyJtZXRob2QiOiJwYXNzd29yZCJ9", &"A".repeat(4_000)] {
        browser.cookies.insert("usher_last".into(), forged.to_owned());
        let page = browser.open(&server.at("/login")).await;
        assert!(page.text(".last-used").is_empty(), "{forged}");
    }
}
