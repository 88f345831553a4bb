//! A standard client library with the server: it validates independently of this code.

use std::pin::Pin;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreRevocableToken,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EmptyAdditionalClaims, HttpRequest,
    HttpResponse, IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl,
    RevocationUrl, Scope, TokenIntrospectionResponse as _, TokenResponse as _, UserInfoClaims,
};
use serde_json::json;
use usher_domain::oauth::client::ClientType;
use usher_protocol::scope::Scope as Scopes;

use crate::apis::{ORDERS, settings};
use crate::harness::browser::Landing;
use crate::harness::relying_party::CALLBACK;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// The library's HTTP client.
struct Wire(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let mut request: reqwest::Request = request.try_into()?;
            // The library revokes over https only; here the server is on the loopback interface.
            let _ = request.url_mut().set_scheme("http");
            let answer = self.0.execute(request).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = HttpResponse::new(answer.bytes().await?.into());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

async fn discover(server: &TestServer, wire: &Wire) -> CoreProviderMetadata {
    let issuer = IssuerUrl::new(server.url.clone()).expect("an issuer is a URL");
    CoreProviderMetadata::discover_async(issuer, wire).await.expect("the metadata can be read")
}

/// Code with PKCE, ID token, userinfo and refresh, as a client with this signature algorithm.
async fn sign_in(alg: &str, expected: CoreJwsSigningAlgorithm) {
    let server = TestServer::start().await;
    let ana = server.user(ANA).await;
    let registered = server.client(ClientType::Web, |client| client.id_token_signed_response_alg = alg.into()).await;
    let wire = Wire(server.http.clone());
    let id = ClientId::new(registered.client.id.0.clone());
    let secret = ClientSecret::new(registered.secret.expect("a secret"));
    let client = CoreClient::from_provider_metadata(discover(&server, &wire).await, id, Some(secret))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).expect("a URL"));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.into())))
        .set_pkce_challenge(challenge)
        .url();
    let landing = server.browser().go_through(url.as_str(), ANA).await;
    assert_eq!(landing.answer("state").as_ref(), Some(state.secret()));
    let code = AuthorizationCode::new(landing.code());
    let request = client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(verifier);
    let tokens = request.request_async(&wire).await.expect("tokens");
    let now = server.now().rfc3339();
    let checks = client
        .id_token_verifier()
        .set_allowed_algs([expected])
        .set_time_fn(move || serde_json::from_value(json!(now)).expect("a time"));
    let claims = tokens.id_token().expect("an ID token").claims(&checks, &nonce).expect("a good ID token");
    assert_eq!(claims.subject().as_str(), ana.sub.0);
    let person: UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim> = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .expect("a userinfo endpoint")
        .request_async(&wire)
        .await
        .expect("the person");
    assert_eq!(person.email().map(|email| email.as_str()), Some(ANA));
    let refresh = tokens.refresh_token().expect("a refresh token");
    let again = client.exchange_refresh_token(refresh).expect("a token endpoint").request_async(&wire).await;
    let again = again.expect("new tokens");
    assert_ne!(again.refresh_token().map(openidconnect::RefreshToken::secret), Some(refresh.secret()));
    let renewed = again.id_token().expect("an ID token").claims(&checks, |_: Option<&Nonce>| Ok(()));
    assert_eq!(renewed.expect("a good ID token").subject(), claims.subject());
}

#[tokio::test]
async fn it_signs_in_with_rs256() {
    sign_in("RS256", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256).await;
}

#[tokio::test]
async fn it_signs_in_with_es256() {
    sign_in("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256).await;
}

#[tokio::test]
async fn it_signs_in_with_ps256() {
    sign_in("PS256", CoreJwsSigningAlgorithm::RsaSsaPssSha256).await;
}

#[tokio::test]
async fn it_signs_in_with_ed25519() {
    sign_in("EdDSA", CoreJwsSigningAlgorithm::EdDsa).await;
}

#[tokio::test]
async fn it_acts_for_itself_introspects_and_revokes() {
    let server = TestServer::start().await;
    server.api_of(server.project, ORDERS, settings(&["read", "write"])).await;
    let registered = server
        .client(ClientType::Machine, |client| {
            client.scope = Scopes::of(["read", "write"]);
            client.audience = vec![ORDERS.into()];
        })
        .await;
    let wire = Wire(server.http.clone());
    let id = ClientId::new(registered.client.id.0.clone());
    let secret = ClientSecret::new(registered.secret.expect("a secret"));
    let revocation = server.at("/oauth2/revoke").replace("http://", "https://");
    let client = CoreClient::from_provider_metadata(discover(&server, &wire).await, id, Some(secret))
        .set_introspection_url(IntrospectionUrl::new(server.at("/oauth2/introspect")).expect("a URL"))
        .set_revocation_url(RevocationUrl::new(revocation).expect("a URL"));
    let request = client.exchange_client_credentials().expect("a token endpoint").add_scope(Scope::new("read".into()));
    let token = request.request_async(&wire).await.expect("a token").access_token().clone();
    let known = client.introspect(&token).request_async(&wire).await.expect("an answer");
    assert!(known.active());
    assert_eq!(known.scopes().map(Vec::as_slice), Some(&[Scope::new("read".into())][..]));
    let revoke = client.revoke_token(CoreRevocableToken::AccessToken(token.clone())).expect("a revocation endpoint");
    revoke.request_async(&wire).await.expect("it is revoked");
    assert!(!client.introspect(&token).request_async(&wire).await.expect("an answer").active());
}

/// A site that signs users in with the library.
pub struct Site {
    registered: usher_accounts::RegisteredClient,
    wire: Wire,
    metadata: CoreProviderMetadata,
    verifier: openidconnect::PkceCodeVerifier,
    state: CsrfToken,
    nonce: Nonce,
    /// The URL of its sign-in.
    pub url: String,
}

impl Site {
    /// A site about to sign a user in.
    pub async fn open(server: &TestServer, registered: usher_accounts::RegisteredClient) -> Self {
        let wire = Wire(server.http.clone());
        let metadata = discover(server, &wire).await;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(registered.client.id.0.clone()),
            registered.secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).expect("a URL"));
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .set_pkce_challenge(challenge)
            .url();
        Self { registered, wire, metadata, verifier, state, nonce, url: url.to_string() }
    }

    /// The `sub` of the user, as the library has verified it.
    pub async fn sub_of(self, server: &TestServer, landing: &Landing) -> String {
        assert_eq!(landing.answer("state").as_ref(), Some(self.state.secret()));
        let client = CoreClient::from_provider_metadata(
            self.metadata,
            ClientId::new(self.registered.client.id.0.clone()),
            self.registered.secret.map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).expect("a URL"));
        let code = AuthorizationCode::new(landing.code());
        let request = client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(self.verifier);
        let tokens = request.request_async(&self.wire).await.expect("tokens");
        let now = server.now().rfc3339();
        let checks =
            client.id_token_verifier().set_time_fn(move || serde_json::from_value(json!(now)).expect("a time"));
        let claims = tokens.id_token().expect("an ID token").claims(&checks, &self.nonce).expect("a good ID token");
        claims.subject().as_str().to_owned()
    }
}
