//! The console, and the setup link of the first administrator.

mod administrators;
mod apis;
mod attempts;
mod check_up;
mod client_ciba;
mod client_proof;
mod clients;
mod installation;
mod modules;
mod project;
mod project_settings;
mod providers;
mod rights;
mod rules;
mod search;
mod sessions;
mod setup;
mod statistics;
mod transfer;
mod users;
mod webhooks;

use crate::harness::browser::Browser;
use crate::harness::server::{PASSWORD, TestServer};

/// The email address of the test administrator.
pub const BOSS: &str = "boss@example.test";

/// A browser with a signed-in administrator, created by a setup link.
pub async fn administrator(server: &TestServer) -> Browser<'_> {
    let link = server.usher.setup_links.create_setup_link().await.expect("a link can be made");
    let mut browser = server.browser();
    let page = browser.open(&link).await;
    let form = [("given_name", "Bo"), ("family_name", "Ss"), ("email", BOSS), ("password", PASSWORD)];
    let landing = browser.submit(&page, &form).await;
    assert_eq!(landing.url, server.at("/console"), "{}", landing.body);
    browser
}
