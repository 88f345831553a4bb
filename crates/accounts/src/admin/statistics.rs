//! Statistics for administrators, and the event log.

use crate::admin::users::Users;
use std::time::Duration;

use crate::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::page::Page;
use usher_domain::time::Timestamp;
use usher_storage::events::log::{AuditEvent, Search};

/// The period, in days.
const DAYS: u64 = 30;

/// The last 30 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Days with sign-ins: the start of the day, successes, failures.
    pub days: Vec<(i64, i64, i64)>,
    /// Active users within 1, 7 and 30 days.
    pub active: [i64; 3],
    /// Authentication methods with counts.
    pub means: Vec<(String, i64)>,
    /// The clients with the most grants, with counts.
    pub clients: Vec<(String, i64)>,
}

impl Users {
    /// Statistics of the last 30 days.
    pub async fn statistics(&self) -> Result<Statistics, FlowError> {
        let before = |days: u64| self.core.now() - Duration::from_hours(24 * days);
        let since = before(DAYS);
        let mut days: Vec<(i64, i64, i64)> = Vec::new();
        for counted in self.core.store.count_sign_ins(since).await? {
            let start = Timestamp(counted.first_at).start_of_day().0;
            if days.last().is_none_or(|(day, ..)| *day != start) {
                days.push((start, 0, 0));
            }
            let Some(day) = days.last_mut() else { continue };
            if counted.kind == EventKind::SIGN_IN_FAILED.as_str() {
                day.2 += counted.times;
            } else {
                day.1 += counted.times;
            }
        }
        let store = &self.core.store;
        let active = [
            store.count_active_users(before(1)).await?,
            store.count_active_users(before(7)).await?,
            store.count_active_users(since).await?,
        ];
        Ok(Statistics {
            days,
            active,
            means: store.count_means(since).await?,
            clients: store.top_clients(since).await?,
        })
    }

    /// Events of the log, newest first.
    pub async fn search_log(&self, search: &Search, size: u32) -> Result<Page<AuditEvent>, FlowError> {
        Ok(self.core.store.search_log(search, size).await?)
    }
}
