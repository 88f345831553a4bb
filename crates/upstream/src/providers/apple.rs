//! Sign in with Apple: a client secret signed for each call, a posted response, a name sent only once.

use std::fmt::Write as _;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use url::Url;

use crate::callback::Callback;
use crate::error::UpstreamError;
use crate::issuer::IssuerRule;
use crate::openid::{MetadataSource, OpenId, OpenIdMetadata};
use crate::provider_context::ProviderContext;
use crate::provider_event::{ProviderEvent, ProviderEventEndpoint, ProviderEventKind, ProviderEventRequest};
use crate::start::{PendingAuthorization, StartRequest};
use crate::{CheckedStep, Provider, ProviderFuture, Vouched, id_token, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::ProviderSettings;
use usher_domain::secret::Secret;
use usher_domain::time::Timestamp;

const ISSUER: &str = "https://appleid.apple.com";
const RELAY: &str = "privaterelay.appleid.com";
const SECRET_LIFE: i64 = 300;

/// Apple.
pub(crate) struct Apple(OpenId);

impl Apple {
    pub fn new(provider_context: ProviderContext) -> Self {
        let issuer = provider_context.base(ISSUER).to_owned();
        let metadata = OpenIdMetadata {
            issuer: issuer.clone(),
            authorization_endpoint: format!("{issuer}/auth/authorize"),
            token_endpoint: format!("{issuer}/auth/token"),
            jwks_uri: format!("{issuer}/auth/keys"),
            token_endpoint_auth_methods_supported: vec![String::from("client_secret_post")],
            ..OpenIdMetadata::default()
        };
        let rule = IssuerRule::exactly(issuer, &provider_context.settings);
        Self(OpenId::new(provider_context, MetadataSource::Fixed(Box::new(metadata)), rule))
    }

    fn client_secret(&self) -> Result<Secret<String>, UpstreamError> {
        let provider_context = &self.0.provider_context;
        client_secret(
            &provider_context.settings,
            provider_context.secret()?,
            provider_context.base(ISSUER),
            provider_context.now(),
        )
    }

    async fn who(&self, callback: &Callback, kept: &PendingAuthorization) -> Result<Vouched, UpstreamError> {
        let proven = self.0.prove(callback, kept, Some(&self.client_secret()?)).await?;
        vouched(self.settings(), &proven.claims, proven.issuer, callback.get("user"))
    }

    async fn told(&self, request: &ProviderEventRequest) -> Result<Vec<ProviderEvent>, UpstreamError> {
        if request.endpoint != ProviderEventEndpoint::Account {
            return Err(UpstreamError::NoSuchNotice);
        }
        let unreadable = || UpstreamError::misbehaved("its notice cannot be read");
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| unreadable())?;
        let event = self.0.event(body.get("payload").and_then(Value::as_str).ok_or_else(unreadable)?).await?;
        // The events are JSON within a string.
        let text = event.claims.get("events").and_then(Value::as_str).ok_or_else(unreadable)?;
        let told: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
        let kind = match told.get("type").and_then(Value::as_str).unwrap_or_default() {
            "consent-revoked" | "account-delete" | "account-deleted" => ProviderEventKind::Gone,
            "email-disabled" => ProviderEventKind::EmailDisabled,
            "email-enabled" => ProviderEventKind::EmailEnabled,
            _ => return Ok(Vec::new()),
        };
        let subject = profile::subject(told.get("sub"))?;
        Ok(vec![event.notice(&self.settings().id, kind, Some(subject), None)])
    }
}

/// The JWT that is the client secret, valid for five minutes; text that is no PEM is a simulator's secret and sent
/// unchanged.
fn client_secret(
    settings: &ProviderSettings,
    given: &Secret<String>,
    audience: &str,
    now: Timestamp,
) -> Result<Secret<String>, UpstreamError> {
    if !given.expose().contains("-----BEGIN") {
        return Ok(given.clone());
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "ES256", "kid": settings.key_id});
    let claims = json!({"iss": settings.team_id, "iat": now.0, "exp": now.0 + SECRET_LIFE, "aud": audience,
                        "sub": settings.client_id});
    let mut token = format!("{}.{}", part(&header), part(&claims));
    let key = private_key(given).ok_or_else(|| UpstreamError::misconfigured("its private key cannot be read"))?;
    #[expect(clippy::disallowed_methods, reason = "the argument is ignored: the library draws its own nonces")]
    let signature = key.sign(&SystemRandom::new(), token.as_bytes());
    let signature = signature.map_err(|_| UpstreamError::misconfigured("its private key cannot sign"))?;
    // Writing to a string cannot fail.
    let _ = write!(token, ".{}", URL_SAFE_NO_PAD.encode(signature));
    Ok(Secret::new(token))
}

/// The PKCS #8 key of a `.p8` file.
fn private_key(pem: &Secret<String>) -> Option<EcdsaKeyPair> {
    let (_, rest) = pem.expose().split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let text = Secret::new(body.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    let der = Secret::new(STANDARD.decode(text.expose()).ok()?);
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.expose()).ok()
}

