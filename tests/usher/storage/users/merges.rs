//! Merges of users.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later, random, stored_identity, stored_user};
use usher_domain::id::{IdentityId, MergeId};
use usher_domain::user::merge::{Merge, UNDO};
use usher_domain::user::{Sub, User};
use usher_storage::{StorageError, Store};

fn merge_of(kept: &User, merged: &User, identities: Vec<IdentityId>) -> Merge {
    let id = MergeId::new(NOW, random());
    Merge { id, kept: kept.id, merged: merged.id, identities, merged_at: later(3), undo_until: NOW + UNDO }
}

async fn stored_merge(store: &Store, kept: &User, merged: &User) -> Merge {
    let merge = merge_of(kept, merged, Vec::new());
    in_tx!(store, |tx| tx.insert_merge(&merge).await).unwrap();
    merge
}

on_both_databases! {
    async fn a_merge_comes_back_as_it_went_in(db: TestDatabase) {
        let (kept, merged) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let identities = vec![stored_identity(&db.store, &kept).await.id, stored_identity(&db.store, &kept).await.id];
        let merge = merge_of(&kept, &merged, identities);
        in_tx!(db.store, |tx| tx.insert_merge(&merge).await).unwrap();
        let id = merge.id;
        assert_eq!(in_tx!(db.store, |tx| tx.find_merge(id).await).unwrap().as_ref(), Some(&merge));
        assert_eq!(db.store.list_merges(kept.id).await.unwrap(), [merge]);
        assert!(db.store.list_merges(merged.id).await.unwrap().is_empty());
        for gone in [true, false] {
            assert_eq!(in_tx!(db.store, |tx| tx.delete_merge(id).await).unwrap(), gone);
        }
        assert_eq!(in_tx!(db.store, |tx| tx.find_merge(id).await).unwrap(), None);
    }

    async fn nobody_is_merged_twice(db: TestDatabase) {
        let users = [stored_user(&db.store).await, stored_user(&db.store).await, stored_user(&db.store).await];
        stored_merge(&db.store, &users[0], &users[2]).await;
        let again = merge_of(&users[1], &users[2], Vec::new());
        let answer = in_tx!(db.store, |tx| tx.insert_merge(&again).await);
        assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
    }

    async fn a_former_sub_names_whoever_is_left_however_often_they_merged(db: TestDatabase) {
        let (ana, bob, eve) =
            (stored_user(&db.store).await, stored_user(&db.store).await, stored_user(&db.store).await);
        assert_eq!(db.store.find_user_by_former_sub(&bob.sub).await.unwrap(), None);
        stored_merge(&db.store, &bob, &eve).await;
        assert_eq!(db.store.find_user_by_former_sub(&eve.sub).await.unwrap().as_ref(), Some(&bob));
        let (from, to) = (bob.id, ana.id);
        in_tx!(db.store, |tx| tx.move_merges(from, to).await).unwrap();
        stored_merge(&db.store, &ana, &bob).await;
        for former in [&bob, &eve] {
            assert_eq!(db.store.find_user_by_former_sub(&former.sub).await.unwrap().as_ref(), Some(&ana));
        }
        assert_eq!(db.store.find_user_by_former_sub(&ana.sub).await.unwrap(), None);
        assert_eq!(db.store.find_user_by_former_sub(&Sub(String::new())).await.unwrap(), None);
        let mut subs = db.store.list_former_subs(ana.id).await.unwrap();
        subs.sort_by(|one, other| one.0.cmp(&other.0));
        let mut expected = vec![bob.sub, eve.sub];
        expected.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(subs, expected);
    }
}
