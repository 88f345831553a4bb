//! Rate limits, and that nobody can lock out another user.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use usher_domain::secret::Secret;

use crate::harness::browser::Browser;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::server::{PASSWORD, TestServer};
use crate::web::wire::{Reply, send};

const ANA: &str = "ana@example.test";

/// A browser with an open page, and the token of its forms.
async fn with_csrf(server: &TestServer) -> (Browser<'_>, String) {
    let mut browser = server.browser();
    let csrf = browser.open(&server.at("/login")).await.value("csrf");
    (browser, csrf)
}

async fn guess(server: &TestServer, browser: &Browser<'_>, csrf: &str, email: &str, password: &str) -> Reply {
    server.post_as(browser, "/login", &[("csrf", csrf), ("email", email), ("password", password)]).await
}

/// The same, with these headers.
async fn guess_from(server: &TestServer, at: &(Browser<'_>, String), email: &str, headers: &[(&str, &str)]) -> Reply {
    let form = [("csrf", at.1.as_str()), ("email", email), ("password", "a wrong password it is")];
    let request = server.ask(Method::POST, "/login", &at.0.cookies).form(&form);
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

on_both_databases! {
    /// PW-03: wrong passwords are rate-limited, with a time to wait, and no account is locked for ever.
    async fn after_ten_wrong_passwords_one_waits(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (browser, csrf) = with_csrf(&server).await;
        for _ in 0..10 {
            assert_eq!(guess(&server, &browser, &csrf, ANA, "a wrong password it is").await.status, 422);
        }
        let before = server.usher.core.password_pool.taken_on();
        let refused = guess(&server, &browser, &csrf, ANA, PASSWORD).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "even the right one has to wait");
        assert_eq!(server.usher.core.password_pool.taken_on(), before, "and is not looked at");
        let wait = refused.retry_after().expect("it says for how long");
        assert!((1..=60).contains(&wait), "{wait}");
        server.wait(wait);
        assert_eq!(guess(&server, &browser, &csrf, ANA, PASSWORD).await.status, StatusCode::SEE_OTHER);
    }

    /// PW-03, PW-04: the owner's own browser is not affected by attackers.
    async fn a_browser_that_the_owner_has_used_is_not_locked_out_by_strangers(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut owner = server.signed_in(ANA).await;
        let page = owner.open(&server.at("/logout")).await;
        owner.submit(&page, &[("logout", "yes")]).await;
        let (stranger, csrf) = with_csrf(&server).await;
        for _ in 0..12 {
            guess(&server, &stranger, &csrf, ANA, "a wrong password it is").await;
        }
        assert_eq!(guess(&server, &stranger, &csrf, ANA, PASSWORD).await.status, 429);
        let page = owner.open(&server.at("/login")).await;
        assert_eq!(owner.sign_in(&page, ANA).await.url, server.at("/account/profile"));
    }

    /// PW-03: a rate-limited owner can still recover the password by email.
    async fn recovery_is_open_to_an_owner_who_has_to_wait(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (mut browser, csrf) = with_csrf(&server).await;
        for _ in 0..11 {
            guess(&server, &browser, &csrf, ANA, "a wrong password it is").await;
        }
        let page = browser.open(&server.at("/recover")).await;
        assert_eq!(browser.submit(&page, &[("email", ANA)]).await.status, StatusCode::OK);
        assert_eq!(server.emails().await.len(), 1);
    }

    /// PW-05: of two hundred simultaneous guesses no more are checked than the limit allows.
    async fn two_hundred_guesses_at_once_get_no_more_than_the_limit(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (browser, csrf) = with_csrf(&server).await;
        let guesses = (0..200).map(|_| guess(&server, &browser, &csrf, ANA, "a wrong password it is"));
        let replies = join_all(guesses).await;
        let looked_at = replies.iter().filter(|reply| reply.status == 422).count();
        let refused = replies.iter().filter(|reply| reply.status == 429).count();
        assert_eq!((looked_at, looked_at + refused), (10, 200));
    }

    /// PW-07: all spellings of an address count together.
    async fn one_address_has_one_counter_however_it_is_written(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (browser, csrf) = with_csrf(&server).await;
        let spellings =
            ["ana@example.test", "ANA@example.test", " ana@example.test ", "Ana@EXAMPLE.test", "aNa@Example.Test"];
        for spelling in spellings.iter().cycle().take(10) {
            assert_eq!(guess(&server, &browser, &csrf, spelling, "a wrong password it is").await.status, 422);
        }
        for spelling in spellings {
            assert_eq!(guess(&server, &browser, &csrf, spelling, PASSWORD).await.status, 429, "{spelling:?}");
        }
    }

    /// PW-06: no header of a client makes a new source.
    async fn a_header_makes_nobody_a_new_source(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let at = with_csrf(&server).await;
        let mut last = StatusCode::OK;
        for n in 0..11 {
            let address = format!("203.0.113.{n}");
            let headers =
                ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "x_forwarded_for", "true-client-ip"];
            last = guess_from(&server, &at, ANA, &headers.map(|name| (name, address.as_str()))).await.status;
        }
        assert_eq!(last, 429);
    }

    /// PW-06: behind a trusted proxy the nearest hop counts, and an IPv6 network is one source.
    async fn behind_a_proxy_the_nearest_hop_counts_and_a_network_is_one_source(db: TestDatabase) {
        let server = TestServer::on(db, &[("trusted_proxies", "127.0.0.0/8,::1/128")]).await;
        let at = with_csrf(&server).await;
        for n in 0..11 {
            let planted = format!("198.51.100.{n}, 2001:db8:1:2::{n:x}");
            let status = guess_from(&server, &at, ANA, &[("x-forwarded-for", &planted)]).await.status;
            assert_eq!(status, if n < 10 { 422 } else { 429 }, "{n}");
        }
        let elsewhere = guess_from(&server, &at, ANA, &[("x-forwarded-for", "2001:db8:1:3::1")]).await;
        assert_eq!(elsewhere.status, 422, "another network is another source");
    }

    /// PW-04: one guess at each of many accounts is limited by source.
    async fn one_guess_at_each_of_many_accounts_is_throttled_by_source(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "2/min")]).await;
        let at = with_csrf(&server).await;
        for n in 0..40 {
            assert_eq!(guess_from(&server, &at, &format!("person{n}@e.test"), &[]).await.status, 422, "{n}");
        }
        assert_eq!(guess_from(&server, &at, "person40@e.test", &[]).await.status, 429);
    }

    /// PW-04: guesses at one account from many sources fill the account's own bucket.
    async fn many_sources_together_are_throttled_by_account(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "2/min"), ("trusted_proxies", "127.0.0.0/8,::1/128")]).await;
        server.user(ANA).await;
        let at = with_csrf(&server).await;
        for n in 0..11 {
            let source = format!("198.51.100.{n}");
            let status = guess_from(&server, &at, ANA, &[("x-forwarded-for", &source)]).await.status;
            assert_eq!(status, if n < 10 { 422 } else { 429 }, "{n}");
        }
    }

    /// Attempts that are rejected at one source use up nothing of the shared bucket.
    async fn whoever_tries_on_from_one_address_keeps_the_owner_out_at_no_other(db: TestDatabase) {
        let server = TestServer::on(db, &[("trusted_proxies", "127.0.0.0/8,::1/128")]).await;
        server.user(ANA).await;
        let at = with_csrf(&server).await;
        for n in 0..70 {
            let status = guess_from(&server, &at, ANA, &[("x-forwarded-for", "198.51.100.1")]).await.status;
            assert_eq!(status, if n < 10 { 422 } else { 429 }, "{n}");
        }
        for source in ["198.51.100.2", "198.51.100.3"] {
            let form = [("csrf", at.1.as_str()), ("email", ANA), ("password", PASSWORD)];
            let request = server.ask(Method::POST, "/login", &at.0.cookies).form(&form);
            assert_eq!(send(request.header("x-forwarded-for", source)).await.status, StatusCode::SEE_OTHER, "{source}");
        }
    }

    /// Attempts that are rejected because of the account's bucket do not count for the source.
    async fn a_try_that_a_wider_limit_refuses_does_not_count_in_a_narrower_one(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "2/min"), ("trusted_proxies", "127.0.0.0/8,::1/128")]).await;
        server.user(ANA).await;
        let at = with_csrf(&server).await;
        for n in 0..10 {
            let source = format!("198.51.100.{n}");
            assert_eq!(guess_from(&server, &at, ANA, &[("x-forwarded-for", &source)]).await.status, 422, "{n}");
        }
        for _ in 0..20 {
            assert_eq!(guess_from(&server, &at, ANA, &[("x-forwarded-for", "198.51.100.77")]).await.status, 429);
        }
        server.wait(12);
        for _ in 0..2 {
            assert_eq!(guess_from(&server, &at, ANA, &[("x-forwarded-for", "198.51.100.77")]).await.status, 422);
        }
    }

    /// PW-08: the form that changes a password has the same limit.
    async fn the_current_password_cannot_be_guessed_at_will(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let csrf = browser.open(&server.at("/account/security")).await.value("csrf");
        let form =
            [("csrf", csrf.as_str()), ("current_password", "a wrong password it is"), ("password", "a fine new door")];
        for _ in 0..10 {
            assert_eq!(server.post_as(&browser, "/account/security", &form).await.status, 422);
        }
        let refused = server.post_as(&browser, "/account/security", &form).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.retry_after().is_some(), "it says when to come back");
        let sign_in = guess(&server, &browser, &csrf, ANA, PASSWORD).await;
        assert_eq!(sign_in.status, 429, "signing in from this browser shares the counter");
    }

    /// After the hashing parameters were changed, simultaneous sign-ins of one user all rehash the password: one
    /// stores it.
    async fn simultaneous_sign_ins_after_the_cost_was_raised_all_succeed(db: TestDatabase) {
        let key = ("master_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let cheap = TestServer::on(db, &[key]).await;
        cheap.user(ANA).await;
        let dear = [key, ("passwords.iterations", "3"), ("passwords.memory_kib", "4096")];
        let server = TestServer::on(cheap.database.shared().await, &dear).await;
        let mut forms = Vec::new();
        for _ in 0..4 {
            forms.push(with_csrf(&server).await);
        }
        let tries = forms.iter().map(|(browser, csrf)| guess(&server, browser, csrf, ANA, PASSWORD));
        let statuses: Vec<_> = join_all(tries).await.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [StatusCode::SEE_OTHER; 4]);
        let (browser, csrf) = with_csrf(&server).await;
        assert_eq!(guess(&server, &browser, &csrf, ANA, "a wrong password it is").await.status, 422);
    }

    async fn an_owner_may_turn_the_limit_off(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        let (browser, csrf) = with_csrf(&server).await;
        for _ in 0..30 {
            assert_eq!(guess(&server, &browser, &csrf, ANA, "a wrong password it is").await.status, 422);
        }
    }
}

