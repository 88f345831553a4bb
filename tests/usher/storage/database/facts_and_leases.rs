//! Named values of the server, and leases.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later};

on_both_databases! {
    async fn the_first_writer_of_a_value_decides_it(db: TestDatabase) {
        assert_eq!(db.store.find_value("mark").await.unwrap(), None);
        for (value, stands) in [(vec![0, 1], vec![0, 1]), (vec![9], vec![0, 1])] {
            assert_eq!(in_tx!(db.store, |tx| tx.set_value_once("mark", &value).await).unwrap(), stands);
        }
        assert_eq!(in_tx!(db.store, |tx| tx.set_value_once("empty", b"").await).unwrap(), b"");
        assert_eq!(db.store.find_value("mark").await.unwrap(), Some(vec![0, 1]));
        assert_eq!(db.store.find_value("empty").await.unwrap(), Some(Vec::new()));
    }

    async fn concurrent_writers_of_a_value_all_get_the_same(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let racers: Vec<_> = (0..20_u8)
            .map(|racer| {
                let store = stores[usize::from(racer % 2)].clone();
                tokio::spawn(async move { in_tx!(store, |tx| tx.set_value_once("mark", &[racer]).await) })
            })
            .collect();
        let mut told = Vec::new();
        for racer in racers {
            told.push(racer.await.unwrap().unwrap());
        }
        assert!(told.iter().all(|fact| *fact == told[0]), "{told:?}");
    }

    async fn a_lease_is_held_renewed_and_passed_on(db: TestDatabase) {
        let take = |holder: &'static str, now, until| db.store.take_lease("sweep", holder, later(now), later(until));
        assert!(take("one", 0, 10).await.unwrap());
        assert!(!take("two", 5, 15).await.unwrap());
        assert!(take("one", 5, 20).await.unwrap(), "its holder renews it");
        assert!(!take("two", 19, 30).await.unwrap());
        assert!(take("two", 21, 31).await.unwrap(), "the holder died");
        assert!(!take("one", 22, 32).await.unwrap());
        assert!(db.store.take_lease("mail", "one", NOW, later(9)).await.unwrap(), "another chore");
    }

    async fn of_many_who_reach_for_a_lease_at_once_one_gets_it(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        for round in 0..10_u64 {
            let racers: Vec<_> = (0..20)
                .map(|racer| {
                    let store = stores[racer % 2].clone();
                    let (now, until) = (later(round * 100), later(round * 100 + 50));
                    tokio::spawn(async move { store.take_lease("sweep", &format!("{racer}"), now, until).await })
                })
                .collect();
            let mut held = 0;
            for racer in racers {
                held += u32::from(racer.await.unwrap().unwrap());
            }
            assert_eq!(held, 1, "round {round}");
        }
    }
}
