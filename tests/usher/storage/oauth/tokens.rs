//! Revoked access tokens.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{in_tx, later};

on_both_databases! {
    async fn a_token_is_revoked_once_and_stays_revoked(db: TestDatabase) {
        assert!(!db.store.is_token_revoked("jti").await.unwrap());
        for first in [true, false] {
            assert_eq!(in_tx!(db.store, |tx| tx.revoke_token("jti", later(10)).await).unwrap(), first);
            assert!(db.store.is_token_revoked("jti").await.unwrap());
        }
        assert!(!db.store.is_token_revoked("").await.unwrap());
        assert!(!db.store.is_token_revoked("JTI").await.unwrap());
    }

    async fn of_many_who_revoke_a_token_at_once_one_is_the_first(db: TestDatabase) {
        for round in 0..5 {
            let jti = format!("jti {round}");
            let racers: Vec<_> = (0..20)
                .map(|_| {
                    let (store, jti) = (db.store.clone(), jti.clone());
                    tokio::spawn(async move { in_tx!(store, |tx| tx.revoke_token(&jti, later(1)).await) })
                })
                .collect();
            let mut first = 0;
            for racer in racers {
                first += u32::from(racer.await.unwrap().unwrap());
            }
            assert_eq!(first, 1);
        }
    }
}
