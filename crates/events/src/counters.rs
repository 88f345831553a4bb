//! Counters for each day as a reader of the event log.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::event::Event;
use usher_domain::event::counter::{Counter, counters_of};
use usher_domain::id::UserId;
use usher_storage::{Result, Tx};

/// What the events of one transaction add to the counters: each counter is written once.
#[derive(Debug, Default)]
pub struct DailyCounts {
    times: BTreeMap<(Counter, i64, String), i64>,
    active: BTreeSet<(i64, UserId)>,
}

impl DailyCounts {
    /// Counts an event on the day on which it happened.
    pub fn on_event(&mut self, event: &Event) {
        let (day, counted) = (event.at.day(), event.kind.row().counted);
        for (counter, name) in counters_of(counted, event.client_id.as_ref(), &event.data) {
            *self.times.entry((counter, day, name)).or_default() += 1;
        }
        if let Some(user) = event.user_id.filter(|_| counted.is_activity()) {
            self.active.insert((day, user));
        }
    }

    /// Writes the counters.
    pub async fn write(self, tx: &mut Tx) -> Result<()> {
        for ((counter, day, name), times) in self.times {
            tx.add_to_counter(counter, day, &name, times).await?;
        }
        for (day, user) in self.active {
            tx.count_active(user, day).await?;
        }
        Ok(())
    }
}
