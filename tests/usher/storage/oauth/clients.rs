//! Clients.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, client_of, hash, in_tx, later, project, stored_client, stored_user};
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::consent::StoredConsent;
use usher_protocol::scope::Scope;
use usher_storage::StorageError;

on_both_databases! {
    async fn a_client_of_every_kind_comes_back_as_it_went_in(db: TestDatabase) {
        let project = project();
        in_tx!(db.store, |tx| tx.insert_project(&project, &hash()).await).unwrap();
        for kind in [ClientType::Web, ClientType::Spa, ClientType::Native, ClientType::Machine, ClientType::Device] {
            let plain = Client { kind, metadata: kind.defaults(), secrets: Vec::new(), ..client_of(&project) };
            for client in [plain, Client { kind, disabled_at: Some(NOW), ..client_of(&project) }] {
                in_tx!(db.store, |tx| tx.insert_client(&client).await).unwrap();
                let within = in_tx!(db.store, |tx| tx.find_client(&client.id).await);
                assert_eq!(within.unwrap().as_ref(), Some(&client));
                assert_eq!(db.store.find_client(&client.id).await.unwrap(), Some(client));
            }
        }
    }

    async fn a_client_that_is_not_there_is_none(db: TestDatabase) {
        for id in ["", "nobody", "'; drop table client; --", &"x".repeat(5_000)] {
            let id = ClientId(id.into());
            assert_eq!(db.store.find_client(&id).await.unwrap(), None);
            assert_eq!(in_tx!(db.store, |tx| tx.find_client(&id).await).unwrap(), None);
            assert!(!in_tx!(db.store, |tx| tx.delete_client(&id).await).unwrap());
        }
    }

    async fn an_id_belongs_to_one_client_and_every_client_to_a_project(db: TestDatabase) {
        let client = stored_client(&db.store).await;
        let again = in_tx!(db.store, |tx| tx.insert_client(&client).await);
        assert!(matches!(again, Err(StorageError::Conflict)), "{again:?}");
        let orphan = client_of(&project());
        let answer = in_tx!(db.store, |tx| tx.insert_client(&orphan).await);
        assert!(matches!(answer, Err(StorageError::Gone)), "{answer:?}");
    }

    async fn each_change_of_a_client_writes_its_own_columns_and_no_others(db: TestDatabase) {
        let mut client = stored_client(&db.store).await;
        client.metadata.client_name = "New".into();
        client.updated_at = later(7);
        in_tx!(db.store, |tx| tx.set_client_metadata(&client.id, &client.metadata, later(7)).await).unwrap();
        assert_eq!(db.store.find_client(&client.id).await.unwrap().as_ref(), Some(&client));
        client.secrets.truncate(1);
        client.updated_at = later(8);
        in_tx!(db.store, |tx| tx.set_client_secrets(&client.id, &client.secrets, later(8)).await).unwrap();
        assert_eq!(db.store.find_client(&client.id).await.unwrap().as_ref(), Some(&client));
        client.secrets[0].last_used_at = Some(later(9));
        in_tx!(db.store, |tx| tx.note_client_secrets(&client.id, &client.secrets).await).unwrap();
        assert_eq!(db.store.find_client(&client.id).await.unwrap().as_ref(), Some(&client), "a use is no change");
        (client.updated_at, client.disabled_at) = (later(9), Some(later(9)));
        in_tx!(db.store, |tx| tx.set_client_disabled(&client.id, client.disabled_at, later(9)).await).unwrap();
        let held = in_tx!(db.store, |tx| tx.lock_client(&client.id).await).unwrap();
        assert_eq!(held.as_ref(), Some(&client));
    }

    async fn a_deleted_client_takes_its_consents_with_it(db: TestDatabase) {
        let client = stored_client(&db.store).await;
        let user = stored_user(&db.store).await;
        let consent = StoredConsent { apis: None,
            user_id: user.id,
            client_id: client.id.clone(),
            scope: Scope::of(["openid"]),
            granted_at: NOW,
        };
        in_tx!(db.store, |tx| tx.add_consent(&consent).await).unwrap();
        for first in [true, false] {
            assert_eq!(in_tx!(db.store, |tx| tx.delete_client(&client.id).await).unwrap(), first);
        }
        assert_eq!(db.store.find_client(&client.id).await.unwrap(), None);
        assert_eq!(db.store.find_consent(user.id, &client.id).await.unwrap(), None);
    }

    async fn clients_are_listed_of_one_project_and_of_all_after_an_id(db: TestDatabase) {
        let (mine, other) = (project(), project());
        let mut clients = Vec::new();
        for project in [&mine, &mine, &mine, &other] {
            clients.push(client_of(project));
        }
        in_tx!(db.store, |tx| {
            tx.insert_project(&mine, &hash()).await?;
            tx.insert_project(&other, &hash()).await?;
            for client in &clients {
                tx.insert_client(client).await?;
            }
            Ok(())
        })
        .unwrap();
        let foreign = clients[3].id.clone();
        clients.sort_by(|one, two| one.id.cmp(&two.id));
        let own: Vec<Client> = clients.iter().filter(|client| client.id != foreign).cloned().collect();
        for size in [0, 1, 2, 3, u32::MAX] {
            let (mut of_mine, mut of_all) = (Vec::new(), Vec::new());
            while let Some(more) = next_page(&of_mine, db.store.list_clients(mine.id, last(&of_mine), size).await) {
                of_mine = more;
            }
            while let Some(more) = next_page(&of_all, db.store.list_all_clients(last(&of_all), size).await) {
                of_all = more;
            }
            assert_eq!(of_mine, own, "pages of {size}");
            assert_eq!(of_all, clients, "pages of {size}");
        }
        assert_eq!(db.store.list_clients(project().id, "", 10).await.unwrap(), []);
    }

    async fn ids_are_ordered_byte_by_byte_whatever_language_the_database_speaks(db: TestDatabase) {
        let project = project();
        let ids = ["-a", "A", "B", "_a", "a", "ä"];
        in_tx!(db.store, |tx| {
            tx.insert_project(&project, &hash()).await?;
            for id in ids {
                tx.insert_client(&Client { id: ClientId(id.into()), ..client_of(&project) }).await?;
            }
            Ok(())
        })
        .unwrap();
        let listed = db.store.list_all_clients("", 10).await.unwrap();
        assert_eq!(listed.iter().map(|client| client.id.0.as_str()).collect::<Vec<_>>(), ids);
    }
}

fn last(clients: &[Client]) -> &str {
    clients.last().map_or("", |client| client.id.0.as_str())
}

/// The known items of a list with its next page; `None` once the page is empty.
fn next_page(known: &[Client], page: Result<Vec<Client>, StorageError>) -> Option<Vec<Client>> {
    let page = page.unwrap();
    (!page.is_empty()).then(|| [known, &page].concat())
}
