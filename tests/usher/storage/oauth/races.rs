//! Simultaneous operations on grants: what may happen once happens once, and what has ended stays ended.

use std::time::Duration;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{
    NOW, event_of, grant_in, in_tx, later, presented, stored_client, stored_grant, stored_session, stored_session_of,
    stored_user,
};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::grant::Grant;
use usher_domain::user::session::EndReason;
use usher_storage::grants::Spend;

/// Live grants of ended sessions or disabled users.
const ORPHANS: &str = "select count(*) from grants g join session s on s.id = g.session_id \
    join users u on u.id = g.user_id where g.revoked_at is null and (s.ended_at is not null or u.status <> 'active')";

on_both_databases! {
    async fn of_many_who_spend_a_code_at_once_one_has_spent_it(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let (_, session) = stored_session(&db.store).await;
        for round in 0..6 {
            let grant = grant_in(&session);
            let racers: Vec<_> = (0..40)
                .map(|racer| {
                    let (store, grant) = (stores[racer % 2].clone(), grant.clone());
                    tokio::spawn(async move { store.spend_code(grant.clone(), event_of(&grant)).await })
                })
                .collect();
            let mut answers = Vec::new();
            for racer in racers {
                answers.push(racer.await.unwrap().unwrap());
            }
            assert_eq!(answers.iter().filter(|answer| **answer == Spend::Done).count(), 1, "round {round}");
            assert!(!answers.contains(&Spend::NoLonger), "round {round}");
        }
        assert_eq!(db.count("select count(*) from event").await, 6);
    }

    async fn each_generation_has_one_winner(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let (.., grant) = stored_grant(&db.store).await;
        for generation in 1..=8 {
            let racers: Vec<_> = (0..30)
                .map(|racer| {
                    let (store, presented) = (stores[racer % 2].clone(), presented(&grant, generation, NOW));
                    tokio::spawn(async move { in_tx!(store, |tx| tx.rotate(&presented).await) })
                })
                .collect();
            let mut won = 0;
            for racer in racers {
                let Some(moved) = racer.await.unwrap().unwrap() else { continue };
                assert_eq!(moved.grant.refresh.unwrap().generation, generation + 1);
                won += 1;
            }
            assert_eq!(won, 1, "generation {generation}");
        }
    }

    async fn a_withdrawal_and_a_code_at_the_same_moment_leave_no_live_grant(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let (user, session) = stored_session(&db.store).await;
        for round in 0..30_u64 {
            let client = stored_client(&db.store).await.id;
            let grant = Grant { client_id: client.clone(), ..grant_in(&session) };
            let consent =
                StoredConsent { apis: None, user_id: user.id, client_id: client.clone(), scope: grant.scope.clone(), granted_at: NOW };
            in_tx!(db.store, |tx| tx.add_consent(&consent).await).unwrap();
            let (redeemer, owner, id) = (stores[0].clone(), stores[1].clone(), user.id);
            let redeeming =
                tokio::spawn(async move { redeemer.spend_code_under_consent(grant.clone(), event_of(&grant)).await });
            tokio::time::sleep(Duration::from_micros(round * 100)).await;
            let revoked = in_tx!(owner, |tx| {
                tx.delete_consent(id, &client).await?;
                tx.revoke_grants_at_client(id, &client, NOW, EndReason::ConsentWithdrawn).await
            });
            let answer = redeeming.await.unwrap().unwrap();
            assert_eq!(usize::from(answer == Spend::Done), revoked.unwrap().len(), "round {round}: {answer:?}");
        }
    }

    async fn a_sign_out_and_a_code_at_the_same_moment_leave_no_live_grant(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let (user, _) = stored_session(&db.store).await;
        let mut spent = 0;
        for round in 0..60 {
            let session = stored_session_of(&db.store, &user).await;
            let grant = grant_in(&session);
            let (redeemer, leaver) = (stores[round % 2].clone(), stores[1 - round % 2].clone());
            let redeeming = tokio::spawn(async move { redeemer.spend_code(grant.clone(), event_of(&grant)).await });
            let leaving = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(u64::try_from(round).unwrap() * 20)).await;
                in_tx!(leaver, |tx| {
                    tx.end_session(session.id, NOW, EndReason::SignOut).await?;
                    tx.revoke_grants_of_session(session.id, NOW, EndReason::SignOut).await
                })
            });
            let (answer, revoked) = (redeeming.await.unwrap().unwrap(), leaving.await.unwrap().unwrap());
            assert!(!matches!(answer, Spend::SpentAt(_)), "round {round}");
            assert_eq!(usize::from(answer == Spend::Done), revoked.len(), "round {round}");
            spent += revoked.len();
        }
        assert_eq!(db.count(ORPHANS).await, 0);
        assert!(spent > 0, "no code was quick enough to be worth the test");
    }

    async fn a_user_disabled_while_codes_are_spent_is_left_with_no_live_grant(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        for round in 0..12 {
            let user = stored_user(&db.store).await;
            let mut redeeming = Vec::new();
            for racer in 0..6 {
                let session = stored_session_of(&db.store, &user).await;
                let (store, grant) = (stores[racer % 2].clone(), grant_in(&session));
                redeeming.push((store, grant));
            }
            let redeeming: Vec<_> = redeeming
                .into_iter()
                .map(|(store, grant)| tokio::spawn(async move { store.spend_code(grant.clone(), event_of(&grant)).await }))
                .collect();
            let (store, why) = (stores[1].clone(), EndReason::UserDisabled);
            let disabling = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(round * 100)).await;
                in_tx!(store, |tx| {
                    tx.set_user_enabled(user.id, false, NOW).await?;
                    tx.end_sessions_of(user.id, None, NOW, why).await?;
                    tx.revoke_grants_of_user(user.id, None, NOW, why).await
                })
            });
            for one in redeeming {
                assert!(!matches!(one.await.unwrap().unwrap(), Spend::SpentAt(_)), "round {round}");
            }
            disabling.await.unwrap().unwrap();
        }
        assert_eq!(db.count(ORPHANS).await, 0);
    }

    async fn a_family_revoked_while_it_rotates_is_revoked(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let (_, session) = stored_session(&db.store).await;
        for round in 0..30_u64 {
            let grant = grant_in(&session);
            db.store.spend_code(grant.clone(), event_of(&grant)).await.unwrap();
            let rotating: Vec<_> = (1..=6_u32)
                .map(|generation| {
                    let (store, presented) = (stores[0].clone(), presented(&grant, generation, later(1)));
                    tokio::spawn(async move { in_tx!(store, |tx| tx.rotate(&presented).await) })
                })
                .collect();
            let (store, id) = (stores[1].clone(), grant.id);
            let revoking = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(round * 50)).await;
                in_tx!(store, |tx| tx.revoke_grant(id, later(1), EndReason::TokenReuse).await)
            });
            for one in rotating {
                let moved = one.await.unwrap().unwrap();
                assert!(moved.is_none_or(|moved| moved.grant.revoked_at.is_none()));
            }
            assert!(revoking.await.unwrap().unwrap().is_some(), "round {round}");
            let after = db.store.find_grant(grant.id).await.unwrap().unwrap().grant;
            assert_eq!(after.revoked_at, Some(later(1)), "round {round}");
            let leaf = presented(&grant, after.refresh.unwrap().generation, later(1));
            assert!(in_tx!(db.store, |tx| tx.rotate(&leaf).await).unwrap().is_none(), "round {round}");
        }
    }

    async fn of_many_who_revoke_a_grant_at_once_one_has_done_it(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let (.., grant) = stored_grant(&db.store).await;
        let id = grant.id;
        let racers: Vec<_> = (0..20)
            .map(|racer| {
                let store = stores[racer % 2].clone();
                tokio::spawn(async move { in_tx!(store, |tx| tx.revoke_grant(id, NOW, EndReason::SignOut).await) })
            })
            .collect();
        let mut revoked = 0;
        for racer in racers {
            revoked += u32::from(racer.await.unwrap().unwrap().is_some());
        }
        assert_eq!(revoked, 1);
    }
}
