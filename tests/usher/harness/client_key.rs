//! A client's ES256 key, and what it signs.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{JwsHeader, JwsSigner, PS256, RS256, serialize_compact};
use serde_json::{Map, Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_keys::foreign::is_signed_by;
use usher_protocol::client::assertion::JWT_BEARER;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata};
use usher_protocol::jose::foreign_jws::ForeignJws;
use usher_protocol::jose::public_jwk::{PublicJwk, PublicJwkSet};

use super::relying_party::{Answer, answer};
use super::server::TestServer;

/// An ES256 key with an id.
pub struct TestKey {
    pub kid: String,
    pair: EcdsaKeyPair,
}

impl TestKey {
    /// A fresh key.
    pub fn new(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made");
        Self { kid: kid.to_owned(), pair }
    }

    /// Its public half as a JWK.
    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        json!({"kty": "EC", "crv": "P-256", "kid": self.kid, "x": part(1..33), "y": part(33..65)})
    }

    /// A compact JWS with this header and these claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        #[expect(clippy::disallowed_methods, reason = "the argument is ignored: the library draws its own nonces")]
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).expect("a key signs");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The thumbprint of its public half (RFC 7638).
    pub fn thumbprint(&self) -> String {
        PublicJwk::parse(self.jwk().as_object().expect("a JWK")).expect("a public key").thumbprint()
    }

    /// A fresh DPoP proof for a request, with these changes of its claims.
    pub fn proof(&self, server: &TestServer, method: &str, path: &str, changes: &Value) -> String {
        let mut jwk = self.jwk();
        jwk.as_object_mut().expect("a JWK").remove("kid");
        let claims = json!({
            "jti": server.usher.core.random.handle(), "htm": method, "htu": format!("{}{path}", server.url),
            "iat": server.now().0,
        });
        self.sign(&json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}), &changed(claims, changes))
    }

    /// A JWS with the id of this key.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "ES256", "kid": self.kid}), claims)
    }
}

/// An RSA key of a client, which signs by RS256 and PS256.
pub struct RsaTestKey(Jwk);

impl RsaTestKey {
    /// One key for all tests of a run: making one takes long.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RsaTestKey> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut jwk = Jwk::generate_rsa_key(2_048).expect("a key can be made");
            jwk.set_key_id("rsa");
            Self(jwk)
        })
    }

    /// A JWS by this algorithm, with the id of the key.
    pub fn token(&self, alg: &str, claims: &Value) -> String {
        let signer: Box<dyn JwsSigner> = match alg {
            "RS256" => Box::new(RS256.signer_from_jwk(&self.0).expect("an RSA key")),
            "PS256" => Box::new(PS256.signer_from_jwk(&self.0).expect("an RSA key")),
            other => panic!("{other} is none of an RSA key"),
        };
        serialize_compact(claims.to_string().as_bytes(), &JwsHeader::new(), &*signer).expect("a key signs")
    }

    /// Adds its public half to the keys of a client.
    pub async fn add_to(&self, server: &TestServer, client: &RegisteredClient) {
        let public = self.0.to_public_key().expect("it has a public half");
        let edit = server.usher.clients.edit_client(&client.client.id, |mut metadata| {
            let keys =
                metadata.jwks.as_mut().and_then(|jwks| jwks["keys"].as_array_mut()).expect("the client has keys");
            keys.push(serde_json::to_value(&public).expect("a JWK is JSON"));
            metadata
        });
        edit.await.expect("a key can be added");
    }
}

/// The set of these keys.
pub fn jwks(keys: &[&TestKey]) -> Value {
    json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()})
}

/// `claims` with these changes: `null` removes one.
pub fn changed(mut claims: Value, changes: &Value) -> Value {
    let none = Map::new();
    let members = claims.as_object_mut().expect("claims are an object");
    for (name, value) in changes.as_object().unwrap_or(&none) {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    claims
}

impl TestServer {
    /// Whether a published key of the server made the signature of this token.
    pub async fn is_published(&self, token: &str) -> bool {
        let keys = PublicJwkSet::fetched(&answer(self.http.get(self.at("/oauth2/jwks"))).await.json).expect("keys");
        let jws = ForeignJws::parse(token).expect("a compact JWS");
        keys.candidates(jws.kid.as_deref(), &jws.alg).any(|key| is_signed_by(&jws, key))
    }

    /// A client that proves itself by this key.
    pub async fn client_with_key(
        &self,
        kind: ClientType,
        key: &TestKey,
        change: impl FnOnce(&mut ClientMetadata),
    ) -> RegisteredClient {
        self.client(kind, |metadata| {
            metadata.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
            metadata.jwks = Some(jwks(&[key]));
            change(metadata);
        })
        .await
    }

    /// Claims of a fresh assertion of this client, for this server.
    pub fn assertion_claims(&self, client: &RegisteredClient) -> Value {
        let (id, now) = (&client.client.id.0, self.now().0);
        json!({"iss": id, "sub": id, "aud": self.url, "iat": now, "exp": now + 60, "jti": self.usher.core.random.handle()})
    }

    /// A form post with this assertion.
    pub async fn assert(&self, path: &str, assertion: &str, form: &[(&str, &str)]) -> Answer {
        let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        answer(self.http.post(self.at(path)).form(&form.iter().copied().chain(proof).collect::<Vec<_>>())).await
    }
}
