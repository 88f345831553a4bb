//! Helpers for tests: a signing key, a provider with scripted responses, and fixed dependencies.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Deps, ProviderContext};
use usher_domain::provider::{ProviderKind, ProviderSettings};
use usher_domain::random::SeededRandom;
use usher_domain::secret::Secret;
use usher_domain::time::{ManualClock, Timestamp};
use usher_http_client::{Outbound, OutboundRules};

/// The present time in tests.
pub(super) const NOW: i64 = 1_800_000_000;

/// An ES256 key.
pub(super) struct TestKey {
    kid: String,
    pair: EcdsaKeyPair,
}

impl TestKey {
    pub fn new(kid: &str) -> Self {
        Self { kid: kid.to_owned(), pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        json!({"kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig", "x": part(1..33), "y": part(33..65)})
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        #[expect(clippy::disallowed_methods, reason = "the argument is ignored: the library draws its own nonces")]
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "ES256", "kid": self.kid}), claims)
    }
}

/// A recorded request: method and path with query, headers, body.
#[derive(Debug, Clone)]
pub(super) struct RecordedRequest {
    pub line: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

type Script = Arc<Mutex<HashMap<String, VecDeque<(u16, Value)>>>>;

/// A provider with scripted responses, path by path; the last response of a path is repeated.
pub(super) struct StubProvider {
    pub base: String,
    script: Script,
    asked: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl StubProvider {
    pub async fn start() -> Self {
        let (script, asked) = (Script::default(), Arc::<Mutex<Vec<RecordedRequest>>>::default());
        let router = Router::new().fallback(answer).with_state((Arc::clone(&script), Arc::clone(&asked)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, script, asked }
    }

    pub fn on(&self, path: &str, status: u16, body: Value) -> &Self {
        self.script.lock().unwrap().entry(path.to_owned()).or_default().push_back((status, body));
        self
    }

    /// Replaces the responses of a path by this one.
    pub fn only(&self, path: &str, status: u16, body: Value) {
        self.script.lock().unwrap().insert(path.to_owned(), VecDeque::from([(status, body)]));
    }

    pub fn asked(&self) -> Vec<RecordedRequest> {
        self.asked.lock().unwrap().clone()
    }

    pub fn count(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.line.split([' ', '?']).nth(1) == Some(path)).count()
    }
}

async fn answer(
    State((script, asked)): State<(Script, Arc<Mutex<Vec<RecordedRequest>>>)>,
    request: Request,
) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let headers =
        parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let line = format!("{} {}", parts.method, parts.uri);
    asked.lock().unwrap().push(RecordedRequest { line, headers, body: String::from_utf8(body.to_vec()).unwrap() });
    let mut script = script.lock().unwrap();
    let Some(answers) = script.get_mut(parts.uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let (status, body) = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }.unwrap();
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::from_u16(status).unwrap(), kind, body.to_string()).into_response()
}

/// Dependencies with the clock at [`NOW`] and an HTTP client that may call loopback.
pub(super) fn deps() -> Deps {
    let rules = OutboundRules { allow: vec!["127.0.0.0/8".parse().unwrap()], ..OutboundRules::default() };
    Deps {
        outbound: Outbound::new(rules).unwrap(),
        clock: Arc::new(ManualClock::at(Timestamp(NOW))),
        random: Arc::new(SeededRandom::new(7)),
    }
}

/// The context of a provider with the secret `hush`.
pub(super) fn context(kind: &'static ProviderKind, settings: ProviderSettings) -> ProviderContext {
    ProviderContext::new(kind, settings, Some(Secret::from("hush")), deps())
}
