//! The lifecycle of signing keys: published before they sign, kept until their last token has expired.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::watch;
use usher::jobs;
use usher_domain::key::{KeyState, SigningAlg, SigningKeyRecord};
use usher_domain::oauth::client::ClientType;
use usher_flows::RegisteredClient;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::relying_party::{answer, kid};

const ANA: &str = "ana@example.test";
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// Each algorithm has a key of its own.
const ALGORITHMS: usize = SigningAlg::ALL.len();
/// The lifetime of an ID token, and ten minutes in which another instance may sign with an old key.
const KEPT: u64 = HOUR + 600;

async fn published(house: &TestUsher) -> BTreeSet<String> {
    let keys = answer(house.http.get(house.at("/oauth2/jwks"))).await.json["keys"].clone();
    let kid = |key: &Value| key["kid"].as_str().expect("a kid").to_owned();
    keys.as_array().expect("a list").iter().map(kid).collect()
}

async fn machine(house: &TestUsher, alg: &str) -> RegisteredClient {
    house.client(ClientType::Machine, |client| client.access_token_signed_response_alg = Some(alg.to_owned())).await
}

async fn token(house: &TestUsher, client: &RegisteredClient) -> String {
    house.call(client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.text("access_token")
}

/// The jobs that reload keys and dispatch events, for an instance that a test has started by hand.
fn learns(house: &TestUsher) -> watch::Sender<bool> {
    let (stop, going_on) = watch::channel(false);
    let job = jobs::all(None).into_iter().find(|job| job.name() == "learn_keys").expect("there is that job");
    tokio::spawn(jobs::keep_at(job, house.usher.clone(), "learner".to_owned(), going_on));
    stop
}

async fn state_of(house: &TestUsher, kid: &str) -> Option<KeyState> {
    let keys = house.usher.list_keys().await.expect("the house is whole");
    keys.iter().find(|key| key.kid == kid).map(SigningKeyRecord::state)
}

on_both_databases! {
    /// RL-06
    async fn over_half_a_year_every_token_verifies_with_keys_fetched_long_before(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let second = house.second_instance().await;
        let mut clients = Vec::new();
        for alg in ["RS256", "ES256", "PS256", "EdDSA"] {
            clients.push(machine(&house, alg).await);
        }
        let mut cached = published(&house).await;
        let mut signed_by = BTreeSet::new();
        for step in 0..(200 * 2) {
            // The job of each instance, one an hour behind the other.
            house.usher.tend_keys().await.expect("keys can be made");
            let client = &clients[step % 4];
            let token = token(&house, client).await;
            assert!(cached.contains(&kid(&token)), "step {step}: signed by a key that nobody could know");
            second.usher.reload_keys().await.expect("the house is whole");
            assert!(second.is_active(client, &token).await, "step {step}: the other instance");
            signed_by.insert(kid(&token));
            cached = published(&second).await;
            house.wait(DAY / 2);
        }
        assert_eq!(signed_by.len(), 12, "three keys of each kind");
        assert!(cached.len() < 12, "the oldest are gone: {cached:?}");
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
        assert_eq!(published(&house).await.len(), ALGORITHMS);
    }

    async fn a_rotation_by_hand_publishes_first_and_signs_a_day_later(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "ES256").await;
        let before = kid(&token(&house, &client).await);
        house.wait(1);
        house.usher.rotate_keys(false).await.expect("keys can be made");
        assert_eq!(published(&house).await.len(), 2 * ALGORITHMS);
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
        assert_eq!(house.database.count("select count(*) from signing_key").await, i64::try_from(ALGORITHMS).unwrap());
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

    /// RL-06
    async fn a_key_that_was_removed_is_refused_at_once_wherever_its_tokens_come(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let second = house.second_instance().await;
        let _learning = learns(&second);
        let web = house.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = house.browser();
        let tokens = house.tokens(&mut browser, &web, ANA).await;
        let (access, hint) = (tokens.text("access_token"), tokens.text("id_token"));
        let own = house.tokens_of(ANA).await.text("access_token");
        let gone: BTreeSet<String> = [&access, &hint, &own].iter().map(|token| kid(token)).collect();
        assert!(second.is_active(&web, &access).await && house.me(&own).await.status == 200);

        house.usher.revoke_keys(&gone).await.expect("they can be removed");
        assert!(published(&house).await.is_disjoint(&gone));
        assert_eq!(published(&house).await.len(), ALGORITHMS, "others have taken their place");
        assert_eq!(house.userinfo(&access).await.status, 401);
        assert!(!house.is_active(&web, &access).await);
        assert_eq!(house.me(&own).await.status, 401);
        let page = browser.open(&house.at(&format!("/oauth2/logout?id_token_hint={hint}"))).await;
        assert!(page.body.contains("name=\"logout\""), "the hint proves nothing: the person is asked");

        // The other instance was not asked to reload.
        while second.is_active(&web, &access).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(published(&second).await.is_disjoint(&gone));
        let next = house.refresh(&web, &tokens.text("refresh_token")).await.text("access_token");
        assert!(!gone.contains(&kid(&next)));
        assert!(house.is_active(&web, &next).await && second.is_active(&web, &next).await);
    }

    async fn what_was_to_sign_next_signs_when_a_key_is_removed_and_the_others_stay_as_they_are(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "ES256").await;
        let active = kid(&token(&house, &client).await);
        house.wait(1);
        house.usher.rotate_keys(false).await.expect("keys can be made");
        let next: Vec<String> = published(&house).await.into_iter().filter(|kid| *kid != active).collect();
        house.usher.revoke_keys(&BTreeSet::from([active.clone()])).await.expect("it can be removed");
        assert_eq!(published(&house).await.len(), 2 * ALGORITHMS - 1);
        let now = kid(&token(&house, &client).await);
        assert!(next.contains(&now), "it was published already");
        assert_eq!(state_of(&house, &active).await, None);

        let rest: Vec<String> = published(&house).await.into_iter().collect();
        let waiting = rest.iter().filter(|kid| **kid != now);
        for kid in waiting {
            let before = state_of(&house, kid).await;
            assert!(before == Some(KeyState::Next) || before == Some(KeyState::Active), "{before:?}");
        }
        let unknown = house.usher.revoke_keys(&BTreeSet::from([now.clone(), active])).await;
        assert!(unknown.is_err_and(|error| error.to_string().contains("signing key")));
        assert!(house.is_active(&client, &token(&house, &client).await).await);
        assert_eq!(kid(&token(&house, &client).await), now, "with one that is not there none is removed");
    }

    async fn after_the_master_key_has_leaked_every_key_is_replaced(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "PS256").await;
        let before = token(&house, &client).await;
        let all = published(&house).await;
        house.usher.revoke_keys(&all).await.expect("they can be removed");
        assert!(published(&house).await.is_disjoint(&all));
        assert_eq!(published(&house).await.len(), ALGORITHMS);
        assert!(!house.is_active(&client, &before).await);
        assert!(house.is_active(&client, &token(&house, &client).await).await);
        let told = "select count(*) from event where kind = 'key.revoked'";
        assert_eq!(house.database.count(told).await, i64::try_from(ALGORITHMS).unwrap());
    }

    /// RL-06
    async fn a_house_that_finds_only_expired_keys_signs_with_none_of_them(db: TestDatabase) {
        let mut house = TestUsher::on(db, &[]).await;
        let client = machine(&house, "RS256").await;
        let old = published(&house).await;
        house.database.execute("update signing_key set retired_at = created_at, expires_at = created_at + 60").await;
        house.wait(DAY);
        house.restart().await;
        let token = token(&house, &client).await;
        assert!(!old.contains(&kid(&token)));
        assert!(published(&house).await.is_disjoint(&old), "and they are forgotten");
        assert!(house.is_active(&client, &token).await);
    }
}
