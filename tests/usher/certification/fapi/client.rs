//! A client of the profile, as the suite is one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::assertion::JWT_BEARER;
use usher_protocol::client::metadata::{ClientMetadata, SecurityProfile};
use usher_protocol::dpop::access_token_hash;

use crate::harness::browser::{Browser, Landing};
use crate::harness::client_key::{TestKey, changed};
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, VERIFIER, answer, header, payload};
use crate::harness::server::TestServer;
use crate::oidc::userinfo::full_user;

/// The person of every module, who has every claim.
pub const PERSON: &str = "full@example.test";
pub const PAR: &str = "/oauth2/par";
pub const TOKEN: &str = "/oauth2/token";
const USERINFO: &str = "/oauth2/userinfo";

/// How the plans differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Security Profile: parameters of a form, a response in the query.
    Plain,
    /// Message Signing: a signed request object, a signed response.
    Signed,
}

/// A client with the key of its signatures and that of its tokens.
pub struct FapiClient<'s> {
    pub server: &'s TestServer,
    pub client: RegisteredClient,
    pub key: TestKey,
    pub token_key: TestKey,
    variant: Variant,
    redirect_uri: String,
}

/// A server with the person.
pub async fn server() -> TestServer {
    let server = TestServer::start().await;
    full_user(&server).await;
    server
}

impl<'s> FapiClient<'s> {
    pub async fn new(server: &'s TestServer, variant: Variant) -> Self {
        Self::at(server, variant, CALLBACK).await
    }

    pub async fn at(server: &'s TestServer, variant: Variant, redirect_uri: &str) -> Self {
        let key = TestKey::new("k1");
        let change = |client: &mut ClientMetadata| {
            client.security_profile = Some(SecurityProfile::Fapi2);
            client.id_token_signed_response_alg = "ES256".to_owned();
            client.require_signed_request_object = variant == Variant::Signed;
            client.redirect_uris = vec![redirect_uri.to_owned()];
        };
        let client = server.client_with_key(ClientType::Web, &key, change).await;
        Self { server, client, key, token_key: TestKey::new("d1"), variant, redirect_uri: redirect_uri.to_owned() }
    }

    pub fn id(&self) -> &str {
        &self.client.client.id.0
    }

    pub fn assertion(&self) -> String {
        self.key.token(&self.server.assertion_claims(&self.client))
    }

    /// A proof for a POST.
    pub fn proof(&self, path: &str) -> String {
        self.token_key.proof(self.server, "POST", path, &json!({}))
    }

