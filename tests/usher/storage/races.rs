//! Every pair of writers of a row, at the same moment: what comes of it is what one after the other would have left.
//!
//! The table is locked while both writers start, so that whatever either of them reads before its transaction is read
//! before the other one writes. A new writer joins the list of its table.

use std::time::Duration;

use futures_util::future::BoxFuture;
use usher::domain::consent::Consent;
use usher::domain::id::{ClientId, ProjectId, SessionId, UserId, WebhookId};
use usher::domain::member::{Member, Role};
use usher::domain::session::EndReason;
use usher::domain::webhook::{DisabledWhy, SealedSecret, Webhook};
use usher::protocol::scope::Scope;
use usher::storage::{Result, Store, Tx};

use super::samples::{
    NOW, hash, in_tx, later, project, random, session_of, stored_client, stored_session, stored_user,
};
use crate::harness::database::{TestDatabase, on_both_databases};

/// A writer: what it is called, and what it does to a row.
type Writer<K> = (&'static str, fn(Store, K) -> BoxFuture<'static, ()>);

/// A table with its writers.
struct Table<K: 'static> {
    /// Lets everybody read and nobody write, on PostgreSQL.
    lock: &'static str,
    /// Adds a row. Rows differ by their key alone.
    add: fn(Store) -> BoxFuture<'static, K>,
    /// What the row holds, but for its key.
    see: fn(Store, K) -> BoxFuture<'static, String>,
    writers: &'static [Writer<K>],
}

impl<K: Clone + Send + 'static> Table<K> {
    /// Races each writer with each other and with itself, and gives the pairs of which one undid the other.
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
        // Too short a wait hides a fault, and never makes one.
        tokio::time::sleep(Duration::from_millis(30)).await;
        gate.execute("commit").await;
        for racer in racers {
            racer.await.expect("a writer comes to its end");
        }
        (self.see)(db.store.clone(), key).await
    }
}

/// Makes a writer of what is to be done in a transaction.
macro_rules! writer {
    ($name:literal, |$tx:ident, $key:pat_param| $body:expr) => {
        ($name, |store, key| {
            Box::pin(async move {
                let work = store.write(move |mut $tx| {
                    Box::pin(async move {
                        let $key = key;
                        $body
                    })
                });
                work.await.expect("the database is there");
            })
        })
    };
}

type WebhookKey = (ProjectId, WebhookId);

fn webhook_of(project: ProjectId) -> Webhook {
    Webhook {
        id: WebhookId::new(NOW, random()),
        project_id: project,
        url: "https://shop.test/hook".into(),
        description: String::new(),
        filters: vec!["*".parse().unwrap()],
        secrets: vec![secret("first")],
        created_at: NOW,
        updated_at: NOW,
        disabled_at: None,
        disabled_why: None,
        failing_since: Some(NOW),
    }
}

fn secret(text: &str) -> SealedSecret {
    SealedSecret { sealed: text.into(), created_at: NOW, expires_at: None }
}

/// Changes a webhook as it is once it is locked.
async fn describe(tx: &mut Tx<'_>, key: WebhookKey, change: fn(&mut Webhook)) -> Result<()> {
    let mut webhook = tx.lock_webhook(key.0, key.1).await?.expect("it is there");
    change(&mut webhook);
    tx.describe_webhook(&webhook).await
}

async fn rotate(tx: &mut Tx<'_>, key: WebhookKey, text: &str) -> Result<()> {
    let mut webhook = tx.lock_webhook(key.0, key.1).await?.expect("it is there");
    webhook.secrets.insert(0, secret(text));
    tx.set_webhook_secrets(&webhook).await
}

const WEBHOOKS: Table<WebhookKey> = Table {
    lock: "lock table webhook in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let project = project();
            let webhook = webhook_of(project.id);
            let key = (project.id, webhook.id);
            in_tx!(store, [project, webhook], |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.insert_webhook(&webhook).await?;
                tx.webhook_failed(webhook.id, NOW).await
            })
            .unwrap();
            key
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_webhook(key.0, key.1).await.unwrap().unwrap();
            format!("{seen:?}").replace(&format!("{:?}", key.0), "").replace(&format!("{:?}", key.1), "")
        })
    },
    writers: &[
        writer!("its address", |tx, key| describe(&mut tx, key, |it| it.url = "https://new.test/".into()).await),
        writer!("its description", |tx, key| describe(&mut tx, key, |it| it.description = "new".into()).await),
        writer!("its filters", |tx, key| describe(&mut tx, key, |it| it.filters = vec!["user.*".parse().unwrap()])
            .await),
        writer!("a rotation", |tx, key| rotate(&mut tx, key, "second").await),
        writer!("another rotation", |tx, key| rotate(&mut tx, key, "third").await),
        writer!("its owner puts it out of use", |tx, key| tx
            .disable_webhook(key.1, later(2), DisabledWhy::Owner)
            .await
            .map(drop)),
        writer!("it is put out of use for failing", |tx, key| tx
            .disable_webhook(key.1, later(3), DisabledWhy::Failing)
            .await
            .map(drop)),
        writer!("its owner puts it back in use", |tx, key| tx.enable_webhook(key.1, later(4)).await),
        writer!("a success", |tx, key| tx.webhook_succeeded(key.1).await),
        writer!("a failure", |tx, key| tx.webhook_failed(key.1, later(5)).await.map(drop)),
    ],
};

/// Adds a word to what a session was shown.
async fn step_up(tx: &mut Tx<'_>, session: SessionId, word: &str) -> Result<()> {
    let Some(mut held) = tx.lock_session(session).await? else { return Ok(()) };
    held.amr.push(word.to_owned());
    held.amr.sort();
    tx.step_up_session(session, &held.amr, "aal2", &hash()).await.map(drop)
}

