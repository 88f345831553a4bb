//! Writes that share a commit: each succeeds or fails alone, and no result is returned before it is durable.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later, stored_user, user};
use usher_storage::system::throttles::Taken;
use usher_storage::{StorageError, Store};

/// Adds a user; afterwards fails as requested.
async fn add(store: Store, user: usher_domain::user::User, failure: Option<StorageError>) -> Result<(), StorageError> {
    let mut tx = store.begin().await?;
    tx.insert_user(&user).await?;
    match failure {
        None => tx.commit().await,
        Some(error) => Err(error),
    }
}

on_both_databases! {
    async fn a_write_that_fails_spoils_nobody_elses(db: TestDatabase) {
        let taken = stored_user(&db.store).await;
        let mut racers = Vec::new();
        for place in 0..60 {
            let mut newcomer = user();
            let (failure, stays) = match place % 5 {
                0 => (Some(StorageError::Conflict), false),
                1 => {
                    newcomer.email = taken.email.clone();
                    (None, false)
                }
                2 => (Some(StorageError::Unavailable("a mail server is down".into())), false),
                _ => (None, true),
            };
            let id = newcomer.id;
            racers.push((id, stays, tokio::spawn(add(db.store.clone(), newcomer, failure))));
        }
        for (id, stays, racer) in racers {
            let answer = racer.await.unwrap();
            assert_eq!(answer.is_ok(), stays, "{answer:?}");
            assert_eq!(db.store.find_user(id).await.unwrap().is_some(), stays);
        }
    }

    async fn what_was_answered_is_there_after_a_restart(db: TestDatabase) {
        let writing: Vec<_> = (0..40)
            .map(|_| {
                let (store, user) = (db.store.clone(), user());
                tokio::spawn(async move { add(store, user.clone(), None).await.map(|()| user) })
            })
            .collect();
        for one in writing {
            let user = one.await.unwrap().unwrap();
            let past = db.second_store().await;
            assert_eq!(past.find_user(user.id).await.unwrap(), Some(user));
        }
        db.restart().await;
        assert_eq!(db.count("select count(*) from users").await, 40);
        stored_user(&db.store).await;
    }

    async fn a_write_is_done_although_nobody_waits_for_its_answer_or_it_never_happened(db: TestDatabase) {
        for _ in 0..20 {
            let (store, gone) = (db.store.clone(), user());
            let writing = tokio::spawn(add(store, gone, None));
            tokio::task::yield_now().await;
            writing.abort();
        }
        let witness = stored_user(&db.store).await;
        assert_eq!(db.store.find_user(witness.id).await.unwrap(), Some(witness));
    }

    async fn a_write_that_panics_answers_an_error_and_the_next_one_works(db: TestDatabase) {
        let before = user();
        let id = before.id;
        let (store, panicking) = (db.store.clone(), db.store.clone());
        let fallen = tokio::spawn(async move {
            in_tx!(panicking, |tx| {
                tx.insert_user(&before).await?;
                assert!(before.id.0.is_nil(), "a mistake in a flow");
                Ok(())
            })
        });
        assert!(!matches!(fallen.await, Ok(Ok(()))));
        assert_eq!(store.find_user(id).await.unwrap(), None);
        let after = stored_user(&store).await;
        assert_eq!(store.find_user(after.id).await.unwrap(), Some(after));
        let taken = store.take_from_bucket("b", 1, 1, 1).await.unwrap();
        assert_eq!(taken, Taken::Yes);
    }

    async fn a_single_write_that_panics_leaves_no_transaction_open(db: TestDatabase) {
        let store = db.store.clone();
        let fallen = tokio::spawn(async move {
            let mut tx = store.begin_single().await?;
            let revoked = tx.revoke_token("jti", NOW).await?;
            assert!(!revoked, "a mistake in a flow");
            tx.commit().await
        });
        assert!(!matches!(fallen.await, Ok(Ok(()))));
        let after = stored_user(&db.store).await;
        assert_eq!(db.second_store().await.find_user(after.id).await.unwrap(), Some(after));
    }

    async fn once_a_statement_has_failed_nothing_of_its_transaction_stays(db: TestDatabase) {
        let taken = stored_user(&db.store).await;
        let (first, mut second) = (user(), user());
        second.email = taken.email.clone();
        let answer = in_tx!(db.store, |tx| {
            tx.insert_user(&first).await?;
            // A use case may handle a conflict.
            Ok(tx.insert_user(&second).await.is_err())
        });
        assert!(answer.is_err(), "a failed transaction cannot be committed");
        assert_eq!(db.store.find_user(first.id).await.unwrap(), None);
    }

    async fn single_statements_and_whole_transactions_share_a_group(db: TestDatabase) {
        let writing: Vec<_> = (0..40_u64)
            .map(|place| {
                let store = db.store.clone();
                tokio::spawn(async move {
                    if place % 2 == 0 {
                        let taken = store.take_lease("sweep", "one", later(place), later(place + 1)).await;
                        return taken.map(drop);
                    }
                    let refused = place % 3 == 0;
                    let jti = format!("{place}");
                    let answer = in_tx!(store, |tx| {
                        tx.revoke_token(&jti, NOW).await?;
                        if refused { Err(StorageError::Conflict) } else { Ok(()) }
                    });
                    assert_eq!(answer.is_err(), refused);
                    assert_eq!(store.is_token_revoked(&jti).await?, !refused);
                    Ok(())
                })
            })
            .collect();
        for one in writing {
            one.await.unwrap().unwrap();
        }
    }
}
