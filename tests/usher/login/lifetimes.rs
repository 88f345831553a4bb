//! The lifetimes of sessions (SE-08).

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;

/// An idle lifetime of one hour, an absolute one of three.
const SHORT: &[(&str, &str)] = &[("session.idle", "1h"), ("session.absolute", "3h")];

async fn is_in(house: &TestUsher, browser: &mut Browser<'_>) -> bool {
    browser.open(&house.at("/account/profile")).await.url == house.at("/account/profile")
}

on_both_databases! {
    async fn a_session_that_nobody_uses_ends(db: TestDatabase) {
        let house = TestUsher::on(db, SHORT).await;
        house.user("ana@example.test").await;
        let mut browser = house.signed_in("ana@example.test").await;
        house.wait(3_599);
        assert!(is_in(&house, &mut browser).await, "a second before the limit");
        house.wait(3_600);
        assert!(!is_in(&house, &mut browser).await, "at the limit");
        assert!(!is_in(&house, &mut browser).await, "and it stays over");
    }

    async fn no_use_carries_a_session_beyond_its_absolute_limit(db: TestDatabase) {
        let house = TestUsher::on(db, SHORT).await;
        house.user("ana@example.test").await;
        let mut browser = house.signed_in("ana@example.test").await;
        for _ in 0..5 {
            house.wait(1_800);
            assert!(is_in(&house, &mut browser).await);
        }
        house.wait(1_799);
        assert!(is_in(&house, &mut browser).await, "a second before the limit");
        house.wait(1);
        assert!(!is_in(&house, &mut browser).await, "however lately it was used");
    }

    async fn signing_in_again_does_not_move_the_absolute_limit(db: TestDatabase) {
        let house = TestUsher::on(db, SHORT).await;
        house.user("ana@example.test").await;
        let mut browser = house.signed_in("ana@example.test").await;
        for _ in 0..3 {
            house.wait(3_000);
            let page = browser.open(&house.at("/login")).await;
            browser.sign_in(&page, "ana@example.test").await;
            assert!(is_in(&house, &mut browser).await);
        }
        house.wait(1_800);
        assert!(!is_in(&house, &mut browser).await);
        assert_eq!(house.database.count("select count(*) from session").await, 1);
        let page = browser.open(&house.at("/login")).await;
        browser.sign_in(&page, "ana@example.test").await;
        assert_eq!(house.database.count("select count(*) from session").await, 2, "then it is a new one");
    }

    async fn whoever_works_in_the_console_is_not_idle(db: TestDatabase) {
        let house = TestUsher::on(db, SHORT).await;
        let mut browser = crate::console::administrator(&house).await;
        for _ in 0..3 {
            house.wait(2_400);
            assert_eq!(browser.open(&house.at("/console")).await.url, house.at("/console"));
        }
    }
}