/// When the hashing queue is full, further sign-ins are rejected at once, and other requests are not slowed down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_later_and_slows_nothing_else() {
    let settings = [
        ("passwords.permits", "1"),
        ("passwords.queue", "0"),
        ("passwords.iterations", "32"),
        ("passwords.memory_kib", "65536"),
    ];
    let server = TestServer::on(TestDatabase::sqlite().await, &settings).await;
    let (browser, csrf) = with_csrf(&server).await;
    let (usher, started) = (server.usher.clone(), Arc::new(tokio::sync::Notify::new()));
    let rung = started.clone();
    let hashing = tokio::spawn(async move {
        let work = usher.core.password_pool.hash(Secret::from("something long to hash"), [7; 16]);
        tokio::pin!(work);
        // The slot is taken as soon as the future was polled once.
        let waits = poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await;
        assert!(waits);
        rung.notify_one();
        work.await
    });
    started.notified().await;
    let refused = guess(&server, &browser, &csrf, ANA, PASSWORD).await;
    let jwks = send(server.http.get(server.at("/oauth2/jwks"))).await;
    let token = send(server.http.post(server.at("/oauth2/token")).form(&[("grant_type", "refresh_token")])).await;
    assert!(!hashing.is_finished(), "all of that was answered while the one place was taken");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.retry_after().is_some());
    assert_eq!((jwks.status, token.status), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    hashing.await.expect("it ends").expect("it had its place");
    assert_eq!(guess(&server, &browser, &csrf, ANA, PASSWORD).await.status, 422, "then there is room again");
}
