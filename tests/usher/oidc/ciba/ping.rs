//! The call that tells a client that a person has answered (CIBA Core §10.2).

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::TokenDeliveryMode;

use super::{ANA, use_ciba};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::hooks::receiver::{Receiver, Reply};
use crate::hooks::stage::run;

const TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

/// A client that is called at this address.
async fn called_client(server: &TestServer, url: &str) -> RegisteredClient {
    server
        .client(ClientType::Web, |client| {
            use_ciba(client);
            client.backchannel_token_delivery_mode = Some(TokenDeliveryMode::Ping);
            client.backchannel_client_notification_endpoint = Some(url.to_owned());
        })
        .await
}

/// A request with a notification token, and Ana's answer.
async fn answered(server: &TestServer, client: &RegisteredClient, decision: &str) -> String {
    let asked = server.ciba_asks(client, &[("client_notification_token", TOKEN)]).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    run(&server.usher, "send_ciba_pings").await;
    server.browser().answer_request(decision).await;
    asked.text("auth_req_id")
}

on_both_databases! {
    async fn a_client_is_called_once_with_its_token_when_the_person_has_answered(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let receiver = Receiver::start().await;
        let client = called_client(&server, &receiver.url).await;
        let second = server.second_instance().await;
        for decision in ["allow", "deny", "not-me"] {
            let id = answered(&server, &client, decision).await;
            assert!(receiver.calls().is_empty(), "nobody has answered before that");
            tokio::join!(run(&server.usher, "send_ciba_pings"), run(&second.usher, "send_ciba_pings"));
            run(&server.usher, "send_ciba_pings").await;
            let calls = receiver.calls();
            assert_eq!(calls.len(), 1, "{decision}: {calls:?}");
            assert_eq!(calls[0].header("authorization"), format!("Bearer {TOKEN}"));
            assert_eq!(calls[0].header("content-type"), "application/json");
            assert_eq!(calls[0].json(), serde_json::json!({ "auth_req_id": id }));
            let told = server.ciba_poll(&client, &id).await;
            assert_eq!(told.error(), if decision == "allow" { "ok" } else { "access_denied" });
            receiver.forget();
        }
        assert_eq!(server.database.count("select count(*) from ciba_request where ping is not null").await, 0);
    }

    async fn a_client_that_is_down_is_called_again_until_the_request_expires(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let receiver = Receiver::start().await;
        let client = called_client(&server, &receiver.url).await;
        receiver.answer([Reply::status(500), Reply::status(503), Reply::status(429)]);
        answered(&server, &client, "allow").await;
        for calls in 1..=4 {
            run(&server.usher, "send_ciba_pings").await;
            assert_eq!(receiver.calls().len(), calls);
            run(&server.usher, "send_ciba_pings").await;
            assert_eq!(receiver.calls().len(), calls, "not at once");
            server.wait(70);
        }
        run(&server.usher, "send_ciba_pings").await;
        assert_eq!(receiver.calls().len(), 4, "it has answered");
        receiver.forget();
        receiver.answer_always(Reply::status(500));
        answered(&server, &client, "allow").await;
        for _ in 0..60 {
            run(&server.usher, "send_ciba_pings").await;
            server.wait(30);
        }
        let calls = receiver.calls().len();
        assert!((5..25).contains(&calls), "{calls}");
    }
}

/// `fapi-ciba-id1-ping-notification-endpoint-401-and-require-server-does-not-retry`, `-403-`, `-redirect-request`,
/// `-returns-a-body`
#[tokio::test]
async fn what_a_client_refuses_is_not_sent_again_and_redirects_are_not_followed() {
    let server =
        TestServer::on(crate::harness::database::TestDatabase::sqlite().await, &[("limits.ciba", "off")]).await;
    server.user(ANA).await;
    let receiver = Receiver::start().await;
    let client = called_client(&server, &receiver.url).await;
    for reply in
        [Reply::status(401), Reply::status(403), Reply::status(400), Reply::status(302), Reply::saying(200, "ok")]
    {
        receiver.forget();
        receiver.answer([reply]);
        answered(&server, &client, "allow").await;
        for _ in 0..3 {
            run(&server.usher, "send_ciba_pings").await;
            server.wait(100);
        }
        assert_eq!(receiver.calls().len(), 1);
    }
}

#[tokio::test]
async fn the_token_is_required_and_sealed_at_rest() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let receiver = Receiver::start().await;
    let client = called_client(&server, &receiver.url).await;
    assert_eq!(server.ciba_asks(&client, &[]).await.error(), "invalid_request");
    for bad in ["a b", "a\r\nx: y"] {
        let refused = server.ciba_asks(&client, &[("client_notification_token", bad)]).await;
        assert_eq!(refused.error(), "invalid_request", "{bad:?}");
    }
    let id = server.ciba_asks(&client, &[("client_notification_token", TOKEN)]).await.text("auth_req_id");
    let file = server.database.url.trim_start_matches("sqlite://").to_owned();
    let mut bytes = std::fs::read(&file).expect("the database");
    bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
    for secret in [TOKEN, &id] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} is stored");
    }
}

/// A client that was called at another address, or no more, when the person answers.
#[tokio::test]
async fn the_registration_of_the_moment_counts() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let receiver = Receiver::start().await;
    let client = called_client(&server, &receiver.url).await;
    let id = answered(&server, &client, "allow").await;
    let edit = server.usher.clients.edit_client(&client.client.id, |mut metadata| {
        metadata.backchannel_token_delivery_mode = Some(TokenDeliveryMode::Poll);
        metadata
    });
    edit.await.expect("it can be changed");
    run(&server.usher, "send_ciba_pings").await;
    assert!(receiver.calls().is_empty());
    assert_eq!(server.ciba_poll(&client, &id).await.status, 200);
}
