//! Views of the installation: overview, audit log, keys, health, settings.

mod audit;
pub mod charts;
pub mod event_texts;
mod health;
mod keys;
mod overview;
mod settings;

pub use audit::{AuditFilterValues, AuditPage, AuditRow, EventPage, SavedFilterItem, group_by_day};
pub use health::{FindingItem, HealthPage, JobItem, QueueItem};
pub use keys::{KeyConfirm, KeyRow, KeySpan, KeyTimeline, KeyTimelineRow, KeyUseRow, KeysPage};
pub use overview::{
    Alarm, CheckItem, Checklist, FailingItem, FigureItem, ModulesItem, OverviewPage, PeriodLink, ShareItem,
};
pub use settings::{SettingGroup, SettingItem, SettingsPage};
