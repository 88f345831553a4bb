//! Sign-ins in progress at providers, and provider events.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, hash, in_tx, later};

on_both_databases! {
    async fn a_journey_is_taken_up_once_and_in_time(db: TestDatabase) {
        let (state, late, sealed) = (hash(), hash(), vec![0_u8, 255, 7]);
        for state in [&state, &late] {
            in_tx!(db.store, |tx| tx.insert_upstream_state(state, &sealed, later(600)).await).unwrap();
        }
        let take = async |state: &Vec<u8>, at| in_tx!(db.store, |tx| tx.take_upstream_state(state, at).await).unwrap();
        assert_eq!(take(&hash(), NOW).await, None);
        assert_eq!(take(&state, later(599)).await, Some(sealed));
        assert_eq!(take(&state, later(599)).await, None, "once");
        assert_eq!(take(&late, later(600)).await, None, "too late");
        assert_eq!(take(&Vec::new(), NOW).await, None);
    }

    async fn of_many_who_come_back_at_once_one_is_let_through(db: TestDatabase) {
        let state = hash();
        in_tx!(db.store, |tx| tx.insert_upstream_state(&state, b"x", later(600)).await).unwrap();
        let tries = (0..8).map(|_| {
            let (store, state) = (db.store.clone(), state.clone());
            tokio::spawn(async move { in_tx!(store, |tx| tx.take_upstream_state(&state, NOW).await).unwrap().is_some() })
        });
        let mut through = 0;
        for one in futures_util::future::join_all(tries).await {
            through += usize::from(one.unwrap());
        }
        assert_eq!(through, 1);
    }

    async fn a_provider_event_is_accepted_once(db: TestDatabase) {
        let id = hash();
        assert!(!db.store.is_provider_event_known(&id).await.unwrap());
        for first in [true, false] {
            assert_eq!(in_tx!(db.store, |tx| tx.mark_provider_event(&id, later(9)).await).unwrap(), first);
        }
        assert!(db.store.is_provider_event_known(&id).await.unwrap());
        assert!(!db.store.is_provider_event_known(b"").await.unwrap());
    }

    async fn journeys_and_notices_are_swept_after_their_time_in_batches(db: TestDatabase) {
        for seconds in [10, 10, 10, 20] {
            let (state, id) = (hash(), hash());
            in_tx!(db.store, |tx| tx.insert_upstream_state(&state, b"x", later(seconds)).await).unwrap();
            in_tx!(db.store, |tx| tx.mark_provider_event(&id, later(seconds)).await).unwrap();
        }
        let mut swept = Vec::new();
        for (before, batch) in [(10, 9), (11, 2), (11, 2), (11, 2)] {
            swept.push(in_tx!(db.store, |tx| tx.sweep_upstream_states(later(before), batch).await).unwrap());
            swept.push(in_tx!(db.store, |tx| tx.sweep_provider_events(later(before), batch).await).unwrap());
        }
        assert_eq!(swept, [0, 0, 2, 2, 1, 1, 0, 0]);
        assert_eq!(db.count("select count(*) from journey").await, 1);
        assert_eq!(db.count("select count(*) from heard_notice").await, 1);
    }
}
