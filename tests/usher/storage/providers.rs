//! Upstream providers.

use super::samples::{NOW, in_tx, later, stored_identity, stored_user};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::providers::{GOOGLE, Kind, X};
use usher_domain::provider::{LinkPolicy, ProviderId, ProviderSettings};
use usher_storage::providers::StoredProvider;
use usher_upstream::built_in_kinds;

fn id(text: &str) -> ProviderId {
    text.parse().unwrap()
}

fn provider(name: &str, kind: Kind, second: u64) -> StoredProvider {
    let settings = ProviderSettings::new(id(name), kind, "us");
    StoredProvider { settings, secret: Some(vec![0, 255, 1]), managed: false, updated_at: later(second) }
}

async fn add(db: &TestDatabase, provider: &StoredProvider) {
    assert!(in_tx!(db.store, |tx| tx.replace_provider(None, provider).await).unwrap());
}

on_both_databases! {
    async fn a_provider_of_every_kind_comes_back_as_it_went_in(db: TestDatabase) {
        for kind in built_in_kinds().iter() {
            let mut given = provider(kind.name, kind, 0);
            given.settings.label = Some("Ç \"quoted\"".into());
            given.settings.authoritative_domains = vec!["example.test".into()];
            given.settings.link_policy = LinkPolicy::Auto;
            given.settings.enabled = false;
            add(&db, &given).await;
            let found = db.store.find_provider(&given.settings.id).await.unwrap().unwrap();
            assert!(found == given, "{kind:?}");
        }
        assert!(db.store.find_provider(&id("nobody")).await.unwrap().is_none());
    }

    async fn a_change_changes_everything_and_keeps_the_place_in_the_list(db: TestDatabase) {
        for (name, second) in [("b", 1), ("a", 2), ("c", 2)] {
            let given = provider(name, X, second);
            add(&db, &given).await;
        }
        let mut changed = provider("b", GOOGLE, 9);
        (changed.secret, changed.managed) = (None, true);
        let seen = db.store.find_provider(&id("b")).await.unwrap();
        for (seen, written) in [(seen.clone(), true), (seen, false), (None, false)] {
            let done = in_tx!(db.store, |tx| tx.replace_provider(seen.as_ref(), &changed).await);
            assert_eq!(done.unwrap(), written, "what was seen has to be what is there");
        }
        assert!(db.store.find_provider(&id("b")).await.unwrap().unwrap() == changed);
        let listed = db.store.list_providers().await.unwrap();
        assert_eq!(listed.iter().map(|one| one.settings.id.as_str()).collect::<Vec<_>>(), ["b", "a", "c"]);
    }

    async fn a_provider_goes_and_its_identities_stay(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        let identity = stored_identity(&db.store, &user).await;
        let google = provider("google", GOOGLE, 0);
        add(&db, &google).await;
        let name = id("google");
        for _ in 0..2 {
            in_tx!(db.store, |tx| tx.delete_provider(&name).await).unwrap();
        }
        assert!(db.store.list_providers().await.unwrap().is_empty());
        assert_eq!(db.store.list_identities(user.id).await.unwrap(), [identity]);
    }

    async fn settings_that_cannot_be_read_are_an_error_that_says_where(db: TestDatabase) {
        let google = provider("google", GOOGLE, 0);
        assert_eq!(google.updated_at, NOW);
        add(&db, &google).await;
        db.execute("update provider set settings = '{\"id\": 7}'").await;
        let error = db.store.list_providers().await.err().unwrap().to_string();
        assert!(error.contains("provider") && error.contains("settings"), "{error}");
    }
}
