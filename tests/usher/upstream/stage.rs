//! A simulator, its providers, and a browser that signs in at them.

use std::sync::Arc;

use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use usher_domain::provider::ProviderSettings;
use usher_domain::random::{Random, SeededRandom};
use usher_domain::secret::Secret;
use usher_domain::time::{Clock as _, ManualClock, Timestamp};
use usher_domain::user::identity::Vouched;
use usher_http_client::{Outbound, OutboundRules};
use usher_sim::{CLIENT_SECRET, Sim, SimContext};
use usher_upstream::{
    CONNECTORS, Callback, Deps, PendingAuthorization, Provider, Registry, StartRequest, UpstreamError,
};

use crate::harness::providers::{Kind, simulated};

/// The redirect URI. It has no listener: the browser parses the URL and stops.
pub const CALLBACK: &str = "http://127.0.0.1:1/upstream/callback";

/// The simulator with its context.
pub struct Stage {
    pub sim: Sim,
    registry: Registry,
    browser: reqwest::Client,
}

/// The form that the page posts by itself, if the response is a form.
fn posted(page: &str) -> Result<Callback, UpstreamError> {
    let page = Html::parse_document(page);
    let of = |css: &str| Selector::parse(css).unwrap();
    let form = page.select(&of("form#answer")).next().expect("a form that posts itself");
    assert_eq!(form.attr("action"), Some(CALLBACK));
    let field = |input: ElementRef<'_>| {
        let part = |name: &str| input.attr(name).unwrap_or_default().to_owned();
        (part("name"), part("value"))
    };
    Callback::of_pairs(form.select(&of("input")).map(field).collect())
}

impl Stage {
    pub async fn start() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp(1_800_000_000)));
        let (time, chance) = (Arc::clone(&clock), SeededRandom::new(11));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let surroundings =
            SimContext { now: Arc::new(move || time.now().0), random: Arc::new(move |buffer| chance.fill(buffer)) };
        let sim = Sim::start(listener, surroundings).await.unwrap();
        let rules = OutboundRules {
            allow: vec!["127.0.0.0/8".parse().unwrap()],
            timeout: std::time::Duration::from_secs(2),
            ..OutboundRules::default()
        };
        let outbound = Outbound::new(rules).unwrap();
        let registry = Registry::new(Deps { outbound, clock, random: Arc::new(SeededRandom::new(12)) }, CONNECTORS);
        let browser =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { sim, registry, browser }
    }

    pub fn settings(&self, kind: Kind) -> ProviderSettings {
        simulated(&self.sim, kind)
    }

    pub fn provider(&self, settings: &ProviderSettings) -> Arc<dyn Provider> {
        assert_eq!(self.registry.check(settings), Ok(()));
        self.registry.provider(settings, Some(&Secret::from(CLIENT_SECRET))).unwrap()
    }

    /// Sends the browser to the provider as this persona; returns the callback.
    pub async fn visit(
        &self,
        provider: &dyn Provider,
        persona: &str,
    ) -> Result<(Callback, PendingAuthorization), UpstreamError> {
        let departure = StartRequest {
            redirect_uri: CALLBACK.to_owned(),
            login_hint: Some(format!("persona:{persona}")),
            ..StartRequest::default()
        };
        let (url, kept) = provider.start(&departure).await?;
        let answer = self.browser.get(url).send().await.unwrap();
        if answer.status().is_success() {
            return Ok((posted(&answer.text().await.unwrap())?, kept));
        }
        assert!(answer.status().is_redirection(), "{}", answer.text().await.unwrap());
        let back = answer.headers()["location"].to_str().unwrap().to_owned();
        let query = back.strip_prefix(CALLBACK).unwrap().trim_start_matches('?');
        // Facebook adds a fragment, which a browser does not send.
        let query = query.split('#').next().unwrap();
        Ok((Callback::parse(query)?, kept))
    }

    /// A complete sign-in.
    pub async fn sign_in(&self, settings: &ProviderSettings, persona: &str) -> Result<Vouched, UpstreamError> {
        let provider = self.provider(settings);
        let (callback, kept) = self.visit(&*provider, persona).await?;
        provider.finish(&callback, &kept).await
    }

    pub async fn fault(&self, switch: Value) {
        let url = format!("{}/_sim/faults", self.sim.origin());
        let answer = self.browser.post(url).body(switch.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{switch}");
    }

    pub async fn rotate_keys(&self) {
        let url = format!("{}/_sim/rotate", self.sim.origin());
        assert!(self.browser.post(url).body(json!({}).to_string()).send().await.unwrap().status().is_success());
    }

    /// The body of an event that the provider sends.
    pub async fn told(&self, order: Value) -> Vec<u8> {
        let mut order = order;
        order["to"] = json!(format!("{}/_sim/elsewhere", self.sim.origin()));
        let url = format!("{}/_sim/send", self.sim.origin());
        let text = self.browser.post(url).body(order.to_string()).send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["sent"].as_str().unwrap_or_else(|| panic!("{order} {answer}")).as_bytes().to_vec()
    }

    /// The requests to the simulator, without those of the browser.
    pub async fn journal(&self) -> Vec<Value> {
        let url = format!("{}/_sim/requests", self.sim.origin());
        let text = self.browser.get(url).send().await.unwrap().text().await.unwrap();
        let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
        entries.into_iter().filter(|entry| entry["endpoint"] != "authorize").collect()
    }
}
