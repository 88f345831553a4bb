//! Users.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, email, in_tx, later, random, stored_grant, stored_user, user};
use usher_domain::id::UserId;
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::user::source::AttributeSources;
use usher_domain::user::{Profile, Sub, User, UserStatus};
use usher_storage::StorageError;

on_both_databases! {
    async fn a_user_comes_back_as_it_went_in_by_id_address_and_sub(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        assert_eq!(db.store.find_user(user.id).await.unwrap().as_ref(), Some(&user));
        assert_eq!(db.store.find_user_by_email(user.email.as_ref().unwrap()).await.unwrap().as_ref(), Some(&user));
        assert_eq!(db.store.find_user_by_sub(&user.sub).await.unwrap().as_ref(), Some(&user));
        let within = in_tx!(db.store, |tx| {
            Ok((tx.find_user(user.id).await?, tx.find_user_by_email(user.email.as_ref().unwrap()).await?))
        });
        assert_eq!(within.unwrap(), (Some(user.clone()), Some(user)));
    }

    async fn a_bare_user_comes_back_as_bare(db: TestDatabase) {
        let mut bare = user();
        bare.locale = None;
        bare.admin = false;
        bare.status = UserStatus::Disabled;
        bare.profile = Profile::default();
        bare.email = None;
        bare.sources = AttributeSources::default();
        in_tx!(db.store, |tx| tx.insert_user(&bare).await).unwrap();
        assert_eq!(db.store.find_user(bare.id).await.unwrap(), Some(bare));
    }

    async fn frozen_factors_stay_frozen_whatever_else_is_written(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        assert!(!user.factors_are_frozen(NOW));
        in_tx!(db.store, |tx| tx.freeze_factors(user.id, later(9)).await).unwrap();
        in_tx!(db.store, |tx| tx.set_user_enabled(user.id, false, NOW).await).unwrap();
        let found = db.store.find_user(user.id).await.unwrap().unwrap();
        assert_eq!(found.factors_frozen_until, Some(later(9)));
        assert!(found.factors_are_frozen(later(8)) && !found.factors_are_frozen(later(9)));
    }

    async fn a_user_who_is_not_there_is_none(db: TestDatabase) {
        stored_user(&db.store).await;
        let nobody = UserId::new(NOW, random());
        assert_eq!(db.store.find_user(nobody).await.unwrap(), None);
        assert_eq!(db.store.find_user_by_email(&email("nobody")).await.unwrap(), None);
        assert_eq!(db.store.find_user_by_sub(&Sub(String::new())).await.unwrap(), None);
        let within = in_tx!(db.store, |tx| {
            Ok((tx.find_user(nobody).await?, tx.find_user_by_email(&email("nobody")).await?))
        });
        assert_eq!(within.unwrap(), (None, None));
    }

    async fn any_number_of_users_have_no_address(db: TestDatabase) {
        for _ in 0..2 {
            let mut without = user();
            without.email = None;
            in_tx!(db.store, |tx| tx.insert_user(&without).await).unwrap();
        }
        assert_eq!(db.count("select count(*) from users where email is null").await, 2);
    }

    async fn an_address_a_sub_and_an_id_belong_to_one_user(db: TestDatabase) {
        let first = stored_user(&db.store).await;
        let mut same_address = user();
        same_address.email = first.email.clone();
        let mut same_sub = user();
        same_sub.sub = first.sub.clone();
        let mut same_id = user();
        same_id.id = first.id;
        for second in [same_address, same_sub, same_id] {
            let answer = in_tx!(db.store, |tx| tx.insert_user(&second).await);
            assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
        }
        assert_eq!(db.count("select count(*) from users").await, 1);
    }

    async fn each_statement_changes_its_own_columns_and_no_others(db: TestDatabase) {
        let (before, other) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let id = before.id;
        // A stale copy with other values: a statement must not take columns from it that it does not own.
        let stale = User { id, updated_at: later(77), ..user() };
        let seen = async || db.store.find_user(id).await.unwrap().unwrap();
        in_tx!(db.store, |tx| tx.set_user_email(&stale).await).unwrap();
        let mut expected =
            User { email: stale.email.clone(), sources: stale.sources.clone(), updated_at: later(77), ..before };
        assert_eq!(seen().await, expected);
        in_tx!(db.store, |tx| tx.set_user_profile(&stale).await).unwrap();
        expected.profile = stale.profile.clone();
        assert_eq!(seen().await, expected);
        in_tx!(db.store, |tx| tx.set_user_locale(id, "uk", later(78)).await).unwrap();
        expected = User { locale: Some("uk".into()), updated_at: later(78), ..expected };
        assert_eq!(seen().await, expected);
        in_tx!(db.store, |tx| tx.set_user_admin(id, false, later(79)).await).unwrap();
        expected = User { admin: false, updated_at: later(79), ..expected };
        assert_eq!(seen().await, expected);
        assert!(in_tx!(db.store, |tx| tx.set_user_enabled(id, false, NOW).await).unwrap());
        expected.status = UserStatus::Disabled;
        assert_eq!(seen().await, expected, "a clock that is behind does not set the time of change back");
        assert_eq!(db.store.find_user(other.id).await.unwrap().as_ref(), Some(&other));
    }

    async fn a_merged_user_is_neither_disabled_nor_enabled_and_wakes_up_once(db: TestDatabase) {
        let id = stored_user(&db.store).await.id;
        assert!(!in_tx!(db.store, |tx| tx.set_user_unmerged(id, NOW).await).unwrap());
        assert!(in_tx!(db.store, |tx| tx.set_user_merged(id, NOW).await).unwrap());
        assert!(!in_tx!(db.store, |tx| tx.set_user_merged(id, NOW).await).unwrap());
        for enabled in [true, false] {
            assert!(!in_tx!(db.store, |tx| tx.set_user_enabled(id, enabled, NOW).await).unwrap());
            assert_eq!(db.store.find_user(id).await.unwrap().unwrap().status, UserStatus::Merged);
        }
        assert!(in_tx!(db.store, |tx| tx.set_user_unmerged(id, NOW).await).unwrap());
        assert_eq!(db.store.find_user(id).await.unwrap().unwrap().status, UserStatus::Active);
    }

    async fn an_address_cannot_be_taken_from_another_user(db: TestDatabase) {
        let first = stored_user(&db.store).await;
        let mut second = stored_user(&db.store).await;
        second.email = first.email;
        let answer = in_tx!(db.store, |tx| tx.set_user_email(&second).await);
        assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
    }

    async fn the_list_of_users_is_cut_into_pages_that_miss_and_repeat_nobody(db: TestDatabase) {
        let mut users = Vec::new();
        for _ in 0..7 {
            users.push(stored_user(&db.store).await);
        }
        users.sort_by_key(|user| user.id);
        for size in [0_u32, 1, 3, 7, MAX_PAGE, u32::MAX] {
            let (mut seen, mut after) = (Vec::new(), Cursor::START);
            loop {
                let page = db.store.list_users(after, size).await.unwrap();
                assert!(page.items.len() <= usize::try_from(size.clamp(1, MAX_PAGE)).unwrap());
                seen.extend(page.items);
                let Some(next) = page.next else { break };
                after = next;
            }
            assert_eq!(seen, users, "pages of {size}");
        }
    }

    async fn no_page_is_longer_than_the_longest(db: TestDatabase) {
        in_tx!(db.store, |tx| {
            for _ in 0..=MAX_PAGE {
                tx.insert_user(&user()).await?;
            }
            Ok(())
        })
        .unwrap();
        let page = db.store.list_users(Cursor::START, u32::MAX).await.unwrap();
        assert_eq!(u32::try_from(page.items.len()).unwrap(), MAX_PAGE);
        let rest = db.store.list_users(page.next.unwrap(), u32::MAX).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
    }

    async fn a_list_of_nobody_is_one_empty_page(db: TestDatabase) {
        let page = db.store.list_users(Cursor::START, 10).await.unwrap();
        assert_eq!((page.items.len(), page.next), (0, None));
    }

    async fn who_is_deleted_takes_everything_along_and_their_sub_is_never_given_again(db: TestDatabase) {
        let (gone, ..) = stored_grant(&db.store).await;
        in_tx!(db.store, |tx| tx.delete_user(&gone, later(5)).await).unwrap();
        for count in ["select count(*) from users", "select count(*) from session", "select count(*) from grants"] {
            assert_eq!(db.count(count).await, 0, "{count}");
        }
        let mut heir = user();
        heir.sub = gone.sub.clone();
        let added = in_tx!(db.store, |tx| tx.insert_user(&heir).await);
        assert!(matches!(added, Err(StorageError::Conflict)), "{added:?}");
        heir.sub = Sub(random().handle());
        heir.email = gone.email.clone();
        in_tx!(db.store, |tx| tx.insert_user(&heir).await).unwrap();
    }
}
