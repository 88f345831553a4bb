//! Grants and their refresh token families, one step after another. Simultaneous ones are in `grant_races`.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{
    LIMITS, NOW, event_of, grant_in, in_tx, later, presented, random, session_of, stored_client, stored_grant,
    stored_session, stored_session_of,
};
use usher_domain::id::{ClientId, GrantId};
use usher_domain::oauth::code::{MOST_WRONG_VERIFIERS, WRONG_VERIFIER_MS, wrong_verifiers};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::grant::{Grant, RefreshFamily};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::session::EndReason;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::scope::Scope;
use usher_storage::grants::{GrantOf, Presented, Spend, StandingGrant};
use usher_storage::revocations::Revoked;
use usher_storage::{StorageError, Store};

async fn rotate(store: &Store, presented: Presented) -> Option<GrantOf> {
    in_tx!(store, |tx| tx.rotate(&presented).await).unwrap()
}

async fn keep(store: &Store, presented: Presented) -> Option<GrantOf> {
    in_tx!(store, |tx| tx.keep(&presented).await).unwrap()
}

fn revoked(user: &User, grant: &Grant) -> Revoked {
    Revoked {
        id: grant.id,
        client_id: grant.client_id.clone(),
        user_id: grant.user_id,
        sub: user.sub.clone(),
        api_project_id: None,
        session_id: grant.session_id,
        issued_at: grant.refresh.map_or(grant.created_at, |family| family.rotated_at),
    }
}

async fn revoked_at(store: &Store, grant: &Grant) -> Option<Timestamp> {
    store.find_grant(grant.id).await.unwrap().unwrap().grant.revoked_at
}

