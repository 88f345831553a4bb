//! The flight recorder: the last attempts of each client, for its developers.
//!
//! A handler hands a draft to a bounded queue and goes on; a job writes what is in it. Under load drafts are dropped and
//! counted. What is kept of one client is limited in three lanes ([`AttemptLane`]): successes, failures after the client
//! has authenticated, and failures that anybody can cause. So nobody without the client's secret displaces what the
//! client itself did wrong, and one network displaces a third of the open lane at most.
//!
//! [`AttemptLane`]: usher_domain::oauth::attempt::AttemptLane

pub(crate) mod draft;
pub(crate) mod fixes;
pub(crate) mod queue;
mod stated;
mod write;

pub use usher_storage::attempts::AttemptFilter;
