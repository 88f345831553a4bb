//! Queued emails.

use std::collections::HashSet;
use std::time::Duration;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later, random};
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::EmailId;
use usher_domain::time::Timestamp;
use usher_storage::{StorageError, Store};

fn email() -> QueuedEmail {
    QueuedEmail { id: EmailId::new(NOW, random()), sealed: vec![7, 0, 255], attempts: 0, expires_at: later(900) }
}

async fn queue(store: &Store, email: &QueuedEmail, at: Timestamp) {
    in_tx!(store, |tx| tx.insert_email(email, at).await).unwrap();
}

async fn take(store: &Store, now: Timestamp, most: u32) -> Vec<QueuedEmail> {
    let again_at = now + Duration::from_mins(1);
    let mut taken = in_tx!(store, |tx| tx.take_due_emails(now, again_at, most).await).unwrap();
    taken.sort_by_key(|email| email.id);
    taken
}

on_both_databases! {
    async fn an_email_is_taken_when_due_and_comes_back_unless_deleted(db: TestDatabase) {
        let email = email();
        queue(&db.store, &email, later(10)).await;
        assert_eq!(take(&db.store, later(9), 10).await, []);
        let once = QueuedEmail { attempts: 1, ..email.clone() };
        assert_eq!(take(&db.store, later(10), 10).await, [once]);
        assert_eq!(take(&db.store, later(69), 10).await, []);
        let twice = QueuedEmail { attempts: 2, ..email.clone() };
        assert_eq!(take(&db.store, later(70), 10).await, [twice]);
        in_tx!(db.store, |tx| tx.retry_email(email.id, later(500)).await).unwrap();
        assert_eq!(take(&db.store, later(499), 10).await, []);
        assert_eq!(take(&db.store, later(500), 10).await.len(), 1);
        for _ in 0..2 {
            in_tx!(db.store, |tx| tx.delete_email(email.id).await).unwrap();
        }
        assert_eq!(take(&db.store, later(9_999), 10).await, []);
    }

    async fn those_that_have_waited_longest_are_taken_first(db: TestDatabase) {
        let emails: Vec<QueuedEmail> = (0..5).map(|_| email()).collect();
        for (email, second) in emails.iter().zip([5, 1, 4, 2, 3]) {
            queue(&db.store, email, later(second)).await;
        }
        assert_eq!(take(&db.store, later(9), 0).await, []);
        let taken: HashSet<EmailId> = take(&db.store, later(9), 2).await.iter().map(|email| email.id).collect();
        assert_eq!(taken, HashSet::from([emails[1].id, emails[3].id]));
        assert_eq!(take(&db.store, later(9), 10).await.len(), 3);
    }

    async fn an_email_is_queued_once(db: TestDatabase) {
        let email = email();
        queue(&db.store, &email, NOW).await;
        let again = in_tx!(db.store, |tx| tx.insert_email(&email, NOW).await);
        assert!(matches!(again, Err(StorageError::Conflict)), "{again:?}");
    }

    async fn concurrent_workers_never_take_the_same_email(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        for round in 0..6 {
            let now = later(round * 1_000);
            for _ in 0..30 {
                queue(&db.store, &email(), now).await;
            }
            let takers: Vec<_> = (0..20)
                .map(|taker| {
                    let store = stores[taker % 2].clone();
                    tokio::spawn(async move {
                        in_tx!(store, |tx| tx.take_due_emails(now, now + Duration::from_mins(1), 4).await)
                    })
                })
                .collect();
            let mut taken = Vec::new();
            for taker in takers {
                taken.extend(taker.await.unwrap().unwrap().into_iter().map(|email| email.id));
            }
            taken.extend(take(&db.store, now, 100).await.iter().map(|email| email.id));
            assert_eq!(taken.len(), 30, "round {round}");
            assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 30, "round {round}");
            db.execute("delete from letter").await;
        }
    }
}
