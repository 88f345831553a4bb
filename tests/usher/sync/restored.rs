//! The database was set back, as by restoring a backup: modules begin anew, refuse what was issued before, and accept
//! what is issued afterwards.

use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use super::follower::{Follower, Known};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Sets the feed back to what a backup has of it.
async fn set_back(server: &mut TestServer) {
    let mut connection = server.database.connect().await;
    connection.execute("delete from feed_entry").await;
    connection.execute("update project set feed_position = 0, feed_epoch = 1").await;
    server.restart().await;
}

async fn shop(server: &TestServer) -> RegisteredClient {
    server.user(ANA).await;
    server.client(ClientType::Web, |client| client.first_party = true).await
}

async fn a_token(server: &TestServer, shop: &RegisteredClient) -> String {
    server.tokens(&mut server.browser(), shop, ANA).await.text("access_token")
}

async fn revoke_something(server: &TestServer, shop: &RegisteredClient) {
    a_token(server, shop).await;
    let user = server.usher.users.load_user(ANA).await.unwrap();
    server.usher.users.revoke_user(&user).await.unwrap();
}

/// What a module knows from a snapshot, and where that is.
async fn snapshot(server: &TestServer) -> (Known, String) {
    let asked = server.http.get(server.at("/api/v1/sync/snapshot")).bearer_auth(&server.project_token);
    let snapshot = answer(asked).await.json;
    let mut known = Known::default();
    for entry in snapshot["revocations"].as_array().expect("a list") {
        known.learn(entry);
    }
    (known, format!("{}.{}", snapshot["epoch"].as_str().unwrap(), snapshot["cursor"]))
}

async fn poll(server: &TestServer, cursor: &str) -> u16 {
    let asked = server.http.get(server.at(&format!("/api/v1/sync/events?cursor={cursor}")));
    answer(asked.bearer_auth(&server.project_token)).await.status.as_u16()
}

/// A module that was at `seen` begins anew in a later epoch, and refuses `old`, as nobody knows what was revoked.
async fn begins_anew(server: &TestServer, shop: &RegisteredClient, seen: &str, old: &str) -> String {
    assert_eq!(poll(server, seen).await, 410, "{seen} is unknown here");
    let (known, place) = snapshot(server).await;
    let number = |place: &str| place.split(['e', '.']).nth(1).and_then(|epoch| epoch.parse::<u64>().ok()).unwrap();
    assert!(number(&place) > number(seen), "modules refuse to go back: {place} after {seen}");
    assert!(known.is_revoked(old), "what was issued before {seen}");
    assert!(!known.is_revoked(&a_token(server, shop).await), "and nothing that is issued now");
    assert_eq!(poll(server, &place).await, 304, "the feed goes on");
    place
}

on_both_databases! {
    async fn a_feed_goes_on_beyond_what_modules_have_seen_however_often_it_is_set_back(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let shop = shop(&server).await;
        let mut seen = "e1.500".to_owned();
        for _ in 0..3 {
            let old = a_token(&server, &shop).await;
            set_back(&mut server).await;
            seen = begins_anew(&server, &shop, &seen, &old).await;
        }
    }

    async fn whoever_is_connected_is_told_when_another_shows_what_was_lost(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let shop = shop(&server).await;
        let mut new = Follower::of(&server).await;
        revoke_something(&server, &shop).await;
        assert_eq!(new.entry().await["c"], 1);
        let mut ahead = Follower::by(&server, &server.project_token, Some("e1.500")).await;
        for follower in [&mut ahead, &mut new] {
            let told = follower.entry().await;
            assert_eq!((&told["t"], &told["epoch"], &told["cursor"]), (&json!("resync"), &json!("e2"), &json!(1_501)));
        }
        revoke_something(&server, &shop).await;
        assert_eq!(ahead.entry().await["c"], 1_502);
    }

    async fn nobody_moves_a_feed_to_where_it_cannot_have_been(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for invented in ["e1.9007199254740991", "e18446744073709551615.3", "e0.7"] {
            assert_eq!(poll(&server, invented).await, 410, "{invented}");
            assert_eq!(snapshot(&server).await.1, "e1.0", "{invented}");
        }
    }

    /// If the feed has grown beyond what modules have seen before they return, only the operator can know.
    async fn an_operator_who_restores_a_backup_begins_a_new_epoch(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let shop = shop(&server).await;
        let old = a_token(&server, &shop).await;
        revoke_something(&server, &shop).await;
        server.usher.feed_access.resync(server.project).await.unwrap();
        let (known, first) = snapshot(&server).await;
        assert!(known.is_revoked(&old));
        assert_eq!(poll(&server, "e1.1").await, 410);
        set_back(&mut server).await;
        server.wait(1);
        server.usher.feed_access.resync(server.project).await.unwrap();
        begins_anew(&server, &shop, &first, &old).await;
    }
}

/// RL-08
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_sqlite_is_replaced_by_an_older_copy() {
    let mut server = TestServer::on(crate::harness::database::TestDatabase::sqlite().await, &[]).await;
    let shop = shop(&server).await;
    revoke_something(&server, &shop).await;
    let backup = server.database.back_up().await;
    revoke_something(&server, &shop).await;
    let revoked = a_token(&server, &shop).await;
    revoke_something(&server, &shop).await;
    let mut module = Follower::by(&server, &server.project_token, Some("e1.0")).await;
    module.learns_of(&revoked).await;
    let seen = format!("e1.{}", module.known.positions.last().unwrap());
    drop(module);
    server.database.restore(backup);
    server.restart().await;
    begins_anew(&server, &shop, &seen, &revoked).await;
}
