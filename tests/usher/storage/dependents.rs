//! Deleting owners of very many rows: no statement exceeds the timeout.

use std::time::Duration;

use super::samples::{NOW, in_tx, stored_client, stored_project, stored_user};
use crate::harness::database::{TestDatabase, on_both_databases};
use usher_storage::{OpenOptions, Store};

/// More than one statement deletes.
const MANY: i64 = 2_500;

/// Fills a table with rows numbered up to [`MANY`].
async fn fill(db: &TestDatabase, sqlite: &str, postgres: &str) {
    let sql = if db.store.kind() == "sqlite" {
        format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {MANY}) {sqlite}")
    } else {
        format!("with n as (select i from generate_series(1, {MANY}) i) {postgres}")
    };
    assert_eq!(i64::try_from(db.execute(String::leak(sql)).await), Ok(MANY));
}

async fn count(db: &TestDatabase, table: &str) -> i64 {
    db.count(String::leak(format!("select count(*) from {table}"))).await
}

on_both_databases! {
    async fn a_client_that_very_many_use_is_deleted_with_all_they_gave_it(db: TestDatabase) {
        let client = stored_client(&db.store).await;
        fill(
            &db,
            "insert into users (id, sub, status, admin, profile, sources, created_at, updated_at) select randomblob(16), 's' || i, 'active', 0, '{}', '{}', 0, 0 from n",
            "insert into users (id, sub, status, admin, profile, sources, created_at, updated_at) select gen_random_uuid(), 's' || i, 'active', false, '{}', '{}', 0, 0 from n",
        )
        .await;
        db.execute("insert into consent (user_id, client_id, scope, granted_at) select u.id, c.id, 'openid', 0 from users u cross join client c").await;
        db.execute("insert into access (user_id, client_id, claims, first_used_at, last_used_at) select u.id, c.id, '{}', 0, 0 from users u cross join client c").await;
        let other = stored_client(&db.store).await;
        db.execute("insert into consent (user_id, client_id, scope, granted_at) select u.id, c.id, 'openid', 0 from users u cross join client c where u.sub = 's1' and not exists (select 1 from consent o where o.client_id = c.id)").await;
        let id = client.id.clone();
        assert!(in_tx!(db.store, |tx| tx.delete_client(&id).await).unwrap());
        assert_eq!((count(&db, "consent").await, count(&db, "access").await), (1, 0), "those of the other client stay");
        assert!(db.store.find_client(&other.id).await.unwrap().is_some());
        assert!(!in_tx!(db.store, |tx| tx.delete_client(&id).await).unwrap(), "once");
    }

    async fn a_project_with_a_long_history_is_deleted(db: TestDatabase) {
        let project = stored_project(&db.store).await;
        fill(
            &db,
            "insert into history (project_id, position, generation, day, sealed) select p.id, n.i, 1, 0, 'x' from n cross join project p",
            "insert into history (project_id, position, generation, day, sealed) select p.id, n.i, 1, 0, 'x' from n cross join project p",
        )
        .await;
        let feed = "insert into feed_entry (project_id, position, kind, value, why, at, expires_at) select p.id, n.i, 'jti', 'x', 'y', 0, 0 from n cross join project p";
        fill(&db, feed, feed).await;
        let kept = stored_project(&db.store).await;
        let (id, other) = (project.id, kept.id);
        assert_eq!(in_tx!(db.store, |tx| tx.fold_feed(id, MANY - 10).await).unwrap(), 2_489);
        assert_eq!(in_tx!(db.store, |tx| tx.discard_history(other).await).unwrap(), 0);
        assert!(in_tx!(db.store, |tx| tx.delete_project(id).await).unwrap());
        assert_eq!((count(&db, "history").await, count(&db, "feed_entry").await, count(&db, "project").await), (0, 0, 1));
    }

    async fn a_webhook_with_very_many_deliveries_is_deleted(db: TestDatabase) {
        let project = stored_project(&db.store).await;
        for name in ["one", "two"] {
            let sql = if db.store.kind() == "sqlite" {
                format!("insert into webhook (id, project_id, url, description, filters, secrets, created_at, updated_at) select randomblob(16), id, 'https://rp.test/', '{name}', '[]', '[]', 0, 0 from project")
            } else {
                format!("insert into webhook (id, project_id, url, description, filters, secrets, created_at, updated_at) select gen_random_uuid(), id, 'https://rp.test/', '{name}', '[]', '[]', 0, 0 from project")
            };
            db.execute(String::leak(sql)).await;
        }
        fill(
            &db,
            "insert into webhook_delivery (webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at) select w.id, randomblob(16), 'x', 'x', 'x', 'failed', 1, 0, '[]', 0 from n cross join webhook w where w.description = 'one'",
            "insert into webhook_delivery (webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at) select w.id, gen_random_uuid(), 'x', 'x', 'x', 'failed', 1, 0, '[]', 0 from n cross join webhook w where w.description = 'one'",
        )
        .await;
        let webhooks = db.store.list_webhooks(project.id).await.unwrap();
        let one = webhooks.iter().find(|webhook| webhook.description == "one").expect("it is there").id;
        let again = in_tx!(db.store, |tx| tx.redeliver_failed(one, usher_domain::time::Timestamp(0), NOW).await).unwrap();
        assert_eq!(i64::try_from(again), Ok(MANY));
        let id = project.id;
        assert!(in_tx!(db.store, |tx| tx.delete_webhook(id, one).await).unwrap());
        assert_eq!((count(&db, "webhook_delivery").await, count(&db, "webhook").await), (0, 1));
        assert!(!in_tx!(db.store, |tx| tx.delete_webhook(id, one).await).unwrap(), "once");
    }

    /// The statement timeout is far shorter here than usual, and far shorter than one statement over all of these
    /// events takes.
    async fn a_user_with_very_many_events_sessions_and_grants_is_deleted(db: TestDatabase) {
        let person = stored_user(&db.store).await;
        let other = stored_user(&db.store).await;
        fill(
            &db,
            "insert into session (id, user_id, secret_hash, auth_time, amr, acr, created_at, last_seen_at, idle_expires_at, expires_at) select randomblob(16), u.id, randomblob(16), 0, '[]', 'x', 0, 0, 0, 0 from n join (select id from users order by id limit 1) u",
            "insert into session (id, user_id, secret_hash, auth_time, amr, acr, created_at, last_seen_at, idle_expires_at, expires_at) select gen_random_uuid(), u.id, uuid_send(gen_random_uuid()), 0, '[]', 'x', 0, 0, 0, 0 from n cross join (select id from users order by id limit 1) u",
        )
        .await;
        let grants = "insert into grants (id, client_id, user_id, session_id, scope, claims, auth_time, acr, amr, created_at) select id, 'shop', user_id, id, 'openid', '{}', 0, 'x', '[]', 0 from session";
        assert_eq!(i64::try_from(db.execute(grants).await), Ok(MANY));
        for _ in 0..12 {
            fill(
                &db,
                "insert into event (id, kind, at, user_id, data, told) select randomblob(16), 'session.created', 0, u.id, '{\"source\":\"198.51.100.7\"}', 1 from n join (select id from users order by id limit 1) u",
                "insert into event (id, kind, at, user_id, data, told) select gen_random_uuid(), 'session.created', 0, u.id, '{\"source\":\"198.51.100.7\"}', true from n cross join (select id from users order by id limit 1) u",
            )
            .await;
        }
        let (person, other) = if person.id < other.id { (person, other) } else { (other, person) };
        let hurried = OpenOptions { busy_timeout: Duration::from_millis(400), ..db.options() };
        let store = Store::open(&hurried).await.expect("the database can be opened");
        let now = NOW;
        in_tx!(store, |tx| {
            tx.begin_erasure(person.id, now).await?;
            tx.delete_user(&person, now).await
        })
        .unwrap();
        assert_eq!((count(&db, "session").await, count(&db, "grants").await, count(&db, "users").await), (0, 0, 1));
        assert!(db.store.find_user(other.id).await.unwrap().is_some());
        assert!(db.store.list_events_of_user(person.id, 50).await.unwrap().iter().all(|event| event.data.is_empty()));
    }
}
