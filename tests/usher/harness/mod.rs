//! The test harness.

pub mod authenticator;
pub mod browser;
pub mod certificates;
pub mod client_key;
pub mod database;
pub mod document_host;
pub mod file_host;
#[cfg(feature = "sim")]
pub mod page_list;
pub mod providers;
pub mod relying_party;
pub mod server;
pub mod signing_keys;
pub mod template;