on_both_databases! {
    async fn a_project_revokes_all_that_its_clients_hold_however_many_grants_others_hold(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let client = stored_client(&db.store).await;
        let ours = Grant { client_id: client.id.clone(), ..grant_in(&session) };
        db.store.spend_code(ours.clone(), event_of(&ours)).await.unwrap();
        for _ in 0..510 {
            let other = grant_in(&session);
            db.store.spend_code(other.clone(), event_of(&other)).await.unwrap();
        }
        let (id, project) = (user.id, client.project_id);
        let revoked = in_tx!(db.store, |tx| {
            tx.revoke_grants_in_project(id, project, NOW, EndReason::RevokedByProject).await
        });
        assert_eq!(revoked.unwrap().iter().map(|grant| grant.id).collect::<Vec<_>>(), [ours.id]);
    }

    async fn a_grant_that_gives_nothing_any_more_is_not_listed(db: TestDatabase) {
        let (user, _, renewed) = stored_grant(&db.store).await;
        let session = stored_session_of(&db.store, &user).await;
        let short = Grant { refresh: None, ..grant_in(&session) };
        db.store.spend_code(short.clone(), event_of(&short)).await.unwrap();
        let listed = async |seconds| {
            let now = later(seconds);
            let found = db.store.list_standing_grants(user.id, now, now - Duration::from_secs(600)).await.unwrap();
            found.into_iter().map(|grant| grant.id).collect::<BTreeSet<_>>()
        };
        assert_eq!(listed(599).await, BTreeSet::from([short.id, renewed.id]));
        assert_eq!(listed(600).await, BTreeSet::from([renewed.id]));
        assert_eq!(listed(1_000).await, BTreeSet::new());
    }

    async fn a_code_is_not_spent_beyond_what_the_user_allows(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let client = stored_client(&db.store).await;
        let grant = Grant { client_id: client.id.clone(), ..grant_in(&session) };
        let spend = async || db.store.spend_code_under_consent(grant.clone(), event_of(&grant)).await.unwrap();
        assert_eq!(spend().await, Spend::NotAllowed);
        for (scope, answer) in [(Scope::of(["openid"]), Spend::NotAllowed), (grant.scope.clone(), Spend::Done)] {
            let consent = StoredConsent { apis: None, user_id: user.id, client_id: client.id.clone(), scope, granted_at: NOW };
            in_tx!(db.store, |tx| tx.add_consent(&consent).await).unwrap();
            assert_eq!(spend().await, answer);
        }
        assert_eq!(spend().await, Spend::SpentAt(grant.created_at));
    }

    async fn spending_a_code_inserts_its_grant_and_event(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let full = grant_in(&session);
        let bare = Grant {
            refresh: None,
            claims: ClaimsRequest::default(),
            amr: Vec::new(),
            scope: usher_protocol::scope::Scope::default(),
            ..grant_in(&session)
        };
        let endless =
            Grant { refresh: Some(RefreshFamily { expires_at: None, ..full.refresh.unwrap() }), ..grant_in(&session) };
        for grant in [full, bare, endless] {
            assert_eq!(db.store.find_grant(grant.id).await.unwrap(), None);
            let event = event_of(&grant);
            assert_eq!(db.store.spend_code(grant.clone(), event.clone()).await.unwrap(), Spend::Done);
            let found = db.store.find_grant(grant.id).await.unwrap();
            assert_eq!(found, Some(GrantOf { grant, sub: user.sub.clone() }));
            let logged = db.store.list_events_of_user(user.id, 100).await.unwrap();
            let logged = logged.into_iter().find(|logged| logged.id == event.id.0).unwrap();
            assert_eq!((logged.kind.as_str(), logged.at, logged.data), ("grant.created", NOW, event.data));
        }
        let whole = "select count(*) from event where session_id is not null and client_id is not null \
                     and grant_id is not null and project_id is null";
        assert_eq!(db.count(whole).await, 3);
    }

    async fn a_code_is_spent_once(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        let thief = Grant { client_id: ClientId("thief".into()), ..grant.clone() };
        assert_eq!(db.store.spend_code(thief.clone(), event_of(&thief)).await.unwrap(), Spend::SpentAt(grant.created_at));
        let (reason, id) = (EndReason::CodeReuse, grant.id);
        in_tx!(db.store, |tx| tx.revoke_grant(id, NOW, reason).await).unwrap();
        assert_eq!(db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap(), Spend::SpentAt(grant.created_at));
        assert_eq!(db.store.find_grant(grant.id).await.unwrap().unwrap().grant.client_id, grant.client_id);
        assert_eq!(db.count("select count(*) from event").await, 1, "only the first has an event");
    }

    async fn a_code_is_worth_nothing_once_session_or_user_are_out(db: TestDatabase) {
        let (user, ended) = stored_session(&db.store).await;
        let live = stored_session_of(&db.store, &user).await;
        let (stranger, _) = stored_session(&db.store).await;
        in_tx!(db.store, |tx| tx.end_session(ended.id, NOW, EndReason::SignOut).await).unwrap();
        let of_another = Grant { user_id: stranger.id, ..grant_in(&live) };
        let of_nobody = grant_in(&session_of(&user));
        for grant in [grant_in(&ended), of_another, of_nobody] {
            assert_eq!(db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap(), Spend::NoLonger);
        }
        in_tx!(db.store, |tx| tx.set_user_enabled(user.id, false, NOW).await).unwrap();
        let grant = grant_in(&live);
        assert_eq!(db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap(), Spend::NoLonger);
        assert_eq!(db.count("select count(*) from grants").await + db.count("select count(*) from event").await, 0);
    }

    async fn a_grant_whose_event_cannot_be_written_is_not_made(db: TestDatabase) {
        let (_, session, first) = stored_grant(&db.store).await;
        let taken = db.store.list_events_of_user(first.user_id, 1).await.unwrap()[0].id;
        let grant = grant_in(&session);
        let mut event = event_of(&grant);
        event.id = usher_domain::id::EventId(taken);
        let answer = db.store.spend_code(grant.clone(), event).await;
        assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
        assert_eq!(db.store.find_grant(grant.id).await.unwrap(), None);
    }

    async fn the_leaf_rotates_and_its_row_says_when_and_until_when(db: TestDatabase) {
        let (user, _, mut grant) = stored_grant(&db.store).await;
        for generation in 1..=3 {
            let now = later(u64::from(generation) * 100);
            let moved = rotate(&db.store, presented(&grant, generation, now)).await.unwrap();
            grant.refresh = grant.refresh.map(|family| family.rotated(generation, now, LIMITS.idle));
            assert_eq!(moved, GrantOf { grant: grant.clone(), sub: user.sub.clone() });
            assert_eq!(db.store.find_grant(grant.id).await.unwrap(), Some(moved));
        }
    }

    async fn an_older_generation_another_client_and_another_grant_move_nothing(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        rotate(&db.store, presented(&grant, 1, NOW)).await.unwrap();
        let before = db.store.find_grant(grant.id).await.unwrap();
        let leaf = presented(&grant, 2, NOW);
        let fruitless = [
            presented(&grant, 1, NOW),
            presented(&grant, 0, NOW),
            Presented { client: ClientId("thief".into()), ..leaf.clone() },
            Presented { grant: GrantId::new(NOW, random()), ..leaf },
        ];
        for presented in fruitless {
            assert_eq!(rotate(&db.store, presented.clone()).await, None, "{presented:?}");
            assert_eq!(keep(&db.store, presented.clone()).await, None, "{presented:?}");
        }
        assert_eq!(db.store.find_grant(grant.id).await.unwrap(), before);
    }

    async fn a_generation_that_the_database_forgot_moves_the_family_past_it(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        let moved = rotate(&db.store, presented(&grant, 9, NOW)).await.unwrap();
        assert_eq!(moved.grant.refresh.unwrap().generation, 10);
        let kept = keep(&db.store, presented(&grant, 11, NOW)).await.unwrap();
        assert_eq!(kept.grant.refresh.unwrap().generation, 11);
    }

    async fn the_seconds_between_rotations_are_kept_as_the_model_keeps_them(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        let mut family = grant.refresh.unwrap();
        for (presented_generation, at) in [(1, 0), (2, 1), (3, 31), (4, 541), (5, 9_999), (6, 9_000), (7, 9_001), (8, 9_002), (12, 9_003)] {
            let mut asked = presented(&grant, presented_generation, later(at % 900));
            asked.idle_end = later(900);
            let moved = rotate(&db.store, asked.clone()).await.unwrap().grant.refresh.unwrap();
            family = family.rotated(presented_generation, asked.now, LIMITS.idle);
            assert_eq!((moved.generation, moved.recent), (family.generation, family.recent), "{presented_generation}");
        }
    }

    async fn that_the_live_generation_was_seen_is_written_once_and_of_older_ones_never(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        let id = grant.id;
        let unseen = async || db.store.find_standing_grant(id, "jti").await.unwrap().unwrap().unseen;
        let mark = async |generation| in_tx!(db.store, |tx| tx.mark_seen(id, generation).await).unwrap();
        assert_eq!(unseen().await, Some(1));
        mark(1).await;
        assert_eq!(unseen().await, None);
        rotate(&db.store, presented(&grant, 1, NOW)).await.unwrap();
        mark(1).await;
        assert_eq!(unseen().await, Some(2), "the access token of the old generation tells nothing of the new one");
        mark(2).await;
        mark(1).await;
        assert_eq!(unseen().await, None);
        assert_eq!(db.store.find_grant(id).await.unwrap().unwrap().grant.refresh.unwrap().seen_generation, 2);
    }

    async fn a_family_neither_rotates_nor_is_kept_past_its_limits(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        for at in [later(1_000), later(5_000), later(99_999)] {
            assert_eq!(rotate(&db.store, presented(&grant, 1, at)).await, None);
            assert_eq!(keep(&db.store, presented(&grant, 1, at)).await, None);
        }
        let mut generation = 1;
        for at in (900..5_000).step_by(900).chain([4_999]) {
            let moved = rotate(&db.store, presented(&grant, generation, later(at))).await.unwrap();
            generation += 1;
            assert!(moved.grant.refresh.unwrap().idle_expires_at <= later(5_000), "never past its own end");
        }
        assert_eq!(rotate(&db.store, presented(&grant, generation, later(5_000))).await, None);
    }

    async fn a_family_without_an_end_lives_as_long_as_it_is_used(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        let mut grant = grant_in(&session);
        grant.refresh.as_mut().unwrap().expires_at = None;
        db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap();
        for step in 1..20_u32 {
            let at = later(u64::from(step) * 999);
            let kept = keep(&db.store, presented(&grant, 1, at)).await.unwrap();
            let family = kept.grant.refresh.unwrap();
            assert_eq!((family.generation, family.rotated_at), (1, NOW), "the token stays the same");
            assert_eq!((family.idle_expires_at, family.expires_at), (at + LIMITS.idle, None));
        }
    }

    async fn a_grant_without_a_family_never_rotates(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let grant = Grant { refresh: None, ..grant_in(&session) };
        db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap();
        assert_eq!(rotate(&db.store, presented(&grant, 1, NOW)).await, None);
        assert_eq!(keep(&db.store, presented(&grant, 1, NOW)).await, None);
        let id = grant.id;
        let answer = in_tx!(db.store, |tx| tx.revoke_grant(id, NOW, EndReason::RevokedByClient).await).unwrap();
        assert_eq!(answer, Some(revoked(&user, &grant)));
    }

    async fn a_grant_is_revoked_once_for_ever(db: TestDatabase) {
        let (user, _, grant) = stored_grant(&db.store).await;
        let id = grant.id;
        for (at, answer) in [(later(1), Some(revoked(&user, &grant))), (later(2), None)] {
            let done = in_tx!(db.store, |tx| tx.revoke_grant(id, at, EndReason::TokenReuse).await).unwrap();
            assert_eq!(done, answer);
            assert_eq!(revoked_at(&db.store, &grant).await, Some(later(1)));
            assert_eq!(rotate(&db.store, presented(&grant, 1, later(3))).await, None);
            assert_eq!(keep(&db.store, presented(&grant, 1, later(3))).await, None);
        }
        let nothing = GrantId::new(NOW, random());
        let done = in_tx!(db.store, |tx| tx.revoke_grant(nothing, NOW, EndReason::TokenReuse).await);
        assert_eq!(done.unwrap(), None);
    }

    async fn revoking_by_session_by_user_and_by_client_takes_what_it_names(db: TestDatabase) {
        let (user, session) = stored_session(&db.store).await;
        let second = stored_session_of(&db.store, &user).await;
        let (.., foreign) = stored_grant(&db.store).await;
        let other_client = Grant { client_id: ClientId("blog".into()), ..grant_in(&session) };
        let grants = [grant_in(&session), other_client, grant_in(&second)];
        for grant in &grants {
            db.store.spend_code(grant.clone(), event_of(grant)).await.unwrap();
        }
        let (person, session) = (user.id, session.id);
        let (blog, why) = (ClientId("blog".into()), EndReason::ConsentWithdrawn);
        let at_client = in_tx!(db.store, |tx| tx.revoke_grants_at_client(person, &blog, NOW, why).await);
        assert_eq!(at_client.unwrap(), [revoked(&user, &grants[1])]);
        let of_user = in_tx!(db.store, |tx| tx.revoke_grants_of_user(person, Some(session), NOW, why).await);
        assert_eq!(of_user.unwrap(), [revoked(&user, &grants[2])]);
        let of_session = in_tx!(db.store, |tx| tx.revoke_grants_of_session(session, NOW, why).await);
        assert_eq!(of_session.unwrap(), [revoked(&user, &grants[0])]);
        let rest = in_tx!(db.store, |tx| tx.revoke_grants_of_user(person, None, NOW, why).await);
        assert_eq!(rest.unwrap(), []);
        assert_eq!(revoked_at(&db.store, &foreign).await, None);
    }

    async fn a_code_with_five_wrong_verifiers_is_dead_and_with_four_it_is_not(db: TestDatabase) {
        let (_, session) = stored_session(&db.store).await;
        for (wrong, answer) in [(MOST_WRONG_VERIFIERS - 1, Spend::Done), (MOST_WRONG_VERIFIERS, Spend::NoLonger)] {
            let grant = Grant { created_at: later(30), ..grant_in(&session) };
            for _ in 0..wrong {
                let most = MOST_WRONG_VERIFIERS * WRONG_VERIFIER_MS;
                let bucket = wrong_verifiers(grant.id);
                db.store.take_from_bucket(&bucket, NOW.0 * 1_000, WRONG_VERIFIER_MS, most).await.unwrap();
            }
            assert_eq!(db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap(), answer, "{wrong}");
        }
    }

    async fn a_valid_grant_finds_its_user_until_it_is_revoked_or_the_user_is_disabled(db: TestDatabase) {
        let (user, session, grant) = stored_grant(&db.store).await;
        let standing = db.store.find_standing_grant(grant.id, "jti").await.unwrap();
        assert_eq!(standing, Some(StandingGrant { client_id: grant.client_id.clone(), claims: grant.claims.clone(), user: user.clone(), unseen: Some(1) }));
        in_tx!(db.store, |tx| tx.revoke_token("stolen", NOW).await).unwrap();
        assert_eq!(db.store.find_standing_grant(grant.id, "stolen").await.unwrap(), None);
        in_tx!(db.store, |tx| tx.set_user_enabled(user.id, false, NOW).await).unwrap();
        assert_eq!(db.store.find_standing_grant(grant.id, "jti").await.unwrap(), None);
        in_tx!(db.store, |tx| tx.set_user_enabled(user.id, true, NOW).await).unwrap();
        let session = session.id;
        in_tx!(db.store, |tx| tx.revoke_grants_of_session(session, NOW, EndReason::SignOut).await).unwrap();
        assert_eq!(db.store.find_standing_grant(grant.id, "jti").await.unwrap(), None);
        assert_eq!(db.store.find_standing_grant(GrantId::new(NOW, random()), "jti").await.unwrap(), None);
    }

    async fn the_grants_of_a_user_that_stand_are_listed_newest_first(db: TestDatabase) {
        let (user, session, first) = stored_grant(&db.store).await;
        let second = grant_in(&session);
        db.store.spend_code(second.clone(), event_of(&second)).await.unwrap();
        stored_grant(&db.store).await;
        let mut standing = vec![first.clone(), second.clone()];
        standing.sort_by_key(|grant| std::cmp::Reverse(grant.id));
        assert_eq!(db.store.list_standing_grants(user.id, NOW, NOW - Duration::from_secs(600)).await.unwrap(), standing);
        in_tx!(db.store, |tx| tx.revoke_grant(first.id, later(1), EndReason::SignOut).await).unwrap();
        assert_eq!(db.store.list_standing_grants(user.id, NOW, NOW - Duration::from_secs(600)).await.unwrap(), [second]);
    }
}
