//! Users.

use super::samples::{NOW, email, in_tx, later, random, stored_grant, stored_user, user};
use crate::harness::database::on_both_databases;
use usher::domain::id::UserId;
use usher::domain::page::{Cursor, MAX_PAGE};
use usher::domain::source::Sources;
use usher::domain::user::{Profile, Sub, UserStatus};
use usher::storage::StorageError;

on_both_databases! {
    async fn a_user_comes_back_as_it_went_in_by_id_address_and_sub(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        assert_eq!(db.store.find_user(user.id).await.unwrap().as_ref(), Some(&user));
        assert_eq!(db.store.find_user_by_email(user.email.as_ref().unwrap()).await.unwrap().as_ref(), Some(&user));
        assert_eq!(db.store.find_user_by_sub(&user.sub).await.unwrap().as_ref(), Some(&user));
        let within = in_tx!(db.store, [user], |tx| {
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
        bare.sources = Sources::default();
        in_tx!(db.store, [bare], |tx| tx.insert_user(&bare).await).unwrap();
        assert_eq!(db.store.find_user(bare.id).await.unwrap(), Some(bare));
    }

    async fn frozen_factors_stay_frozen_whatever_else_is_written(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        assert!(!user.factors_are_frozen(NOW));
        in_tx!(db.store, [], |tx| tx.freeze_factors(user.id, later(9)).await).unwrap();
        in_tx!(db.store, [user], |tx| tx.update_user(&user).await).unwrap();
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
        let within = in_tx!(db.store, [nobody], |tx| {
            Ok((tx.find_user(nobody).await?, tx.find_user_by_email(&email("nobody")).await?))
        });
        assert_eq!(within.unwrap(), (None, None));
    }

    async fn any_number_of_users_have_no_address(db: TestDatabase) {
        for _ in 0..2 {
            let mut without = user();
            without.email = None;
            in_tx!(db.store, [without], |tx| tx.insert_user(&without).await).unwrap();
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
            let answer = in_tx!(db.store, [second], |tx| tx.insert_user(&second).await);
            assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
        }
        assert_eq!(db.count("select count(*) from users").await, 1);
    }

    async fn what_may_change_about_a_user_changes_and_nothing_else(db: TestDatabase) {
        let before = stored_user(&db.store).await;
        let other = stored_user(&db.store).await;
        let mut after = user();
        after.id = before.id;
        after.status = UserStatus::Disabled;
        after.admin = false;
        after.locale = None;
        after.updated_at = later(77);
        in_tx!(db.store, [after], |tx| tx.update_user(&after).await).unwrap();
        after.sub = before.sub;
        after.created_at = before.created_at;
        assert_eq!(db.store.find_user(after.id).await.unwrap(), Some(after));
        assert_eq!(db.store.find_user(other.id).await.unwrap().as_ref(), Some(&other));
    }

    async fn an_address_cannot_be_taken_from_another_user(db: TestDatabase) {
        let first = stored_user(&db.store).await;
        let mut second = stored_user(&db.store).await;
        second.email = first.email;
        let answer = in_tx!(db.store, [second], |tx| tx.update_user(&second).await);
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
        in_tx!(db.store, [], |tx| {
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
        in_tx!(db.store, [gone], |tx| tx.delete_user(&gone, later(5)).await).unwrap();
        for count in ["select count(*) from users", "select count(*) from session", "select count(*) from grants"] {
            assert_eq!(db.count(count).await, 0, "{count}");
        }
        let mut heir = user();
        heir.sub = gone.sub.clone();
        let added = in_tx!(db.store, [heir], |tx| tx.insert_user(&heir).await);
        assert!(matches!(added, Err(StorageError::Conflict)), "{added:?}");
        heir.sub = Sub(random().handle());
        heir.email = gone.email.clone();
        in_tx!(db.store, [heir], |tx| tx.insert_user(&heir).await).unwrap();
    }
}
