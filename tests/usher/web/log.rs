//! The log contains no secrets (HT-11, CO-08).

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use usher_domain::oauth::client::ClientType;

use crate::harness::server::TestServer;

/// The log of this process since the first test asked.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The whole text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panicked while logging")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked while logging").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The log of this process, from the first call on.
pub fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        // The most verbose filter, `log = trace`: see telemetry.
        let lines = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("info,usher=trace")).with_ansi(false);
        let lines = lines.with_writer(log.clone()).finish();
        tracing::subscriber::set_global_default(lines).expect("no other test listens to the log");
        log
    })
}

const EMAIL: &str = "canary-in-the-log@example.test";
const FIRST: &str = "canary first password";
const SECOND: &str = "canary second password";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_life_of_an_account_leaves_no_secret_in_the_log() {
    let log = log();
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut secrets = vec![EMAIL.to_owned(), "canary-in-the-log".into(), "Canaria".into(), FIRST.into(), SECOND.into()];
    let mut browser = server.browser();
    let page = browser
        .open(
            &server
                .authorize_url(&client, &[("prompt", "create"), ("state", "canary-state"), ("nonce", "canary-nonce")]),
        )
        .await;
    let form = [("given_name", "Canaria"), ("family_name", "Canaria"), ("email", EMAIL), ("password", FIRST)];
    let page = browser.submit(&page, &form).await;
    browser.submit(&page, &[("code", "canary-code")]).await;
    let email = server.emails().await.remove(0);
    let code = email.code().expect("a code").to_owned();
    let consent = browser.submit(&page, &[("code", &code)]).await;
    secrets.extend([consent.value("interaction"), consent.value("csrf")]);
    let landing = browser.submit(&consent, &[("decision", "allow")]).await;
    let tokens = server.exchange(&client, &landing.code()).await;
    let renewed = server.refresh(&client, &tokens.text("refresh_token")).await;
    server.userinfo(&renewed.text("access_token")).await;
    server.userinfo("canary.access.token").await;
    server.is_active(&client, &renewed.text("refresh_token")).await;
    server.exchange(&client, &landing.code()).await;
    for name in ["access_token", "refresh_token", "id_token"] {
        secrets.extend([tokens.text(name), renewed.text(name)]);
    }
    let page = browser.open(&server.at("/login")).await;
    browser.submit(&page, &[("email", EMAIL), ("password", "canary wrong password")]).await;
    let page = browser.open(&server.at("/recover")).await;
    browser.submit(&page, &[("email", EMAIL)]).await;
    let link = server.emails().await[0].link().expect("a link").to_owned();
    let page = browser.open(&link).await;
    browser.submit(&page, &[("password", SECOND)]).await;
    browser.open(&server.at("/nowhere?token=canary-query")).await;
    server.call(&client, "/oauth2/revoke", &[("token", &renewed.text("refresh_token"))]).await;
    let token = |link: &str| link.split("token=").nth(1).expect("a token").to_owned();
    secrets.extend([token(&link), token(email.link().expect("a link")), code, landing.code(), "canary".into()]);
    secrets.extend(browser.cookies.values().filter(|value| value.len() > 20).cloned());
    secrets.extend(client.secret);
    let text = log.text();
    assert!(text.contains("/oauth2/token") && text.contains("/recover"), "the log is one: {text}");
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(&secret) || line.contains(&secret.replace('@', "%40")));
        assert_eq!(line, None, "{secret} stands in the log");
    }
}