    /// The parameters of a request, with the module's changes: an empty value removes one.
    pub fn request<'a>(&'a self, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let usual = [
            ("redirect_uri", self.redirect_uri.as_str()),
            ("response_type", "code"),
            ("scope", "openid offline_access"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("response_mode", if self.variant == Variant::Signed { "jwt" } else { "" }),
        ];
        let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The claims of a request object with the changed parameters, and these changes of its own claims.
    pub fn object_claims(&self, changes: &[(&str, &str)], own: &Value) -> Value {
        let (id, now) = (self.id(), self.server.now().0);
        let mut claims = Map::new();
        for (name, value) in self.request(changes) {
            claims.insert(name.to_owned(), json!(value));
        }
        claims.extend([
            ("iss".to_owned(), json!(id)),
            ("client_id".to_owned(), json!(id)),
            ("aud".to_owned(), json!(self.server.url)),
            ("nbf".to_owned(), json!(now)),
            ("exp".to_owned(), json!(now + 300)),
        ]);
        changed(Value::Object(claims), own)
    }

    /// Pushes a request with these changes.
    pub async fn push(&self, changes: &[(&str, &str)]) -> Answer {
        self.push_as(&self.assertion(), "", changes).await
    }

    /// Pushes a request with this assertion and, if it is not empty, this proof.
    pub async fn push_as(&self, assertion: &str, proof: &str, changes: &[(&str, &str)]) -> Answer {
        let object = self.key.token(&self.object_claims(changes, &json!({})));
        let form =
            if self.variant == Variant::Signed { vec![("request", object.as_str())] } else { self.request(changes) };
        self.send(PAR, &form, assertion, proof).await
    }

    /// Pushes this request object.
    pub async fn push_object(&self, object: &str) -> Answer {
        self.send(PAR, &[("request", object)], &self.assertion(), "").await
    }

    /// A form post with this assertion and, if it is not empty, this proof.
    pub async fn send(&self, path: &str, form: &[(&str, &str)], assertion: &str, proof: &str) -> Answer {
        let proves = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        let form: Vec<_> = form.iter().copied().chain(proves).collect();
        let request = self.server.http.post(self.server.at(path)).form(&form);
        answer(if proof.is_empty() { request } else { request.header("dpop", proof) }).await
    }

    /// The address of the authorization endpoint for a pushed request.
    pub fn address(&self, request_uri: &str) -> String {
        let query = [("client_id", self.id()), ("request_uri", request_uri)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{}?{query}", self.server.at("/oauth2/authorize"))
    }

    /// The response that a browser reached: signed, with nothing beside it, or in the query with `iss`.
    pub fn read(&self, landing: &Landing) -> BTreeMap<String, String> {
        assert!(landing.url.starts_with(&self.redirect_uri), "{landing:?}");
        let query = |landing: &Landing| -> BTreeMap<String, String> {
            let url = url::Url::parse(&landing.url).expect("a URL");
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
        };
        let mut parameters = query(landing);
        let registered = url::Url::parse(&self.redirect_uri).expect("a URL");
        for (name, value) in registered.query_pairs() {
            assert_eq!(parameters.remove(&*name).as_deref(), Some(&*value), "a registered query is kept");
        }
        if self.variant == Variant::Signed {
            assert_eq!(parameters.keys().collect::<Vec<_>>(), ["response"]);
            parameters = self.verified(&parameters["response"]);
        }
        assert_eq!(parameters.get("iss"), Some(&self.server.url));
        parameters
    }

    /// The parameters of a signed response (JARM §2.3).
    fn verified(&self, jwt: &str) -> BTreeMap<String, String> {
        let (head, claims, now) = (header(jwt), payload(jwt), self.server.now().0);
        assert_eq!((head["alg"].as_str(), head["kid"].is_string()), (Some("ES256"), true));
        assert_eq!(claims["aud"], json!(self.client.client.id));
        assert!(claims["exp"].as_i64().is_some_and(|exp| exp > now && exp <= now + 600), "{claims}");
        let texts = claims.as_object().expect("claims").iter().filter(|(name, _)| *name != "aud");
        texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    }

    /// The code of a pushed request, in a fresh browser.
    pub async fn code_of(&self, pushed: &Answer) -> String {
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let landing = self.server.browser().go_through(&self.address(&pushed.text("request_uri")), PERSON).await;
        self.read(&landing).remove("code").unwrap_or_else(|| panic!("no code: {landing:?}"))
    }

    /// The code of a fresh request.
    pub async fn code(&self, changes: &[(&str, &str)]) -> String {
        self.code_of(&self.push(changes).await).await
    }

    /// The response to a fresh request, in this browser.
    pub async fn authorize(&self, browser: &mut Browser<'_>, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pushed = self.push(changes).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        self.read(&browser.go_through(&self.address(&pushed.text("request_uri")), PERSON).await)
    }

    pub fn code_form<'a>(&'a self, code: &'a str) -> [(&'a str, &'a str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ]
    }

    pub async fn exchange(&self, code: &str, proof: &str) -> Answer {
        self.send(TOKEN, &self.code_form(code), &self.assertion(), proof).await
    }

    /// Exchanges a code and checks what every module checks of the response.
    pub async fn redeem(&self, code: &str) -> Answer {
        assert!(code.len() >= 22, "128 random bits");
        let tokens = self.exchange(code, &self.proof(TOKEN)).await;
        assert_eq!((tokens.status.as_u16(), tokens.text("token_type").as_str()), (200, "DPoP"), "{tokens:?}");
        assert!(tokens.json["expires_in"].is_u64() && tokens.text("access_token").len() >= 22, "{tokens:?}");
        let id_token = tokens.text("id_token");
        let (head, claims) = (header(&id_token), payload(&id_token));
        assert_eq!((head["alg"].as_str(), head["kid"].is_string()), (Some("ES256"), true));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(self.server.url), &json!(self.client.client.id)));
        tokens
    }

    /// A whole flow, to the tokens.
    pub async fn tokens(&self) -> Answer {
        self.redeem(&self.code(&[]).await).await
    }

    pub async fn refresh(&self, token: &str, assertion: &str, proof: &str) -> Answer {
        self.send(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)], assertion, proof).await
    }

    /// Claims of a fresh proof for the resource, with these changes.
    pub fn resource_claims(&self, token: &str, changes: &Value) -> Value {
        let claims = json!({
            "jti": self.server.usher.core.random.handle(), "htm": "GET", "htu": format!("{}{USERINFO}", self.server.url),
            "iat": self.server.now().0, "ath": access_token_hash(token),
        });
        changed(claims, changes)
    }

    /// A fresh proof for the resource, with these changes.
    pub fn resource_proof(&self, token: &str, changes: &Value) -> String {
        let mut all = json!({"ath": access_token_hash(token)});
        all.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        self.token_key.proof(self.server, "GET", USERINFO, &all)
    }

    /// A call of the protected resource, the userinfo endpoint, with these proofs.
    pub async fn resource(&self, token: &str, scheme: &str, proofs: &[String]) -> Answer {
        let request =
            self.server.http.get(self.server.at(USERINFO)).header("authorization", format!("{scheme} {token}"));
        answer(proofs.iter().fold(request, |request, proof| request.header("dpop", proof))).await
    }

    /// A call with a proof with these changes.
    pub async fn call(&self, token: &str, changes: &Value) -> Answer {
        self.resource(token, "DPoP", &[self.resource_proof(token, changes)]).await
    }
}
