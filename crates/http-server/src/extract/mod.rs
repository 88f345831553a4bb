//! Request extractors. Each rejects what it cannot parse exactly.

pub mod answered;
pub mod body;
pub mod client_ip;
pub mod cookies;
pub mod form_token;
pub mod json;
pub mod last_used;
pub mod multipart;
pub mod params;
pub mod streamed_form;
pub mod visitor;
