//! Clients and upstream providers.

use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientSecret, ClientType};
use usher_domain::oauth::client_origin::SelfRegistration;
use usher_domain::provider::{ProviderId, ProviderSettings};
use usher_storage::providers::StoredProvider;
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, in_tx, later, random, stored_client};
use super::{Table, writer};
use crate::harness::providers::GITHUB;

/// A client, once it is locked.
async fn locked(tx: &mut Tx, id: &ClientId) -> Result<Client> {
    Ok(tx.lock_client(id).await?.expect("it is there"))
}

async fn rotate(tx: &mut Tx, id: &ClientId, sha256: &str) -> Result<()> {
    let mut secrets = locked(tx, id).await?.secrets;
    secrets.insert(
        0,
        ClientSecret {
            sha256: sha256.repeat(32),
            created_at: later(2),
            expires_at: None,
            last_used_at: None,
            sealed: None,
        },
    );
    tx.set_client_secrets(id, &secrets, later(2)).await
}

async fn note_use(tx: &mut Tx, id: &ClientId) -> Result<()> {
    let mut secrets = locked(tx, id).await?.secrets;
    for secret in &mut secrets {
        secret.last_used_at = Some(later(3));
    }
    tx.note_client_secrets(id, &secrets).await
}

async fn change(tx: &mut Tx, id: &ClientId, change: fn(&mut Client)) -> Result<()> {
    let mut client = locked(tx, id).await?;
    change(&mut client);
    tx.set_client_metadata(id, &client.metadata, later(4)).await
}

/// Disables a client unless it is disabled, which callers check first.
async fn disable(tx: &mut Tx, id: &ClientId, disabled: bool) -> Result<()> {
    if locked(tx, id).await?.disabled_at.is_some() == disabled {
        return Ok(());
    }
    tx.set_client_disabled(id, disabled.then_some(later(5)), later(5)).await
}

/// A client that registered itself changes its home page, and becomes an installed application.
async fn describe_anew(tx: &mut Tx, id: &ClientId) -> Result<()> {
    let mut client = locked(tx, id).await?;
    client.metadata.client_uri = Some("https://new.test/".into());
    tx.set_client_description(id, ClientType::Native, &client.metadata, later(6)).await
}

async fn trust(tx: &mut Tx, id: &ClientId) -> Result<()> {
    locked(tx, id).await?;
    tx.set_client_trusted(id, Some(later(7)), later(7)).await
}

pub const CLIENTS: Table<ClientId> = Table {
    lock: "lock table client in exclusive mode",
    add: |store| Box::pin(async move { stored_client(&store).await.id }),
    see: |store, id| {
        Box::pin(async move {
            let client = store.find_client(&id).await.unwrap().unwrap();
            // Two simultaneous rotations may come in either order.
            let secrets: std::collections::BTreeSet<String> =
                client.secrets.iter().map(|secret| format!("{:?}", (&secret.sha256, secret.expires_at))).collect();
            let used = client.secrets.iter().filter(|secret| secret.last_used_at.is_some()).count();
            let (metadata, count, since) = (client.metadata, client.secrets.len(), client.disabled_at);
            format!("{metadata:?} {:?} {secrets:?} {count} {used} {since:?} {:?}", client.kind, client.trusted_at)
        })
    },
    statements: &[
        "clients::NOTE_SECRETS",
        "clients::SET_DESCRIPTION",
        "clients::SET_DISABLED",
        "clients::SET_METADATA",
        "clients::SET_SECRETS",
        "clients::SET_TRUSTED",
    ],
    writers: &[
        writer!("a name", |tx, id| change(tx, &id, |client| client.metadata.client_name = "New".into()).await),
        writer!("an address", |tx, id| {
            change(tx, &id, |client| client.metadata.redirect_uris.push("https://new.test/".into())).await
        }),
        writer!("a rotation", |tx, id| rotate(tx, &id, "cd").await),
        writer!("another rotation", |tx, id| rotate(tx, &id, "ef").await),
        writer!("a use of its secrets", |tx, id| note_use(tx, &id).await),
        writer!("it is put out of use", |tx, id| disable(tx, &id, true).await),
        writer!("it is put back in use", |tx, id| disable(tx, &id, false).await),
        writer!("it describes itself anew", |tx, id| describe_anew(tx, &id).await),
        writer!("somebody vouches for it", |tx, id| trust(tx, &id).await),
    ],
};

