//! Outgoing calls because of events: webhooks and back-channel logout.

mod api;
mod backchannel;
mod delivery;
mod documentation;
mod failing;
mod notified_applications;
mod receiver;
mod sharing;
mod specimen;
mod ssrf;
mod stage;
mod visibility;

pub use stage::run as run_job;
