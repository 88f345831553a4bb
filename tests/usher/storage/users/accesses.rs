//! The claims that were released to clients.

use std::collections::BTreeSet;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later, stored_client, stored_user};
use usher_domain::oauth::claim_release::ClaimRelease;

on_both_databases! {
    async fn what_was_given_comes_back_as_it_went_in_and_the_first_time_stays(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let client = stored_client(&db.store).await;
        assert_eq!(db.store.list_accesses(user.id).await.unwrap(), []);
        let mut access = ClaimRelease::begin(user.id, client.id.clone(), NOW);
        for (claims, at) in [(["sub", "sub"], NOW), (["email", "it's \"odd\""], later(9))] {
            let claims = BTreeSet::from(claims.map(str::to_owned));
            access = access.released(&claims, at);
            in_tx!(db.store, |tx| {
                tx.release_claims(user.id, &client.id, &claims, at).await
            })
            .unwrap();
        }
        assert_eq!((access.first_used_at, access.claims.len()), (NOW, 3));
        assert_eq!(db.store.list_accesses(user.id).await.unwrap(), [access]);
        let other = stored_user(&db.store).await;
        assert_eq!(db.store.list_accesses(other.id).await.unwrap(), []);
        for _ in 0..2 {
            in_tx!(db.store, |tx| tx.delete_access(user.id, &client.id).await).unwrap();
            assert_eq!(db.store.list_accesses(user.id).await.unwrap(), []);
        }
    }

    async fn claims_released_at_the_same_moment_are_all_kept(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let user = stored_user(&db.store).await;
        for _ in 0..6 {
            let client = stored_client(&db.store).await;
            let releasing = (0..6_usize).map(|racer| {
                let (store, client, claims) = (stores[racer % 2].clone(), client.id.clone(), [format!("c{racer}")]);
                let (user, claims) = (user.id, BTreeSet::from(claims));
                tokio::spawn(async move {
                    in_tx!(store, |tx| tx.release_claims(user, &client, &claims, NOW).await)
                })
            });
            for released in futures_util::future::join_all(releasing).await {
                released.unwrap().unwrap();
            }
            let given = db.store.list_accesses(user.id).await.unwrap();
            let given = given.into_iter().find(|access| access.client_id == client.id).unwrap();
            assert_eq!(given.claims.len(), 6, "{given:?}");
        }
    }
}
