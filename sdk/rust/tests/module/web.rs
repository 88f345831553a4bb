//! Web mode at a provider whose answers the test decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response as Answer};
use axum::routing::{get, post};
use axum::{Json as Told, Router};
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{Request, Response, StatusCode};
use serde_json::{Value as Json, json};
use tokio::sync::{Notify, RwLock};
use url::Url;
use usher_sdk::testing::signer::Signer;
use usher_sdk::{Auth, MemoryStore, Mode, Transport, Usher};

use super::send;

const BASE: &str = "http://localhost:3000";
/// Seconds for which an access token lives.
const LIFE: i64 = 600;

/// What the token endpoint says to a refresh.
#[derive(Clone)]
enum Says {
    Tokens,
    /// Tokens, once it is told.
    TokensLater(Arc<Notify>),
    Error(StatusCode, &'static str),
}

struct Provider {
    url: String,
    signer: Signer,
    /// The nonce of the sign-in.
    nonce: RwLock<String>,
    /// The audience of access tokens.
    audience: RwLock<String>,
    refresh: RwLock<Says>,
    refreshes: AtomicU64,
    ahead: Arc<AtomicI64>,
}

impl Provider {
    async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self {
            signer: Signer::default(),
            nonce: RwLock::default(),
            audience: RwLock::new(url.clone()),
            refresh: RwLock::new(Says::Tokens),
            refreshes: AtomicU64::new(0),
            ahead: Arc::default(),
            url,
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(async |State(provider): State<Arc<Self>>| Told(provider.signer.key_set())))
            .route("/token", post(token))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn now(&self) -> i64 {
        time() + self.ahead.load(Ordering::Relaxed)
    }

