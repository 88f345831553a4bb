//! Second factors, passkeys and remembered browsers.

use uuid::Uuid;

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, hash, in_tx, later, random, stored_user};
use usher_domain::id::{CeremonyId, PasskeyId, RememberedId, UserId};
use usher_domain::user::factors::Factors;
use usher_domain::user::passkey::StoredPasskey;
use usher_domain::user::remembered::RememberedBrowser;
use usher_storage::StorageError;

pub fn passkey_of(user: UserId) -> StoredPasskey {
    StoredPasskey {
        id: PasskeyId::new(NOW, random()),
        user_id: user,
        credential_id: hash(),
        handle: Uuid::from_u128(7),
        credential: serde_json::json!({ "cred": { "counter": 0 } }),
        name: "Ana's phone".into(),
        synced: true,
        created_at: NOW,
        last_used_at: None,
    }
}

on_both_databases! {
    async fn a_user_without_factors_has_none(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        assert_eq!(db.store.find_factors(user.id).await.unwrap(), Factors::default());
        assert_eq!(db.store.find_factors(UserId(Uuid::nil())).await.unwrap(), Factors::default());
    }

    /// MF-01, MF-07: whatever the order, a step is accepted once and never after a later one.
    async fn steps_only_ever_go_forward(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (id, seed, mut highest) = (user.id, hash(), 1_000);
        in_tx!(db.store, |tx| tx.put_totp(id, &seed, 1_000, NOW).await).unwrap();
        for _ in 0..200 {
            let [byte] = random().bytes::<1>();
            let step = highest - 20 + i64::from(byte % 24);
            let used = in_tx!(db.store, |tx| tx.use_totp_step(id, &seed, step).await).unwrap();
            assert_eq!(used, step > highest, "{step} after {highest}");
            highest = highest.max(step);
        }
        let other = hash();
        assert!(!in_tx!(db.store, |tx| tx.use_totp_step(id, &other, highest + 1).await).unwrap());
        assert!(in_tx!(db.store, |tx| tx.delete_totp(id).await).unwrap());
        assert!(!in_tx!(db.store, |tx| tx.delete_totp(id).await).unwrap());
        assert_eq!(db.store.find_totp(id).await.unwrap(), None);
    }

    /// MF-06
    async fn a_recovery_code_is_spent_once_by_whoever_comes_first(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (id, codes) = (user.id, [random().bytes::<32>(), random().bytes::<32>()]);
        in_tx!(db.store, |tx| tx.replace_recovery_codes(id, &codes, NOW).await).unwrap();
        let tries = (0..8).map(|_| async { in_tx!(db.store, |tx| tx.take_recovery_code(id, &codes[0], NOW).await) });
        let taken = futures_util::future::join_all(tries).await;
        assert_eq!(taken.into_iter().filter(|one| matches!(one, Ok(true))).count(), 1);
        assert_eq!(db.store.find_factors(id).await.unwrap().recovery_codes, 1);
        let other = stored_user(&db.store).await.id;
        assert!(!in_tx!(db.store, |tx| tx.take_recovery_code(other, &codes[1], NOW).await).unwrap());
        in_tx!(db.store, |tx| tx.replace_recovery_codes(id, &[[1; 32]], NOW).await).unwrap();
        assert!(!in_tx!(db.store, |tx| tx.take_recovery_code(id, &codes[1], NOW).await).unwrap());
    }

    async fn a_passkey_is_kept_found_used_renamed_and_deleted(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let mut passkey = passkey_of(user.id);
        in_tx!(db.store, |tx| tx.insert_passkey(&passkey).await).unwrap();
        let twin = StoredPasskey { id: PasskeyId::new(NOW, random()), ..passkey.clone() };
        let taken = in_tx!(db.store, |tx| tx.insert_passkey(&twin).await);
        assert!(matches!(taken, Err(StorageError::Conflict)), "{taken:?}");
        let (id, owner) = (passkey.id, user.id);
        passkey.credential = serde_json::json!({ "cred": { "counter": 9 } });
        (passkey.synced, passkey.last_used_at, passkey.name) = (false, Some(later(5)), "Key".into());
        let credential = passkey.credential.clone();
        assert!(in_tx!(db.store, |tx| tx.use_passkey(id, &credential, false, later(5)).await).unwrap());
        assert!(in_tx!(db.store, |tx| tx.rename_passkey(owner, id, "Key").await).unwrap());
        assert_eq!(db.store.find_passkey(&passkey.credential_id).await.unwrap().as_ref(), Some(&passkey));
        assert_eq!(db.store.list_passkeys(owner).await.unwrap(), [passkey.clone()]);
        assert!(in_tx!(db.store, |tx| tx.hold_passkey(owner, id).await).unwrap());
        let stranger = stored_user(&db.store).await.id;
        assert!(!in_tx!(db.store, |tx| tx.hold_passkey(stranger, id).await).unwrap());
        assert!(!in_tx!(db.store, |tx| tx.rename_passkey(stranger, id, "x").await).unwrap());
        assert!(!in_tx!(db.store, |tx| tx.delete_passkey(stranger, id).await).unwrap());
        assert!(in_tx!(db.store, |tx| tx.delete_passkey(owner, id).await).unwrap());
        assert!(!in_tx!(db.store, |tx| tx.use_passkey(id, &credential, false, NOW).await).unwrap());
        assert_eq!(db.store.find_passkey(&passkey.credential_id).await.unwrap(), None);
    }

    async fn a_ceremony_is_spent_once_and_swept_when_it_is_over(db: TestDatabase) {
        let id = CeremonyId::new(NOW, random());
        let tries = (0..8).map(|_| async { in_tx!(db.store, |tx| tx.spend_ceremony(id, later(60)).await) });
        let spent = futures_util::future::join_all(tries).await;
        assert_eq!(spent.into_iter().filter(|one| matches!(one, Ok(true))).count(), 1);
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_ceremonies(later(60), 100).await).unwrap(), 0);
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_ceremonies(later(61), 100).await).unwrap(), 1);
    }

    async fn a_browser_is_remembered_for_one_user_until_its_time_is_over(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let (owner, secret) = (user.id, hash());
        let mut browser = RememberedBrowser {
            id: RememberedId::new(NOW, random()),
            user_id: owner,
            created_at: NOW,
            last_used_at: NOW,
            expires_at: later(100),
            user_agent: Some("Firefox".into()),
            source: Some("192.0.2.7/32".into()),
        };
        in_tx!(db.store, |tx| tx.insert_remembered(&browser, &secret).await).unwrap();
        let stranger = stored_user(&db.store).await.id;
        assert!(!in_tx!(db.store, |tx| tx.use_remembered(&secret, stranger, later(1)).await).unwrap());
        assert!(in_tx!(db.store, |tx| tx.use_remembered(&secret, owner, later(99)).await).unwrap());
        assert!(!in_tx!(db.store, |tx| tx.use_remembered(&secret, owner, later(100)).await).unwrap());
        browser.last_used_at = later(99);
        assert_eq!(db.store.list_remembered(owner, NOW).await.unwrap(), [browser.clone()]);
        let id = browser.id;
        assert!(!in_tx!(db.store, |tx| tx.forget_remembered(stranger, id).await).unwrap());
        assert!(in_tx!(db.store, |tx| tx.forget_remembered(owner, id).await).unwrap());
        in_tx!(db.store, |tx| tx.insert_remembered(&browser, &secret).await).unwrap();
        assert_eq!(in_tx!(db.store, |tx| tx.forget_all_remembered(owner).await).unwrap(), 1);
        in_tx!(db.store, |tx| tx.insert_remembered(&browser, &secret).await).unwrap();
        assert_eq!(in_tx!(db.store, |tx| tx.sweep_remembered(later(101), 100).await).unwrap(), 1);
    }

    async fn a_wish_for_a_second_step_is_kept_and_taken_back(db: TestDatabase) {
        let user = stored_user(&db.store).await.id;
        for wanted in [true, true, false, false] {
            in_tx!(db.store, |tx| tx.want_second_step(user, wanted, NOW).await).unwrap();
            assert_eq!(db.store.find_factors(user).await.unwrap().always, wanted);
        }
        let passkey = passkey_of(user);
        in_tx!(db.store, |tx| tx.insert_passkey(&passkey).await).unwrap();
        assert_eq!(db.store.find_factors(user).await.unwrap().passkeys, 1);
        assert_eq!(in_tx!(db.store, |tx| tx.delete_passkeys_of(user).await).unwrap(), 1);
    }
}
