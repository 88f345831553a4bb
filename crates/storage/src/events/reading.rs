//! Reads the event log for the dispatcher: events that were not dispatched yet, each once, in the order of the log.

use crate::db::statements;
use crate::row::Columns;
use crate::{Result, Store, Tx};
use usher_domain::event::{Event, EventCatalogue};
use usher_domain::id::UserId;

statements! {
    // One dispatcher at a time across all instances. SQLite has one writer anyway.
    ALONE = "select 1" + postgres "from (select pg_advisory_xact_lock(5570001)) as held";
    // `seq > 0` is always true; it makes SQLite search the index of pending events instead of walking it. An event of
    // a client belongs to the client's project, even where it names none.
    PENDING = "
        select
            e.id, e.seq, e.kind, e.at, e.user_id, e.session_id, e.client_id, e.grant_id,
            coalesce(e.project_id, c.project_id) as project_id, e.data
        from event e
        left join client c on c.id = e.client_id
        where not e.told and e.seq > 0
        order by e.seq
        limit $1 + 0
    ";
    ANY_PENDING = "
        select seq
        from event
        where not told and seq > 0
        order by seq
        limit 1
    ";
    ANY_PENDING_OF_USER = "
        select seq
        from event
        where not told and seq > 0 and user_id = $1
        order by seq
        limit 1
    ";
    MARK_DISPATCHED = "
        update event
        set told = true
        where seq = $1
    ";
    // Only if the data is still what was read: an event that was erased meanwhile stays erased.
    MARK_DISPATCHED_KEEPING = "
        update event
        set told = true, data = case when data = $3 then $2 else data end
        where seq = $1
    ";
}

/// An event with its position in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEvent {
    /// Its position.
    pub seq: i64,
    /// The event.
    pub event: Event,
}

/// Reads a row of `PENDING`.
fn read_pending(columns: &mut Columns<'_>, events: EventCatalogue) -> Result<PendingEvent> {
    columns.of("event");
    let (id, seq) = (columns.take("id")?, columns.take("seq")?);
    let kind: String = columns.take("kind")?;
    let kind = events.find(&kind).ok_or_else(|| columns.unreadable("kind"))?;
    let event = Event {
        id,
        kind,
        at: columns.take("at")?,
        user_id: columns.take("user_id")?,
        session_id: columns.take("session_id")?,
        client_id: columns.take("client_id")?,
        grant_id: columns.take("grant_id")?,
        project_id: columns.take("project_id")?,
        data: columns.take("data")?,
    };
    Ok(PendingEvent { seq, event })
}

impl Tx {
    /// Waits until no event is being dispatched, and keeps it so until the transaction ends.
    pub async fn hold_dispatch(&mut self) -> Result<()> {
        self.query(ALONE).done().await
    }

    /// Takes the next pending events, oldest first. No other transaction takes any until this one ends.
    pub async fn take_pending_events(&mut self, size: u32, events: EventCatalogue) -> Result<Vec<PendingEvent>> {
        self.query(ALONE).done().await?;
        self.query(PENDING).bind(size).all_with(|columns| read_pending(columns, events)).await
    }

    /// Marks an event as dispatched, and removes the data that only its readers needed.
    pub async fn mark_dispatched(&mut self, pending: &PendingEvent) -> Result<()> {
        match pending.event.kept_data() {
            None => self.query(MARK_DISPATCHED).bind(pending.seq).done().await,
            Some(kept) => {
                self.query(MARK_DISPATCHED_KEEPING).bind(pending.seq).bind(&kept).bind(&pending.event.data).done().await
            }
        }
    }
}

impl Store {
    /// Is there an event that was not dispatched yet?
    pub async fn has_pending_events(&self) -> Result<bool> {
        self.query(ANY_PENDING).exists().await
    }

    /// Is there an event of this user that was not dispatched yet?
    pub async fn has_pending_events_of(&self, user: UserId) -> Result<bool> {
        self.query(ANY_PENDING_OF_USER).bind(user).exists().await
    }
}
