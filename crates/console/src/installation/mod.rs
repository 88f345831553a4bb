//! Pages of the whole installation: overview, audit log, keys, health, settings.

pub mod audit;
pub mod audit_export;
mod audit_filter;
mod audit_rows;
pub mod health;
mod key_timeline;
pub mod keys;
pub mod overview;
mod overview_alarm;
mod overview_checklist;
pub mod settings;
