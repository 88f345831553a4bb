//! A simulator of a test, and a hand-written client.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use usher_domain::random::{Random as _, SeededRandom};
use usher_sim::{Sim, SimContext};

/// The time of the tests.
pub const NOW: i64 = 1_763_800_000;
/// The redirect URI of the test client.
pub const CALLBACK: &str = "http://localhost:4711/callback";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// `sim:sim-secret`.
pub const BASIC: (&str, &str) = ("authorization", "Basic c2ltOnNpbS1zZWNyZXQ=");

/// Names and values.
pub type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The simulator, and a client for it.
pub struct Journey {
    sim: Sim,
    http: Client,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// The body as JSON; null if it is none.
    pub json: Value,
}

impl Answer {
    /// A header; empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `Location`.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The values of a parameter of the `Location`.
    pub fn sent_all(&self, name: &str) -> Vec<String> {
        let url = url::Url::parse(self.location()).unwrap_or_else(|_| panic!("no redirect: {self:?}"));
        url.query_pairs().filter(|(given, _)| given == name).map(|(_, value)| value.into_owned()).collect()
    }

    /// Its one value; empty if absent.
    pub fn sent(&self, name: &str) -> String {
        self.sent_all(name).into_iter().next().unwrap_or_default()
    }

    /// A string of the JSON body.
    pub fn text(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }

    /// Status and error code.
    pub fn error(&self) -> (u16, &str) {
        (self.status, self.json["error"].as_str().unwrap_or(""))
    }

    /// The claims of the ID token in the body.
    pub fn claims(&self) -> Value {
        claims(&self.text("id_token"))
    }
}

/// A part of a JWT, unverified.
pub fn part(jwt: &str, at: usize) -> Value {
    use base64::Engine as _;
    let part = jwt.split('.').nth(at).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The claims of a JWT, unverified.
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

/// `usual` with `changes`: an empty value removes a parameter.
pub fn changed<'a>(usual: Pairs<'a>, changes: Pairs<'a>) -> Vec<(&'a str, &'a str)> {
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect()
}

impl Journey {
    /// Starts a simulator whose clock does not advance.
    pub async fn start() -> Self {
        let random = SeededRandom::new(7);
        let surroundings =
            SimContext { now: Arc::new(|| NOW), random: Arc::new(move |buffer: &mut [u8]| random.fill(buffer)) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sim = Sim::start(listener, surroundings).await.unwrap();
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self { sim, http }
    }

    /// The simulator's origin.
    pub fn origin(&self) -> &str {
        self.sim.origin()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    async fn send(&self, request: RequestBuilder, headers: Pairs<'_>) -> Result<Answer, reqwest::Error> {
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.text().await?;
        let json = serde_json::from_str(&body).unwrap_or_default();
        Ok(Answer { status, headers, body, json })
    }

    /// Requests a path; fails if there is no response.
    pub async fn try_get(&self, path: &str) -> Result<Answer, reqwest::Error> {
        self.send(self.http.get(self.at(path)), &[]).await
    }

    /// `GET` with headers and a query.
    pub async fn get(&self, path: &str, headers: Pairs<'_>, query: Pairs<'_>) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.send(self.http.get(format!("{}?{query}", self.at(path))), headers).await.unwrap()
    }

    /// `POST` of a form.
    pub async fn post(&self, path: &str, headers: Pairs<'_>, form: Pairs<'_>) -> Answer {
        self.send(self.http.post(self.at(path)).form(form), headers).await.unwrap()
    }

    /// `POST` of JSON.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.http.post(self.at(path)).json(body), &[]).await.unwrap()
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str, headers: Pairs<'_>, body: String) -> Answer {
        self.send(self.http.delete(self.at(path)).body(body), headers).await.unwrap()
    }

    /// `GET` with a bearer token and a query.
    pub async fn get_as(&self, token: &str, path: &str, query: Pairs<'_>) -> Answer {
        let bearer = format!("Bearer {token}");
        self.get(path, &[("authorization", &bearer), ("user-agent", "test")], query).await
    }

    /// Sets a switch.
    pub async fn throw(&self, switch: Value) {
        assert_eq!(self.post_json("/_sim/faults", &switch).await.status, 204);
    }

    /// Moves the clock forward.
    pub async fn advance(&self, seconds: i64) {
        let answer = self.post_json("/_sim/clock", &json!({ "advance": seconds })).await;
        assert_eq!(answer.json["now"], NOW + seconds);
    }

    /// The requests so far.
    pub async fn requests(&self) -> Vec<Value> {
        self.get("/_sim/requests", &[], &[]).await.json.as_array().unwrap().clone()
    }
}