pub const REGISTRATIONS: Table<ClientId> = Table {
    lock: "lock table client_registration in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let id = stored_client(&store).await.id;
            let kept = SelfRegistration { client_id: id.clone(), checked_at: None, fresh_until: None, used_at: NOW };
            in_tx!(store, |tx| {
                tx.insert_client_registration(&kept).await?;
                tx.set_registration_token(&id, id.0.as_bytes()).await
            })
            .unwrap();
            id
        })
    },
    see: |store, id| {
        Box::pin(async move {
            let kept = store.find_client_registration(&id).await.unwrap().unwrap();
            let owners = in_tx!(store, |tx| {
                let mut owners = Vec::new();
                for token in [id.0.as_bytes().to_vec(), new_token(&id, 1), new_token(&id, 2)] {
                    owners.push(tx.find_owner_of_registration_token(&token).await?.is_some());
                }
                Ok(owners)
            });
            // Of two simultaneous rotations of one token, the later one counts, whichever that is.
            let good = owners.unwrap().into_iter().filter(|owned| *owned).count();
            format!("{:?} {:?} {:?} {good}", kept.checked_at, kept.fresh_until, kept.used_at)
        })
    },
    statements: &[
        "client_registrations::END_FORMER_TOKEN",
        "client_registrations::NOTE_USE",
        "client_registrations::ROTATE_TOKEN",
        "client_registrations::SET_CHECKED",
        "client_registrations::SET_TOKEN",
    ],
    writers: &[
        writer!("its document was fetched", |tx, id| {
            locked(tx, &id).await?;
            tx.set_document_checked(&id, later(1), later(9)).await
        }),
        writer!("a use", |tx, id| tx.note_client_use(&id, later(5), later(1)).await),
        writer!("its token is replaced", |tx, id| rotate_token(tx, &id, 1).await),
        writer!("its token is replaced at the same time", |tx, id| rotate_token(tx, &id, 2).await),
        writer!("its token is used", |tx, id| tx.end_former_registration_token(&id, id.0.as_bytes()).await),
    ],
};

fn new_token(id: &ClientId, number: u8) -> Vec<u8> {
    [id.0.as_bytes(), &[number]].concat()
}

async fn rotate_token(tx: &mut Tx, id: &ClientId, number: u8) -> Result<()> {
    locked(tx, id).await?;
    tx.rotate_registration_token(id, id.0.as_bytes(), &new_token(id, number)).await
}

/// Changes a provider as the console does: nothing happens if it differs from what was read.
async fn edit(tx: &mut Tx, id: &ProviderId, change: fn(&mut StoredProvider)) -> Result<()> {
    let Some(seen) = tx.lock_provider(id).await? else { return Ok(()) };
    let mut provider = StoredProvider { updated_at: later(2), ..seen.clone() };
    change(&mut provider);
    tx.replace_provider(Some(&seen), &provider).await.map(drop)
}

pub const PROVIDERS: Table<ProviderId> = Table {
    lock: "lock table provider in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let id: ProviderId = format!("p{}", random().digits(12)).parse().unwrap();
            let settings = ProviderSettings::new(id.clone(), GITHUB, "us");
            let provider = StoredProvider { settings, secret: Some(vec![1]), managed: false, updated_at: NOW };
            in_tx!(store, |tx| tx.replace_provider(None, &provider).await).unwrap();
            id
        })
    },
    see: |store, id| {
        Box::pin(async move {
            let seen = store.find_provider(&id).await.unwrap();
            let see = |it: StoredProvider| format!("{:?} {:?} {:?}", it.settings.label, it.secret, it.updated_at);
            format!("{:?}", seen.map(see))
        })
    },
    statements: &["providers::REPLACE"],
    writers: &[
        writer!("a label", |tx, id| edit(tx, &id, |it| it.settings.label = Some("Code".into())).await),
        writer!("a secret", |tx, id| edit(tx, &id, |it| it.secret = Some(vec![2])).await),
        writer!("its end", |tx, id| tx.delete_provider(&id).await),
    ],
};
