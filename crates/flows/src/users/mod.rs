//! Users, for administrators: search, what is known about one, changes of one or many, invitations, live sessions.

pub mod changes;
pub mod details;
pub mod directory;
pub mod export;
pub mod invitations;
pub mod live_sessions;
