//! The lifecycle of signing keys: published before they sign, kept until their last token has expired.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};
use usher::jobs;
use usher_accounts::RegisteredClient;
use usher_domain::key::{KeyState, SigningAlg, SigningKeyRecord};
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{answer, kid};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// Each algorithm has a key of its own.
const ALGORITHMS: usize = SigningAlg::ALL.len();
/// The lifetime of an ID token, and ten minutes in which another instance may sign with an old key.
const KEPT: u64 = HOUR + 600;

async fn published(server: &TestServer) -> BTreeSet<String> {
    let keys = answer(server.http.get(server.at("/oauth2/jwks"))).await.json["keys"].clone();
    let kid = |key: &Value| key["kid"].as_str().expect("a kid").to_owned();
    keys.as_array().expect("a list").iter().map(kid).collect()
}

async fn machine(server: &TestServer, alg: &str) -> RegisteredClient {
    server.client(ClientType::Machine, |client| client.access_token_signed_response_alg = Some(alg.to_owned())).await
}

async fn token(server: &TestServer, client: &RegisteredClient) -> String {
    server.call(client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.text("access_token")
}

/// The jobs that reload keys and dispatch events, for an instance that a test has started by hand.
fn learns(server: &TestServer) -> DropGuard {
    let stop = CancellationToken::new();
    let job = jobs::all(None).into_iter().find(|job| job.name() == "learn_keys").expect("there is that job");
    tokio::spawn(jobs::keep_at(job, server.usher.clone(), "learner".to_owned(), stop.clone()));
    stop.drop_guard()
}

async fn state_of(server: &TestServer, kid: &str) -> Option<KeyState> {
    let keys = server.usher.signing_keys.list_keys().await.expect("the keys can be read");
    keys.iter().find(|key| key.kid == kid).map(SigningKeyRecord::state)
}

on_both_databases! {
    /// RL-06
    async fn over_half_a_year_every_token_verifies_with_keys_fetched_long_before(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let second = server.second_instance().await;
        let mut clients = Vec::new();
        for alg in ["RS256", "ES256", "PS256", "EdDSA"] {
            clients.push(machine(&server, alg).await);
        }
        let mut cached = published(&server).await;
        let mut signed_by = BTreeSet::new();
        for step in 0..(200 * 2) {
            // The job of each instance, one an hour behind the other.
            server.usher.signing_keys.tend_keys().await.expect("keys can be made");
            let client = &clients[step % 4];
            let token = token(&server, client).await;
            assert!(cached.contains(&kid(&token)), "step {step}: signed by a key that nobody could know");
            second.usher.signing_keys.reload_keys().await.expect("the keys can be read");
            assert!(second.is_active(client, &token).await, "step {step}: the other instance");
            signed_by.insert(kid(&token));
            cached = published(&second).await;
            server.wait(DAY / 2);
        }
        assert_eq!(signed_by.len(), 12, "three keys of each kind");
        assert!(cached.len() < 12, "the oldest are gone: {cached:?}");
    }

    async fn an_old_key_is_kept_until_its_last_token_is_dead(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = machine(&server, "RS256").await;
        server.wait(90 * DAY);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        let last = token(&server, &client).await;
        server.wait(DAY);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        let next = token(&server, &client).await;
        assert_ne!(kid(&last), kid(&next));
        server.wait(KEPT);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        assert!(published(&server).await.contains(&kid(&last)), "not a second too early");
        server.wait(1);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        assert!(!published(&server).await.contains(&kid(&last)));
        assert_eq!(published(&server).await.len(), ALGORITHMS);
    }

    async fn a_rotation_by_hand_publishes_first_and_signs_a_day_later(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = machine(&server, "ES256").await;
        let before = kid(&token(&server, &client).await);
        server.wait(1);
        server.usher.signing_keys.rotate_keys(false).await.expect("keys can be made");
        assert_eq!(published(&server).await.len(), 2 * ALGORITHMS);
        assert_eq!(kid(&token(&server, &client).await), before);
        server.wait(DAY - 1);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        assert_eq!(kid(&token(&server, &client).await), before, "not everybody can know the new key yet");
        server.wait(1);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        assert_ne!(kid(&token(&server, &client).await), before);
    }

    async fn after_a_leak_the_new_keys_sign_at_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = machine(&server, "ES256").await;
        let before = token(&server, &client).await;
        server.wait(1);
        server.usher.signing_keys.rotate_keys(true).await.expect("keys can be made");
        let after = token(&server, &client).await;
        assert_ne!(kid(&after), kid(&before));
        assert!(published(&server).await.contains(&kid(&after)));
        assert!(server.is_active(&client, &after).await);
    }

    /// RL-06
    async fn tokens_verify_while_keys_change_under_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let clients = [machine(&server, "ES256").await, machine(&server, "RS256").await];
        let work = async |client: &RegisteredClient| {
            for _ in 0..25 {
                let token = token(&server, client).await;
                assert!(server.is_active(client, &token).await);
            }
        };
        let rotations = async {
            for _ in 0..3 {
                server.wait(1);
                server.usher.signing_keys.rotate_keys(true).await.expect("keys can be made");
            }
        };
        let load = join_all(clients.iter().cycle().take(6).map(work));
        futures_util::future::join(load, rotations).await;
    }

    /// RL-07
    async fn two_instances_that_find_no_keys_make_one_set(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let second = server.second_instance().await;
        server.database.execute("delete from signing_key").await;
        let (one, two) = tokio::join!(server.usher.signing_keys.tend_keys(), second.usher.signing_keys.tend_keys());
        one.and(two).expect("keys can be made");
        assert_eq!(server.database.count("select count(*) from signing_key").await, i64::try_from(ALGORITHMS).unwrap());
        let (mine, theirs) = (published(&server).await, published(&second).await);
        server.usher.signing_keys.reload_keys().await.expect("the keys can be read");
        assert_eq!(published(&server).await, mine, "each knew the whole set");
        assert_eq!(mine, theirs);
        let client = machine(&server, "RS256").await;
        assert!(second.is_active(&client, &token(&server, &client).await).await);
        assert!(server.is_active(&client, &token(&second, &client).await).await);
    }

    async fn the_keys_outlast_a_restart(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let client = machine(&server, "PS256").await;
        let (before, keys) = (token(&server, &client).await, published(&server).await);
        server.restart().await;
        assert_eq!(published(&server).await, keys);
        assert!(server.is_active(&client, &before).await);
    }

    /// RL-06
    async fn a_key_that_was_removed_is_refused_at_once_wherever_its_tokens_come(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let second = server.second_instance().await;
        let _learning = learns(&second);
        let web = server.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &web, ANA).await;
        let (access, hint) = (tokens.text("access_token"), tokens.text("id_token"));
        let own = server.tokens_of(ANA).await.text("access_token");
        let gone: BTreeSet<String> = [&access, &hint, &own].iter().map(|token| kid(token)).collect();
        assert!(second.is_active(&web, &access).await && server.me(&own).await.status == 200);

        server.usher.signing_keys.revoke_keys(&gone).await.expect("they can be removed");
        assert!(published(&server).await.is_disjoint(&gone));
        assert_eq!(published(&server).await.len(), ALGORITHMS, "others have taken their place");
        assert_eq!(server.userinfo(&access).await.status, 401);
        assert!(!server.is_active(&web, &access).await);
        assert_eq!(server.me(&own).await.status, 401);
        let page = browser.open(&server.at(&format!("/oauth2/logout?id_token_hint={hint}"))).await;
        assert!(page.body.contains("name=\"logout\""), "the hint proves nothing: the person is asked");

        // The other instance was not asked to reload.
        while second.is_active(&web, &access).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(published(&second).await.is_disjoint(&gone));
        let next = server.refresh(&web, &tokens.text("refresh_token")).await.text("access_token");
        assert!(!gone.contains(&kid(&next)));
        assert!(server.is_active(&web, &next).await && second.is_active(&web, &next).await);
    }

    async fn what_was_to_sign_next_signs_when_a_key_is_removed_and_the_others_stay_as_they_are(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = machine(&server, "ES256").await;
        let active = kid(&token(&server, &client).await);
        server.wait(1);
        server.usher.signing_keys.rotate_keys(false).await.expect("keys can be made");
        let next: Vec<String> = published(&server).await.into_iter().filter(|kid| *kid != active).collect();
        server.usher.signing_keys.revoke_keys(&BTreeSet::from([active.clone()])).await.expect("it can be removed");
        assert_eq!(published(&server).await.len(), 2 * ALGORITHMS - 1);
        let now = kid(&token(&server, &client).await);
        assert!(next.contains(&now), "it was published already");
        assert_eq!(state_of(&server, &active).await, None);

        let rest: Vec<String> = published(&server).await.into_iter().collect();
        let waiting = rest.iter().filter(|kid| **kid != now);
        for kid in waiting {
            let before = state_of(&server, kid).await;
            assert!(before == Some(KeyState::Next) || before == Some(KeyState::Active), "{before:?}");
        }
        let unknown = server.usher.signing_keys.revoke_keys(&BTreeSet::from([now.clone(), active])).await;
        assert!(unknown.is_err_and(|error| error.to_string().contains("signing key")));
        assert!(server.is_active(&client, &token(&server, &client).await).await);
        assert_eq!(kid(&token(&server, &client).await), now, "with one that is not there none is removed");
    }

    async fn after_the_master_key_has_leaked_every_key_is_replaced(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = machine(&server, "PS256").await;
        let before = token(&server, &client).await;
        let all = published(&server).await;
        server.usher.signing_keys.revoke_keys(&all).await.expect("they can be removed");
        assert!(published(&server).await.is_disjoint(&all));
        assert_eq!(published(&server).await.len(), ALGORITHMS);
        assert!(!server.is_active(&client, &before).await);
        assert!(server.is_active(&client, &token(&server, &client).await).await);
        let told = "select count(*) from event where kind = 'key.revoked'";
        assert_eq!(server.database.count(told).await, i64::try_from(ALGORITHMS).unwrap());
    }

    /// RL-06
    async fn a_server_that_finds_only_expired_keys_signs_with_none_of_them(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let client = machine(&server, "RS256").await;
        let old = published(&server).await;
        server.database.execute("update signing_key set retired_at = created_at, expires_at = created_at + 60").await;
        server.wait(DAY);
        server.restart().await;
        let token = token(&server, &client).await;
        assert!(!old.contains(&kid(&token)));
        assert!(published(&server).await.is_disjoint(&old), "and they are forgotten");
        assert!(server.is_active(&client, &token).await);
    }
}
