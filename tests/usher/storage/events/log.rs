//! The event log.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, in_tx, later, random, stored_session, user};
use serde_json::json;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ClientId, EventId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::page::MAX_PAGE;
use usher_storage::StorageError;

on_both_databases! {
    async fn facts_are_read_back_newest_first_by_user_and_by_client(db: TestDatabase) {
        let (person, client) = (user().id, ClientId("shop".into()));
        let mut written = Vec::new();
        for second in 0..4 {
            let event = Event::new(EventId::new(later(second), random()), EventKind::GRANT_REVOKED, later(second))
                .with_user(person)
                .with_session(SessionId::new(NOW, random()))
                .with_client(&client)
                .with_grant(GrantId::new(NOW, random()))
                .with_project(ProjectId::new(NOW, random()))
                .with("why", "süß \u{1F980}")
                .with("count", json!({"deep": [1, null, true, 1.5]}));
            in_tx!(db.store, |tx| tx.append(&event).await).unwrap();
            written.insert(0, event);
        }
        let stranger = Event::new(EventId::new(NOW, random()), EventKind::KEY_PRUNED, NOW).with_user(user().id);
        in_tx!(db.store, |tx| tx.append(&stranger).await).unwrap();
        let of_user = db.store.list_events_of_user(person, 10).await.unwrap();
        assert_eq!(of_user, db.store.list_events_of_client(&client, 10).await.unwrap());
        assert_eq!(of_user.len(), written.len());
        for (read, event) in of_user.iter().zip(&written) {
            assert_eq!((read.id, read.kind.as_str(), read.at), (event.id.0, event.kind.as_str(), event.at));
            assert_eq!((read.client_id.as_ref(), &read.data), (Some(&client), &event.data));
        }
    }

    async fn a_person_reads_the_facts_of_some_kinds_page_by_page_with_the_browser_they_happened_in(db: TestDatabase) {
        let (person, session) = stored_session(&db.store).await;
        let kinds = [EventKind::SESSION_CREATED, EventKind::KEY_PRUNED, EventKind::SESSION_REVOKED, EventKind::USER_UPDATED];
        for (second, kind) in (0..).zip(kinds) {
            let event = Event::new(EventId::new(later(second), random()), kind, later(second)).with_user(person.id);
            let event = if second == 0 { event.with_session(session.id) } else { event };
            in_tx!(db.store, |tx| tx.append(&event).await).unwrap();
        }
        let wanted = ["session.created", "session.revoked", "user.updated"];
        let first = db.store.list_shown_events(person.id, &wanted, None, 2).await.unwrap();
        let names: Vec<_> = first.items.iter().map(|shown| shown.event.kind.as_str()).collect();
        assert_eq!(names, ["user.updated", "session.revoked"]);
        let rest = db.store.list_shown_events(person.id, &wanted, first.next, 2).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
        assert_eq!(rest.items[0].session_id, Some(session.id));
        assert_eq!((&rest.items[0].user_agent, &rest.items[0].source), (&session.user_agent, &session.source));
        assert_eq!(first.items[0].user_agent, None);
        let alike = db.store.list_shown_events(person.id, &["created", "session.", "%"], None, 9).await.unwrap();
        assert!(alike.items.is_empty(), "a kind is wanted by its whole name");
        assert!(db.store.list_shown_events(user().id, &wanted, None, 9).await.unwrap().items.is_empty());
    }

    async fn pages_of_the_log_are_neither_empty_nor_endless(db: TestDatabase) {
        let (person, client) = (user().id, ClientId("shop".into()));
        in_tx!(db.store, |tx| {
            for second in 0..u64::from(MAX_PAGE) + 5 {
                let id = EventId::new(later(second), random());
                tx.append(&Event::new(id, EventKind::SIGN_IN_FAILED, NOW).with_user(person).with_client(&client)).await?;
            }
            Ok(())
        })
        .unwrap();
        for (asked, given) in [(0, 1), (1, 1), (7, 7), (MAX_PAGE, 100), (u32::MAX, 100)] {
            assert_eq!(db.store.list_events_of_user(person, asked).await.unwrap().len(), given);
            assert_eq!(db.store.list_events_of_client(&client, asked).await.unwrap().len(), given);
        }
    }

    async fn a_bare_fact_can_be_written_and_belongs_to_nobody(db: TestDatabase) {
        let bare = Event::new(EventId::new(NOW, random()), EventKind::KEY_CREATED, NOW);
        in_tx!(db.store, |tx| tx.append(&bare).await).unwrap();
        assert_eq!(db.count("select count(*) from event where user_id is null and data is not null").await, 1);
        assert!(db.store.list_events_of_user(UserId::new(NOW, random()), 10).await.unwrap().is_empty());
        assert!(db.store.list_events_of_client(&ClientId(String::new()), 10).await.unwrap().is_empty());
        let again = in_tx!(db.store, |tx| tx.append(&bare).await);
        assert!(matches!(again, Err(StorageError::Conflict)), "{again:?}");
    }
}
