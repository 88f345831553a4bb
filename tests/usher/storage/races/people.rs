//! Users, their passkeys, their consents and their released claims.

use std::collections::BTreeSet;

use serde_json::json;
use usher_domain::id::{ApiId, ClientId, PasskeyId, UserId};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::target::ConsentedApis;
use usher_domain::random::SeededRandom;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::source::{AttributeOrigin, AttributeSource};
use usher_protocol::scope::Scope;
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, email, in_tx, later, stored_client, stored_user};
use super::{Table, writer};
use crate::storage::users::factors::passkey_of;

/// Changes a user, once it is locked.
async fn change(tx: &mut Tx, id: UserId, claim: &str, change: fn(&mut User)) -> Result<User> {
    let mut user = tx.lock_user(id).await?.expect("it is there");
    user.sources.set(claim, AttributeSource { origin: AttributeOrigin::Person, at: later(3), verified_at: None });
    user.updated_at = later(3);
    change(&mut user);
    Ok(user)
}

async fn change_profile(tx: &mut Tx, id: UserId, claim: &str, to: fn(&mut User)) -> Result<()> {
    let user = change(tx, id, claim, to).await?;
    tx.set_user_profile(&user).await
}

async fn change_email(tx: &mut Tx, id: UserId, name: &str) -> Result<()> {
    let mut user = change(tx, id, "email", |_| {}).await?;
    user.email = Some(email(&format!("{name}.{}", id.0.simple())));
    tx.set_user_email(&user).await
}

pub const USERS: Table<UserId> = Table {
    lock: "lock table users in exclusive mode",
    add: |store| Box::pin(async move { stored_user(&store).await.id }),
    see: |store, id| {
        Box::pin(async move {
            let user = store.find_user(id).await.unwrap().unwrap();
            let email = user.email.map(|email| email.as_str().replace(&id.0.simple().to_string(), ""));
            let frozen = user.factors_frozen_until;
            format!(
                "{email:?} {:?} {} {:?} {:?} {:?} {:?} {frozen:?}",
                user.status, user.admin, user.locale, user.profile, user.sources, user.updated_at
            )
        })
    },
    statements: &[
        "users::FREEZE",
        "users::SET_ADMIN",
        "users::SET_EMAIL",
        "users::SET_LOCALE",
        "users::SET_PROFILE",
        "users::SET_STATUS",
    ],
    writers: &[
        writer!("an address", |tx, id| change_email(tx, id, "new").await),
        writer!("another address", |tx, id| change_email(tx, id, "newer").await),
        writer!("a nickname", |tx, id| {
            change_profile(tx, id, "nickname", |user| user.profile.nickname = Some("An".into())).await
        }),
        writer!("a website", |tx, id| {
            change_profile(tx, id, "website", |user| user.profile.website = Some("https://ana.test/".into())).await
        }),
        writer!("a language", |tx, id| tx.set_user_locale(id, "uk", later(4)).await),
        writer!("no administrator", |tx, id| tx.set_user_admin(id, false, later(5)).await),
        writer!("a stop", |tx, id| tx.set_user_enabled(id, false, later(6)).await.map(drop)),
        writer!("a merge", |tx, id| tx.set_user_merged(id, later(7)).await.map(drop)),
        writer!("the merge undone", |tx, id| tx.set_user_unmerged(id, later(8)).await.map(drop)),
        writer!("a report of a theft", |tx, id| tx.freeze_factors(id, later(9)).await),
    ],
};

type PasskeyKey = (UserId, PasskeyId);

/// Uses a passkey, once it is locked: its counter grows.
async fn use_passkey(tx: &mut Tx, id: PasskeyId, synced: bool, at: Timestamp) -> Result<()> {
    let Some(held) = tx.lock_passkey(id).await? else { return Ok(()) };
    let counter = held.credential["counter"].as_i64().unwrap_or_default();
    tx.use_passkey(id, &json!({ "counter": counter + 1 }), synced, at).await.map(drop)
}

pub const PASSKEYS: Table<PasskeyKey> = Table {
    lock: "lock table passkey in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let user = stored_user(&store).await.id;
            let passkey = passkey_of(user);
            in_tx!(store, |tx| tx.insert_passkey(&passkey).await).unwrap();
            (user, passkey.id)
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.list_passkeys(key.0).await.unwrap();
            let see = |it: &usher_domain::user::passkey::StoredPasskey| {
                format!("{} {} {} {:?}", it.name, it.credential, it.synced, it.last_used_at)
            };
            seen.iter().map(see).collect()
        })
    },
    statements: &["users/passkeys::RENAME", "users/passkeys::USE"],
    writers: &[
        writer!("a name", |tx, key| tx.rename_passkey(key.0, key.1, "Ana's key").await.map(drop)),
        writer!("a use", |tx, key| use_passkey(tx, key.1, true, later(2)).await),
        writer!("another use", |tx, key| use_passkey(tx, key.1, true, later(2)).await),
        writer!("its end", |tx, key| tx.delete_passkey(key.0, key.1).await.map(drop)),
    ],
};

type ClientOfUser = (UserId, ClientId);

async fn allow(tx: &mut Tx, (user_id, client_id): ClientOfUser, scope: &str) -> Result<()> {
    let scope = Scope::of(["openid", scope]);
    let api = ApiId::new(NOW, &SeededRandom::new(1));
    let apis = Some(ConsentedApis::from([(api, scope.clone())]));
    tx.add_consent(&StoredConsent { user_id, client_id, scope, apis, granted_at: later(1) }).await
}

pub const CONSENTS: Table<ClientOfUser> = Table {
    lock: "lock table consent in exclusive mode",
    add: |store| Box::pin(async move { (stored_user(&store).await.id, stored_client(&store).await.id) }),
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_consent(key.0, &key.1).await.unwrap();
            format!("{:?}", seen.map(|consent| (consent.scope.to_string(), consent.apis, consent.granted_at)))
        })
    },
    statements: &["users/consents::WIDEN"],
    writers: &[
        writer!("one scope", |tx, key| allow(tx, key, "email").await),
        writer!("another scope", |tx, key| allow(tx, key, "phone").await),
        writer!("a withdrawal", |tx, key| tx.delete_consent(key.0, &key.1).await.map(drop)),
    ],
};

async fn release(tx: &mut Tx, (user, client): ClientOfUser, claim: &str) -> Result<()> {
    tx.release_claims(user, &client, &BTreeSet::from([claim.to_owned()]), later(2)).await
}

pub const ACCESSES: Table<ClientOfUser> = Table {
    lock: "lock table access in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let (user, client) = (stored_user(&store).await.id, stored_client(&store).await.id);
            in_tx!(store, |tx| tx.release_claims(user, &client, &BTreeSet::from(["name".to_owned()]), NOW).await)
                .unwrap();
            (user, client)
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.list_accesses(key.0).await.unwrap();
            format!("{:?}", seen.iter().map(|access| (&access.claims, access.last_used_at)).collect::<Vec<_>>())
        })
    },
    statements: &["users/accesses::RELEASE"],
    writers: &[
        writer!("an address", |tx, key| release(tx, key, "email").await),
        writer!("a number", |tx, key| release(tx, key, "phone_number").await),
        writer!("its end", |tx, key| tx.delete_access(key.0, &key.1).await),
    ],
};
