//! Simultaneous refreshes: whatever the order, a family is a chain.

use futures_util::future::{join, join_all};
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::count;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
/// The families of a race.
const FAMILIES: usize = 12;
/// Simultaneous requests.
const AT_ONCE: usize = 20;
const FORWARD: &str = "select coalesce(max(generation), 0) from grants";
const REUSES: &str = "select count(*) from event where kind = 'token.reuse_detected'";
const LIVING: &str = "select count(*) from grants where revoked_at is null";

on_both_databases! {
    /// RT-04
    async fn of_many_refreshes_at_once_all_get_the_one_successor(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let second = server.second_instance().await;
        let mut browser = server.browser();
        for _ in 0..FAMILIES {
            let token = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let asks = (0..AT_ONCE).map(|n| if n % 2 == 0 { &server } else { &second }.refresh(&client, &token));
            let answers = join_all(asks).await;
            assert_eq!(count(&answers, 200), AT_ONCE, "{answers:?}");
            let successor = answers[0].text("refresh_token");
            assert!(answers.iter().all(|answer| answer.text("refresh_token") == successor), "the chain forked");
            assert_eq!(server.refresh(&client, &successor).await.status, 200);
        }
        assert_eq!(server.database.count(FORWARD).await, 3, "each family took two steps");
    }

    /// RT-04
    async fn processes_that_race_and_use_what_they_get_never_end_the_family(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let second = server.second_instance().await;
        let mut browser = server.browser();
        for _ in 0..FAMILIES {
            let token = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let pods = (0..AT_ONCE).map(|n| {
                let (instance, client, token) = (if n % 2 == 0 { &server } else { &second }, &client, token.clone());
                async move {
                    let got = instance.refresh(client, &token).await;
                    if got.status == 200 {
                        assert_eq!(instance.userinfo(&got.text("access_token")).await.status, 200);
                    }
                    got
                }
            });
            let answers = join_all(pods).await;
            let got: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
            let successor = got[0].text("refresh_token");
            assert!(got.iter().all(|answer| answer.text("refresh_token") == successor), "the chain forked");
            assert_eq!(count(&answers, 400), AT_ONCE - got.len(), "{answers:?}");
            assert_eq!(server.refresh(&client, &successor).await.status, 200, "the family goes on");
        }
        assert_eq!(server.database.count(REUSES).await, 0);
    }

    async fn without_a_retry_window_many_who_use_one_old_token_end_the_family_once(db: TestDatabase) {
        let server = TestServer::on(db, &[("tokens.refresh_retry_window", "0s")]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let second = server.second_instance().await;
        for _ in 0..FAMILIES {
            let token = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
            let successor = server.refresh(&client, &token).await;
            server.userinfo(&successor.text("access_token")).await;
            let asks = (0..AT_ONCE).map(|n| if n % 2 == 0 { &server } else { &second }.refresh(&client, &token));
            let answers = join_all(asks).await;
            assert_eq!(count(&answers, 400), AT_ONCE, "{answers:?}");
            assert_eq!(server.refresh(&client, &successor.text("refresh_token")).await.error(), "invalid_grant");
        }
        let reuses = server.database.count(REUSES).await;
        assert_eq!((usize::try_from(reuses).expect("a count"), server.database.count(LIVING).await), (FAMILIES, 0));
    }

    /// RT-06
    async fn what_was_revoked_stays_revoked_however_a_refresh_races_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = server.browser();
        for n in 0..40 {
            let token = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let revocation = [("token", token.as_str())];
            let revoke = server.call(&client, "/oauth2/revoke", &revocation);
            let refresh = server.refresh(&client, &token);
            let (revoked, refreshed) = if n % 2 == 0 { join(revoke, refresh).await } else {
                let (refreshed, revoked) = join(refresh, revoke).await;
                (revoked, refreshed)
            };
            assert_eq!(revoked.status, 200);
            assert_eq!(server.refresh(&client, &token).await.error(), "invalid_grant");
            if refreshed.status == 200 {
                assert_eq!(server.refresh(&client, &refreshed.text("refresh_token")).await.error(), "invalid_grant");
                assert_eq!(server.userinfo(&refreshed.text("access_token")).await.status, 401);
            }
        }
        assert_eq!(server.database.count(LIVING).await, 0);
    }
}
