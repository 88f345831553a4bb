//! The simulated providers of a server, and a browser that signs in at them.

use std::sync::Arc;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use scraper::{Html, Selector};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;
use usher_accounts::upstream::NewProvider;
use usher_domain::provider::setting::BASE_URL;
use usher_domain::provider::{ProviderId, ProviderKind, ProviderSettings};
use usher_domain::random::{Random as _, SeededRandom};
use usher_domain::secret::Secret;
use usher_domain::time::Clock as _;
use usher_sim::{CLIENT_ID, CLIENT_SECRET, Sim, SimContext, SimProvider};
use usher_upstream::providers::{apple, facebook, github, google, microsoft, oidc, x};

use super::browser::{Browser, Landing};
use super::database::TestDatabase;
use super::server::TestServer;

/// A kind of provider.
pub type Kind = &'static ProviderKind;

pub const GOOGLE: Kind = &google::KIND;
pub const FACEBOOK: Kind = &facebook::KIND;
pub const X: Kind = &x::KIND;
pub const GITHUB: Kind = &github::KIND;
pub const APPLE: Kind = &apple::KIND;
pub const MICROSOFT: Kind = &microsoft::KIND;
pub const OIDC: Kind = &oidc::KIND;

/// The settings of a simulated provider: of a generic kind, a plain OpenID provider.
pub fn simulated(sim: &Sim, kind: Kind) -> ProviderSettings {
    let plays = SimProvider::of_kind(kind.name).or_else(|| SimProvider::of_kind(OIDC.name)).expect("it is simulated");
    let base = Some(sim.base_url(plays));
    let settings = ProviderSettings::new(kind.default_id(), kind, CLIENT_ID);
    if kind.takes(BASE_URL.name) {
        return ProviderSettings { base_url: base, ..settings };
    }
    ProviderSettings { label: Some(String::from("Works")), issuer: base, ..settings }
}

/// The simulator, with the clock of the server.
pub struct Providers {
    sim: Sim,
    /// A client for the simulator's site, without cookies of the server.
    http: Client,
}

/// How a provider redirects back.
enum Back {
    /// By a URL.
    To(String),
    /// By a form that the provider's page posts.
    Posting(String, Vec<(String, String)>),
}

/// A server with these providers.
pub async fn server_with(db: TestDatabase, kinds: &[Kind]) -> (TestServer, Providers) {
    let server = TestServer::on(db, &[]).await;
    let at = Providers::beside(&server).await;
    for kind in kinds {
        server.provider(&at, kind, |_| {}).await;
    }
    (server, at)
}

impl Providers {
    /// A simulator for a server.
    pub async fn beside(server: &TestServer) -> Self {
        let (time, chance) = (Arc::clone(&server.clock), SeededRandom::new(11));
        let context =
            SimContext { now: Arc::new(move || time.now().0), random: Arc::new(move |buffer| chance.fill(buffer)) };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let sim = Sim::start(listener, context).await.expect("the simulator starts");
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client can be made");
        Self { sim, http }
    }

    /// The simulator's origin.
    pub fn origin(&self) -> &str {
        self.sim.origin()
    }

    /// The settings of a simulated provider.
    pub fn settings(&self, kind: Kind) -> ProviderSettings {
        simulated(&self.sim, kind)
    }

    /// Sets a switch of the simulator.
    pub async fn fault(&self, switch: Value) {
        let answer = self.post("/_sim/faults", &switch).await;
        assert!(answer.status().is_success(), "{switch}");
    }

    /// Resets every switch.
    pub async fn mend(&self) {
        let url = format!("{}/_sim/faults", self.sim.origin());
        assert!(self.http.delete(url).send().await.expect("the simulator answers").status().is_success());
    }

    /// The name of every switch.
    pub async fn faults(&self) -> Vec<String> {
        let answer = self.post("/_sim/faults", &serde_json::json!({"fault": "?"})).await;
        let text = answer.text().await.expect("a body");
        // unknown variant `?`, expected one of `a`, `b`, …
        text.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    /// Empties the journal.
    pub async fn forget(&self) {
        let url = format!("{}/_sim/requests", self.sim.origin());
        assert!(self.http.delete(url).send().await.expect("the simulator answers").status().is_success());
    }

    /// Makes a provider send an event; returns the response: `status`, `body`, and what was `sent`.
    pub async fn send_event(&self, order: Value) -> Value {
        let answer = self.post("/_sim/send", &order).await;
        let text = answer.text().await.expect("a body");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{order}: {text}"))
    }

    /// The requests to the providers so far, by browsers and by the server.
    pub async fn journal(&self) -> Vec<Value> {
        let url = format!("{}/_sim/requests", self.sim.origin());
        let text = self.http.get(url).send().await.expect("the simulator answers").text().await.expect("a body");
        serde_json::from_str(&text).expect("a list")
    }

    /// The requests to one kind of endpoint.
    pub async fn asked(&self, provider: &str, endpoint: &str) -> Vec<Value> {
        let all = self.journal().await;
        all.into_iter().filter(|one| one["provider"] == provider && one["endpoint"] == endpoint).collect()
    }

    async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        let url = format!("{}{path}", self.sim.origin());
        self.http.post(url).body(body.to_string()).send().await.expect("the simulator answers")
    }

