//! What goes out because of the log: webhooks and notices of logout.

mod api;
mod backchannel;
mod delivery;
mod documentation;
mod failing;
mod receiver;
mod sharing;
mod ssrf;
mod stage;
mod told;
mod visibility;

pub use stage::run as run_job;
