//! Sessions.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{
    NOW, hash, in_tx, later, random, session_of, stored_session, stored_session_of, stored_user,
};
use usher_domain::id::{SessionId, UserId};
use usher_domain::user::session::EndReason;
use usher_storage::StorageError;

on_both_databases! {
    async fn a_session_is_found_by_its_secret_with_its_user(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let full = session_of(&user);
        let mut bare = session_of(&user);
        (bare.user_agent, bare.source, bare.amr) = (None, None, Vec::new());
        for session in [full, bare] {
            let secret = hash();
            in_tx!(db.store, |tx| tx.insert_session(&session, &secret).await).unwrap();
            assert_eq!(db.store.find_session(&secret).await.unwrap(), Some((session, user.clone())));
        }
        assert_eq!(db.store.find_session(&hash()).await.unwrap(), None);
        assert_eq!(db.store.find_session(b"").await.unwrap(), None);
    }

    async fn a_secret_and_an_id_belong_to_one_session(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (first, second, secret) = (session_of(&user), session_of(&user), hash());
        in_tx!(db.store, |tx| tx.insert_session(&first, &secret).await).unwrap();
        let same_secret = in_tx!(db.store, |tx| tx.insert_session(&second, &secret).await);
        assert!(matches!(same_secret, Err(StorageError::Conflict)), "{same_secret:?}");
        let same_id = in_tx!(db.store, |tx| tx.insert_session(&first, &hash()).await);
        assert!(matches!(same_id, Err(StorageError::Conflict)), "{same_id:?}");
    }

    async fn using_a_session_moves_its_idle_end_until_it_has_ended(db: TestDatabase) {
        let (user, mut session) = stored_session(&db.store).await;
        let id = session.id;
        in_tx!(db.store, |tx| tx.touch_session(id, later(300), later(900), None).await).unwrap();
        (session.last_seen_at, session.idle_expires_at, session.source) = (later(300), later(900), None);
        assert_eq!(db.store.list_live_sessions(user.id, NOW).await.unwrap(), [session]);
        in_tx!(db.store, |tx| tx.end_session(id, later(301), EndReason::SignOut).await).unwrap();
        in_tx!(db.store, |tx| tx.touch_session(id, later(400), later(999), Some("late")).await).unwrap();
        assert_eq!(db.count("select last_seen_at from session").await, later(300).0);
    }

    async fn authenticating_again_changes_secret_and_time_and_the_old_secret_is_out(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (mut session, old, new) = (session_of(&user), hash(), hash());
        in_tx!(db.store, |tx| tx.insert_session(&session, &old).await).unwrap();
        (session.auth_time, session.last_seen_at, session.idle_expires_at) = (later(50), later(50), later(800));
        (session.amr, session.acr) = (vec!["hwk".into()], "aal2".into());
        let done = in_tx!(db.store, |tx| tx.reauthenticate_session(&session, &new).await);
        assert!(done.unwrap());
        assert_eq!(db.store.find_session(&old).await.unwrap(), None);
        assert_eq!(db.store.find_session(&new).await.unwrap(), Some((session.clone(), user)));

        in_tx!(db.store, |tx| tx.end_session(session.id, later(60), EndReason::SignOut).await).unwrap();
        let late = in_tx!(db.store, |tx| tx.reauthenticate_session(&session, &hash()).await);
        assert!(!late.unwrap(), "what has ended stays ended");
        assert!(db.store.find_session(&new).await.unwrap().unwrap().0.ended_at.is_some());
    }

    async fn a_new_secret_puts_the_holder_of_the_old_one_out(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (session, old, new) = (session_of(&user), hash(), hash());
        in_tx!(db.store, |tx| tx.insert_session(&session, &old).await).unwrap();
        in_tx!(db.store, |tx| tx.replace_session_secret(session.id, &new).await).unwrap();
        assert_eq!(db.store.find_session(&old).await.unwrap(), None);
        assert_eq!(db.store.find_session(&new).await.unwrap(), Some((session.clone(), user)));
        in_tx!(db.store, |tx| tx.end_session(session.id, NOW, EndReason::SignOut).await).unwrap();
        let late = hash();
        in_tx!(db.store, |tx| tx.replace_session_secret(session.id, &late).await).unwrap();
        assert_eq!(db.store.find_session(&late).await.unwrap(), None);
    }

    async fn a_session_ends_once_and_remembers_when(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (session, secret) = (session_of(&user), hash());
        in_tx!(db.store, |tx| tx.insert_session(&session, &secret).await).unwrap();
        for (at, first) in [(later(5), true), (later(6), false)] {
            let ended = in_tx!(db.store, |tx| tx.end_session(session.id, at, EndReason::EndedByOwner).await);
            assert_eq!(ended.unwrap(), first);
        }
        assert_eq!(db.store.find_session(&secret).await.unwrap().unwrap().0.ended_at, Some(later(5)));
        assert_eq!(db.count("select count(*) from session where end_reason = 'ended_by_owner'").await, 1);
        let nothing = SessionId::new(NOW, random());
        assert!(!in_tx!(db.store, |tx| tx.end_session(nothing, NOW, EndReason::SignOut).await).unwrap());
    }

    async fn ending_the_sessions_of_a_user_spares_one_and_other_people(db: TestDatabase) {
        let (user, kept) = stored_session(&db.store).await;
        let (other, others) = stored_session(&db.store).await;
        let mut ended = vec![stored_session_of(&db.store, &user).await.id, stored_session_of(&db.store, &user).await.id];
        ended.sort();
        let (owner, spared) = (user.id, kept.id);
        let end = EndReason::PasswordChanged;
        let mut answer =
            in_tx!(db.store, |tx| tx.end_sessions_of(owner, Some(spared), NOW, end).await).unwrap();
        answer.sort();
        assert_eq!(answer, ended);
        assert_eq!(db.store.list_live_sessions(user.id, NOW).await.unwrap(), [kept]);
        let rest = in_tx!(db.store, |tx| tx.end_sessions_of(owner, None, NOW, end).await).unwrap();
        assert_eq!(rest, [spared]);
        assert_eq!(in_tx!(db.store, |tx| tx.end_sessions_of(owner, None, NOW, end).await).unwrap(), []);
        assert_eq!(db.store.list_live_sessions(other.id, NOW).await.unwrap(), [others]);
    }

    async fn only_live_sessions_are_listed(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        for (at, listed) in [(NOW, 1), (later(599), 1), (later(600), 0), (later(5_000), 0)] {
            assert_eq!(db.store.list_live_sessions(user.id, at).await.unwrap().len(), listed, "{at}");
        }
        let long = in_tx!(db.store, |tx| tx.touch_session(session.id, NOW, later(9_999), None).await);
        long.unwrap();
        assert_eq!(db.store.list_live_sessions(user.id, later(999)).await.unwrap().len(), 1);
        assert_eq!(db.store.list_live_sessions(user.id, later(1_000)).await.unwrap().len(), 0);
        assert!(db.store.list_live_sessions(UserId::new(NOW, random()), NOW).await.unwrap().is_empty());
    }
}
