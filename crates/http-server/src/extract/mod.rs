//! Reading a request: who sent it, its parameters, its cookies. Each refuses what it cannot read exactly.

pub mod answered;
pub mod body;
pub mod client_ip;
pub mod cookies;
pub mod json;
pub mod last_used;
pub mod params;
pub mod visitor;
