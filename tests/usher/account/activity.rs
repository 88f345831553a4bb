//! The activity log of an account.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn activity_is_listed_newest_first_under_headings(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        // Two events within one second have no defined order.
        server.wait(1);
        let mut browser = server.browser();
        server.tokens(&mut browser, &client, ANA).await;
        let page = browser.open(&server.at("/account/activity")).await;
        let shown = page.text(".log");
        for words in ["Account created", "Signed in", "Allowed Test web", "Signed in to Test web", "This computer"] {
            assert!(shown.contains(words), "{words} is missing: {shown}");
        }
        let place = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words}"));
        assert!(place("Allowed Test web") < place("Account created"), "{shown}");
        let sign_ins = browser.open(&server.at("/account/activity?kind=sign-ins")).await.text(".log");
        assert!(sign_ins.contains("Signed in") && !sign_ins.contains("Allowed"), "{sign_ins}");
        let security = browser.open(&server.at("/account/activity?kind=security")).await;
        assert!(security.text(".log").is_empty() && security.status == StatusCode::OK);
    }

    async fn a_long_story_is_cut_into_pages_that_miss_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        for number in 0..60 {
            server.wait(1);
            let page = browser.open(&server.at("/account/profile")).await;
            browser.submit(&page, &[("nickname", &format!("n{number}"))]).await;
        }
        let all = server.database.count("select count(*) from event where user_id is not null").await;
        let (mut shown, mut url, mut pages) = (0, server.at("/account/activity"), 0);
        loop {
            let page = browser.open(&url).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            shown += page.body.matches("id=\"event-").count();
            pages += 1;
            let Some(next) = page.body.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                break;
            };
            url = server.at(&next.replace("&#38;", "&"));
        }
        assert_eq!((i64::try_from(shown).expect("few"), pages), (all, 3));
    }

    /// AD-08: a malformed cursor is rejected.
    async fn a_forged_place_in_the_list_is_refused(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        for query in ["before=x", "before=%27%20or%201=1", "kind=passwords", "kind=%25", "before=AAAA"] {
            let page = browser.open(&server.at(&format!("/account/activity?{query}"))).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
        }
    }

    async fn nobody_reads_what_happened_to_somebody_else(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut ana = server.browser();
        server.tokens(&mut ana, &client, ANA).await;
        let mut bob = server.signed_in("bob@example.test").await;
        let shown = bob.open(&server.at("/account/activity")).await.text(".log");
        assert!(!shown.contains("Allowed") && shown.contains("Signed in"), "{shown}");
    }

    /// A user who finds a foreign sign-in ends everything with two clicks.
    async fn the_reader_says_that_it_was_not_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut thief = server.signed_in(ANA).await;
        let mut owner = server.signed_in(ANA).await;
        let page = owner.open(&server.at("/account/activity")).await;
        assert_eq!(page.body.matches("href=\"/account/not-me\"").count(), 1, "her own sign-in is not offered");
        let ask = owner.open(&server.at("/account/not-me")).await;
        let done = owner.submit(&ask, &[("token", "")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for browser in [&mut thief, &mut owner] {
            assert_eq!(browser.open(&server.at("/account/not-me")).await.url, server.at("/login?next=%2Faccount%2Fnot-me"));
        }
    }
}
