//! Rate limit buckets.

use super::samples::in_tx;
use crate::harness::database::{TestDatabase, on_both_databases};
use usher_storage::system::throttles::Taken;

/// The initial time of these tests, in milliseconds.
const START: i64 = 1_800_000_000_000;

async fn take(db: &TestDatabase, at: i64, cost: i64, burst: i64) -> Taken {
    db.store.take_from_bucket("sign-in ana", START + at, cost, burst).await.unwrap()
}

on_both_databases! {
    async fn a_bucket_gives_its_burst_then_one_at_a_time(db: TestDatabase) {
        for _ in 0..3 {
            assert_eq!(take(&db, 0, 1_000, 3_000).await, Taken::Yes);
        }
        assert_eq!(take(&db, 0, 1_000, 3_000).await, Taken::NotFor(1_000));
        assert_eq!(take(&db, 999, 1_000, 3_000).await, Taken::NotFor(1));
        assert_eq!(take(&db, 1_000, 1_000, 3_000).await, Taken::Yes);
        assert_eq!(take(&db, 1_000, 1_000, 3_000).await, Taken::NotFor(1_000));
        for _ in 0..3 {
            assert_eq!(take(&db, 1_000_000, 1_000, 3_000).await, Taken::Yes, "it is full again, and no fuller");
        }
        assert_eq!(take(&db, 1_000_000, 1_000, 3_000).await, Taken::NotFor(1_000));
    }

    async fn after_the_wait_it_names_a_bucket_gives(db: TestDatabase) {
        for (cost, burst) in [(1_000, 3_000), (700, 1_000), (1_000, 1_000), (1_000, 0), (1_000, 400)] {
            db.execute("delete from throttle").await;
            let mut at = 0;
            for _ in 0..8 {
                if let Taken::NotFor(wait) = take(&db, at, cost, burst).await {
                    assert!(wait > 0);
                    if wait > 1 {
                        assert!(take(&db, at + wait - 1, cost, burst).await != Taken::Yes, "{cost} {burst}: one less is too early");
                    }
                    assert_eq!(take(&db, at + wait, cost, burst).await, Taken::Yes, "{cost} {burst}");
                    at += wait;
                }
            }
        }
    }

    async fn a_clock_that_was_ahead_for_a_moment_closes_a_bucket_no_longer_than_its_capacity(db: TestDatabase) {
        let ten_years = 10 * 365 * 86_400_000;
        for _ in 0..5 {
            take(&db, ten_years, 1_000, 3_000).await;
        }
        assert_eq!(take(&db, 0, 1_000, 3_000).await, Taken::NotFor(1_000), "as if it were empty");
        assert_eq!(take(&db, 999, 1_000, 3_000).await, Taken::NotFor(1));
        assert_eq!(take(&db, 1_000, 1_000, 3_000).await, Taken::Yes);
        db.execute("delete from throttle").await;
        take(&db, ten_years, 1_000, 400).await;
        assert_eq!(take(&db, 0, 1_000, 400).await, Taken::NotFor(1_000), "one try leads this far ahead by itself");
        assert_eq!(take(&db, 1_000, 1_000, 400).await, Taken::Yes);
    }

    async fn a_try_that_is_given_back_was_never_made(db: TestDatabase) {
        for _ in 0..2 {
            let taken = in_tx!(db.store, |tx| {
                let taken = tx.take_from_bucket("b", START, 10, 20).await?;
                tx.give_back_to_bucket("b", 10).await?;
                Ok(taken)
            });
            assert_eq!(taken.unwrap(), Taken::Yes);
        }
        for answer in [Taken::Yes, Taken::Yes, Taken::NotFor(10)] {
            assert_eq!(db.store.take_from_bucket("b", START, 10, 20).await.unwrap(), answer);
        }
    }

    async fn a_bucket_is_taken_from_within_a_transaction_and_forgotten(db: TestDatabase) {
        let first = in_tx!(db.store, |tx| tx.take_from_bucket("b", START, 10, 10).await);
        assert_eq!(first.unwrap(), Taken::Yes);
        assert_eq!(db.store.take_from_bucket("b", START, 10, 10).await.unwrap(), Taken::NotFor(10));
        assert_eq!(db.store.take_from_bucket("c", START, 10, 10).await.unwrap(), Taken::Yes, "another bucket");
        in_tx!(db.store, |tx| tx.forget_bucket("b").await).unwrap();
        in_tx!(db.store, |tx| tx.forget_bucket("never there").await).unwrap();
        assert_eq!(db.store.take_from_bucket("b", START, 10, 10).await.unwrap(), Taken::Yes);
    }

    async fn however_many_take_at_once_a_bucket_gives_its_burst_and_no_more(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        for round in 0..5 {
            let racers: Vec<_> = (0..40)
                .map(|racer| {
                    let store = stores[racer % 2].clone();
                    tokio::spawn(async move { store.take_from_bucket(&format!("b{round}"), START, 1_000, 7_000).await })
                })
                .collect();
            let mut given = 0;
            for racer in racers {
                given += u32::from(racer.await.unwrap().unwrap() == Taken::Yes);
            }
            assert_eq!(given, 7, "round {round}");
        }
    }

    async fn only_buckets_that_are_full_again_are_swept(db: TestDatabase) {
        db.store.take_from_bucket("soon", START, 10, 100).await.unwrap();
        db.store.take_from_bucket("late", START, 100, 100).await.unwrap();
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_buckets(START + 11, 9).await).unwrap(), 1);
        assert_eq!(db.store.take_from_bucket("late", START + 11, 100, 100).await.unwrap(), Taken::NotFor(89));
        for name in ["one", "two", "three"] {
            db.store.take_from_bucket(name, START, 10, 100).await.unwrap();
        }
        let mut swept = Vec::new();
        for _ in 0..3 {
            swept.push(in_tx!(db.store, |tx| tx.sweep_buckets(START + 1_000, 3).await).unwrap());
        }
        assert_eq!(swept, [3, 1, 0], "in batches");
    }
}
