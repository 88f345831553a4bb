//! Sign in with Apple: a client secret signed for each call, a posted response, a name sent only once.

use std::fmt::Write as _;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::callback::Callback;
use crate::connector::Connector;
use crate::error::UpstreamError;
use crate::issuer::IssuerRule;
use crate::openid::{MetadataSource, OpenId, OpenIdMetadata, VerifiedIdToken};
use crate::openid_provider::{OpenIdProvider, OpenIdQuirks};
use crate::provider_context::ProviderContext;
use crate::provider_event::{ProviderEvent, ProviderEventKind, ProviderEventRequest};
use crate::start::StartRequest;
use crate::{Provider, Vouched, id_token, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::setting::{BASE_URL, ProviderSetting, SCOPES};
use usher_domain::provider::{
    EventUrl, KindTitle, ProviderEventEndpoint, ProviderFaults, ProviderKind, ProviderSettings, Scopes, SecretField,
};
use usher_domain::secret::Secret;
use usher_domain::time::Timestamp;

const ISSUER: &str = "https://appleid.apple.com";
const RELAY: &str = "privaterelay.appleid.com";
const SECRET_LIFE: i64 = 300;

pub const TEAM_ID: ProviderSetting =
    ProviderSetting::text("team_id", "The team that the private key belongs to, ten characters.")
        .field("provider-team-id", "")
        .option("team-id", "TEAM_ID", "The team that the private key belongs to (apple)");
pub const KEY_ID: ProviderSetting = ProviderSetting::text("key_id", "The id of the private key, ten characters.")
    .field("provider-key-id", "")
    .option("key-id", "KEY_ID", "The id of the private key (apple)");

pub static KIND: ProviderKind = ProviderKind {
    scopes: Scopes::of(&["name", "email"]),
    settings: &[&TEAM_ID, &KEY_ID, &BASE_URL],
    fields: &[&TEAM_ID, &KEY_ID, &SCOPES, &BASE_URL],
    secret_field: SecretField { label: "provider-private-key", hint: "provider-private-key-hint", rows: 6 },
    register: "provider-register-apple",
    pkce: false,
    posts_back: true,
    addresses: "Verified if Apple says so; a relay address never matches an account.",
    events: &[EventUrl { label: "provider-notices", endpoint: ProviderEventEndpoint::Account }],
    check,
    ..ProviderKind::openid("apple", KindTitle::Brand("Apple"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    let is_ten = |text: &str| text.len() == 10 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    for setting in [&TEAM_ID, &KEY_ID] {
        let text = settings.text(setting);
        // A simulator accepts a plain secret, so nothing is signed with the key.
        let spared = settings.base_url.is_some() && text.is_none();
        let wrong = !spared && !text.is_some_and(is_ten);
        faults.add(wrong, setting.name, "must be the ten letters and digits that Apple gave");
    }
}

struct Apple;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    let issuer = context.base(ISSUER).to_owned();
    let metadata = OpenIdMetadata {
        issuer: issuer.clone(),
        authorization_endpoint: format!("{issuer}/auth/authorize"),
        token_endpoint: format!("{issuer}/auth/token"),
        jwks_uri: format!("{issuer}/auth/keys"),
        token_endpoint_auth_methods_supported: vec![String::from("client_secret_post")],
        ..OpenIdMetadata::default()
    };
    let rule = IssuerRule::exactly(issuer, &context.settings);
    let openid = OpenId::new(context, MetadataSource::Fixed(Box::new(metadata)), rule);
    Box::new(OpenIdProvider { openid, quirks: Apple })
}

impl OpenIdQuirks for Apple {
    const LOGIN_HINT: bool = false;

    /// None: Apple asks for the account every time.
    fn parameters(&self, _: &ProviderSettings, _: &OpenIdMetadata, _: &StartRequest) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn secret(&self, context: &ProviderContext) -> Result<Option<Secret<String>>, UpstreamError> {
        client_secret(&context.settings, context.secret()?, context.base(ISSUER), context.now()).map(Some)
    }

    async fn vouched(
        &self,
        openid: &OpenId,
        proven: VerifiedIdToken,
        callback: &Callback,
    ) -> Result<Vouched, UpstreamError> {
        vouched(&openid.provider_context.settings, &proven.claims, proven.issuer, callback.get("user"))
    }

    fn read(&self, settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
        vouched(settings, claims, issuer, None)
    }

    async fn events(
        &self,
        openid: &OpenId,
        request: &ProviderEventRequest,
    ) -> Result<Vec<ProviderEvent>, UpstreamError> {
        if request.endpoint != ProviderEventEndpoint::Account {
            return Err(UpstreamError::NoSuchNotice);
        }
        let unreadable = || UpstreamError::misbehaved("its notice cannot be read");
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| unreadable())?;
        let event = openid.event(body.get("payload").and_then(Value::as_str).ok_or_else(unreadable)?).await?;
        // The events are JSON within a string.
        let text = event.claims.get("events").and_then(Value::as_str).ok_or_else(unreadable)?;
        let details: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
        let kind = match details.get("type").and_then(Value::as_str).unwrap_or_default() {
            "consent-revoked" | "account-delete" | "account-deleted" => ProviderEventKind::Gone,
            "email-disabled" => ProviderEventKind::EmailDisabled,
            "email-enabled" => ProviderEventKind::EmailEnabled,
            _ => return Ok(Vec::new()),
        };
        let subject = profile::subject(details.get("sub"))?;
        Ok(vec![event.notice(&openid.provider_context.settings.id, kind, Some(subject), None)])
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
    let header = json!({"alg": "ES256", "kid": settings.text(&KEY_ID)});
    let claims = json!({"iss": settings.text(&TEAM_ID), "iat": now.0, "exp": now.0 + SECRET_LIFE, "aud": audience,
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
    let email = claims.get("email");
    let relay = profile::flag(claims.get("is_private_email")) || profile::domain(email).as_deref() == Some(RELAY);
    let trust = profile::trust_if(profile::flag(claims.get("email_verified")), EmailTrust::Verified);
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer,
        subject: profile::subject(claims.get("sub"))?,
        email: profile::email(settings, email, trust, relay),
        profile,
        handle: None,
        amr: id_token::methods(claims),
        acr: profile::text(claims.get("acr")),
        auth_time: id_token::time(claims, "auth_time"),
        sid: None,
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, KeyPair as _, UnparsedPublicKey};

    use super::*;

    fn settings() -> ProviderSettings {
        ProviderSettings::new("apple".parse().unwrap(), &KIND, "com.example.web")
            .with(&TEAM_ID, "TEAM012345")
            .with(&KEY_ID, "KEY0123456")
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
