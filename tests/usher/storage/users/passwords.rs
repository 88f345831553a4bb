//! Passwords.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, email, in_tx, later, stored_user, user};

on_both_databases! {
    async fn a_password_is_set_and_set_again(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        assert_eq!(db.store.find_password(user.id).await.unwrap(), None);
        for (phc, at) in [("$argon2id$one", NOW), ("$argon2id$two", later(5))] {
            in_tx!(db.store, |tx| tx.put_password(user.id, phc, at).await).unwrap();
            assert_eq!(db.store.find_password(user.id).await.unwrap().as_deref(), Some(phc));
        }
        assert_eq!(db.count("select changed_at from password").await, later(5).0);
    }

    async fn a_hash_is_renewed_only_while_the_password_is_the_same(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        in_tx!(db.store, |tx| tx.put_password(user.id, "old", NOW).await).unwrap();
        assert!(in_tx!(db.store, |tx| tx.rehash_password(user.id, "old", "dearer").await).unwrap());
        assert_eq!(db.store.find_password(user.id).await.unwrap().as_deref(), Some("dearer"));
        assert!(!in_tx!(db.store, |tx| tx.rehash_password(user.id, "old", "late").await).unwrap());
        assert_eq!(db.store.find_password(user.id).await.unwrap().as_deref(), Some("dearer"));
        assert_eq!(db.count("select changed_at from password").await, NOW.0, "a new hash is no new password");
    }

    async fn an_address_finds_its_user_and_their_hash_if_any(db: TestDatabase) {
        let with = stored_user(&db.store).await;
        let without = stored_user(&db.store).await;
        in_tx!(db.store, |tx| tx.put_password(with.id, "phc", NOW).await).unwrap();
        let found = db.store.find_password_by_email(with.email.as_ref().unwrap()).await.unwrap();
        assert_eq!(found, Some((with.id, Some("phc".into()))));
        assert_eq!(db.store.find_password_by_email(without.email.as_ref().unwrap()).await.unwrap(), Some((without.id, None)));
        assert_eq!(db.store.find_password_by_email(&email("nobody")).await.unwrap(), None);
    }

    async fn a_password_cannot_belong_to_nobody(db: TestDatabase) {
        let nobody = user();
        assert!(in_tx!(db.store, |tx| tx.put_password(nobody.id, "phc", NOW).await).is_err());
        assert_eq!(db.count("select count(*) from password").await, 0);
    }
}
