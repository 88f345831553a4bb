//! Consents.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later, stored_client, stored_user};
use usher_domain::oauth::consent::StoredConsent;
use usher_protocol::scope::Scope;

on_both_databases! {
    async fn a_consent_widens_the_one_before_and_is_forgotten(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let client = stored_client(&db.store).await;
        assert_eq!(db.store.find_consent(user.id, &client.id).await.unwrap(), None);
        for (added, granted_at, all) in [
            (Scope::of(["openid", "email"]), later(9), Scope::of(["openid", "email"])),
            (Scope::of(["openid", "phone"]), NOW, Scope::of(["openid", "email", "phone"])),
        ] {
            let consent = StoredConsent { apis: None, user_id: user.id, client_id: client.id.clone(), scope: added, granted_at };
            in_tx!(db.store, |tx| tx.add_consent(&consent).await).unwrap();
            let held = StoredConsent { scope: all, granted_at: later(9), ..consent };
            assert_eq!(db.store.find_consent(user.id, &client.id).await.unwrap(), Some(held));
        }
        let other = stored_user(&db.store).await;
        assert_eq!(db.store.find_consent(other.id, &client.id).await.unwrap(), None);
        for there in [true, false] {
            let done = in_tx!(db.store, |tx| tx.delete_consent(user.id, &client.id).await).unwrap();
            assert_eq!(done, there);
            assert_eq!(db.store.find_consent(user.id, &client.id).await.unwrap(), None);
        }
    }

    async fn a_consent_to_a_client_that_is_not_there_is_refused(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let client_id = usher_domain::id::ClientId("nobody".into());
        let consent = StoredConsent { apis: None, user_id: user.id, client_id, scope: Scope::default(), granted_at: NOW };
        assert!(in_tx!(db.store, |tx| tx.add_consent(&consent).await).is_err());
    }

    async fn scopes_allowed_at_the_same_moment_are_all_kept(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        let user = stored_user(&db.store).await;
        for _ in 0..6 {
            let client_id = stored_client(&db.store).await.id;
            let names = ["openid", "email", "phone", "address", "profile", "roles"];
            let allowing = names.iter().enumerate().map(|(racer, name)| {
                let scope = Scope::of([*name]);
                let consent = StoredConsent { apis: None, user_id: user.id, client_id: client_id.clone(), scope, granted_at: NOW };
                let store = stores[racer % 2].clone();
                tokio::spawn(async move { in_tx!(store, |tx| tx.add_consent(&consent).await) })
            });
            for allowed in futures_util::future::join_all(allowing).await {
                allowed.unwrap().unwrap();
            }
            let held = db.store.find_consent(user.id, &client_id).await.unwrap().unwrap();
            assert_eq!(held.scope, Scope::of(names));
        }
    }

    async fn all_that_a_person_allowed_is_listed(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let mut allowed = Vec::new();
        for _ in 0..3 {
            let client_id = stored_client(&db.store).await.id;
            let consent = StoredConsent { apis: None, user_id: user.id, client_id, scope: Scope::of(["openid"]), granted_at: NOW };
            in_tx!(db.store, |tx| tx.add_consent(&consent).await).unwrap();
            allowed.push(consent);
        }
        allowed.sort_by(|one, other| one.client_id.cmp(&other.client_id));
        // Each database has an order of its own.
        let mut listed = db.store.list_consents(user.id).await.unwrap();
        listed.sort_by(|one, other| one.client_id.cmp(&other.client_id));
        assert_eq!(listed, allowed);
        assert_eq!(db.store.list_consents(stored_user(&db.store).await.id).await.unwrap(), []);
    }
}
