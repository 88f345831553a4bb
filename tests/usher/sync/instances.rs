//! Several instances on one PostgreSQL: what is revoked at one reaches the others.

use usher_domain::oauth::client::ClientType;

use super::follower::Follower;
use crate::harness::database::TestDatabase;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

#[tokio::test]
async fn a_revocation_at_one_instance_reaches_followers_of_the_other() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let server = TestServer::on(db, &[]).await;
    let other = server.second_instance().await;
    let user = server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let (mut here, mut there) = (Follower::of(&server).await, Follower::of(&other).await);
    for _ in 0..5 {
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        server.usher.users.revoke_user(&user).await.unwrap();
        there.learns_of(&tokens.text("access_token")).await;
        here.learns_of(&tokens.text("access_token")).await;
    }
    assert_eq!(there.known.positions, here.known.positions);
    assert_eq!(there.known.positions, (1..=5).collect::<Vec<i64>>(), "nothing twice, nothing missing");
    let (reached, token) = (*there.known.positions.last().unwrap(), server.project_token.clone());
    drop(there);
    drop(other);
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    server.usher.users.revoke_user(&user).await.unwrap();
    let mut moved = Follower::by(&server, &token, Some(&format!("e1.{reached}"))).await;
    moved.learns_of(&tokens.text("access_token")).await;
    assert_eq!(moved.known.positions, [reached + 1]);
}