    /// Signs in at a provider as a persona.
    async fn visit(&self, away: &str, persona: &str) -> Back {
        let mut url = Url::parse(away).expect("the server sends people to addresses");
        assert!(away.starts_with(self.sim.origin()), "{away} is no provider");
        let kept: Vec<_> = url.query_pairs().filter(|(name, _)| name != "login_hint").map(own).collect();
        url.query_pairs_mut().clear().extend_pairs(kept).append_pair("login_hint", &format!("persona:{persona}"));
        let answer = self.http.get(url.clone()).send().await.expect("the provider answers");
        if let Some(to) = answer.headers().get(LOCATION) {
            return Back::To(to.to_str().expect("plain text").to_owned());
        }
        let (status, page) = (answer.status(), answer.text().await.expect("a page"));
        assert_eq!(status, StatusCode::OK, "{url}: {page}");
        posted(&page)
    }
}

fn own((name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)) -> (String, String) {
    (name.into_owned(), value.into_owned())
}

/// The form of a page that submits itself.
fn posted(page: &str) -> Back {
    let document = Html::parse_document(page);
    let (form, input) = (Selector::parse("form").expect("a selector"), Selector::parse("input").expect("a selector"));
    let form = document.select(&form).next().unwrap_or_else(|| panic!("no form:\n{page}"));
    let fields = form.select(&input).filter_map(|input| {
        let value = input.value().attr("value").unwrap_or_default();
        input.value().attr("name").map(|name| (name.to_owned(), value.to_owned()))
    });
    Back::Posting(form.value().attr("action").expect("it goes somewhere").to_owned(), fields.collect())
}

/// The id of a provider in URLs of the server.
pub fn id_of(kind: Kind) -> ProviderId {
    kind.default_id()
}

impl TestServer {
    /// Adds or changes a simulated provider, with the test's changes.
    pub async fn provider(&self, at: &Providers, kind: Kind, change: impl FnOnce(&mut ProviderSettings)) {
        let mut settings = at.settings(kind);
        change(&mut settings);
        let new = NewProvider { settings, secret: Some(Secret::from(CLIENT_SECRET)), managed: false };
        self.usher.providers.put_provider(new).await.expect("the settings of a test are sound");
    }

    /// The number of users.
    pub async fn users(&self) -> i64 {
        self.database.count("select count(*) from users").await
    }

    /// The number of live sessions.
    pub async fn live_sessions(&self) -> i64 {
        self.database.count("select count(*) from session where ended_at is null").await
    }

    /// The number of identities.
    pub async fn identities(&self) -> i64 {
        self.database.count("select count(*) from identity").await
    }
}

impl Browser<'_> {
    /// Presses the button of a provider on the sign-in page, with a hint.
    pub async fn leave(&mut self, kind: Kind, persona: &str) -> Landing {
        let hint: String = url::form_urlencoded::byte_serialize(format!("persona:{persona}").as_bytes()).collect();
        let start = self.server.at(&format!("/upstream/{}/start?login_hint={hint}", kind.as_str()));
        self.open(&start).await
    }

    /// Signs in at the provider as a persona and follows the callback. Without a redirect to the provider it stays.
    pub async fn return_as(&mut self, at: &Providers, away: &Landing, persona: &str) -> Landing {
        if away.status != StatusCode::SEE_OTHER {
            return away.clone();
        }
        let back = at.visit(&away.url, persona).await;
        match back {
            // A browser does not send the fragment.
            Back::To(url) => self.open(url.split('#').next().unwrap_or_default()).await,
            Back::Posting(url, fields) => {
                // A cross-site post has no cookies.
                let answer = self.server.http.post(&url).form(&fields).send().await.expect("the server answers");
                assert_eq!(answer.status(), StatusCode::SEE_OTHER, "it is taken up by a request of the server's own");
                let to = answer.headers()[LOCATION].to_str().expect("plain text").to_owned();
                assert!(answer.headers().get("set-cookie").is_none(), "and leaves no cookie");
                let to = Url::parse(&url).and_then(|base| base.join(&to)).expect("it leads somewhere");
                self.open(to.as_str()).await
            }
        }
    }

    /// A complete sign-in at a provider, as a persona.
    pub async fn come_by(&mut self, at: &Providers, kind: Kind, persona: &str) -> Landing {
        let away = self.leave(kind, persona).await;
        self.return_as(at, &away, persona).await
    }

    /// Links an identity from the account page.
    pub async fn link(&mut self, at: &Providers, kind: Kind, persona: &str) -> Landing {
        let page = self.open(&self.server.at("/account/identities")).await;
        let away = self.submit(&page, &[("link", kind.as_str())]).await;
        self.return_as(at, &away, persona).await
    }

    /// Is the browser signed in?
    pub async fn is_in(&mut self) -> bool {
        let profile = self.server.at("/account/profile");
        self.open(&profile).await.url == profile
    }
}
