//! The events of deleted users: hidden at once, erased in batches, and finished after a crash.

use std::ops::Range;

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::storage::samples::{NOW, in_tx, later, random, user};
use usher_domain::event::{Event, EventCatalogue, EventKind};
use usher_domain::id::{ClientId, EventId, UserId};
use usher_domain::time::Timestamp;
use usher_storage::events::erasures::Erasure;
use usher_storage::events::log::{Search, Who};
use uuid::Uuid;

const NOBODY: UserId = UserId(Uuid::nil());

/// Appends events of this kind with data, one in each of these seconds, and dispatches them.
async fn events(db: &TestDatabase, person: UserId, kind: EventKind, seconds: Range<u64>) {
    for second in seconds {
        let event = Event::new(EventId::new(later(second), random()), kind, later(second))
            .with_user(person)
            .with_client(&ClientId("shop".into()))
            .with("source", "198.51.100.7");
        in_tx!(db.store, |tx| tx.append(&event).await).unwrap();
    }
    in_tx!(db.store, |tx| {
        for event in tx.take_pending_events(1_000, EventCatalogue::STANDARD).await? {
            tx.mark_dispatched(&event).await?;
        }
        Ok(())
    })
    .unwrap();
}

async fn begin(db: &TestDatabase, person: UserId, at: Timestamp) {
    in_tx!(db.store, |tx| tx.begin_erasure(person, at).await).unwrap();
}

/// The next erasure at this moment.
async fn next(db: &TestDatabase, now: Timestamp) -> Option<Erasure> {
    db.store.next_erasure(NOBODY, Timestamp(now.0 - 60), now).await.unwrap()
}

/// Erases one batch, and returns whether more are left.
async fn erase(db: &TestDatabase, erasure: Erasure, size: u32) -> bool {
    let end = db.store.find_erasure_batch_end(erasure, size).await.unwrap();
    in_tx!(db.store, |tx| tx.erase_batch(erasure, end).await).unwrap();
    end.is_some()
}

async fn holding_data(db: &TestDatabase) -> i64 {
    db.count("select count(*) from event where cast(data as text) <> '{}'").await
}

on_both_databases! {
    async fn from_the_deletion_on_no_reader_is_shown_the_data(db: TestDatabase) {
        let (gone, other) = (user().id, user().id);
        events(&db, gone, EventKind::SIGN_IN_FAILED, 0..3).await;
        events(&db, gone, EventKind::USER_DELETED, 20..21).await;
        events(&db, other, EventKind::SIGN_IN_FAILED, 0..1).await;
        begin(&db, gone, NOW).await;
        assert_eq!(holding_data(&db).await, 5, "nothing is erased yet");
        let mut shown = Vec::new();
        let of_user = Search { who: Some(Who::User(gone)), ..Search::default() };
        let of_client = Search { client: Some(ClientId("shop".into())), ..Search::default() };
        for search in [Search::default(), of_user, of_client] {
            shown.extend(db.store.search_log(&search, 50).await.unwrap().items.into_iter().map(|one| (one.user_id, one.kind, one.data)));
        }
        for one in db.store.list_events_of_user(gone, 50).await.unwrap() {
            shown.push((Some(gone), one.kind, one.data));
        }
        assert_eq!(shown.len(), 5 + 4 + 5 + 4);
        for (person, kind, data) in shown {
            let hidden = person == Some(gone) && kind != "user.deleted";
            assert_eq!(data.is_empty(), hidden, "{kind}: {data:?}");
        }
        let of_client = db.store.list_events_of_client(&ClientId("shop".into()), 50).await.unwrap();
        assert_eq!(of_client.iter().filter(|event| event.data.is_empty()).count(), 3);
    }

    async fn a_crash_between_two_batches_loses_nothing(db: TestDatabase) {
        let (gone, other) = (user().id, user().id);
        events(&db, gone, EventKind::SIGN_IN_FAILED, 0..10).await;
        events(&db, gone, EventKind::USER_DELETED, 20..21).await;
        events(&db, other, EventKind::SIGN_IN_FAILED, 0..2).await;
        begin(&db, gone, NOW).await;
        begin(&db, gone, NOW).await;
        let now = later(61);
        assert!(erase(&db, next(&db, now).await.unwrap(), 4).await, "more are left");
        assert_eq!(holding_data(&db).await, 13 - 4);
        db.restart().await;
        let resumed = next(&db, now).await.expect("it is taken up where it was left");
        assert_ne!(resumed.place, Uuid::nil());
        assert!(erase(&db, resumed, 4).await);
        db.restart().await;
        assert!(!erase(&db, next(&db, now).await.unwrap(), 4).await);
        assert_eq!(next(&db, now).await, None, "it is over");
        assert_eq!(holding_data(&db).await, 3, "what is left is the deletion itself and what is of others");
        let kept = "select count(*) from event where kind = 'user.deleted' and cast(data as text) like '%198.51.100.7%'";
        assert_eq!(db.count(kept).await, 1);
    }

    async fn erasing_waits_for_requests_under_way_and_for_pending_events(db: TestDatabase) {
        let (quiet, pending) = (user().id, user().id);
        events(&db, quiet, EventKind::SIGN_IN_FAILED, 0..1).await;
        let event = Event::new(EventId::new(NOW, random()), EventKind::SESSION_REVOKED, NOW).with_user(pending).with("reason", "user_deleted");
        in_tx!(db.store, |tx| tx.append(&event).await).unwrap();
        begin(&db, quiet, later(100)).await;
        begin(&db, pending, NOW).await;
        assert_eq!(next(&db, later(159)).await, None, "one is too young, the other has a pending event");
        assert_eq!(next(&db, NOW).await.map(|one| one.user), Some(quiet), "a clock that was ahead holds up nothing");
        let ready = next(&db, later(160)).await.expect("a minute is over");
        assert_eq!(ready.user, quiet);
        assert!(!erase(&db, ready, 10).await);
        assert_eq!(next(&db, later(160)).await, None);
        events(&db, user().id, EventKind::SIGN_IN_FAILED, 0..0).await;
        assert_eq!(next(&db, later(160)).await.map(|one| one.user), Some(pending), "now they are dispatched");
    }
}
