//! Idempotent requests: begun once, answered once, deleted in time.

use super::samples::{in_tx, later};
use crate::harness::database::on_both_databases;

const ID: [u8; 32] = [7; 32];

/// Begins the request at a moment: it expires after a hundred seconds, and is abandoned after ten.
macro_rules! begin {
    ($db:expr, $hash:expr, $at:expr) => {
        in_tx!($db.store, |tx| {
            tx.begin_repeatable(&ID, &[$hash; 32], later($at), later($at + 100), later($at - 10)).await
        })
        .unwrap()
    };
}

on_both_databases! {
    async fn a_request_is_begun_once_until_it_is_over(db: TestDatabase) {
        assert!(begin!(db, 1, 20));
        assert!(!begin!(db, 1, 29), "it is being worked on");
        assert!(begin!(db, 2, 30), "it was abandoned");
        in_tx!(db.store, |tx| tx.finish_repeatable(&ID, later(20), b"late").await).unwrap();
        let found = db.store.find_repeatable(&ID).await.unwrap().unwrap();
        assert_eq!((found.request_hash, found.answer), (vec![2; 32], None), "whoever came late finishes nothing");
        in_tx!(db.store, |tx| tx.finish_repeatable(&ID, later(30), b"answer").await).unwrap();
        in_tx!(db.store, |tx| tx.forget_repeatable(&ID, later(30)).await).unwrap();
        assert_eq!(db.store.find_repeatable(&ID).await.unwrap().unwrap().answer.as_deref(), Some(&b"answer"[..]));
        assert!(!begin!(db, 2, 129), "an answer stays until its time is over");
        assert!(begin!(db, 2, 130));
        assert_eq!(db.store.find_repeatable(&ID).await.unwrap().unwrap().answer, None);
        in_tx!(db.store, |tx| tx.forget_repeatable(&ID, later(130)).await).unwrap();
        assert_eq!(db.store.find_repeatable(&ID).await.unwrap(), None);
    }

    async fn what_is_over_is_swept(db: TestDatabase) {
        assert!(begin!(db, 1, 20));
        let sweep = async |at: u64| in_tx!(db.store, |tx| tx.sweep_repeatable(later(at), 10).await).unwrap();
        assert_eq!(sweep(120).await, 0);
        assert_eq!(sweep(121).await, 1);
        assert_eq!(db.store.find_repeatable(&ID).await.unwrap(), None);
    }
}
