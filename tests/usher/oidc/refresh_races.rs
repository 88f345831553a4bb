//! Refreshes at the same moment: whatever the order, a family is a chain.

use futures_util::future::{join, join_all};
use usher::domain::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::relying_party::count;

const ANA: &str = "ana@example.test";
/// Families a race is run on.
const FAMILIES: usize = 12;
/// Requests at once.
const AT_ONCE: usize = 20;
const FORWARD: &str = "select coalesce(max(generation), 0) from grants";
const LIVING: &str = "select count(*) from grants where revoked_at is null";

on_both_databases! {
    /// RT-04
    async fn of_many_refreshes_at_once_all_get_the_one_successor(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |client| client.first_party = true).await;
        let second = house.second_instance().await;
        let mut browser = house.browser();
        for _ in 0..FAMILIES {
            let token = house.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let asks = (0..AT_ONCE).map(|n| if n % 2 == 0 { &house } else { &second }.refresh(&client, &token));
            let answers = join_all(asks).await;
            assert_eq!(count(&answers, 200), AT_ONCE, "{answers:?}");
            let successor = answers[0].text("refresh_token");
            assert!(answers.iter().all(|answer| answer.text("refresh_token") == successor), "the chain forked");
            assert_eq!(house.refresh(&client, &successor).await.status, 200);
        }
        assert_eq!(house.database.count(FORWARD).await, 3, "each family took two steps");
    }

    /// RT-04
    async fn without_a_retry_window_one_of_many_succeeds_and_the_family_ends(db: TestDatabase) {
        let house = TestUsher::on(db, &[("tokens.refresh_retry_window", "0s")]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |client| client.first_party = true).await;
        let second = house.second_instance().await;
        for _ in 0..FAMILIES {
            let token = house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token");
            let asks = (0..AT_ONCE).map(|n| if n % 2 == 0 { &house } else { &second }.refresh(&client, &token));
            let answers = join_all(asks).await;
            assert_eq!((count(&answers, 200), count(&answers, 400)), (1, AT_ONCE - 1), "{answers:?}");
            let won = answers.iter().find(|answer| answer.status == 200).expect("a winner");
            assert_eq!(house.refresh(&client, &won.text("refresh_token")).await.error(), "invalid_grant");
        }
        let reuses = house.database.count("select count(*) from event where kind = 'token.reuse_detected'").await;
        assert_eq!((usize::try_from(reuses).expect("a count"), house.database.count(LIVING).await), (FAMILIES, 0));
    }

    /// RT-06
    async fn what_was_revoked_stays_revoked_however_a_refresh_races_it(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = house.browser();
        for n in 0..40 {
            let token = house.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let revocation = [("token", token.as_str())];
            let revoke = house.call(&client, "/oauth2/revoke", &revocation);
            let refresh = house.refresh(&client, &token);
            let (revoked, refreshed) = if n % 2 == 0 { join(revoke, refresh).await } else {
                let (refreshed, revoked) = join(refresh, revoke).await;
                (revoked, refreshed)
            };
            assert_eq!(revoked.status, 200);
            assert_eq!(house.refresh(&client, &token).await.error(), "invalid_grant");
            if refreshed.status == 200 {
                assert_eq!(house.refresh(&client, &refreshed.text("refresh_token")).await.error(), "invalid_grant");
                assert_eq!(house.userinfo(&refreshed.text("access_token")).await.status, 401);
            }
        }
        assert_eq!(house.database.count(LIVING).await, 0);
    }
}
