//! Statistics for administrators, and the event log.

use std::collections::BTreeMap;

use crate::admin::users::Users;
use crate::error::FlowError;
use usher_domain::event::counter::Counter;
use usher_domain::page::Page;
use usher_domain::time::Timestamp;
use usher_storage::events::log::{AuditEvent, Search};

/// For how many days counters are kept.
pub const COUNTS_KEPT: i64 = 400;
/// The names that a counter is listed by, at most.
const NAMES: u32 = 100;
/// The clients that are listed.
const CLIENTS: u32 = 10;

/// The sign-ins of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInsOfDay {
    /// The first moment of the day (UTC).
    pub start: Timestamp,
    pub succeeded: i64,
    pub failed: i64,
    /// The number of users that were active.
    pub active: i64,
}

/// Statistics of a number of days, of which the present one is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Every day, oldest first.
    pub days: Vec<SignInsOfDay>,
    /// The numbers of users that were active on the present day, on the last 7 days, and on the last 30.
    pub active: [i64; 3],
    /// Authentication methods, joined by `+`, with the number of sign-ins.
    pub means: Vec<(String, i64)>,
    /// Ways in (`password`, `passkey`, `code`, or the id of a provider) with the number of sign-ins.
    pub ways: Vec<(String, i64)>,
    /// The clients with the most grants, with their numbers.
    pub clients: Vec<(String, i64)>,
}

impl Users {
    /// Statistics of the last days.
    pub async fn statistics(&self, days: u16) -> Result<Statistics, FlowError> {
        let store = &self.core.store;
        let today = self.core.now().day();
        let since = today - i64::from(days.max(1)) + 1;
        let by_day = |counter: Counter| async move {
            Ok::<BTreeMap<i64, i64>, FlowError>(store.count_by_day(counter, since).await?.into_iter().collect())
        };
        let succeeded = by_day(Counter::SignedIn).await?;
        let failed = by_day(Counter::Failed).await?;
        let active = by_day(Counter::Active).await?;
        let of = |counted: &BTreeMap<i64, i64>, day: i64| counted.get(&day).copied().unwrap_or_default();
        let days = (since..=today).map(|day| SignInsOfDay {
            start: Timestamp::of_day(day),
            succeeded: of(&succeeded, day),
            failed: of(&failed, day),
            active: of(&active, day),
        });
        Ok(Statistics {
            days: days.collect(),
            active: self.active_users(today).await?,
            means: store.count_by_name(Counter::Means, since, NAMES).await?,
            ways: store.count_by_name(Counter::Way, since, NAMES).await?,
            clients: store.count_by_name(Counter::Client, since, CLIENTS).await?,
        })
    }

    /// The numbers of users that were active on this day, and on the 7 and 30 days that end with it.
    async fn active_users(&self, today: i64) -> Result<[i64; 3], FlowError> {
        let last_active = self.core.store.count_by_day(Counter::LastActive, today - 29).await?;
        let within =
            |days: i64| last_active.iter().filter(|(day, _)| *day > today - days).map(|(_, times)| times).sum();
        Ok([within(1), within(7), within(30)])
    }

    /// Events of the log, newest first.
    pub async fn search_log(&self, search: &Search, size: u32) -> Result<Page<AuditEvent>, FlowError> {
        Ok(self.core.store.search_log(search, size).await?)
    }
}
