//! A relying party that makes every check of a check-up, each of which a test can switch off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::sha::sha256;
use serde_json::Value;
use tokio::net::TcpListener;
use usher_domain::time::{Clock, ManualClock};

use super::tokens::{Expected, read_id_token, read_logout_token};

/// A relying party.
#[derive(Clone)]
pub struct Application {
    pub origin: String,
    clock: Arc<ManualClock>,
    http: reqwest::Client,
    memory: Arc<Mutex<Memory>>,
}

/// What it is configured with.
#[derive(Clone, Default)]
pub struct Configuration {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
}

#[derive(Default)]
struct Memory {
    configuration: Configuration,
    /// The checks that are off.
    skipped: BTreeSet<&'static str>,
    /// The provider's metadata and keys.
    metadata: Option<Value>,
    keys: Option<Value>,
    /// By state.
    pending: BTreeMap<String, Pending>,
    sessions: BTreeMap<String, Session>,
    count: u32,
}

#[derive(Clone)]
struct Pending {
    browser: String,
    state: String,
    nonce: String,
    verifier: String,
}

#[derive(Clone, Default)]
struct Session {
    sub: String,
    name: String,
    sid: String,
}

type Values = BTreeMap<String, String>;
/// A session, or why there is none.
type Entry = Result<Session, &'static str>;

impl Application {
    /// A relying party on a port of its own.
    pub async fn start(clock: Arc<ManualClock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let origin = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let application = Self { origin, clock, http, memory: Arc::default() };
        let router = Router::new()
            .route("/login", get(login))
            .route("/cb", get(callback))
            .route("/me", get(me))
            .route("/logout", post(logout))
            .route("/static", get(|| async { "the same for everybody" }))
            .with_state(application.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        application
    }

    /// Starts anew with this configuration and without these checks.
    pub fn restart(&self, configuration: Configuration, skipped: &[&'static str]) {
        *self.memory() = Memory { configuration, skipped: skipped.iter().copied().collect(), ..Memory::default() };
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("no test panicked")
    }

    fn checks(&self, check: &str) -> bool {
        !self.memory().skipped.contains(check)
    }

    async fn fetch(&self, url: &str) -> Value {
        let answer = self.http.get(url).send().await.expect("the provider answers");
        answer.json().await.unwrap_or_default()
    }

    async fn metadata(&self) -> Value {
        if let Some(known) = self.memory().metadata.clone() {
            return known;
        }
        let issuer = self.memory().configuration.issuer.clone();
        let metadata = self.fetch(&format!("{issuer}/.well-known/openid-configuration")).await;
        self.memory().metadata = Some(metadata.clone());
        metadata
    }

    /// The key set; fetched again for an unknown key.
    async fn keys(&self, kid: Option<&str>) -> Value {
        let known = self.memory().keys.clone();
        let has = |set: &Value| set["keys"].as_array().into_iter().flatten().any(|key| key["kid"].as_str() == kid);
        match known {
            Some(set) if has(&set) || !self.checks("keys") => set,
            _ => {
                let metadata = self.metadata().await;
                let set = self.fetch(metadata["jwks_uri"].as_str().unwrap_or_default()).await;
                self.memory().keys = Some(set.clone());
                set
            }
        }
    }

    fn fresh(&self) -> String {
        let mut memory = self.memory();
        memory.count += 1;
        URL_SAFE_NO_PAD.encode(sha256(format!("{}{}", self.origin, memory.count).as_bytes()))
    }

    fn expected(&self) -> Expected {
        let memory = self.memory();
        Expected {
            issuer: memory.configuration.issuer.clone(),
            client_id: memory.configuration.client_id.clone(),
            now: self.clock.now().0,
            skipped: memory.skipped.clone(),
        }
    }

    /// The pending sign-in that a response belongs to.
    fn pending(&self, state: Option<&str>, browser: Option<&str>) -> Option<Pending> {
        let (by_state, bound, once) = (self.checks("state"), self.checks("browser"), self.checks("once"));
        let mut memory = self.memory();
        let of_browser = |pending: &&Pending| Some(pending.browser.as_str()) == browser;
        let found = if by_state {
            memory.pending.get(state?).filter(|pending| !bound || of_browser(pending)).cloned()
        } else {
            memory.pending.values().find(of_browser).cloned()
        }?;
        if once {
            memory.pending.remove(&found.state);
        }
        Some(found)
    }

    async fn enter(&self, values: &Values, browser: Option<&str>) -> Entry {
        let value = |name: &str| values.get(name).map(String::as_str);
        let pending = self.pending(value("state"), browser).ok_or("an unknown state")?;
        if self.checks("response-iss") && value("iss") != Some(self.memory().configuration.issuer.as_str()) {
            return Err("another issuer answered");
        }
        let tokens = self.redeem(value("code").ok_or("no code")?, &pending).await?;
        let guest = Session { sub: "guest".into(), ..Session::default() };
        if tokens["careless"] == true {
            return Ok(guest);
        }
        let access = tokens["access_token"].as_str().ok_or("no access token")?;
        let told = tokens["id_token"].as_str();
        let Some(id_token) = told else {
            return if self.checks("id-token") { Err("no ID token") } else { Ok(guest) };
        };
        let kid = super::tokens::kid(id_token);
        let keys = self.keys(kid.as_deref()).await;
        let claims = read_id_token(id_token, &keys, &pending.nonce, &self.expected())?;
        let userinfo = self.metadata().await["userinfo_endpoint"].as_str().unwrap_or_default().to_owned();
        let userinfo = self.http.get(userinfo).bearer_auth(access).send().await.map_err(|_| "no userinfo")?;
        let userinfo: Value = userinfo.json().await.map_err(|_| "no userinfo")?;
        if self.checks("userinfo") && claims["sub"].is_string() && userinfo["sub"] != claims["sub"] {
            return Err("userinfo is about somebody else");
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Session { sub: text(&claims["sub"]), name: text(&userinfo["name"]), sid: text(&claims["sid"]) })
    }

    async fn redeem(&self, code: &str, pending: &Pending) -> Result<Value, &'static str> {
        let endpoint = self.metadata().await["token_endpoint"].as_str().unwrap_or_default().to_owned();
        let configuration = self.memory().configuration.clone();
        let redirect_uri = format!("{}/cb", self.origin);
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &redirect_uri)];
        if self.checks("pkce") {
            form.push(("code_verifier", &pending.verifier));
        }
        let request = self.http.post(endpoint).basic_auth(configuration.client_id, Some(configuration.client_secret));
        let answer = request.form(&form).send().await.map_err(|_| "no token endpoint")?;
        if !answer.status().is_success() {
            let careless = serde_json::json!({ "careless": true });
            return if self.checks("token-error") { Err("the code was refused") } else { Ok(careless) };
        }
        answer.json().await.map_err(|_| "no tokens")
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get(COOKIE)?.to_str().ok()?;
    all.split("; ").filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, v)| v.to_owned())
}

