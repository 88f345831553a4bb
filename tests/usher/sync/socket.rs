//! The socket: who may connect, its messages, and when it closes.

use crate::storage::samples::in_tx;
use tokio_tungstenite::tungstenite::{Error, Message};
use usher_domain::oauth::client::ClientType;
use usher_domain::user::User;
use usher_protocol::scope::Scope;

use super::follower::{Follower, SOON, connect, module};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{VERIFIER, answer};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// The status of a rejected handshake.
async fn refusal(server: &TestServer, query: &str, headers: &[(&'static str, String)]) -> u16 {
    match connect(server, query, headers).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        Ok(_) => 101,
        Err(other) => panic!("{other}"),
    }
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

/// Revokes something, so that the feed gets an entry.
async fn revoke_something(server: &TestServer, user: &User) {
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    server.tokens(&mut server.browser(), &client, ANA).await;
    server.usher.users.revoke_user(user).await.unwrap();
}

on_both_databases! {
    /// WS-01, WS-02
    async fn only_credentials_of_the_project_open_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (_, token) = module(&server).await;
        let plain = server.client(ClientType::Machine, |client| client.scope = Scope::of(["orders"])).await;
        let plain = server.call(&plain, "/oauth2/token", &[("grant_type", "client_credentials")]).await;
        let shop = server.client(ClientType::Spa, |client| client.first_party = true).await;
        let person = server.tokens(&mut server.browser(), &shop, ANA).await.text("access_token");
        for (query, headers, status) in [
            ("", vec![bearer(&token)], 101),
            ("", vec![bearer(&server.project_token)], 101),
            ("", vec![], 401),
            ("", vec![bearer("garbage")], 401),
            ("", vec![bearer(&format!("{token}x"))], 401),
            ("", vec![bearer(&person)], 401),
            ("", vec![bearer(&plain.text("access_token"))], 403),
            ("?access_token=TOKEN", vec![], 400),
            ("?token=TOKEN", vec![], 400),
            ("?ticket=TOKEN", vec![], 401),
            ("?cursor=1", vec![bearer(&token)], 400),
            ("", vec![bearer(&token), ("origin", "https://evil.test".into())], 403),
            ("", vec![bearer(&token), ("origin", "null".into())], 403),
            ("", vec![bearer(&token), ("origin", format!("{}.evil", server.url))], 403),
            ("", vec![bearer(&token), ("origin", server.url.clone())], 101),
        ] {
            let query = query.replace("TOKEN", &token);
            assert_eq!(refusal(&server, &query, &headers).await, status, "{query} {headers:?}");
        }
    }

    /// WS-01: a browser's session cannot subscribe.
    async fn a_cookie_does_not_open_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let browser = server.signed_in(ANA).await;
        let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        for origin in [server.url.as_str(), "https://evil.test"] {
            let headers = [("cookie", cookie.clone()), ("origin", origin.to_owned())];
            let status = refusal(&server, "", &headers).await;
            assert_eq!(status, if origin == server.url { 401 } else { 403 });
        }
    }

    async fn without_a_handshake_it_says_what_it_speaks(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let asked = answer(server.http.get(server.at("/api/v1/sync")).bearer_auth(&server.project_token)).await;
        assert_eq!((asked.status.as_u16(), &asked.json["error"]["code"]), (426, &"UPGRADE_REQUIRED".into()));
    }

    /// WS-02
    async fn another_projects_feed_is_not_received(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let user = server.user(ANA).await;
        let elsewhere = server.client_of_another_project(ClientType::Web).await;
        let mut mine = Follower::of(&server).await;
        let mut browser = server.browser();
        let code = browser.go_through(&server.authorize_url(&elsewhere, &[]), ANA).await.code();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", "https://other.test/cb"),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(server.call(&elsewhere, "/oauth2/token", &form).await.status, 200);
        server.usher.users.revoke_user(&user).await.unwrap();
        revoke_something(&server, &user).await;
        let first = mine.entry().await;
        assert_eq!((&first["c"], &first["k"]), (&1.into(), &"sid".into()), "an entry of the other project is not sent");
    }

    async fn a_ticket_opens_it_once_and_soon(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (_, token) = module(&server).await;
        let buy = async || {
            let bought = answer(server.http.post(server.at("/api/v1/sync/ticket")).bearer_auth(&token)).await;
            assert_eq!(bought.status, 201);
            format!("?ticket={}", bought.text("ticket"))
        };
        let ticket = buy().await;
        assert_eq!(refusal(&server, &ticket, &[("origin", "https://evil.test".into())]).await, 403);
        assert_eq!(refusal(&server, &ticket, &[]).await, 101);
        assert_eq!(refusal(&server, &ticket, &[]).await, 401, "it was spent");
        let late = buy().await;
        server.wait(31);
        assert_eq!(refusal(&server, &late, &[]).await, 401, "it was for half a minute");
    }

    /// WS-03
    async fn it_closes_when_the_credential_ends(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (client, token) = module(&server).await;
        let mut follower = Follower::by(&server, &token, None).await;
        server.call(&client, "/oauth2/revoke", &[("token", &token)]).await;
        assert_eq!(follower.close_code().await, 4401, "the token was revoked");
        let (client, token) = module(&server).await;
        let mut follower = Follower::by(&server, &token, None).await;
        server.usher.clients.set_client_disabled(&client.client.id, true).await.unwrap();
        assert_eq!(follower.close_code().await, 4401, "the client was disabled");
        assert_eq!(refusal(&server, "", &[bearer(&token)]).await, 401);
    }

    /// WS-04
    async fn a_follower_that_reconnects_gets_everything_in_order(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let user = server.user(ANA).await;
        let mut follower = Follower::of(&server).await;
        revoke_something(&server, &user).await;
        let seen = follower.entry().await["c"].as_i64().unwrap();
        drop(follower);
        for _ in 0..10 {
            revoke_something(&server, &user).await;
        }
        server.restart().await;
        revoke_something(&server, &user).await;
        let mut back = Follower::by(&server, &server.project_token, Some(&format!("e1.{seen}"))).await;
        while back.known.positions.len() < 11 {
            back.entry().await;
        }
        let expected: Vec<i64> = (seen + 1..=seen + 11).collect();
        assert_eq!(back.known.positions, expected, "every entry once, in order");
    }

    /// WS-04
    async fn a_follower_that_was_away_too_long_must_resync(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let user = server.user(ANA).await;
        for _ in 0..3 {
            revoke_something(&server, &user).await;
        }
        let mut patient = Follower::by(&server, &server.project_token, Some("e1.0")).await;
        while patient.known.positions.len() < 3 {
            patient.entry().await;
        }
        let long_after = server.now() + std::time::Duration::from_secs(86_400);
        in_tx!(server.usher.core.store, |tx| tx.sweep_feed(long_after, 100).await).unwrap();
        for cursor in ["e1.1", "e0.3"] {
            let mut follower = Follower::by(&server, &server.project_token, Some(cursor)).await;
            assert_eq!(follower.entry().await["t"], "resync", "{cursor}");
        }
        let mut current = Follower::by(&server, &server.project_token, Some("e1.3")).await;
        revoke_something(&server, &user).await;
        assert_eq!(current.entry().await["c"], 4, "whoever missed nothing goes on");
    }

    /// WS-05: three of four connections are for subscribers, the last is for other requests.
    async fn feed_followers_never_use_up_all_connections(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.connections", "4")]).await;
        let wait = async || {
            let ask = server.http.get(server.at("/api/v1/sync/events?cursor=e1.0&wait=1"));
            answer(ask.bearer_auth(&server.project_token)).await
        };
        let mut seated = Vec::new();
        for _ in 0..3 {
            seated.push(Follower::of(&server).await);
        }
        assert_eq!(refusal(&server, "", &[bearer(&server.project_token)]).await, 503);
        let kept_out = wait().await;
        assert_eq!((kept_out.status.as_u16(), &kept_out.json["error"]["code"]), (503, &"BUSY".into()));
        assert_eq!(kept_out.headers["retry-after"], "60");
        let asked = server.http.get(server.at("/api/v1/sync/events?cursor=e1.0")).bearer_auth(&server.project_token);
        assert_eq!(answer(asked).await.status, 304, "whoever asks without waiting needs no place");
        seated.pop();
        let until = tokio::time::Instant::now() + SOON;
        while wait().await.status == 503 {
            assert!(tokio::time::Instant::now() < until, "the place was given back");
        }
    }

    /// WS-05
    async fn whoever_misbehaves_is_shown_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let said = [
            Message::text("x".repeat(5_000)),
            Message::binary(vec![0; 10]),
            Message::text("not json"),
            Message::text("{\"c\":1}"),
        ];
        for message in said {
            let mut follower = Follower::of(&server).await;
            follower.say(message.clone()).await;
            let code = follower.close_code().await;
            assert!([1006, 1008, 1009].contains(&code), "{code} for {message:?}");
        }
        let mut chatty = Follower::of(&server).await;
        for _ in 0..250 {
            chatty.say(Message::text("{\"t\":\"hm\"}")).await;
        }
        assert_eq!(chatty.close_code().await, 1008);
        let user = server.user(ANA).await;
        let mut other = Follower::of(&server).await;
        revoke_something(&server, &user).await;
        assert_eq!(other.entry().await["k"], "sid", "nobody else is troubled");
    }

    async fn the_project_sees_who_follows_and_how_far_they_are(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let user = server.user(ANA).await;
        let (client, token) = module(&server).await;
        let mut follower = Follower::on_host(&server, &token, "web-1").await;
        revoke_something(&server, &user).await;
        follower.entry().await;
        let path = format!("/api/v1/projects/{}/sync/subscribers", server.project);
        let ask = async || answer(server.http.get(server.at(&path)).bearer_auth(&server.project_token)).await;
        let before = ask().await;
        assert_eq!((&before.json["cursor"], &before.json["connected"]), (&1.into(), &1.into()));
        assert_eq!(before.json["subscribers"][0]["client_id"], client.client.id.0.as_str());
        assert_eq!(before.json["subscribers"][0]["behind"], 1);
        for (member, value) in [
            ("name", "Test machine"), ("host", "web-1"), ("address", "127.0.0.1"), ("version", "usher-sdk-test/1.2.3"),
            ("transport", "socket"),
        ] {
            assert_eq!(before.json["subscribers"][0][member], value, "{member}");
        }
        follower.acknowledge(1, Some(7)).await;
        let mut after = ask().await;
        for _ in 0..100 {
            if after.json["subscribers"][0]["behind"] == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            after = ask().await;
        }
        let shown = &after.json["subscribers"][0];
        assert_eq!((&shown["acknowledged"], &shown["policy_revision"]), (&1.into(), &7.into()));
        let foreign = answer(server.http.get(server.at(&path)).bearer_auth(&token)).await;
        assert_eq!(foreign.status, 403, "a module follows, and sees no more");
        drop(follower);
        let mut gone = ask().await;
        for _ in 0..100 {
            if gone.json["connected"] == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            gone = ask().await;
        }
        assert_eq!(gone.json["connected"], 0);
    }
}
