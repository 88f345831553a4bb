//! A test issuer: an OpenID provider for one check-up, which answers with the faults of the cases.
//!
//! Nobody signs in here but the check-up itself: [`TestIssuer::respond`] is called by the program, never over HTTP. The
//! issuer has keys, people and codes of its own and knows nothing of Usher's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::case::CheckCase;
use super::keys::TestKeys;
use super::person::TestPerson;
use super::request::TestRequest;
use super::tokens::{ELSEWHERE, TestSignIn, TokenParties, id_token, logout_token};
use super::verdict::IssuerSeen;
use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};
use usher_domain::urls::CheckUpUrls;
use usher_keys::keyring::SignError;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::params::Params;

/// The lifetime of access tokens, in seconds.
const ACCESS_SECONDS: i64 = 600;

/// A test issuer.
pub struct TestIssuer {
    /// Its issuer identifier.
    pub issuer: String,
    pub client_id: String,
    /// The secret that the application uses here; `None` if it authenticates by other means, which are not checked: a
    /// code of this issuer is worth nothing anywhere.
    pub client_secret: Option<String>,
    /// Who signs in.
    pub person: TestPerson,
    /// Whom faulty userinfo is about.
    pub other: TestPerson,
    keys: RwLock<Arc<TestKeys>>,
    random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
    state: Mutex<IssuerState>,
}

#[derive(Default)]
struct IssuerState {
    rotated: bool,
    /// By code.
    sign_ins: HashMap<String, IssuedCode>,
    earlier_nonce: Option<String>,
}

struct IssuedCode {
    case: CheckCase,
    sign_in: TestSignIn,
    redirect_uri: String,
    challenge: Option<String>,
    access_token: String,
    spent: bool,
    /// What the token endpoint answered last, if that was an error.
    refusal: Option<String>,
    seen: IssuerSeen,
}

/// Who is examined, as a test issuer knows it.
#[derive(Debug, Clone)]
pub struct TestClient {
    pub client_id: String,
    pub client_secret: Option<String>,
}

/// An authorization response: its parameters, and the code in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResponse {
    pub params: Vec<(&'static str, String)>,
    pub code: String,
}

/// The answer of the token endpoint: the status, and the JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct TestAnswer {
    pub status: u16,
    pub body: Value,
}

impl TestAnswer {
    fn error(status: u16, error: &str, why: &str) -> Self {
        Self { status, body: json!({ "error": error, "error_description": why }) }
    }
}

impl TestIssuer {
    pub fn new(
        issuer: String,
        client: TestClient,
        keys: TestKeys,
        random: Arc<dyn Random>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let TestClient { client_id, client_secret } = client;
        let (person, other) = (TestPerson::new("Ana", &*random), TestPerson::new("Otto", &*random));
        let keys = RwLock::new(Arc::new(keys));
        Self { issuer, client_id, client_secret, person, other, keys, random, clock, state: Mutex::default() }
    }

