//! Second factors of users with linked identities (UP-15), and requirements of changes to an account.

use crate::storage::samples::in_tx;

use super::{ANA, App, at_second_step, server_with_app, set_up};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{FACEBOOK, GOOGLE, Providers, X, server_with};
use crate::harness::server::{PASSWORD, TestServer};

const NEWCOMER: &str = "maria";

/// A user who signed in with Google and has an authenticator app, a minute later.
async fn with_app(server: &TestServer, at: &Providers) -> App {
    let mut browser = server.browser();
    assert_eq!(browser.come_by(at, GOOGLE, NEWCOMER).await.url, server.at("/account/profile"));
    let app = set_up(server, &mut browser).await;
    assert_eq!(app.codes.len(), 10);
    server.wait(60);
    app
}

async fn sign_out(server: &TestServer, browser: &mut Browser<'_>) {
    let page = browser.open(&server.at("/logout")).await;
    browser.submit(&page, &[("logout", "yes")]).await;
}

/// Must the user authenticate again?
fn asked_again(server: &TestServer, landing: &Landing) -> bool {
    landing.url.starts_with(&server.at("/login?next=")) && landing.url.ends_with("&again=1")
}

on_both_databases! {
    async fn whoever_comes_by_a_provider_is_asked_for_the_second_step_and_remembered_by_the_provider(db: TestDatabase) {
        let (server, at) = server_with(db, &[X, FACEBOOK, GOOGLE]).await;
        let app = with_app(&server, &at).await;
        let mut browser = server.browser();
        let step = browser.come_by(&at, GOOGLE, NEWCOMER).await;
        assert!(step.url.starts_with(&server.at("/login/second?pending=")), "{}", step.url);
        assert!(!browser.is_in().await, "nobody is in before the second step");
        let done = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        assert_eq!(done.url, server.at("/account/profile"), "{}", done.body);
        sign_out(&server, &mut browser).await;
        let page = browser.open(&server.at("/login")).await;
        assert!(page.text("[data-provider=google] .badge").contains("Last used"), "{}", page.body);
        let order: Vec<usize> = ["google", "facebook", "x"]
            .iter()
            .map(|id| page.body.find(&format!("data-provider=\"{id}\"")).expect("a button"))
            .collect();
        assert!(order.is_sorted(), "Google, Facebook, X: {order:?}");
    }

    /// A browser that is exempt from the second factor is not exempt for changes of sign-in methods.
    async fn a_spared_browser_changes_nothing_that_opens_the_account(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let app = server_with_app(&server).await;
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        browser.submit(&step, &[("remember", "1"), ("code", &app.code(server.now()))]).await;
        assert_eq!(browser.link(&at, GOOGLE, "ana").await.url, server.at("/account/identities?done=linked"));
        sign_out(&server, &mut browser).await;
        server.wait(60);
        let page = browser.open(&server.at("/login")).await;
        browser.submit(&page, &[("email", ANA), ("password", PASSWORD)]).await;
        assert!(browser.is_in().await, "it is spared the second step");

        assert!(asked_again(&server, &browser.open(&server.at("/account/email")).await), "a new address");
        let page = browser.open(&server.at("/account/identities")).await;
        let identity = page.value("unlink");
        for (field, value) in [("link", "google"), ("unlink", identity.as_str())] {
            assert!(asked_again(&server, &browser.submit(&page, &[(field, value)]).await), "{field}");
        }
        let page = browser.open(&server.at("/account/data")).await;
        let form = [("csrf", page.value("csrf")), ("confirmation", ANA.to_owned())];
        let form = form.map(|(name, value)| (name.to_owned(), value));
        let left = browser.post(&server.at("/account/data/delete"), &form).await;
        assert!(asked_again(&server, &left), "{} {}", left.url, left.body);
        assert_eq!((server.users().await, server.identities().await), (1, 1), "and nothing has changed");

        let again = browser.open(&server.at("/login?next=%2Faccount%2Fidentities&again=1")).await;
        let step = browser.submit(&again, &[("password", PASSWORD)]).await;
        let page = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        let done = browser.submit(&page, &[("unlink", identity.as_str())]).await;
        assert_eq!(done.url, server.at("/account/identities?done=unlinked"), "{}", done.body);
    }

    async fn whoever_has_no_password_is_not_asked_for_one(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, NEWCOMER).await;
        server.wait(301);
        let page = browser.open(&server.at("/account/email")).await;
        assert!(asked_again(&server, &page), "{}", page.url);
        assert!(!page.body.contains("type=\"password\"") && page.body.contains("data-provider=\"google\""), "{}", page.body);
    }

    /// After "this wasn't me" linking and unlinking is rejected for a day, even after a recent authentication.
    async fn a_disowned_account_links_and_unlinks_nothing_for_a_day(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        browser.link(&at, GOOGLE, "ana").await;
        let ana = server.usher.users.load_user(ANA).await.unwrap();
        let until = server.now() + std::time::Duration::from_secs(3600);
        let freeze = in_tx!(server.database.store, |tx| tx.freeze_factors(ana.id, until).await);
        freeze.unwrap();
        let page = browser.open(&server.at("/account/identities")).await;
        let refused = browser.submit(&page, &[("unlink", &page.value("unlink"))]).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.body);
        browser.link(&at, X, "ana").await;
        assert_eq!(server.identities().await, 1);
    }
}
