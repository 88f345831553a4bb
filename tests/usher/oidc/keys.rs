//! Signing keys over their whole life: published before they sign, kept until their last token is dead.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use serde_json::Value;
use usher::domain::client::ClientType;
use usher::flows::RegisteredClient;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::relying_party::answer;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// An ID token lives for an hour; another instance may sign with an old key for ten minutes more.
const KEPT: u64 = HOUR + 600;

async fn published(house: &TestUsher) -> BTreeSet<String> {
    let keys = answer(house.http.get(house.at("/oauth2/jwks"))).await.json["keys"].clone();
    let kid = |key: &Value| key["kid"].as_str().expect("a kid").to_owned();
    keys.as_array().expect("a list").iter().map(kid).collect()
}

async fn machine(house: &TestUsher, alg: &str) -> RegisteredClient {
    house.client(ClientType::Machine, |client| client.id_token_signed_response_alg = alg.to_owned()).await
}

async fn token(house: &TestUsher, client: &RegisteredClient) -> String {
    house.call(client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.text("access_token")
}

fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

on_both_databases! {
    /// RL-06
    async fn over_half_a_year_every_token_verifies_with_keys_fetched_long_before(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let second = house.second_instance().await;
        let clients = [machine(&house, "RS256").await, machine(&house, "ES256").await, machine(&house, "PS256").await];
        let mut cached = published(&house).await;
        let mut signed_by = BTreeSet::new();
        for step in 0..(200 * 2) {
            // What the job of each instance does, one an hour behind the other.
            house.usher.tend_keys().await.expect("keys can be made");
            let client = &clients[step % 3];
            let token = token(&house, client).await;
            assert!(cached.contains(&kid(&token)), "step {step}: signed by a key that nobody could know");
            second.usher.reload_keys().await.expect("the house is whole");
            assert!(second.is_active(client, &token).await, "step {step}: the other instance");
            signed_by.insert(kid(&token));
            cached = published(&second).await;
            house.wait(DAY / 2);
        }
        assert_eq!(signed_by.len(), 9, "three keys of each kind");
        assert!(cached.len() < 9, "the oldest are gone: {cached:?}");
    }

    async fn an_old_key_is_kept_until_its_last_token_is_dead(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "RS256").await;
        house.wait(90 * DAY);
        house.usher.tend_keys().await.expect("keys can be made");
        let last = token(&house, &client).await;
        house.wait(DAY);
        house.usher.tend_keys().await.expect("keys can be made");
        let next = token(&house, &client).await;
        assert_ne!(kid(&last), kid(&next));
        house.wait(KEPT);
        house.usher.tend_keys().await.expect("keys can be made");
        assert!(published(&house).await.contains(&kid(&last)), "not a second too early");
        house.wait(1);
        house.usher.tend_keys().await.expect("keys can be made");
        assert!(!published(&house).await.contains(&kid(&last)));
        assert_eq!(published(&house).await.len(), 3);
    }

    async fn a_rotation_by_hand_publishes_first_and_signs_a_day_later(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "ES256").await;
        let before = kid(&token(&house, &client).await);
        house.wait(1);
        house.usher.rotate_keys(false).await.expect("keys can be made");
        assert_eq!(published(&house).await.len(), 6);
        assert_eq!(kid(&token(&house, &client).await), before);
        house.wait(DAY - 1);
        house.usher.tend_keys().await.expect("keys can be made");
        assert_eq!(kid(&token(&house, &client).await), before, "not everybody can know the new key yet");
        house.wait(1);
        house.usher.tend_keys().await.expect("keys can be made");
        assert_ne!(kid(&token(&house, &client).await), before);
    }

    async fn after_a_leak_the_new_keys_sign_at_once(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "ES256").await;
        let before = token(&house, &client).await;
        house.wait(1);
        house.usher.rotate_keys(true).await.expect("keys can be made");
        let after = token(&house, &client).await;
        assert_ne!(kid(&after), kid(&before));
        assert!(published(&house).await.contains(&kid(&after)));
        assert!(house.is_active(&client, &after).await);
    }

    /// RL-06
    async fn tokens_verify_while_keys_change_under_them(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let clients = [machine(&house, "ES256").await, machine(&house, "RS256").await];
        let work = async |client: &RegisteredClient| {
            for _ in 0..25 {
                let token = token(&house, client).await;
                assert!(house.is_active(client, &token).await);
            }
        };
        let rotations = async {
            for _ in 0..3 {
                house.wait(1);
                house.usher.rotate_keys(true).await.expect("keys can be made");
            }
        };
        let load = join_all(clients.iter().cycle().take(6).map(work));
        futures_util::future::join(load, rotations).await;
    }

    /// RL-07
    async fn two_instances_that_find_no_keys_make_one_set(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let second = house.second_instance().await;
        house.database.execute("delete from signing_key").await;
        let (one, two) = tokio::join!(house.usher.tend_keys(), second.usher.tend_keys());
        one.and(two).expect("keys can be made");
        assert_eq!(house.database.count("select count(*) from signing_key").await, 3);
        let (mine, theirs) = (published(&house).await, published(&second).await);
        house.usher.reload_keys().await.expect("the house is whole");
        assert_eq!(published(&house).await, mine, "each knew the whole set");
        assert_eq!(mine, theirs);
        let client = machine(&house, "RS256").await;
        assert!(second.is_active(&client, &token(&house, &client).await).await);
        assert!(house.is_active(&client, &token(&second, &client).await).await);
    }

    async fn the_keys_outlast_a_restart(db: TestDatabase) {
        let mut house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "PS256").await;
        let (before, keys) = (token(&house, &client).await, published(&house).await);
        house.restart().await;
        assert_eq!(published(&house).await, keys);
        assert!(house.is_active(&client, &before).await);
    }
}
