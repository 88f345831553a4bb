//! Signing keys.

use super::samples::{NOW, in_tx, later};
use crate::harness::database::on_both_databases;
use serde_json::json;
use usher_domain::key::{SigningAlg, SigningKeyRecord};
use usher_storage::StorageError;

fn key(kid: &str, alg: SigningAlg, second: u64) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: kid.into(),
        alg,
        created_at: later(second),
        active_at: None,
        retired_at: None,
        expires_at: None,
        pruned_at: None,
        public_jwk: json!({"kty": "EC", "kid": kid, "x": "AQAB", "nested": [null, 1]}),
        sealed_private: vec![0, 1, 2, 255],
    }
}

on_both_databases! {
    async fn keys_come_back_as_they_went_in_oldest_first(db: TestDatabase) {
        assert_eq!(db.store.list_keys().await.unwrap(), []);
        let newest = key("a", SigningAlg::Rs256, 9);
        let oldest = key("c", SigningAlg::Es256, 1);
        let twin = SigningKeyRecord {
            active_at: Some(NOW),
            retired_at: Some(later(1)),
            expires_at: Some(later(2)),
            ..key("b", SigningAlg::Ps256, 9)
        };
        for key in [&newest, &twin, &oldest] {
            in_tx!(db.store, |tx| tx.insert_key(key).await).unwrap();
        }
        let expected = [oldest, newest, twin];
        assert_eq!(db.store.list_keys().await.unwrap(), expected);
        assert_eq!(in_tx!(db.store, |tx| tx.list_keys().await).unwrap(), expected);
    }

    async fn a_key_goes_through_its_life_and_is_deleted(db: TestDatabase) {
        let mut key = key("k", SigningAlg::Es256, 0);
        in_tx!(db.store, |tx| tx.insert_key(&key).await).unwrap();
        let again = in_tx!(db.store, |tx| tx.insert_key(&key).await);
        assert!(matches!(again, Err(StorageError::Conflict)), "{again:?}");
        let stages = [(Some(1), None, None, None), (Some(1), Some(2), Some(3), None), (Some(1), Some(2), Some(3), Some(4))];
        for (active, retired, expires, pruned) in stages {
            (key.active_at, key.retired_at, key.expires_at, key.pruned_at) =
                (active.map(later), retired.map(later), expires.map(later), pruned.map(later));
            key.sealed_private.truncate(if pruned.is_some() { 0 } else { 4 });
            in_tx!(db.store, |tx| tx.update_key(&key).await).unwrap();
            assert_eq!(db.store.list_keys().await.unwrap(), [key.clone()]);
        }
        in_tx!(db.store, |tx| tx.delete_key("another").await).unwrap();
        assert_eq!(db.store.list_keys().await.unwrap().len(), 1);
        in_tx!(db.store, |tx| tx.delete_key("k").await).unwrap();
        assert_eq!(db.store.list_keys().await.unwrap(), []);
    }
}
