//! Every pair of writers of a row, simultaneously: the result must be that of one after the other.
//!
//! The table is locked while both writers start, so that both read before either writes. A new writer must be added to
//! the list of its table.

use std::time::Duration;

use futures_util::future::BoxFuture;
use usher_storage::Store;

use super::samples::in_tx;
use super::writers::{changed_table, statements_that_need_a_race};
use crate::harness::database::{TestDatabase, on_both_databases};
use webhooks::{WEBHOOKS, WebhookKey, describe};

mod apis;
mod branding;
mod clients;
mod people;
mod project_sign_in;
mod projects;
mod sessions;
mod webhooks;

/// A writer: its name, and its operation on a row.
type Writer<K> = (&'static str, fn(Store, K) -> BoxFuture<'static, ()>);

/// A table with its writers.
struct Table<K: 'static> {
    /// Allows reading and blocks writing, on PostgreSQL.
    lock: &'static str,
    /// Adds a row. Rows differ in their key only.
    add: fn(Store) -> BoxFuture<'static, K>,
    /// The contents of the row, without its key.
    see: fn(Store, K) -> BoxFuture<'static, String>,
    /// The statements that the writers use.
    statements: &'static [&'static str],
    writers: &'static [Writer<K>],
}

impl<K: Clone + Send + 'static> Table<K> {
    /// Races each writer with each other and with itself; returns the pairs of which one undid the other.
    async fn race(&self, db: &TestDatabase) -> Vec<String> {
        let stores = [db.store.clone(), db.second_store().await];
        let mut faults = Vec::new();
        for (place, one) in self.writers.iter().enumerate() {
            for other in &self.writers[place..] {
                let in_turn = [self.in_turn(&db.store, one, other).await, self.in_turn(&db.store, other, one).await];
                let at_once = self.at_once(db, &stores, one, other).await;
                if !in_turn.contains(&at_once) {
                    faults.push(format!("{} and {}: {at_once}\nnot one of {in_turn:#?}", one.0, other.0));
                }
            }
        }
        faults
    }

    async fn in_turn(&self, store: &Store, first: &Writer<K>, second: &Writer<K>) -> String {
        let key = (self.add)(store.clone()).await;
        first.1(store.clone(), key.clone()).await;
        second.1(store.clone(), key.clone()).await;
        (self.see)(store.clone(), key).await
    }

    async fn at_once(&self, db: &TestDatabase, stores: &[Store; 2], one: &Writer<K>, other: &Writer<K>) -> String {
        let key = (self.add)(db.store.clone()).await;
        let mut gate = db.connect().await;
        let on_sqlite = db.store.kind() == "sqlite";
        gate.execute(if on_sqlite { "begin immediate" } else { "begin" }).await;
        if !on_sqlite {
            gate.execute(self.lock).await;
        }
        let racers = [
            tokio::spawn(one.1(stores[0].clone(), key.clone())),
            tokio::spawn(other.1(stores[1].clone(), key.clone())),
        ];
        // Too short a wait may hide a fault, but never causes one.
        tokio::time::sleep(Duration::from_millis(30)).await;
        gate.execute("commit").await;
        for racer in racers {
            racer.await.expect("a writer comes to its end");
        }
        (self.see)(db.store.clone(), key).await
    }
}

/// Makes a writer from the body of a transaction.
macro_rules! writer {
    ($name:literal, |$tx:ident, $key:pat_param| $body:expr) => {
        ($name, |store, key| {
            Box::pin(async move {
                let work = crate::storage::samples::in_tx!(store, |$tx| {
                    let $key = key;
                    $body
                });
                work.expect("the database is there");
            })
        })
    };
}
use writer;

on_both_databases! {
    async fn no_writer_undoes_another(db: TestDatabase) {
        let faults = [
            WEBHOOKS.race(&db).await,
            sessions::SESSIONS.race(&db).await,
            projects::PROJECTS.race(&db).await,
            projects::MEMBERS.race(&db).await,
            branding::BRANDS.race(&db).await,
            project_sign_in::SIGN_INS.race(&db).await,
            people::USERS.race(&db).await,
            people::PASSKEYS.race(&db).await,
            people::CONSENTS.race(&db).await,
            people::ACCESSES.race(&db).await,
            apis::APIS.race(&db).await,
            clients::CLIENTS.race(&db).await,
            clients::PROVIDERS.race(&db).await,
            clients::REGISTRATIONS.race(&db).await,
        ]
        .concat();
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }

    /// The test must be able to fail.
    async fn a_writer_that_writes_what_it_read_before_is_found(db: TestDatabase) {
        const CARELESS: Table<WebhookKey> = Table {
            writers: &[
                writer!("its description", |tx, key| describe(tx, key, |it| it.description = "new".into()).await),
                ("its address, as it was read before", |store, key| Box::pin(async move {
                    let mut webhook = store.find_webhook(key.0, key.1).await.unwrap().unwrap();
                    webhook.url = "https://new.test/".into();
                    in_tx!(store, |tx| tx.describe_webhook(&webhook).await).unwrap();
                })),
            ],
            ..WEBHOOKS
        };
        for _ in 0..20 {
            if !CARELESS.race(&db).await.is_empty() {
                return;
            }
        }
        panic!("twenty races did not show it");
    }
}

/// A statement that writes what was read, or a row that such a statement writes, must be raced with all others of its
/// table.
#[test]
fn every_writer_of_a_table_is_raced() {
    let raced = [
        WEBHOOKS.statements,
        sessions::SESSIONS.statements,
        projects::PROJECTS.statements,
        projects::MEMBERS.statements,
        branding::BRANDS.statements,
        project_sign_in::SIGN_INS.statements,
        people::USERS.statements,
        people::PASSKEYS.statements,
        people::CONSENTS.statements,
        people::ACCESSES.statements,
        apis::APIS.statements,
        clients::CLIENTS.statements,
        clients::PROVIDERS.statements,
        clients::REGISTRATIONS.statements,
    ]
    .concat();
    let wanted = statements_that_need_a_race();
    let missing: Vec<&String> = wanted.iter().filter(|name| !raced.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "no race has these: {missing:?}");
    for name in raced {
        assert!(changed_table(name).is_some(), "{name} changes no row");
    }
}
