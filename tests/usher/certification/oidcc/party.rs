//! A relying party as the suite is one, with what it checks in every module.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::{ClientMetadata, IdTokenContent};

use crate::harness::browser::{Browser, Landing};
use crate::harness::relying_party::{Answer, CALLBACK, header, payload};
use crate::harness::server::TestServer;
use crate::oidc::userinfo::full_user;

/// The person of every module, who has every claim.
pub const PERSON: &str = "full@example.test";
const STATE: &str = "aZ09-._~Qx";
const NONCE: &str = "n-0S6_WzA2Mj";
/// Parameters of a response; any other one is a warning.
const PARAMETERS: [&str; 6] = ["code", "state", "iss", "error", "error_description", "error_uri"];
/// Claims of an ID token; any other one is a warning.
const CLAIMS: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "nbf",
    "jti",
    "sid",
    "s_hash",
];

/// How the plans differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Query,
    FormPost,
}

/// A relying party, registered by hand with a secret.
pub struct Party<'s> {
    pub server: &'s TestServer,
    pub client: RegisteredClient,
    mode: Mode,
}

/// A response of the authorization endpoint.
#[derive(Debug)]
pub struct Reply {
    pub parameters: BTreeMap<String, String>,
    /// Whether the person had to sign in, and to consent.
    pub signed_in: bool,
    pub consented: bool,
}

/// A response of the token endpoint.
#[derive(Debug)]
pub struct Tokens {
    pub answer: Answer,
    pub id_token: String,
    pub claims: Value,
}

/// A server with the person.
pub async fn server() -> TestServer {
    let server = TestServer::start().await;
    full_user(&server).await;
    server
}

impl<'s> Party<'s> {
    pub async fn new(server: &'s TestServer, mode: Mode) -> Self {
        Self::with(server, mode, |_| {}).await
    }

    pub async fn with(server: &'s TestServer, mode: Mode, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        let client = server.client(ClientType::Web, |client| {
            client.id_token_claims = IdTokenContent::Minimal;
            change(client);
        });
        Self { server, client: client.await, mode }
    }

    /// The parameters of a request, with the module's changes: an empty value removes one.
    pub fn request<'a>(&'a self, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let usual = [
            ("client_id", self.client.client.id.0.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", STATE),
            ("nonce", NONCE),
            ("response_mode", if self.mode == Mode::FormPost { "form_post" } else { "" }),
        ];
        let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
    }

    pub fn url(&self, changes: &[(&str, &str)]) -> String {
        let pairs = self.request(changes);
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", self.server.at("/oauth2/authorize"))
    }

    /// From the request to the response, signing in and consenting where a page asks for it.
    pub async fn authorize(&self, browser: &mut Browser<'_>, changes: &[(&str, &str)]) -> Reply {
        let page = browser.open(&self.url(changes)).await;
        let reply = self.go_on(browser, page).await;
        let sent = changes.iter().find(|(name, _)| *name == "state").map_or(STATE, |(_, state)| state);
        assert_eq!(reply.get("state"), Some(sent).filter(|state| !state.is_empty()), "{reply:?}");
        reply
    }

    pub async fn go_on(&self, browser: &mut Browser<'_>, mut page: Landing) -> Reply {
        let (mut signed_in, mut consented) = (false, false);
        for _ in 0..3 {
            page = if page.body.contains("name=\"password\"") {
                signed_in = true;
                browser.sign_in(&page, PERSON).await
            } else if page.body.contains("name=\"decision\"") {
                consented = true;
                browser.submit(&page, &[("decision", "allow")]).await
            } else {
                break;
            };
        }
        Reply { signed_in, consented, ..self.read(&page) }
    }

    /// The response that a browser reached: in the query alone, or in a form alone.
    pub fn read(&self, landing: &Landing) -> Reply {
        let parameters = match self.mode {
            Mode::Query => in_query(landing),
            Mode::FormPost => in_form(landing),
        };
        for (name, value) in &parameters {
            assert!(PARAMETERS.contains(&name.as_str()), "{name} in {landing:?}");
            assert!(name != "error_description" || value.bytes().all(is_description), "{value}");
        }
        let reply = Reply { parameters, signed_in: false, consented: false };
        assert_eq!(reply.get("iss"), Some(self.server.url.as_str()), "{reply:?}");
        reply
    }

    /// Exchanges the code of a response.
    pub async fn redeem(&self, reply: &Reply) -> Tokens {
        let answer = self.present(reply.code(), &[]).await;
        self.check(answer, &json!(NONCE))
    }

    /// Presents a code at the token endpoint.
    pub async fn present(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let usual = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        let form: Vec<_> = usual.into_iter().chain(more.iter().copied()).collect();
        self.server.call(&self.client, "/oauth2/token", &form).await
    }

    /// What each module checks of a token response and its ID token.
    pub fn check(&self, answer: Answer, nonce: &Value) -> Tokens {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(answer.text("token_type").eq_ignore_ascii_case("bearer"));
        assert!(answer.json["expires_in"].as_i64().is_some_and(|seconds| (1..=31_536_000).contains(&seconds)));
        assert!(answer.text("access_token").len() >= 22, "128 random bits");
        let id_token = answer.text("id_token");
        let (claims, head, now) = (payload(&id_token), header(&id_token), self.server.now().0);
        assert_eq!((head["alg"].as_str(), head["kid"].is_string()), (Some("RS256"), true), "{head}");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(self.server.url), &json!(self.client.client.id)));
        assert_eq!((&claims["iat"], &claims["nonce"]), (&json!(now), nonce));
        assert!(claims["exp"].as_i64().is_some_and(|exp| exp > now && exp < now + 86_400));
        assert!(claims["sub"].as_str().is_some_and(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii()));
        assert!(claims["acr"].as_str().is_some_and(|acr| !acr.is_empty()));
        assert!(claims["auth_time"].as_i64().is_some_and(|time| (now - 31_536_000..=now).contains(&time)));
        Tokens { answer, id_token, claims }
    }

    /// A whole flow.
    pub async fn flow(&self, browser: &mut Browser<'_>, changes: &[(&str, &str)]) -> Tokens {
        let reply = self.authorize(browser, changes).await;
        self.redeem(&reply).await
    }

    /// The userinfo response, which is about the subject of the ID token.
    pub async fn userinfo(&self, tokens: &Tokens) -> Value {
        let told = self.server.userinfo(&tokens.answer.text("access_token")).await;
        assert_eq!(told.status, 200, "{told:?}");
        assert_eq!(told.headers["content-type"], "application/json");
        assert_eq!(told.json["sub"], tokens.claims["sub"]);
        told.json
    }
}

