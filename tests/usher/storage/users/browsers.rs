//! The browsers in which users have signed in.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, hash, in_tx, later, stored_user};
use usher_domain::user::device::Familiarity;

on_both_databases! {
    async fn a_browser_is_known_once_it_was_seen_and_to_its_own_user_alone(db: TestDatabase) {
        let (user, other) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let (mark, strange) = (hash(), hash());
        assert_eq!(db.store.find_familiarity(user.id, &mark).await.unwrap(), Familiarity::First);
        for at in [NOW, later(9)] {
            in_tx!(db.store, |tx| tx.remember_browser(user.id, &mark, at).await).unwrap();
        }
        assert_eq!(db.count("select count(*) from known_browser").await, 1);
        assert_eq!(db.store.find_familiarity(user.id, &mark).await.unwrap(), Familiarity::Known);
        assert_eq!(db.store.find_familiarity(user.id, &strange).await.unwrap(), Familiarity::Strange);
        assert_eq!(db.store.find_familiarity(other.id, &mark).await.unwrap(), Familiarity::First);
        in_tx!(db.store, |tx| tx.remember_browser(user.id, &strange, NOW).await).unwrap();
        for known in [&mark, &strange] {
            assert_eq!(db.store.find_familiarity(user.id, known).await.unwrap(), Familiarity::Known);
        }
        in_tx!(db.store, |tx| tx.forget_browsers(user.id).await).unwrap();
        assert_eq!(db.store.find_familiarity(user.id, &mark).await.unwrap(), Familiarity::First);
    }

    async fn browsers_are_swept_by_their_last_use_in_batches(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        for seconds in [10, 10, 10, 20] {
            let mark = hash();
            in_tx!(db.store, |tx| tx.remember_browser(user.id, &mark, later(seconds)).await).unwrap();
        }
        let mut swept = Vec::new();
        for (before, batch) in [(10, 9), (11, 2), (11, 2), (11, 2)] {
            swept.push(in_tx!(db.store, |tx| tx.sweep_browsers(later(before), batch).await).unwrap());
        }
        assert_eq!(swept, [0, 2, 1, 0]);
    }
}
