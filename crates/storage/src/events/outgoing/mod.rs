//! Outgoing calls that the event log causes: webhooks, their deliveries, and back-channel logout.

pub mod deliveries;
pub mod logout_notices;
pub mod webhooks;
