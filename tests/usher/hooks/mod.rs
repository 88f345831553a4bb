//! Outgoing calls because of events: webhooks and back-channel logout.

mod api;
mod backchannel;
mod delivery;
mod documentation;
mod failing;
mod notified_applications;
pub mod receiver;
mod sharing;
mod specimen;
mod ssrf;
pub mod stage;
mod visibility;

pub use stage::run as run_job;
