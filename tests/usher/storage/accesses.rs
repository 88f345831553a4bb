//! What clients were really given of users.

use super::samples::{NOW, in_tx, later, stored_client, stored_user};
use crate::harness::database::on_both_databases;
use usher::domain::access::Access;

on_both_databases! {
    async fn what_was_given_comes_back_as_it_went_in_and_the_first_time_stays(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let client = stored_client(&db.store).await;
        let find = async || in_tx!(db.store, [user, client], |tx| tx.find_access(user.id, &client.id).await).unwrap();
        assert_eq!(find().await, None);
        let mut access = Access::begin(user.id, client.id.clone(), NOW);
        access.release(&["sub".to_owned()], NOW);
        in_tx!(db.store, [access], |tx| tx.put_access(&access).await).unwrap();
        access.release(&["email".to_owned(), "it's \"odd\"".to_owned()], later(9));
        let forged = Access { first_used_at: later(5), ..access.clone() };
        in_tx!(db.store, [forged], |tx| tx.put_access(&forged).await).unwrap();
        assert_eq!(find().await, Some(access.clone()));
        assert_eq!(db.store.list_accesses(user.id).await.unwrap(), [access]);
        let other = stored_user(&db.store).await;
        assert_eq!(db.store.list_accesses(other.id).await.unwrap(), []);
        for _ in 0..2 {
            in_tx!(db.store, [user, client], |tx| tx.delete_access(user.id, &client.id).await).unwrap();
            assert_eq!(find().await, None);
        }
    }
}
