//! Client secrets: rotated with an overlap, ended in time, and never returned in vain.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{ClientType, SecretRotation};

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::server::TestServer;

/// A machine whose first secret is old enough to be rotated, and that secret.
async fn machine(db: TestDatabase) -> (TestServer, ClientId, String) {
    let server = TestServer::on(db, &[]).await;
    let made = server.client(ClientType::Machine, |_| {}).await;
    server.wait(60);
    (server, made.client.id, made.secret.expect("a secret"))
}

async fn is_good(server: &TestServer, id: &ClientId, secret: &str) -> bool {
    let form = [("grant_type", "client_credentials")];
    let request = server.http.post(server.at("/oauth2/token")).basic_auth(&id.0, Some(secret)).form(&form);
    match request.send().await.expect("an answer").status() {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

async fn rotate(server: &TestServer, id: &ClientId, overlap: u64) -> String {
    let rotation = SecretRotation::with_overlap(Duration::from_secs(overlap));
    let made = server.usher.clients.rotate_client_secret(id, rotation).await.expect("it can be replaced");
    made.secret.expect("a secret")
}

async fn ask_api(server: &TestServer, id: &ClientId, body: Option<Value>) -> (StatusCode, Value) {
    let url = server.at(&format!("/api/v1/projects/{}/clients/{}/secret", server.project, id.0));
    let request = server.http.post(url).bearer_auth(&server.project_token);
    let request = body.into_iter().fold(request, |request, body| request.json(&body));
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

on_both_databases! {
    async fn a_replaced_secret_is_good_until_its_overlap_ends_and_not_a_second_longer(db: TestDatabase) {
        let (server, id, old) = machine(db).await;
        let new = rotate(&server, &id, 100).await;
        server.wait(99);
        assert!(is_good(&server, &id, &old).await && is_good(&server, &id, &new).await);
        server.wait(1);
        assert!(!is_good(&server, &id, &old).await && is_good(&server, &id, &new).await);
    }

    async fn a_third_secret_ends_the_oldest_at_once(db: TestDatabase) {
        let (server, id, first) = machine(db).await;
        let second = rotate(&server, &id, 86_400).await;
        server.wait(60);
        let third = rotate(&server, &id, 86_400).await;
        let good = [is_good(&server, &id, &first).await, is_good(&server, &id, &second).await, is_good(&server, &id, &third).await];
        assert_eq!(good, [false, true, true]);
    }

    async fn the_overlap_that_the_api_is_asked_for_is_the_overlap_that_is_given(db: TestDatabase) {
        let (server, id, old) = machine(db).await;
        let (status, made) = ask_api(&server, &id, Some(json!({"overlap_seconds": 0}))).await;
        assert_eq!(status, 200, "{made}");
        assert!(!is_good(&server, &id, &old).await, "zero is not ignored");
        assert_eq!(made["secrets"][1]["expires_at"], server.now().0);
        let present = made["client_secret"].as_str().expect("a secret").to_owned();
        server.wait(60);
        let (_, made) = ask_api(&server, &id, None).await;
        assert_eq!(made["secrets"][1]["expires_at"], server.now().0 + 86_400, "a day, where nothing is said");
        assert!(is_good(&server, &id, &present).await);
        server.wait(60);
        for (bad, status) in [(json!({"overlap_seconds": 2_592_001}), 422), (json!({"overlap_seconds": -1}), 400), (json!({"overlap": 0}), 400)] {
            let (refused, said) = ask_api(&server, &id, Some(bad.clone())).await;
            assert_eq!(refused, status, "{bad}: {said}");
        }
    }

    async fn of_many_rotations_at_once_every_secret_that_is_handed_out_works(db: TestDatabase) {
        let (server, id, old) = machine(db).await;
        let second = server.second_instance().await;
        for overlap in [86_400, 0] {
            server.wait(60);
            let tasks: Vec<_> = (0..12)
                .map(|n| {
                    let usher = if n % 2 == 0 { server.usher.clone() } else { second.usher.clone() };
                    let (id, rotation) = (id.clone(), SecretRotation::with_overlap(Duration::from_secs(overlap)));
                    tokio::spawn(async move { usher.clients.rotate_client_secret(&id, rotation).await })
                })
                .collect();
            let (mut handed_out, mut refused) = (Vec::new(), 0);
            for task in tasks {
                match task.await.expect("no panic") {
                    Ok(made) => handed_out.push(made.secret.expect("a secret")),
                    Err(FlowError::Rejected(Rejected::SecretJustMade)) => refused += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            // With an overlap the first two end no fresh secret; without one only the first does not.
            assert_eq!((handed_out.len(), refused), if overlap > 0 { (2, 10) } else { (1, 11) });
            for secret in &handed_out {
                assert!(is_good(&server, &id, secret).await, "overlap {overlap}");
            }
        }
        assert!(!is_good(&server, &id, &old).await);
        let (status, said) = ask_api(&server, &id, Some(json!({"overlap_seconds": 0}))).await;
        assert_eq!((status.as_u16(), &said["error"]["code"]), (409, &json!("SECRET_JUST_MADE")));
    }

    async fn no_change_of_a_client_undoes_another_at_the_same_moment(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let second = server.second_instance().await;
        for round in 0..8 {
            let made = server.client(ClientType::Machine, |_| {}).await;
            let id = made.client.id;
            server.wait(60);
            let (disabling, renaming, rotating) = (server.usher.clone(), second.usher.clone(), server.usher.clone());
            let ids = [id.clone(), id.clone(), id.clone()];
            let [one, two, three] = ids;
            let disable = tokio::spawn(async move { disabling.clients.set_client_disabled(&one, true).await.map(drop) });
            let rename = tokio::spawn(async move {
                let rename = |mut metadata: usher_protocol::client::metadata::ClientMetadata| {
                    metadata.client_name = "Renamed".into();
                    metadata
                };
                renaming.clients.edit_client(&two, rename).await.map(drop)
            });
            let rotate = tokio::spawn(async move {
                rotating.clients.rotate_client_secret(&three, SecretRotation::default()).await.map(drop)
            });
            for task in [disable, rename, rotate] {
                task.await.expect("no panic").expect("it can be done");
            }
            let now = server.usher.clients.load_client(&id.0).await.expect("it is there");
            let kept = (now.is_active(), now.metadata.client_name.as_str(), now.secrets.len());
            assert_eq!(kept, (false, "Renamed", 2), "round {round}");
        }
    }

    async fn the_use_of_a_secret_is_written_down_once_an_hour(db: TestDatabase) {
        let (server, id, secret) = machine(db).await;
        let last = async || server.usher.clients.load_client(&id.0).await.expect("it is there").secrets[0].last_used_at;
        assert_eq!(last().await, None);
        assert!(!is_good(&server, &id, "wrong").await);
        assert_eq!(last().await, None, "a wrong one is no use");
        let first = server.now();
        for _ in 0..3 {
            assert!(is_good(&server, &id, &secret).await);
            server.wait(1_000);
        }
        assert_eq!(last().await, Some(first));
        let restarted = server.second_instance().await;
        server.wait(3_600);
        assert!(is_good(&restarted, &id, &secret).await);
        assert_eq!(last().await, Some(server.now()));
    }

    async fn what_happens_to_secrets_is_no_other_version_of_the_client(db: TestDatabase) {
        let (server, id, secret) = machine(db).await;
        let url = server.at(&format!("/api/v1/projects/{}/clients/{}", server.project, id.0));
        let shown = server.http.get(&url).bearer_auth(&server.project_token).send().await.expect("an answer");
        let tag = shown.headers()["etag"].clone();
        assert!(is_good(&server, &id, &secret).await);
        rotate(&server, &id, 60).await;
        let change = server.http.put(&url).bearer_auth(&server.project_token).header("if-match", tag);
        let changed = change.json(&json!({"disabled": true})).send().await.expect("an answer");
        assert_eq!(changed.status(), 200);
        let body: Value = changed.json().await.expect("JSON");
        assert_eq!((&body["disabled"], &body["disabled_at"]), (&json!(true), &json!(server.now().0)));
        assert!(!body.to_string().contains(&secret));
    }
}
