//! Second factors and passkeys, over HTTP (MF-*).

mod changes;
mod passkeys;
mod policy;
mod recovery;
mod remembered;
mod totp;
#[cfg(feature = "sim")]
mod upstream;

use totp_rs::{Builder, Secret};
use usher_domain::time::Timestamp;

use crate::harness::browser::{Browser, Landing};
use crate::harness::server::{PASSWORD, TestServer};

/// The user of these tests.
pub const ANA: &str = "ana@example.test";

/// An authenticator app.
pub struct App {
    seed: Vec<u8>,
    /// The recovery codes that came with it.
    pub codes: Vec<String>,
}

impl App {
    /// The code at a time.
    pub fn code(&self, at: Timestamp) -> String {
        let totp = Builder::new().with_secret(Secret::from(self.seed.as_slice())).build().expect("a seed");
        totp.generate(u64::try_from(at.0).expect("after 1970")).to_string()
    }
}

/// Sets up an authenticator app in a browser that has just signed in.
pub async fn set_up(server: &TestServer, browser: &mut Browser<'_>) -> App {
    let page = browser.open(&server.at("/account/security/totp")).await;
    confirm(server, browser, &page).await.0
}

/// Confirms the app on its page, and returns the next page.
pub async fn confirm(server: &TestServer, browser: &mut Browser<'_>, page: &Landing) -> (App, Landing) {
    let typed: String = page.text("#secret").split_whitespace().collect();
    let seed = Secret::try_from_base32(&typed).expect("a seed").as_bytes().to_vec();
    let mut app = App { seed, codes: Vec::new() };
    let code = app.code(server.now());
    let done = browser.submit(page, &[("code", &code)]).await;
    app.codes = done.text(".codes code").split_whitespace().map(str::to_owned).collect();
    (app, done)
}

/// A user with an authenticator app, a minute later.
pub async fn server_with_app(server: &TestServer) -> App {
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    let app = set_up(server, &mut browser).await;
    assert_eq!(app.codes.len(), 10);
    server.wait(60);
    app
}

/// Goes from the sign-in page to the second factor.
pub async fn at_second_step(server: &TestServer, browser: &mut Browser<'_>) -> Landing {
    let page = browser.open(&server.at("/login")).await;
    let landing = browser.submit(&page, &[("email", ANA), ("password", PASSWORD)]).await;
    assert!(landing.url.starts_with(&server.at("/login/second?pending=")), "{} {}", landing.url, landing.body);
    landing
}

/// The kinds of every event of the user, oldest first.
pub async fn events(server: &TestServer) -> Vec<String> {
    let user = server.usher.users.load_user(ANA).await.expect("a user");
    let logged = server.database.store.list_events_of_user(user.id, 200).await.expect("a log");
    logged.into_iter().map(|event| event.kind).collect()
}
