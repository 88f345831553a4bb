//! What goes out to others because of the log: webhooks, their deliveries, and notices of logout.

pub mod deliveries;
pub mod logout_notices;
pub mod webhooks;