    /// The metadata (OpenID Connect Discovery §3), of what a check-up uses.
    pub fn metadata(&self) -> Value {
        let at = |pattern: &str| {
            let place = pattern.strip_prefix(CheckUpUrls::ISSUER).unwrap_or_default();
            format!("{}{place}", self.issuer)
        };
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at(CheckUpUrls::AUTHORIZE),
            "token_endpoint": at(CheckUpUrls::TOKEN),
            "userinfo_endpoint": at(CheckUpUrls::USERINFO),
            "jwks_uri": at(CheckUpUrls::JWKS),
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.keys().alg().as_str()],
            "token_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
        })
    }

    /// The JWK set.
    pub fn jwks(&self) -> String {
        let rotated = self.state().rotated;
        self.keys().published(rotated)
    }

    /// The keys. Those of a new run are made of them.
    pub fn keys(&self) -> Arc<TestKeys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins a new run with these keys, of which the next is not published yet.
    pub fn begin(&self, keys: TestKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        *self.state() = IssuerState::default();
    }

    /// From now on the next key is published, too.
    pub fn rotate(&self) {
        self.state().rotated = true;
    }

    /// Answers a request with a code and the faults of this case.
    pub fn respond(&self, request: &TestRequest, case: CheckCase) -> TestResponse {
        let (code, now_used) = (self.random.token(), request.nonce.clone());
        let mut state = self.state();
        let sign_in = TestSignIn {
            person: self.person.clone(),
            sid: self.random.handle(),
            nonce: request.nonce.clone(),
            earlier_nonce: state.earlier_nonce.clone(),
        };
        if case == CheckCase::GoodSignIn {
            state.earlier_nonce = now_used;
        }
        let seen = IssuerSeen {
            has_nonce: request.nonce.is_some(),
            has_challenge: request.challenge.is_some(),
            ..IssuerSeen::default()
        };
        let issued = IssuedCode {
            case,
            sign_in,
            redirect_uri: request.redirect_uri.as_str().to_owned(),
            challenge: request.challenge.clone(),
            access_token: self.random.token(),
            spent: false,
            refusal: None,
            seen,
        };
        state.sign_ins.insert(code.clone(), issued);
        TestResponse { params: self.response_params(request, case, &code), code }
    }

    fn response_params(&self, request: &TestRequest, case: CheckCase, code: &str) -> Vec<(&'static str, String)> {
        let state = match case {
            CheckCase::WrongState => Some("not-the-state-of-this-request".to_owned()),
            CheckCase::NoState => None,
            _ => request.state.clone(),
        };
        let iss = match case {
            CheckCase::WrongResponseIssuer => Some(ELSEWHERE.to_owned()),
            CheckCase::NoResponseIssuer => None,
            _ => Some(self.issuer.clone()),
        };
        let pairs = [("code", Some(code.to_owned())), ("state", state), ("iss", iss)];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The token endpoint (RFC 6749 §4.1.3).
    pub fn token(&self, authorization: Option<&str>, form: &Params) -> TestAnswer {
        let Ok(credentials) = ClientCredentials::read(authorization, form) else {
            return TestAnswer::error(401, "invalid_client", "the credentials cannot be read");
        };
        let param = |name| form.get(name).ok().flatten();
        if param("grant_type") != Some("authorization_code") {
            return TestAnswer::error(400, "unsupported_grant_type", "a check-up issues codes only");
        }
        let mut state = self.state();
        let Some(issued) = param("code").and_then(|code| state.sign_ins.get_mut(code)) else {
            return TestAnswer::error(400, "invalid_grant", "this is no code of this check-up");
        };
        issued.seen.redeemed += 1;
        let answer = self.redeem(issued, &credentials, form);
        issued.refusal = answer.body["error_description"].as_str().map(str::to_owned);
        answer
    }

    fn redeem(&self, issued: &mut IssuedCode, credentials: &ClientCredentials, form: &Params) -> TestAnswer {
        let param = |name| form.get(name).ok().flatten();
        if !self.is_client(credentials) {
            return TestAnswer::error(401, "invalid_client", "use client_id and client_secret of the check-up");
        }
        if issued.spent || issued.case == CheckCase::UsedCode {
            return TestAnswer::error(400, "invalid_grant", "the code was used before");
        }
        if param("redirect_uri").is_some_and(|sent| sent != issued.redirect_uri) {
            return TestAnswer::error(400, "invalid_grant", "another redirect_uri than in the request");
        }
        if !issued.challenge.as_deref().is_none_or(|challenge| is_verifier(challenge, param("code_verifier"))) {
            return TestAnswer::error(400, "invalid_grant", "the code_verifier does not belong to the code_challenge");
        }
        issued.spent = true;
        match self.tokens(issued, self.clock.now()) {
            Ok(body) => TestAnswer { status: 200, body },
            Err(_) => TestAnswer::error(500, "server_error", "no token could be signed"),
        }
    }

    fn tokens(&self, issued: &IssuedCode, now: Timestamp) -> Result<Value, SignError> {
        let mut body = json!({
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "scope": "openid profile email",
        });
        if issued.case != CheckCase::NoIdToken {
            body["id_token"] = json!(id_token(&self.keys(), issued.case, self.parties(), &issued.sign_in, now)?);
        }
        Ok(body)
    }

    /// Userinfo (OpenID Connect Core §5.3); `None` for an unknown access token.
    pub fn userinfo(&self, access_token: &str) -> Option<Value> {
        let mut state = self.state();
        let issued = state.sign_ins.values_mut().find(|issued| issued.spent && issued.access_token == access_token)?;
        issued.seen.userinfo += 1;
        let person = if issued.case == CheckCase::OtherUserinfo { &self.other } else { &issued.sign_in.person };
        Some(Value::Object(person.claims()))
    }

    /// What was seen of the sign-in with this code.
    pub fn seen(&self, code: &str) -> IssuerSeen {
        self.state().sign_ins.get(code).map(|issued| issued.seen).unwrap_or_default()
    }

    /// Why the token endpoint refused this code the last time, if it did.
    pub fn refusal(&self, code: &str) -> Option<String> {
        self.state().sign_ins.get(code)?.refusal.clone()
    }

    /// A logout token with the faults of this case, for the sign-in with this code.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn logout_token(&self, code: &str, case: CheckCase) -> Result<Option<String>, SignError> {
        let sign_in = self.state().sign_ins.get(code).map(|issued| issued.sign_in.clone());
        let jti = self.random.handle();
        let made = sign_in.map(|one| logout_token(&self.keys(), case, self.parties(), (&one, &jti), self.clock.now()));
        made.transpose()
    }

    fn parties(&self) -> TokenParties<'_> {
        TokenParties { issuer: &self.issuer, client_id: &self.client_id }
    }

    fn is_client(&self, credentials: &ClientCredentials) -> bool {
        let right_secret = |wanted: &String| {
            let sent = credentials.secret().unwrap_or_default();
            verify_slices_are_equal(sent.as_bytes(), wanted.as_bytes()).is_ok()
        };
        credentials.client_id() == self.client_id && self.client_secret.as_ref().is_none_or(right_secret)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, IssuerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// RFC 7636 §4.6, method `S256`.
fn is_verifier(challenge: &str, verifier: Option<&str>) -> bool {
    let hash = |verifier: &str| URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    verifier.is_some_and(|verifier| hash(verifier) == challenge)
}

#[cfg(test)]
mod tests {
    use usher_domain::key::SigningAlg;
    use usher_domain::random::SeededRandom;
    use usher_domain::time::ManualClock;

    use super::super::request::ReturnMode;
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn issuer() -> TestIssuer {
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
        let keys = TestKeys::generate(SigningAlg::Es256, NOW, &*random).unwrap();
        let keys = keys.with_next_key(NOW, &*random).unwrap();
        let client = TestClient { client_id: "shop".into(), client_secret: Some("secret".into()) };
        TestIssuer::new("https://id.test/check-up/1".into(), client, keys, random, Arc::new(ManualClock::at(NOW)))
    }

    fn request() -> TestRequest {
        TestRequest {
            redirect_uri: "https://rp.test/cb".parse().unwrap(),
            mode: ReturnMode::Query,
            state: Some("s".into()),
            nonce: Some("n".into()),
            challenge: Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, b"verifier"))),
        }
    }

    fn redeem(issuer: &TestIssuer, code: &str, change: &[(&str, &str)]) -> TestAnswer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "https://rp.test/cb"),
            ("code_verifier", "verifier"),
            ("client_id", "shop"),
            ("client_secret", "secret"),
        ];
        form.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        form.extend(change);
        issuer.token(None, &Params::from_pairs(form))
    }

    #[test]
    fn a_code_is_redeemed_once_by_its_client_with_its_verifier() {
        let issuer = issuer();
        let response = issuer.respond(&request(), CheckCase::GoodSignIn);
        for (wrong, error) in [
            (("client_secret", "other"), "invalid_client"),
            (("client_id", "other"), "invalid_client"),
            (("code_verifier", "other"), "invalid_grant"),
            (("redirect_uri", "https://rp.test/other"), "invalid_grant"),
            (("code", "other"), "invalid_grant"),
            (("grant_type", "password"), "unsupported_grant_type"),
        ] {
            assert_eq!(redeem(&issuer, &response.code, &[wrong]).body["error"], error, "{wrong:?}");
        }
        let tokens = redeem(&issuer, &response.code, &[]);
        assert_eq!(tokens.status, 200, "{tokens:?}");
        assert_eq!(redeem(&issuer, &response.code, &[]).body["error"], "invalid_grant");
        let access = tokens.body["access_token"].as_str().unwrap();
        assert_eq!(issuer.userinfo(access).unwrap()["sub"], issuer.person.sub);
        assert_eq!(issuer.userinfo("other"), None);
        let seen = issuer.seen(&response.code);
        assert!(seen.redeemed >= 2 && seen.userinfo == 1 && seen.has_nonce && seen.has_challenge, "{seen:?}");
    }

    #[test]
    fn each_fault_is_where_its_case_says() {
        let issuer = issuer();
        let value = |case, name: &str| {
            let params = issuer.respond(&request(), case).params;
            params.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        assert_eq!(value(CheckCase::GoodSignIn, "state").as_deref(), Some("s"));
        assert_eq!(value(CheckCase::GoodSignIn, "iss").as_deref(), Some(issuer.issuer.as_str()));
        assert_ne!(value(CheckCase::WrongState, "state").as_deref(), Some("s"));
        assert_eq!(value(CheckCase::NoState, "state"), None);
        assert_eq!(value(CheckCase::WrongResponseIssuer, "iss").as_deref(), Some(ELSEWHERE));
        assert_eq!(value(CheckCase::NoResponseIssuer, "iss"), None);
        let tokens = |case| redeem(&issuer, &issuer.respond(&request(), case).code, &[]);
        assert!(tokens(CheckCase::GoodSignIn).body["id_token"].is_string());
        assert!(tokens(CheckCase::NoIdToken).body["id_token"].is_null());
        assert_eq!(tokens(CheckCase::UsedCode).body["error"], "invalid_grant");
        let access = tokens(CheckCase::OtherUserinfo).body["access_token"].as_str().unwrap().to_owned();
        assert_eq!(issuer.userinfo(&access).unwrap()["sub"], issuer.other.sub);
    }

    #[test]
    fn the_second_key_appears_when_keys_rotate() {
        let issuer = issuer();
        let count = || serde_json::from_str::<Value>(&issuer.jwks()).unwrap()["keys"].as_array().unwrap().len();
        assert_eq!(count(), 1);
        issuer.rotate();
        assert_eq!(count(), 2);
        assert!(!issuer.jwks().contains("\"d\""));
        let metadata = issuer.metadata();
        assert_eq!(metadata["token_endpoint"], "https://id.test/check-up/1/token");
    }
}