    async fn tokens(&self, nonce: Option<&str>) -> Json {
        let (now, number) = (self.now(), self.refreshes.load(Ordering::Relaxed));
        let person = json!({ "iss": self.url, "sub": "ana", "sid": "s1", "iat": now, "exp": now + LIFE });
        let with = |more: Json| {
            let both = [&person, &more].map(|part| part.as_object().unwrap().clone());
            Json::Object(both.into_iter().flatten().collect())
        };
        let audience = self.audience.read().await.clone();
        let access =
            json!({ "aud": audience, "client_id": "shop", "jti": format!("t{number}"), "scope": "openid", "urv": 0 });
        let identity = json!({ "aud": "shop", "nonce": nonce, "email": "ana@example.com" });
        json!({
            "access_token": self.signer.sign("at+jwt", &with(access)), "token_type": "Bearer", "expires_in": LIFE,
            "refresh_token": format!("r{number}"), "id_token": nonce.map(|_| self.signer.sign("JWT", &with(identity))),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "tokens of tests are of now")]
fn time() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

async fn metadata(State(provider): State<Arc<Provider>>) -> Told<Json> {
    let url = &provider.url;
    let at = |path: &str| format!("{url}{path}");
    Told(json!({
        "issuer": url, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/jwks"),
        "introspection_endpoint": at("/introspect"), "end_session_endpoint": at("/logout"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}

async fn token(State(provider): State<Arc<Provider>>, Form(form): Form<Vec<(String, String)>>) -> Answer {
    let is_refresh = form.contains(&("grant_type".to_owned(), "refresh_token".to_owned()));
    if !is_refresh {
        let nonce = provider.nonce.read().await.clone();
        return Told(provider.tokens(Some(&nonce)).await).into_response();
    }
    provider.refreshes.fetch_add(1, Ordering::Relaxed);
    let says = provider.refresh.read().await.clone();
    match says {
        Says::Error(status, error) => (status, Told(json!({ "error": error }))).into_response(),
        Says::Tokens => Told(provider.tokens(None).await).into_response(),
        Says::TokensLater(told) => {
            told.notified().await;
            Told(provider.tokens(None).await).into_response()
        }
    }
}

/// An application in web mode, and its provider.
struct Site {
    provider: Arc<Provider>,
    app: Router,
}

impl Site {
    async fn start() -> Self {
        let provider = Provider::start().await;
        let ahead = Arc::clone(&provider.ahead);
        let usher = Usher::builder().mode(Mode::Web).issuer(&provider.url).client_id("shop").client_secret("secret");
        let usher = usher.base_url(BASE).secret(["a secret of thirty-two characters"]).policy(false);
        let usher = usher.transport(Transport::Off).store(MemoryStore::new());
        let usher = usher.clock(move || time() + ahead.load(Ordering::Relaxed)).build().await.unwrap();
        let app = Router::new()
            .route("/me", get(async |auth: Auth| auth.token().to_owned()))
            .route("/", get(async |auth: Option<Auth>| auth.map_or("nobody", |_| "somebody")))
            .layer(usher);
        Self { provider, app }
    }

    async fn get(&self, target: &str, cookies: &str, page: bool) -> Response<Body> {
        let accept = if page { "text/html" } else { "application/json" };
        let request = Request::get(target).header(COOKIE, cookies.as_bytes()).header("accept", accept);
        send(&self.app, request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, target: &str, cookies: &str) -> Response<Body> {
        let request = Request::post(target).header(COOKIE, cookies).header("origin", BASE);
        send(&self.app, request.body(Body::empty()).unwrap()).await
    }

    /// The answer to the callback of a sign-in.
    async fn callback(&self, query: &str) -> Response<Body> {
        let begun = self.get(&format!("/auth/login?{query}"), "", true).await;
        let at_provider = Url::parse(location(&begun)).unwrap();
        let said = |name: &str| {
            at_provider
                .query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        *self.provider.nonce.write().await = said("nonce");
        let answer = format!("/auth/callback?code=c&state={}&iss={}", said("state"), self.provider.url);
        self.get(&answer, &cookie(&begun), true).await
    }

    /// The cookie of a new session.
    async fn sign_in(&self) -> String {
        let signed_in = self.callback("").await;
        assert_eq!(signed_in.status(), StatusCode::SEE_OTHER);
        cookie(&signed_in)
    }

    /// The access token of a session, or the status.
    async fn token(&self, cookie: &str) -> Result<String, u16> {
        let response = self.get("/me", cookie, false).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        if status == StatusCode::OK { Ok(String::from_utf8_lossy(&body).into_owned()) } else { Err(status.as_u16()) }
    }

    async fn refreshes(&self, says: Says) {
        *self.provider.refresh.write().await = says;
    }

    fn advance(&self, seconds: i64) {
        self.provider.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn location<B>(response: &Response<B>) -> &str {
    response.headers().get(LOCATION).unwrap().to_str().unwrap()
}

/// The first cookie that a response sets.
fn cookie<B>(response: &Response<B>) -> String {
    response.headers().get(SET_COOKIE).unwrap().to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_that_the_application_refuses_signs_nobody_in_and_leads_nobody_round() {
    let site = Site::start().await;
    *site.provider.audience.write().await = "https://api.other.example".to_owned();
    assert_eq!(site.callback("").await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_of_several_levels_is_enough() {
    let site = Site::start().await;
    assert_eq!(site.callback("acr_values=aal9").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(site.callback("acr_values=aal9%20aal8").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(site.callback("return_to=/me").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_usher_may_be_told_of_a_sign_in_is_passed_on() {
    let site = Site::start().await;
    let begun =
        site.get("/auth/login?prompt=login&login_hint=ana&ui_locales=uk&client_id=evil&scope=all", "", true).await;
    let passed: Vec<_> = Url::parse(location(&begun)).unwrap().query_pairs().into_owned().collect();
    for (name, value) in [("prompt", "login"), ("login_hint", "ana"), ("ui_locales", "uk"), ("client_id", "shop")] {
        assert_eq!(
            passed.iter().filter(|(key, _)| key == name).collect::<Vec<_>>(),
            [&(name.to_owned(), value.to_owned())]
        );
    }
    assert!(!passed.iter().any(|(_, value)| value == "all"));
}

#[tokio::test]
async fn a_parameter_that_comes_twice_signs_nobody_in() {
    let site = Site::start().await;
    let begun = site.get("/auth/login", "", true).await;
    let at_provider = Url::parse(location(&begun)).unwrap();
    let state = at_provider.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    let answer = format!("/auth/callback?code=c&code=d&state={state}&iss={}", site.provider.url);
    assert_eq!(site.get(&answer, &cookie(&begun), true).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_session_that_is_signed_out_while_its_tokens_are_fetched_stays_over() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    let told = Arc::new(Notify::new());
    site.refreshes(Says::TokensLater(Arc::clone(&told))).await;
    site.advance(LIFE - 10);
    let renewing = async {
        let told = site.token(&session).await;
        assert_eq!(told, Err(401));
    };
    let signing_out = async {
        while site.provider.refreshes.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(site.post("/auth/logout", &session).await.status(), StatusCode::SEE_OTHER);
        told.notify_one();
    };
    tokio::join!(renewing, signing_out);
    assert_eq!(site.token(&session).await, Err(401));
}

#[tokio::test]
async fn many_requests_at_once_fetch_new_tokens_once() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    site.advance(LIFE - 10);
    let tokens = futures_util::future::join_all((0..20).map(|_| site.token(&session))).await;
    assert!(tokens.iter().all(|token| token.is_ok() && *token == tokens[0]));
    assert_eq!(site.provider.refreshes.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn while_usher_is_away_a_session_lasts_as_long_as_its_token() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    let first = site.token(&session).await;
    site.refreshes(Says::Error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")).await;
    site.advance(LIFE - 10);
    assert_eq!(site.token(&session).await, first);
    site.advance(10);
    assert_eq!(site.token(&session).await, Err(503));
    // Nobody can say whether somebody is signed in.
    assert_eq!(site.get("/auth/me", &session, false).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    site.refreshes(Says::Tokens).await;
    site.advance(10);
    assert!(site.token(&session).await.is_ok(), "nobody was signed out");
}

#[tokio::test]
async fn requests_do_not_ask_a_silent_usher_one_after_the_other() {
    let site = Site::start().await;
    let sessions = [site.sign_in().await, site.sign_in().await];
    site.refreshes(Says::Error(StatusCode::BAD_GATEWAY, "server_error")).await;
    site.advance(LIFE + 60);
    for session in sessions.iter().cycle().take(10) {
        assert_eq!(site.token(session).await, Err(503));
    }
    assert!(site.provider.refreshes.load(Ordering::Relaxed) <= 5);
}

#[tokio::test]
async fn a_session_whose_grant_has_ended_is_over_and_one_whose_client_is_refused_is_not() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    site.advance(LIFE - 10);
    site.refreshes(Says::Error(StatusCode::UNAUTHORIZED, "invalid_client")).await;
    assert_eq!(site.token(&session).await, Err(401));
    site.refreshes(Says::Tokens).await;
    assert!(site.token(&session).await.is_ok());
    site.advance(LIFE - 10);
    site.refreshes(Says::Error(StatusCode::BAD_REQUEST, "invalid_grant")).await;
    assert_eq!(site.token(&session).await, Err(401));
    site.refreshes(Says::Tokens).await;
    assert_eq!(site.token(&session).await, Err(401));
}

#[tokio::test]
async fn cookies_of_other_applications_do_not_matter() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    assert!(site.token(&format!("theirs=ї; {session}; other=\"a, b\"")).await.is_ok());
}

#[tokio::test]
async fn a_cookie_of_any_content_and_length_is_nobody_or_that_session() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    let (name, value) = session.split_once('=').unwrap();
    for changed in [
        String::new(),
        "A".repeat(8000),
        value[..value.len() - 1].to_owned(),
        format!("{value}A"),
        format!("{value}="),
        value.replace('-', "+"),
        value.chars().rev().collect(),
    ] {
        let is_same = changed == value;
        assert_eq!(site.token(&format!("{name}={changed}")).await.is_ok(), is_same, "{changed}");
    }
    assert_eq!(site.token(&format!("{session}; {name}=other")).await, Err(401), "one of two was planted");
}

#[tokio::test]
async fn a_proxy_s_headers_change_no_address() {
    let site = Site::start().await;
    let request = Request::get("/auth/login?return_to=/me").header("host", "evil.example");
    let request = ["forwarded", "x-forwarded-host", "x-forwarded-proto", "x-original-url"]
        .iter()
        .fold(request, |request, name| request.header(*name, "evil.example"));
    let begun = send(&site.app, request.body(Body::empty()).unwrap()).await;
    let at_provider = Url::parse(location(&begun)).unwrap();
    let redirect = at_provider.query_pairs().find(|(key, _)| key == "redirect_uri").unwrap().1.into_owned();
    assert_eq!(redirect, format!("{BASE}/auth/callback"));
}

#[tokio::test]
async fn other_methods_neither_sign_in_nor_out() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    for (method, path) in
        [("HEAD", "/auth/logout"), ("OPTIONS", "/auth/logout"), ("PUT", "/auth/logout"), ("HEAD", "/auth/callback")]
    {
        let request = Request::builder().method(method).uri(path).header(COOKIE, &session).header("origin", BASE);
        let response = send(&site.app, request.body(Body::empty()).unwrap()).await;
        assert!(response.headers().get(SET_COOKIE).is_none(), "{method} {path}");
    }
    assert!(site.token(&session).await.is_ok());
}

#[tokio::test]
async fn a_logout_token_of_another_purpose_client_or_time_ends_nothing() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    let now = site.provider.now();
    let good = json!({
        "iss": site.provider.url, "aud": "shop", "iat": now, "exp": now + 120, "jti": "j1", "sid": "s1",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let changed = |name: &str, value: Json| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let notify = async |typ: &str, claims: &Json| {
        let token = site.provider.signer.sign(typ, claims);
        let request =
            Request::post("/auth/backchannel-logout").header("content-type", "application/x-www-form-urlencoded");
        send(&site.app, request.body(Body::from(format!("logout_token={token}"))).unwrap()).await.status().as_u16()
    };
    for (typ, claims) in [
        ("JWT", good.clone()),
        ("at+jwt", good.clone()),
        ("logout+jwt", changed("aud", json!("other"))),
        ("logout+jwt", changed("aud", json!(["other"]))),
        ("logout+jwt", changed("iss", json!("https://evil.example"))),
        ("logout+jwt", changed("nonce", json!("n"))),
        ("logout+jwt", changed("events", json!({}))),
        ("logout+jwt", changed("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true }))),
        ("logout+jwt", changed("iat", json!(now - 300))),
        ("logout+jwt", changed("iat", json!(now + 60))),
        ("logout+jwt", changed("exp", json!(now - 60))),
        ("logout+jwt", changed("sid", json!(null))),
        ("logout+jwt", changed("jti", json!(null))),
    ] {
        assert_eq!(notify(typ, &claims).await, 400, "{typ} {claims}");
    }
    assert!(site.token(&session).await.is_ok());
    assert_eq!(notify("logout+jwt", &good).await, 200);
    assert_eq!(site.token(&session).await, Err(401));
    let again = site.sign_in().await;
    assert_eq!(notify("logout+jwt", &good).await, 200);
    assert!(site.token(&again).await.is_ok(), "a notice that is sent again ends no new session");
}
