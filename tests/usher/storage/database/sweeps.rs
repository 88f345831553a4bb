//! Sweeping: expired rows are deleted in batches, and live ones stay.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{
    NOW, event_of, grant_in, hash, in_tx, later, presented, proof, random, session_of, stored_grant, stored_session,
    stored_session_of,
};
use usher_domain::id::GrantId;
use usher_domain::oauth::grant::Grant;
use usher_domain::user::proof::Proof;
use usher_domain::user::session::{EndReason, Session};
use uuid::Uuid;

/// Before and after every grant.
const FIRST: GrantId = GrantId(Uuid::nil());
const LAST: GrantId = GrantId(Uuid::max());

on_both_databases! {
    async fn proofs_are_swept_after_their_time_in_batches(db: TestDatabase) {
        for seconds in [10, 10, 10, 20] {
            let proof = Proof { expires_at: later(seconds), ..proof() };
            in_tx!(db.store, |tx| tx.insert_proof(&proof, &hash(), None).await).unwrap();
        }
        let mut swept = Vec::new();
        for (before, batch) in [(10, 9), (11, 0), (11, 2), (11, 2), (11, 2)] {
            swept.push(in_tx!(db.store, |tx| tx.sweep_proofs(later(before), batch).await).unwrap());
        }
        assert_eq!(swept, [0, 0, 2, 1, 0]);
        assert_eq!(db.count("select count(*) from proof").await, 1);
    }

    async fn revocations_are_swept_once_the_token_is_dead_anyway(db: TestDatabase) {
        for (jti, seconds) in [("a", 10), ("b", 10), ("c", 20)] {
            in_tx!(db.store, |tx| tx.revoke_token(jti, later(seconds)).await).unwrap();
        }
        let mut swept = Vec::new();
        for (before, batch) in [(10, 9), (11, 1), (11, 9), (11, 9)] {
            swept.push(in_tx!(db.store, |tx| tx.sweep_revoked_tokens(later(before), batch).await).unwrap());
        }
        assert_eq!(swept, [0, 1, 1, 0]);
        assert!(db.store.is_token_revoked("c").await.unwrap());
    }

    async fn sessions_are_swept_after_their_time_in_batches(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        for _ in 0..3 {
            let over = Session { expires_at: later(10), ..session_of(&user) };
            in_tx!(db.store, |tx| tx.insert_session(&over, &hash()).await).unwrap();
        }
        let mut swept = Vec::new();
        for (before, batch) in [(10, 9), (11, 2), (11, 2), (11, 2)] {
            swept.push(in_tx!(db.store, |tx| tx.sweep_sessions(later(before), batch).await).unwrap());
        }
        assert_eq!(swept, [0, 2, 1, 0]);
        assert_eq!(db.store.list_live_sessions(user.id, NOW).await.unwrap(), [session]);
    }

    async fn a_session_that_is_over_is_not_swept_from_under_a_grant_that_lives_on(db: TestDatabase) {
        let (.., session, grant) = stored_grant(&db.store).await;
        assert!(grant.refresh.unwrap().expires_at.unwrap() > later(2_000), "the grant outlives the session");
        assert!(session.expires_at < later(2_000));
        let swept = in_tx!(db.store, |tx| tx.sweep_sessions(later(2_000), 100).await).unwrap();
        assert_eq!(swept, 0);
        assert!(db.store.find_grant(grant.id).await.unwrap().is_some());
        in_tx!(db.store, |tx| tx.sweep_grants(FIRST, LAST, later(9_000)).await).unwrap();
        let swept = in_tx!(db.store, |tx| tx.sweep_sessions(later(9_000), 100).await).unwrap();
        assert_eq!(swept, 1, "it goes once its grants have gone");
    }

    async fn grants_are_swept_once_they_are_over_and_within_their_batch(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let bare = Grant { refresh: None, ..grant_in(&session) };
        let (idle, revoked, live) = (grant_in(&session), grant_in(&session), grant_in(&session));
        let old_but_used = grant_in(&stored_session_of(&db.store, &user).await);
        for grant in [&bare, &idle, &revoked, &live, &old_but_used] {
            db.store.spend_code(grant.clone(), event_of(grant)).await.unwrap();
        }
        let id = revoked.id;
        in_tx!(db.store, |tx| tx.revoke_grant(id, later(10), EndReason::SignOut).await).unwrap();
        for (grant, at) in [(&live, 990), (&revoked, 5), (&old_but_used, 990)] {
            let presented = presented(grant, 1, later(at));
            in_tx!(db.store, |tx| tx.rotate(&presented).await).unwrap();
        }
        let sweep = async |until, before| {
            in_tx!(db.store, |tx| tx.sweep_grants(FIRST, until, later(before)).await).unwrap()
        };
        assert_eq!(sweep(LAST, 0).await, 0, "nothing is over yet");
        assert_eq!(sweep(FIRST, 1_001).await, 0, "an empty range");
        assert_eq!(sweep(LAST, 1_001).await, 3, "no family, idle, revoked");
        for (grant, stays) in [(&bare, false), (&idle, false), (&revoked, false), (&live, true), (&old_but_used, true)] {
            assert_eq!(db.store.find_grant(grant.id).await.unwrap().is_some(), stays);
        }
    }

    async fn the_ends_of_batches_of_grants_are_found(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            let grant = grant_in(&session);
            db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap();
            ids.push(grant.id);
        }
        ids.sort();
        let end = async |after, size| db.store.find_grant_batch_end(after, size).await.unwrap();
        assert_eq!(end(FIRST, 2).await, Some(ids[1]));
        assert_eq!(end(ids[1], 2).await, Some(ids[3]));
        assert_eq!(end(ids[3], 2).await, None, "fewer are left");
        assert_eq!(end(ids[3], 1).await, Some(ids[4]));
        assert_eq!(end(FIRST, 0).await, Some(ids[0]), "a batch of none is a batch of one");
        assert_eq!(end(FIRST, u32::MAX).await, None);
        assert_eq!(end(GrantId::new(later(99), random()), 1).await, None);
    }
}
