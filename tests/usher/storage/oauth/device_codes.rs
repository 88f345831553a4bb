//! Requests of devices: each step happens once, whoever races for it.

use usher_domain::id::GrantId;
use usher_domain::oauth::device_authorization::{DeviceAuthorization, LIFETIME};
use usher_domain::oauth::waiting_request::{Approval, INTERVAL, RequestAnswer, SLOW_DOWN};
use usher_domain::user::session::Session;
use usher_protocol::scope::Scope;
use usher_storage::Store;
use usher_storage::device_codes::NewDeviceCode;
use usher_storage::waiting_requests::Polled;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, hash, in_tx, later, random, stored_session};

fn request() -> DeviceAuthorization {
    DeviceAuthorization {
        id: GrantId::new(NOW, random()),
        client_id: "tv".parse().unwrap(),
        scope: Scope::of(["openid"]),
        targets: None,
        code_challenge: None,
        user_agent: Some("TV/1.0".to_owned()),
        source: "203.0.113.7/32".to_owned(),
        created_at: NOW,
        expires_at: NOW + LIFETIME,
        answer: None,
    }
}

async fn insert(store: &Store, request: &DeviceAuthorization, code_hash: &[u8], user_code_mac: &[u8]) -> bool {
    in_tx!(store, |tx| {
        let new = NewDeviceCode { request, code_hash, user_code_mac, interval: INTERVAL };
        tx.insert_device_code(&new).await
    })
    .unwrap()
}

async fn stored(store: &Store) -> DeviceAuthorization {
    let request = request();
    assert!(insert(store, &request, &hash(), &hash()).await);
    request
}

fn allowed_in(session: &Session) -> RequestAnswer {
    RequestAnswer::Allowed(Approval {
        user_id: session.user_id,
        session_id: session.id,
        auth_time: session.auth_time,
        acr: session.acr.clone(),
        amr: session.amr.clone(),
    })
}

on_both_databases! {
    async fn a_request_is_found_by_both_codes_as_it_was_stored_and_answered(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let (one, code, user_code) = (request(), hash(), hash());
        assert!(insert(&db.store, &one, &code, &user_code).await);
        assert!(!insert(&db.store, &request(), &hash(), &user_code).await, "the user code is taken");
        assert!(!insert(&db.store, &request(), &code, &hash()).await, "the device code is taken");
        assert_eq!(db.store.find_device_code(&code).await.unwrap().as_ref(), Some(&one));
        assert_eq!(db.store.find_user_code(&user_code).await.unwrap().as_ref(), Some(&one));
        assert_eq!(db.store.find_user_code(&code).await.unwrap(), None);
        let answer = allowed_in(&session);
        assert!(in_tx!(db.store, |tx| tx.answer_device_code(one.id, &answer, later(1)).await).unwrap());
        let found = db.store.find_device_authorization(one.id).await.unwrap().unwrap();
        assert_eq!(found.answer, Some(answer));
    }

    async fn of_many_answers_at_once_one_stands(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let second = db.second_store().await;
        for _ in 0..5 {
            let id = stored(&db.store).await.id;
            let racers: Vec<_> = (0..20)
                .map(|n| {
                    let store = if n % 2 == 0 { db.store.clone() } else { second.clone() };
                    let answer = if n % 3 == 0 { RequestAnswer::Denied } else { allowed_in(&session) };
                    tokio::spawn(async move {
                        let first = in_tx!(store, |tx| tx.answer_device_code(id, &answer, later(1)).await).unwrap();
                        first.then_some(answer)
                    })
                })
                .collect();
            let mut stands = Vec::new();
            for racer in racers {
                stands.extend(racer.await.unwrap());
            }
            assert_eq!(stands.len(), 1);
            let found = db.store.find_device_authorization(id).await.unwrap().unwrap();
            assert_eq!(found.answer, stands.pop());
        }
    }

    async fn an_expired_request_is_not_answered(db: TestDatabase) {
        let id = stored(&db.store).await.id;
        let answer = |at| {
            let store = db.store.clone();
            async move { in_tx!(store, |tx| tx.answer_device_code(id, &RequestAnswer::Denied, at).await).unwrap() }
        };
        assert!(!answer(later(600)).await);
        assert!(answer(later(599)).await);
    }

    async fn a_clock_that_was_ahead_does_not_slow_a_device_down(db: TestDatabase) {
        let id = stored(&db.store).await.id;
        let poll = |at| {
            let store = db.store.clone();
            async move { in_tx!(store, |tx| tx.poll_device_code(id, at, SLOW_DOWN).await).unwrap() }
        };
        assert_eq!(poll(later(500)).await, Polled::InTime, "the clock is ahead");
        assert_eq!(poll(later(10)).await, Polled::InTime, "it is right again");
        assert_eq!(poll(later(14)).await, Polled::TooEarly);
        assert_eq!(poll(later(600)).await, Polled::Over);
    }

    async fn requests_go_with_their_user_and_after_their_time(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let (answered, open) = (stored(&db.store).await, stored(&db.store).await);
        let answer = allowed_in(&session);
        assert!(in_tx!(db.store, |tx| tx.answer_device_code(answered.id, &answer, later(1)).await).unwrap());
        in_tx!(db.store, |tx| tx.delete_user(&user, NOW).await).unwrap();
        assert_eq!(db.store.find_device_authorization(answered.id).await.unwrap(), None);
        assert_eq!(db.store.find_device_authorization(open.id).await.unwrap(), Some(open));
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_device_codes(later(600), 10).await).unwrap(), 0);
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_device_codes(later(601), 10).await).unwrap(), 1);
    }
}