/// `user` is sent only with the first consent and is not signed: it is used for the initial name only.
fn vouched(
    settings: &ProviderSettings,
    claims: &Value,
    issuer: String,
    user: Option<&str>,
) -> Result<Vouched, UpstreamError> {
    let user: Value = user.and_then(|user| serde_json::from_str(user).ok()).unwrap_or_default();
    let mut profile = profile::profile(claims);
    profile.given_name = profile::text(user.pointer("/name/firstName")).or(profile.given_name);
    profile.family_name = profile::text(user.pointer("/name/lastName")).or(profile.family_name);
    let told = claims.get("email");
    let relay = profile::flag(claims.get("is_private_email")) || profile::domain(told).as_deref() == Some(RELAY);
    let trust = profile::trust_if(profile::flag(claims.get("email_verified")), EmailTrust::Verified);
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer,
        subject: profile::subject(claims.get("sub"))?,
        email: profile::email(settings, told, trust, relay),
        profile,
        handle: None,
        amr: id_token::methods(claims),
        acr: profile::text(claims.get("acr")),
        auth_time: id_token::time(claims, "auth_time"),
        sid: None,
    })
}

impl Provider for Apple {
    fn settings(&self) -> &ProviderSettings {
        &self.0.provider_context.settings
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        // Apple asks for the account every time, and accepts no hint, except a simulator.
        let real = self.settings().base_url.is_none();
        Box::pin(async move {
            let hint = request.login_hint.clone().filter(|_| !real);
            self.0.start(&StartRequest { login_hint: hint, ..request.clone() }, Vec::new()).await
        })
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(self.who(callback, kept))
    }

    fn notice<'a>(&'a self, request: &'a ProviderEventRequest) -> ProviderFuture<'a, Vec<ProviderEvent>> {
        Box::pin(self.told(request))
    }

    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        Box::pin(async move {
            match self.client_secret() {
                Ok(secret) => self.0.check(Some(&secret), redirect_uri).await,
                Err(error) => vec![CheckedStep::new("client secret", Err(error))],
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, KeyPair as _, UnparsedPublicKey};

    use super::*;
    use usher_domain::provider::ProviderKind;

    fn settings() -> ProviderSettings {
        ProviderSettings {
            team_id: Some("TEAM012345".into()),
            key_id: Some("KEY0123456".into()),
            ..ProviderSettings::new("apple".parse().unwrap(), ProviderKind::Apple, "com.example.web")
        }
    }

    #[test]
    fn the_secret_is_signed_for_five_minutes() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        // The format of openssl and Apple: PKCS #8.
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let pem =
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8.as_ref()));
        let token = client_secret(&settings(), &Secret::new(pem), ISSUER, Timestamp(1000)).unwrap();
        let (message, signature) = token.expose().rsplit_once('.').unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
        key.verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let (header, claims) = message.split_once('.').unwrap();
        assert_eq!(read(header), json!({"alg": "ES256", "kid": "KEY0123456"}));
        assert_eq!(
            read(claims),
            json!({"iss": "TEAM012345", "iat": 1000, "exp": 1300, "aud": ISSUER, "sub": "com.example.web"})
        );
    }

    #[test]
    fn a_key_that_cannot_be_read_is_the_operators_to_mend() {
        for bad in [
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----!-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----AA-----END EC PRIVATE KEY-----",
        ] {
            let judged = client_secret(&settings(), &Secret::from(bad), ISSUER, Timestamp(0));
            assert_eq!(judged.unwrap_err().word(), "misconfigured");
        }
        assert_eq!(
            client_secret(&settings(), &Secret::from("sim-secret"), ISSUER, Timestamp(0)).unwrap().expose(),
            "sim-secret"
        );
    }

    #[test]
    fn the_posted_user_gives_a_name_and_no_address() {
        let claims = json!({"sub": "001.abc.2", "email": "a@x.test", "email_verified": "true"});
        let user = r#"{"name":{"firstName":"Ana","lastName":"Silva"},"email":"victim@x.test","sub":"evil"}"#;
        let who = vouched(&settings(), &claims, ISSUER.into(), Some(user)).unwrap();
        assert_eq!(who.profile.display_name().as_deref(), Some("Ana Silva"));
        assert_eq!(who.subject, "001.abc.2");
        let email = who.email.unwrap();
        assert_eq!((email.email.as_str(), email.trust, email.relay), ("a@x.test", EmailTrust::Verified, false));
        for garbage in ["", "{", "[]", "7", r#"{"name":"Ana"}"#] {
            assert_eq!(vouched(&settings(), &claims, ISSUER.into(), Some(garbage)).unwrap().profile.given_name, None);
        }
    }

    #[test]
    fn a_relay_address_never_matches_anybody() {
        for claims in [
            json!({"sub": "1a", "email": "x@privaterelay.appleid.com", "email_verified": true}),
            json!({"sub": "1a", "email": "x@icloud.com", "email_verified": "true", "is_private_email": "true"}),
        ] {
            let email = vouched(&settings(), &claims, ISSUER.into(), None).unwrap().email.unwrap();
            assert!(email.relay && !email.may_match());
        }
        let none = json!({"sub": "1a"});
        assert_eq!(vouched(&settings(), &none, ISSUER.into(), None).unwrap().email, None);
    }
}