const SESSIONS: Table<SessionId> = Table {
    lock: "lock table session in exclusive mode",
    add: |store| Box::pin(async move { stored_session(&store).await.1.id }),
    see: |store, id| {
        Box::pin(async move {
            let seen = store.find_session_by_id(id).await.unwrap().unwrap().0;
            let times = (seen.auth_time, seen.last_seen_at, seen.idle_expires_at, seen.ended_at);
            format!("{:?} {} {times:?} {:?}", seen.amr, seen.acr, seen.source)
        })
    },
    writers: &[
        writer!("a use", |tx, id| tx.touch_session(id, later(5), later(700), Some("192.0.2.7/32")).await),
        writer!("an app", |tx, id| step_up(&mut tx, id, "otp").await),
        writer!("a passkey", |tx, id| step_up(&mut tx, id, "pop").await),
        writer!("the password again", |tx, id| {
            let user = super::samples::user();
            let mut again = session_of(&user);
            (again.id, again.amr, again.auth_time, again.idle_expires_at) =
                (id, vec!["pwd".into()], later(6), later(800));
            tx.reauthenticate_session(&again, &hash()).await.map(drop)
        }),
        writer!("a new secret", |tx, id| tx.replace_session_secret(id, &hash()).await),
        writer!("a sign-out", |tx, id| tx.end_session(id, later(7), EndReason::SignOut).await.map(drop)),
    ],
};

const PROJECTS: Table<ProjectId> = Table {
    lock: "lock table project in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let project = project();
            in_tx!(store, [project], |tx| tx.insert_project(&project, &hash()).await).unwrap();
            project.id
        })
    },
    see: |store, id| {
        Box::pin(async move {
            let seen = store.find_project(id).await.unwrap();
            format!("{:?}", seen.map(|project| (project.name, project.required_acr)))
        })
    },
    writers: &[
        writer!("its name", |tx, id| tx.rename_project(id, "New").await.map(drop)),
        writer!("another name", |tx, id| tx.rename_project(id, "Newer").await.map(drop)),
        writer!("what it asks for", |tx, id| tx.require_of_project(id, Some("aal2")).await.map(drop)),
        writer!("its end", |tx, id| tx.delete_project(id).await.map(drop)),
    ],
};

type MemberKey = (ProjectId, UserId);

async fn give_role(tx: &mut Tx<'_>, key: MemberKey, role: Role) -> Result<()> {
    tx.lock_project(key.0).await?;
    tx.set_member_role(key.0, key.1, role).await.map(drop)
}

const MEMBERS: Table<MemberKey> = Table {
    lock: "lock table project_member in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let (user, project) = (stored_user(&store).await, project());
            let member = Member { project_id: project.id, user_id: user.id, role: Role::Viewer, since: NOW };
            in_tx!(store, [project, member], |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.insert_member(&member).await
            })
            .unwrap();
            (project.id, user.id)
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_member(key.0, key.1).await.unwrap();
            format!("{:?}", seen.map(|member| (member.role, member.since)))
        })
    },
    writers: &[
        writer!("a role", |tx, key| give_role(&mut tx, key, Role::Developer).await),
        writer!("another role", |tx, key| give_role(&mut tx, key, Role::Owner).await),
        writer!("an addition", |tx, key| {
            let again = Member { project_id: key.0, user_id: key.1, role: Role::Viewer, since: later(3) };
            tx.insert_member(&again).await.map(drop)
        }),
        writer!("a removal", |tx, key| tx.delete_member(key.0, key.1).await.map(drop)),
    ],
};

type ConsentKey = (UserId, ClientId);

async fn allow(tx: &mut Tx<'_>, (user_id, client_id): ConsentKey, scope: &str) -> Result<()> {
    let scope = Scope::of(["openid", scope]);
    tx.add_consent(&Consent { user_id, client_id, scope, granted_at: later(1) }).await
}

const CONSENTS: Table<ConsentKey> = Table {
    lock: "lock table consent in exclusive mode",
    add: |store| Box::pin(async move { (stored_user(&store).await.id, stored_client(&store).await.id) }),
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_consent(key.0, &key.1).await.unwrap();
            format!("{:?}", seen.map(|consent| (consent.scope.to_string(), consent.granted_at)))
        })
    },
    writers: &[
        writer!("one scope", |tx, key| allow(&mut tx, key, "email").await),
        writer!("another scope", |tx, key| allow(&mut tx, key, "phone").await),
        writer!("a withdrawal", |tx, key| tx.delete_consent(key.0, &key.1).await.map(drop)),
    ],
};

on_both_databases! {
    async fn no_writer_undoes_another(db: TestDatabase) {
        let faults = [
            WEBHOOKS.race(&db).await,
            SESSIONS.race(&db).await,
            PROJECTS.race(&db).await,
            MEMBERS.race(&db).await,
            CONSENTS.race(&db).await,
        ]
        .concat();
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }

    /// A race that cannot be lost would prove nothing.
    async fn a_writer_that_writes_what_it_read_before_is_found(db: TestDatabase) {
        const CARELESS: Table<WebhookKey> = Table {
            writers: &[
                writer!("its description", |tx, key| describe(&mut tx, key, |it| it.description = "new".into()).await),
                ("its address, as it was read before", |store, key| Box::pin(async move {
                    let mut webhook = store.find_webhook(key.0, key.1).await.unwrap().unwrap();
                    webhook.url = "https://new.test/".into();
                    in_tx!(store, [webhook], |tx| tx.describe_webhook(&webhook).await).unwrap();
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