fn redirect(to: &str, set: String) -> Response {
    (StatusCode::FOUND, [(LOCATION, to.to_owned()), (SET_COOKIE, set)]).into_response()
}

async fn login(State(application): State<Application>) -> Response {
    let metadata = application.metadata().await;
    let [browser, state, nonce, verifier] = [(); 4].map(|()| application.fresh());
    let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    let (redirect_uri, client_id) =
        (format!("{}/cb", application.origin), application.memory().configuration.client_id.clone());
    let mut params = vec![
        ("client_id", client_id.as_str()),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("redirect_uri", &redirect_uri),
        ("state", &state),
        ("nonce", &nonce),
    ];
    if application.checks("pkce") {
        params.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
    }
    let endpoint = metadata["authorization_endpoint"].as_str().unwrap_or("https://nobody.test/");
    let to = url::Url::parse_with_params(endpoint, params).expect("a URL").to_string();
    let pending = Pending { browser: browser.clone(), state: state.clone(), nonce, verifier };
    application.memory().pending.insert(state, pending);
    redirect(&to, format!("browser={browser}; Path=/; HttpOnly"))
}

async fn callback(
    State(application): State<Application>,
    headers: HeaderMap,
    Query(values): Query<Values>,
) -> Response {
    match application.enter(&values, cookie(&headers, "browser").as_deref()).await {
        Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
        Ok(session) => {
            let id = application.fresh();
            application.memory().sessions.insert(id.clone(), session);
            redirect("/me", format!("session={id}; Path=/; HttpOnly"))
        }
    }
}

async fn me(State(application): State<Application>, headers: HeaderMap) -> Response {
    let session = cookie(&headers, "session").and_then(|id| application.memory().sessions.get(&id).cloned());
    match session {
        Some(session) => format!("Hello {} ({})", session.name, session.sub).into_response(),
        None => redirect("/login", "none=1".into()),
    }
}

async fn logout(State(application): State<Application>, Form(values): Form<Values>) -> StatusCode {
    let token = values.get("logout_token").cloned().unwrap_or_default();
    let keys = application.keys(super::tokens::kid(&token).as_deref()).await;
    let Ok(sid) = read_logout_token(&token, &keys, &application.expected()) else { return StatusCode::BAD_REQUEST };
    if application.checks("logout") {
        application.memory().sessions.retain(|_, session| session.sid != sid);
    }
    StatusCode::OK
}
