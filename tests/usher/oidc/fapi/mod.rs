//! FAPI 2.0 Security Profile: clients with the profile `fapi2`. Tests have the names of the modules of the OpenID
//! Foundation's conformance suite.

mod authentication;
mod authorization;
mod registration;
mod tokens;

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::assertion::JWT_BEARER;
use usher_protocol::client::metadata::{ClientMetadata, SecurityProfile};
use usher_protocol::dpop::access_token_hash;

use crate::harness::client_key::TestKey;
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, VERIFIER, answer};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const PAR: &str = "/oauth2/par";
const TOKEN: &str = "/oauth2/token";

/// A client of the profile, with the key of its assertions and that of its tokens.
struct FapiClient<'s> {
    server: &'s TestServer,
    client: RegisteredClient,
    key: TestKey,
    token_key: TestKey,
    redirect_uri: String,
}

impl<'s> FapiClient<'s> {
    async fn new(server: &'s TestServer) -> Self {
        Self::at(server, CALLBACK).await
    }

    async fn at(server: &'s TestServer, redirect_uri: &str) -> Self {
        let key = TestKey::new("k1");
        let change = |client: &mut ClientMetadata| {
            client.security_profile = Some(SecurityProfile::Fapi2);
            client.id_token_signed_response_alg = "ES256".to_owned();
            client.redirect_uris = vec![redirect_uri.to_owned()];
        };
        let client = server.client_with_key(ClientType::Web, &key, change).await;
        Self { server, client, key, token_key: TestKey::new("d1"), redirect_uri: redirect_uri.to_owned() }
    }

    fn id(&self) -> &str {
        &self.client.client.id.0
    }

    fn assertion(&self) -> String {
        self.key.token(&self.server.assertion_claims(&self.client))
    }

    fn proof(&self, path: &str) -> String {
        self.token_key.proof(self.server, "POST", path, &json!({}))
    }

    /// The parameters of a request, with the test's changes: an empty value removes a parameter.
    fn request<'a>(&'a self, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let usual = [
            ("redirect_uri", self.redirect_uri.as_str()),
            ("response_type", "code"),
            ("scope", "openid email offline_access"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
    }

    async fn push(&self, changes: &[(&str, &str)]) -> Answer {
        self.server.assert(PAR, &self.assertion(), &self.request(changes)).await
    }

    fn address(&self, request_uri: &str) -> String {
        let query = [("client_id", self.id()), ("request_uri", request_uri)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{}?{query}", self.server.at("/oauth2/authorize"))
    }

    /// A code for a fresh request, in a fresh browser.
    async fn code(&self, changes: &[(&str, &str)]) -> String {
        let uri = self.push(changes).await.text("request_uri");
        self.server.browser().go_through(&self.address(&uri), ANA).await.code()
    }

    /// A call of the token endpoint with this assertion and this proof.
    async fn call(&self, form: &[(&str, &str)], assertion: &str, proof: &str) -> Answer {
        let proves = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        let form: Vec<_> = form.iter().copied().chain(proves).collect();
        let request = self.server.http.post(self.server.at(TOKEN)).form(&form);
        answer(if proof.is_empty() { request } else { request.header("dpop", proof) }).await
    }

    async fn exchange(&self, code: &str, proof: &str) -> Answer {
        self.call(&self.code_form(code), &self.assertion(), proof).await
    }

    fn code_form<'a>(&'a self, code: &'a str) -> [(&'a str, &'a str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ]
    }

    async fn tokens(&self) -> Answer {
        let tokens = self.exchange(&self.code(&[]).await, &self.proof(TOKEN)).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }

    async fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call(&form, &self.assertion(), &self.proof(TOKEN)).await
    }

    async fn userinfo(&self, token: &str, scheme: &str, changes: &Value) -> Answer {
        let mut claims = json!({"ath": access_token_hash(token)});
        claims.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        let proof = self.token_key.proof(self.server, "GET", "/oauth2/userinfo", &claims);
        let request = self.server.http.get(self.server.at("/oauth2/userinfo")).header("dpop", proof);
        answer(request.header("authorization", format!("{scheme} {token}"))).await
    }
}
