//! CIBA requests: each step happens once, whoever races for it.

use usher_domain::id::{ClientId, GrantId};
use usher_domain::oauth::ciba_request::CibaRequest;
use usher_domain::oauth::target::GrantTargets;
use usher_domain::oauth::waiting_request::{Approval, INTERVAL, RequestAnswer, SLOW_DOWN};
use usher_domain::time::Timestamp;
use usher_domain::user::session::Session;
use usher_protocol::scope::Scope;
use usher_storage::Store;
use usher_storage::ciba_requests::NewCibaRequest;
use usher_storage::waiting_requests::Polled;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, hash, in_tx, later, random, stored_session};

fn request(session: &Session) -> CibaRequest {
    CibaRequest {
        id: GrantId::new(NOW, random()),
        client_id: ClientId("bank".into()),
        user_id: Some(session.user_id),
        scope: Scope::of(["openid"]),
        targets: GrantTargets { usher: true, ..GrantTargets::default() },
        acr_values: vec!["aal2".into()],
        binding_message: Some("W4SCT".into()),
        source: "203.0.113.7/32".into(),
        created_at: NOW,
        expires_at: later(600),
        answer: None,
    }
}

async fn insert(store: &Store, request: &CibaRequest, hash: &[u8], ping: Option<&[u8]>) {
    in_tx!(store, |tx| {
        let new = NewCibaRequest { request, auth_req_id_hash: hash, interval: INTERVAL, ping };
        tx.insert_ciba_request(&new).await
    })
    .unwrap();
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

async fn answer(store: &Store, request: &CibaRequest, answer: &RequestAnswer, at: Timestamp) -> bool {
    let user = request.user_id.unwrap();
    in_tx!(store, |tx| tx.answer_ciba_request(request.id, user, answer, at).await).unwrap()
}

on_both_databases! {
    async fn a_request_is_found_as_it_was_stored_and_answered(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let (one, code) = (request(&session), hash());
        insert(&db.store, &one, &code, None).await;
        assert_eq!(db.store.find_ciba_request_by_hash(&code).await.unwrap().as_ref(), Some(&one));
        assert_eq!(db.store.find_ciba_request_by_hash(&hash()).await.unwrap(), None);
        assert_eq!(db.store.list_open_ciba_requests(session.user_id, later(599)).await.unwrap(), std::slice::from_ref(&one));
        assert_eq!(db.store.list_open_ciba_requests(session.user_id, later(600)).await.unwrap(), []);
        let allowed = allowed_in(&session);
        assert!(answer(&db.store, &one, &allowed, later(1)).await);
        assert_eq!(db.store.find_ciba_request(one.id).await.unwrap().unwrap().answer, Some(allowed));
        assert_eq!(db.store.list_open_ciba_requests(session.user_id, later(2)).await.unwrap(), []);
    }

    async fn of_many_answers_at_once_one_stands(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let second = db.second_store().await;
        for _ in 0..5 {
            let one = request(&session);
            insert(&db.store, &one, &hash(), None).await;
            let racers: Vec<_> = (0..20)
                .map(|n| {
                    let (store, one) = (if n % 2 == 0 { db.store.clone() } else { second.clone() }, one.clone());
                    let given = [RequestAnswer::Denied, RequestAnswer::Reported, allowed_in(&session)][n % 3].clone();
                    tokio::spawn(async move { answer(&store, &one, &given, later(1)).await.then_some(given) })
                })
                .collect();
            let mut stands = Vec::new();
            for racer in racers {
                stands.extend(racer.await.unwrap());
            }
            assert_eq!(stands.len(), 1);
            assert_eq!(db.store.find_ciba_request(one.id).await.unwrap().unwrap().answer, stands.pop());
        }
    }

    async fn only_the_person_who_is_asked_answers_and_in_time(db: TestDatabase) {
        let ((_, ana), (_, bob)) = (stored_session(&db.store).await, stored_session(&db.store).await);
        let one = request(&ana);
        insert(&db.store, &one, &hash(), None).await;
        let of_bob = CibaRequest { user_id: Some(bob.user_id), ..one.clone() };
        assert!(!answer(&db.store, &of_bob, &allowed_in(&bob), later(1)).await);
        assert!(!answer(&db.store, &one, &allowed_in(&ana), later(600)).await);
        assert!(answer(&db.store, &one, &allowed_in(&ana), later(599)).await);
    }

    async fn a_report_mutes_its_client_for_its_person(db: TestDatabase) {
        let ((_, ana), (_, bob)) = (stored_session(&db.store).await, stored_session(&db.store).await);
        let one = request(&ana);
        insert(&db.store, &one, &hash(), None).await;
        let muted = async |session: &Session, client: &str, since| {
            db.store.is_ciba_muted(session.user_id, &ClientId(client.into()), since).await.unwrap()
        };
        assert!(!muted(&ana, "bank", NOW).await);
        assert!(answer(&db.store, &one, &RequestAnswer::Reported, later(5)).await);
        assert!(muted(&ana, "bank", later(4)).await);
        assert!(!muted(&ana, "bank", later(5)).await && !muted(&ana, "shop", NOW).await && !muted(&bob, "bank", NOW).await);
    }

    async fn the_interval_grows_and_a_clock_that_was_ahead_does_not_matter(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let one = request(&session);
        insert(&db.store, &one, &hash(), None).await;
        let poll = |at| {
            let (store, id) = (db.store.clone(), one.id);
            async move { in_tx!(store, |tx| tx.poll_ciba_request(id, at, SLOW_DOWN).await).unwrap() }
        };
        assert_eq!(poll(later(500)).await, Polled::InTime, "the clock is ahead");
        assert_eq!(poll(later(10)).await, Polled::InTime, "it is right again");
        assert_eq!(poll(later(14)).await, Polled::TooEarly);
        assert_eq!(poll(later(600)).await, Polled::Over);
    }

    async fn a_call_is_due_once_answered_and_taken_by_one(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let second = db.second_store().await;
        let (one, silent) = (request(&session), request(&session));
        insert(&db.store, &one, &hash(), Some(b"sealed")).await;
        insert(&db.store, &silent, &hash(), None).await;
        assert!(!db.store.has_due_ciba_ping(later(1)).await.unwrap(), "nobody has answered");
        for request in [&one, &silent] {
            assert!(answer(&db.store, request, &RequestAnswer::Denied, later(1)).await);
        }
        let full = [ClientId("bank".into())];
        assert!(in_tx!(db.store, |tx| tx.take_ciba_pings(later(1), later(46), &full, 4).await).unwrap().is_empty());
        let take = |store: Store, at: Timestamp| async move {
            let again = Timestamp(at.0 + 45);
            in_tx!(store, |tx| tx.take_ciba_pings(at, again, &[], 4).await).unwrap()
        };
        let (here, there) = tokio::join!(take(db.store.clone(), later(1)), take(second.clone(), later(1)));
        let taken: Vec<_> = here.into_iter().chain(there).collect();
        assert_eq!(taken.iter().map(|ping| (ping.id, ping.tries)).collect::<Vec<_>>(), [(one.id, 1)]);
        assert_eq!(taken[0].sealed, b"sealed");
        assert!(take(db.store.clone(), later(45)).await.is_empty(), "it is held");
        assert_eq!(take(second.clone(), later(46)).await[0].tries, 2, "its sender is gone");
        in_tx!(db.store, |tx| tx.delay_ciba_ping(one.id, later(300)).await).unwrap();
        assert!(!db.store.has_due_ciba_ping(later(299)).await.unwrap());
        assert!(db.store.has_due_ciba_ping(later(300)).await.unwrap());
        assert!(!db.store.has_due_ciba_ping(later(600)).await.unwrap(), "the request has expired");
        in_tx!(db.store, |tx| tx.end_ciba_ping(one.id).await).unwrap();
        assert!(!db.store.has_due_ciba_ping(later(300)).await.unwrap());
    }

    async fn requests_go_with_their_user_and_after_their_time(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let asked = request(&session);
        let nobody = CibaRequest { user_id: None, ..request(&session) };
        for one in [&asked, &nobody] {
            insert(&db.store, one, &hash(), None).await;
        }
        in_tx!(db.store, |tx| tx.delete_user(&user, NOW).await).unwrap();
        assert_eq!(db.store.find_ciba_request(asked.id).await.unwrap(), None);
        assert_eq!(db.store.find_ciba_request(nobody.id).await.unwrap(), Some(nobody));
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_ciba_requests(later(600), 10).await).unwrap(), 0);
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_ciba_requests(later(601), 10).await).unwrap(), 1);
    }
}
