//! A client of FAPI 2.0, and the flow that it and the plain client have: each request of the flow is one of the row.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::guest::{CHALLENGE, Guest, VERIFIER};
use crate::measure::Job;
use crate::server::CALLBACK;
use crate::wire::Answer;

/// A client that proves itself by `private_key_jwt` and its tokens by DPoP, with one key.
#[derive(Debug)]
pub struct Bank {
    id: String,
    issuer: String,
    pair: EcdsaKeyPair,
    /// What each signature is distinguished by.
    count: AtomicU64,
}

impl Bank {
    /// A key whose client has yet to be registered.
    pub fn key() -> anyhow::Result<EcdsaKeyPair> {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok().context("a key")
    }

    pub fn new(id: String, issuer: String, pair: EcdsaKeyPair) -> Self {
        Self { id, issuer, pair, count: AtomicU64::new(0) }
    }

    /// The parameters of a request that is pushed.
    pub fn push(&self) -> Vec<(&'static str, String)> {
        let mut form = self.proven(&[("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "st4te")]);
        let more = [
            ("scope", "openid profile email offline_access"),
            ("nonce", "n0nce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        form.extend(more.map(|(name, value)| (name, value.to_owned())));
        form
    }

    /// The query of the request that was pushed.
    pub fn pushed(&self, request_uri: &str) -> [(&'static str, String); 2] {
        [("client_id", self.id.clone()), ("request_uri", request_uri.to_owned())]
    }

    /// The parameters of a code's exchange.
    pub fn exchange(&self, code: &str) -> Vec<(&'static str, String)> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.proven(&form)
    }

    /// A form with a fresh assertion.
    fn proven(&self, form: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let now = now();
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": self.jti(),
        });
        let mut pairs: Vec<_> = form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        pairs.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()));
        pairs.push(("client_assertion", self.sign(&json!({"alg": "ES256", "kid": "bank"}), &claims)));
        pairs
    }

    /// A fresh proof for a POST (RFC 9449 §4.2).
    pub fn proof(&self, path: &str) -> String {
        let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk(&self.pair)});
        let claims = json!({"jti": self.jti(), "htm": "POST", "htu": format!("{}{path}", self.issuer), "iat": now()});
        self.sign(&header, &claims)
    }

    fn jti(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("{} {count}", self.id).as_bytes()))
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        #[expect(clippy::disallowed_methods, reason = "the argument is ignored: the library draws its own nonces")]
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes());
        // An empty signature is refused, and ends the measurement.
        let signature = signature.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default();
        format!("{message}.{signature}")
    }
}

/// The public half of a key.
pub fn jwk(pair: &EcdsaKeyPair) -> Value {
    let point = pair.public_key().as_ref();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    json!({"kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65)})
}

/// Seconds since the epoch.
fn now() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "assertions carry the real time")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.as_ref().map_or(0, Duration::as_secs)
}

/// Pushed request, authorization request, exchange; and again.
pub struct FapiFlow {
    guest: Arc<Guest>,
    step: FapiStep,
}

enum FapiStep {
    Push,
    Authorize(String),
    Exchange(String),
}

impl FapiFlow {
    pub fn new(guest: Arc<Guest>) -> Self {
        Self { guest, step: FapiStep::Push }
    }
}

impl Job for FapiFlow {
    fn request(&mut self, into: &mut Vec<u8>) -> bool {
        into.extend(match &self.step {
            FapiStep::Push => self.guest.push(),
            FapiStep::Authorize(request_uri) => self.guest.authorize_pushed(request_uri),
            FapiStep::Exchange(code) => self.guest.exchange_as_bank(code),
        });
        true
    }

    fn judge(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        self.step = match &self.step {
            FapiStep::Push => {
                FapiStep::Authorize(answer.member("request_uri").context("expected a request_uri")?.to_owned())
            }
            FapiStep::Authorize(_) => FapiStep::Exchange(answer.sent_back("code").context("expected a code")?),
            FapiStep::Exchange(_) => {
                ensure!(answer.body.contains("\"token_type\":\"DPoP\""), "expected bound tokens");
                FapiStep::Push
            }
        };
        Ok(())
    }
}

/// Authorization request and exchange; and again.
pub struct PlainFlow {
    guest: Arc<Guest>,
    code: Option<String>,
}

impl PlainFlow {
    pub fn new(guest: Arc<Guest>) -> Self {
        Self { guest, code: None }
    }
}

impl Job for PlainFlow {
    fn request(&mut self, into: &mut Vec<u8>) -> bool {
        into.extend(match &self.code {
            None => self.guest.authorize(),
            Some(code) => self.guest.exchange(code),
        });
        true
    }

    fn judge(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        if self.code.take().is_none() {
            self.code = Some(answer.sent_back("code").context("expected a code")?);
            return Ok(());
        }
        ensure!(answer.member("access_token").is_some(), "expected tokens");
        Ok(())
    }
}
