//! Identities: their users, their sessions, and the number of sign-in methods of a user.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{
    NOW, hash, identity_of, in_tx, later, random, session_of, stored_identity, stored_session_of, stored_user,
};
use usher_domain::id::IdentityId;
use usher_domain::user::Profile;
use usher_domain::user::identity::{EmailState, Identity, LinkedHow};
use usher_domain::user::session::EndReason;
use usher_domain::user::ways_in::WaysIn;
use usher_storage::StorageError;

on_both_databases! {
    async fn an_identity_comes_back_as_it_went_in(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let mut all = Vec::new();
        for (state, how) in EmailState::ALL.iter().zip(LinkedHow::ALL) {
            let full = Identity { email_state: *state, linked_how: *how, ..identity_of(&user) };
            let bare = Identity {
                email_at_link: None,
                handle: None,
                profile: Profile::default(),
                last_used_at: Some(later(5)),
                ..identity_of(&user)
            };
            for identity in [full, bare] {
                in_tx!(db.store, |tx| tx.insert_identity(&identity).await).unwrap();
                let found = db.store.find_identity(&identity.issuer, &identity.subject).await.unwrap();
                assert_eq!(found.as_ref(), Some(&identity));
                let within =
                    in_tx!(db.store, |tx| tx.find_identity(&identity.issuer, &identity.subject).await);
                assert_eq!(within.unwrap().as_ref(), Some(&identity));
                all.push(identity);
            }
        }
        all.sort_by_key(|one| one.id);
        assert_eq!(db.store.list_identities(user.id).await.unwrap(), all);
        assert_eq!(in_tx!(db.store, |tx| tx.list_identities(user.id).await).unwrap(), all);
    }

    /// UP-03, UP-12: issuer and subject together, compared exactly.
    async fn its_key_is_issuer_and_subject_and_nothing_less(db: TestDatabase) {
        let (ana, bob) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let hers = stored_identity(&db.store, &ana).await;
        for thief in [&ana, &bob] {
            let again = Identity { subject: hers.subject.clone(), ..identity_of(thief) };
            let answer = in_tx!(db.store, |tx| tx.insert_identity(&again).await);
            assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
        }
        let elsewhere = Identity { issuer: "https://other.test".into(), subject: hers.subject.clone(), ..identity_of(&bob) };
        in_tx!(db.store, |tx| tx.insert_identity(&elsewhere).await).unwrap();
        for subject in ["1", "01", "1 ", "null", "A", "a", "\u{1F980}", "' or 1=1 --"] {
            let identity = Identity { subject: subject.into(), ..identity_of(&bob) };
            in_tx!(db.store, |tx| tx.insert_identity(&identity).await).unwrap();
            let found = db.store.find_identity(&identity.issuer, subject).await.unwrap();
            assert_eq!(found, Some(identity), "{subject}");
        }
        assert_eq!(db.store.find_identity(&hers.issuer, "").await.unwrap(), None);
        assert_eq!(db.store.list_identities(ana.id).await.unwrap(), [hers]);
    }

    async fn being_used_changes_what_the_provider_said_and_no_more(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let mut identity = stored_identity(&db.store, &user).await;
        let said = Profile { nickname: Some("new".into()), ..Profile::default() };
        let id = identity.id;
        (identity.profile, identity.handle, identity.last_used_at) = (said.clone(), None, Some(later(7)));
        in_tx!(db.store, |tx| tx.note_identity_used(id, &said, None, later(7)).await).unwrap();
        assert_eq!(db.store.list_identities(user.id).await.unwrap(), [identity]);
    }

    async fn unlinking_is_remembered_until_it_is_linked_again_or_swept(db: TestDatabase) {
        let (ana, bob) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let identity = stored_identity(&db.store, &ana).await;
        let not_his = Identity { user_id: bob.id, ..identity.clone() };
        assert!(!in_tx!(db.store, |tx| tx.delete_identity(&not_his, NOW).await).unwrap());
        let unlinked = async || db.store.find_unlinked(&identity.issuer, &identity.subject).await.unwrap();
        assert_eq!(unlinked().await, None, "whoever it is not of leaves no trace");
        for first in [true, false] {
            assert_eq!(in_tx!(db.store, |tx| tx.delete_identity(&identity, later(5)).await).unwrap(), first);
        }
        assert_eq!(unlinked().await, Some(later(5)));
        let again = Identity { user_id: bob.id, ..identity.clone() };
        in_tx!(db.store, |tx| tx.insert_identity(&again).await).unwrap();
        assert_eq!(unlinked().await, None);
        in_tx!(db.store, |tx| tx.delete_identity(&again, later(6)).await).unwrap();
        for (before, gone) in [(6, 0), (7, 1), (7, 0)] {
            assert_eq!(in_tx!(db.store, |tx| tx.sweep_unlinked(later(before), 9).await).unwrap(), gone);
        }
        assert_eq!(unlinked().await, None);
    }

    async fn an_identity_moves_from_the_one_who_has_it(db: TestDatabase) {
        let (ana, bob) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let identity = stored_identity(&db.store, &ana).await;
        let (id, from, to) = (identity.id, ana.id, bob.id);
        for moved in [true, false] {
            assert_eq!(in_tx!(db.store, |tx| tx.move_identity(id, from, to).await).unwrap(), moved);
        }
        assert!(db.store.list_identities(from).await.unwrap().is_empty());
        assert_eq!(db.store.list_identities(to).await.unwrap(), [Identity { user_id: to, ..identity }]);
    }

    async fn an_identity_opens_its_own_user_alone_and_only_while_that_user_may(db: TestDatabase) {
        let (ana, bob) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let id = stored_identity(&db.store, &ana).await.id;
        let holds = async |user, identity| in_tx!(db.store, |tx| tx.hold_identity(user, identity).await).unwrap();
        assert!(holds(ana.id, id).await);
        assert!(!holds(bob.id, id).await);
        assert!(!holds(ana.id, IdentityId::new(NOW, random())).await);
        in_tx!(db.store, |tx| tx.set_user_enabled(ana.id, false, NOW).await).unwrap();
        assert!(!holds(ana.id, id).await);
        in_tx!(db.store, |tx| tx.set_user_merged(ana.id, NOW).await).unwrap();
        assert!(!holds(ana.id, id).await);
    }

    async fn the_live_sessions_of_an_identity_are_found_by_it_and_by_what_the_provider_calls_them(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (one, other) = (stored_identity(&db.store, &user).await, stored_identity(&db.store, &user).await);
        let mut sessions = Vec::new();
        for (identity, sid) in [(&one, Some("s1")), (&one, Some("s2")), (&one, None), (&other, Some("s1"))] {
            let session = stored_session_of(&db.store, &user).await.id;
            let id = identity.id;
            in_tx!(db.store, |tx| tx.mark_session(session, id, sid).await).unwrap();
            sessions.push(session);
        }
        let of = async |identity: &Identity, sid: Option<&'static str>| {
            let id = identity.id;
            let mut found = in_tx!(db.store, |tx| tx.sessions_of_identity(id, sid).await).unwrap();
            found.sort();
            found
        };
        let mut all = sessions[..3].to_vec();
        all.sort();
        assert_eq!(of(&one, None).await, all);
        assert_eq!(of(&one, Some("s2")).await, [sessions[1]]);
        assert_eq!(of(&other, Some("s2")).await, []);
        let at = async |issuer: String| {
            let mut found = in_tx!(db.store, |tx| tx.sessions_of_upstream(&issuer, "s1").await).unwrap();
            found.sort();
            found
        };
        let mut both = vec![(sessions[0], user.id), (sessions[3], user.id)];
        both.sort();
        assert_eq!(at(one.issuer.clone()).await, both);
        assert_eq!(at("https://other.test".into()).await, []);
        let ended = sessions[0];
        in_tx!(db.store, |tx| tx.end_session(ended, NOW, EndReason::SignOut).await).unwrap();
        assert_eq!(of(&one, Some("s1")).await, [], "it has ended already");
        let (renewed, id) = (sessions[1], other.id);
        in_tx!(db.store, |tx| tx.mark_session(renewed, id, None).await).unwrap();
        assert_eq!(of(&one, None).await, [sessions[2]], "it was opened anew by the other");
    }

    async fn deleting_the_stored_claims_keeps_the_link(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let identity = stored_identity(&db.store, &user).await;
        let id = identity.id;
        in_tx!(db.store, |tx| tx.forget_vouched(id).await).unwrap();
        let left = Identity {
            profile: Profile::default(),
            handle: None,
            email_at_link: None,
            email_state: EmailState::Absent,
            ..identity
        };
        assert_eq!(db.store.list_identities(user.id).await.unwrap(), [left]);
    }

    async fn the_ways_in_are_counted_each_of_its_kind(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let count = async || in_tx!(db.store, |tx| tx.count_ways_in(user.id).await).unwrap();
        assert_eq!(count().await, WaysIn { passwords: 0, passkeys: 0, identities: 0 });
        for _ in 0..2 {
            stored_identity(&db.store, &user).await;
        }
        in_tx!(db.store, |tx| tx.put_password(user.id, "$argon2id$x", NOW).await).unwrap();
        stored_identity(&db.store, &stored_user(&db.store).await).await;
        assert_eq!(count().await, WaysIn { passwords: 1, passkeys: 0, identities: 2 });
    }

    /// Two sign-in methods that are removed at once are counted one after the other: one of them stays.
    async fn of_two_that_go_at_once_the_last_one_stays(db: TestDatabase) {
        for _ in 0..8 {
            let user = stored_user(&db.store).await;
            let both = [stored_identity(&db.store, &user).await, stored_identity(&db.store, &user).await];
            let going = both.map(|identity| {
                let store = db.store.clone();
                tokio::spawn(async move {
                    in_tx!(store, |tx| {
                        if !tx.count_ways_in(identity.user_id).await?.can_spare_one() {
                            return Ok(false);
                        }
                        tx.delete_identity(&identity, NOW).await
                    })
                    .unwrap()
                })
            });
            let mut gone = 0;
            for one in going {
                gone += usize::from(one.await.unwrap());
            }
            assert_eq!((gone, db.store.list_identities(user.id).await.unwrap().len()), (1, 1));
        }
    }

    async fn a_user_who_goes_takes_identities_and_their_sessions_along(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (identity, session) = (stored_identity(&db.store, &user).await, session_of(&user));
        in_tx!(db.store, |tx| tx.insert_session(&session, &hash()).await).unwrap();
        let (marked, by) = (session.id, identity.id);
        in_tx!(db.store, |tx| tx.mark_session(marked, by, Some("s")).await).unwrap();
        db.execute("delete from users").await;
        assert_eq!(db.store.find_identity(&identity.issuer, &identity.subject).await.unwrap(), None);
        assert_eq!(db.count("select count(*) from session_identity").await, 0);
    }
}