impl Reply {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The code, of at least 128 bits.
    pub fn code(&self) -> &str {
        let code = self.get("code").unwrap_or_else(|| panic!("no code in {self:?}"));
        assert!(code.len() >= 22, "{code}");
        code
    }
}

impl Tokens {
    /// Asserts that the ID token has no claim that nobody asked for.
    pub fn assert_bare(&self) {
        let mut names = self.claims.as_object().expect("claims").keys();
        assert!(names.all(|name| CLAIMS.contains(&name.as_str())), "{}", self.claims);
    }
}

/// A page of the server which the browser was not sent away from.
pub fn is_error_page(landing: &Landing) -> bool {
    landing.status.is_client_error() && !landing.url.starts_with(CALLBACK) && !landing.body.contains("data-submit")
}

fn in_query(landing: &Landing) -> BTreeMap<String, String> {
    assert_eq!(landing.status, StatusCode::SEE_OTHER, "{landing:?}");
    let url = url::Url::parse(&landing.url).expect("a URL");
    assert!(landing.url.starts_with(CALLBACK) && url.fragment().is_none(), "{url}");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn in_form(landing: &Landing) -> BTreeMap<String, String> {
    assert_eq!(landing.status, StatusCode::OK, "{landing:?}");
    let (form, field) = ("form[method=post][data-submit]", "input[type=hidden]");
    let [form, field] = [form, field].map(|text| Selector::parse(text).expect("a selector"));
    let page = Html::parse_document(&landing.body);
    let form = page.select(&form).next().unwrap_or_else(|| panic!("no form in {landing:?}"));
    assert_eq!(form.value().attr("action"), Some(CALLBACK));
    let value = |field: scraper::ElementRef<'_>, name| field.value().attr(name).unwrap_or_default().to_owned();
    form.select(&field).map(|field| (value(field, "name"), value(field, "value"))).collect()
}

/// RFC 6749 §4.1.2.1
fn is_description(byte: u8) -> bool {
    matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}
