//! Google Accounts: OpenID Connect, with an issuer in two spellings, a domain hint that is not binding, and security
//! events.

use serde_json::Value;

use crate::callback::Callback;
use crate::connector::Connector;
use crate::error::UpstreamError;
use crate::issuer::IssuerRule;
use crate::openid::{MetadataSource, OpenId, OpenIdMetadata, VerifiedIdToken};
use crate::openid_provider::{OpenIdProvider, OpenIdQuirks};
use crate::provider_context::ProviderContext;
use crate::provider_event::{ProviderEvent, ProviderEventKind, ProviderEventRequest};
use crate::start::StartRequest;
use crate::{Provider, Vouched, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::setting::{BASE_URL, ProviderSetting, SCOPES};
use usher_domain::provider::{
    EventUrl, KindTitle, ProviderEventEndpoint, ProviderFaults, ProviderKind, ProviderSettings, is_domain,
};

const ISSUER: &str = "https://accounts.google.com";

pub const HD: ProviderSetting =
    ProviderSetting::text("hd", "Only accounts of this Workspace domain; `*` for any Workspace.")
        .field("provider-hd", "provider-hd-hint")
        .option("hd", "DOMAIN", "Only accounts of this Workspace domain (google); `*` for any Workspace");

pub static KIND: ProviderKind = ProviderKind {
    settings: &[&HD, &BASE_URL],
    fields: &[&HD, &SCOPES, &BASE_URL],
    register: "provider-register-google",
    addresses: "Verified if Google says so; issued by it for gmail.com, googlemail.com and the domain of a Workspace.",
    events: &[EventUrl { label: "provider-notices", endpoint: ProviderEventEndpoint::Account }],
    check,
    ..ProviderKind::openid("google", KindTitle::Brand("Google"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = settings.text(&HD).is_some_and(|hd| hd != "*" && !is_domain(hd));
    faults.add(bad, HD.name, "must be a domain, or * for any Workspace");
}

struct Google;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    let issuer = context.base(ISSUER).to_owned();
    let document = format!("{issuer}/.well-known/openid-configuration");
    let openid = OpenId::new(context, MetadataSource::Document(document), IssuerRule::Google(issuer));
    Box::new(OpenIdProvider { openid, quirks: Google })
}

impl OpenIdQuirks for Google {
    fn parameters(
        &self,
        settings: &ProviderSettings,
        _: &OpenIdMetadata,
        request: &StartRequest,
    ) -> Vec<(&'static str, String)> {
        let hd = settings.text(&HD).map(|hd| ("hd", hd.to_owned()));
        let prompt = request.fresh_choice.then(|| ("prompt", String::from("select_account")));
        hd.into_iter().chain(prompt).collect()
    }

    async fn vouched(&self, openid: &OpenId, proven: VerifiedIdToken, _: &Callback) -> Result<Vouched, UpstreamError> {
        vouched(&openid.provider_context.settings, &proven.claims, proven.issuer)
    }

    fn read(&self, settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
        vouched(settings, claims, issuer)
    }

    async fn events(
        &self,
        openid: &OpenId,
        request: &ProviderEventRequest,
    ) -> Result<Vec<ProviderEvent>, UpstreamError> {
        if request.endpoint != ProviderEventEndpoint::Account {
            return Err(UpstreamError::NoSuchNotice);
        }
        let token =
            std::str::from_utf8(&request.body).map_err(|_| UpstreamError::misbehaved("its notice cannot be read"))?;
        let event = openid.event(token.trim_ascii()).await?;
        let events = event.claims.get("events").and_then(Value::as_object);
        let events = events.ok_or_else(|| UpstreamError::misbehaved("its event has no content"))?;
        let notices = events.iter().filter_map(|(name, content)| {
            let kind = kind(name)?;
            let subject =
                content.get("subject").or_else(|| event.claims.get("sub_id")).and_then(|about| about.get("sub"));
            let subject = profile::subject(subject).ok();
            // Only a test event has no subject.
            (subject.is_some() || kind == ProviderEventKind::Test)
                .then(|| event.notice(&openid.provider_context.settings.id, kind, subject, None))
        });
        Ok(notices.collect())
    }
}

/// Cross-Account Protection: the event types, by the end of their URI.
fn kind(name: &str) -> Option<ProviderEventKind> {
    let (family, name) = name.rsplit_once("/event-type/")?;
    match (family, name) {
        ("https://schemas.openid.net/secevent/risc", "sessions-revoked")
        | ("https://schemas.openid.net/secevent/oauth", "token-revoked") => Some(ProviderEventKind::SignedOut),
        ("https://schemas.openid.net/secevent/oauth", "tokens-revoked")
        | ("https://schemas.openid.net/secevent/risc", "account-purged") => Some(ProviderEventKind::Gone),
        ("https://schemas.openid.net/secevent/risc", "account-disabled") => Some(ProviderEventKind::Disabled),
        ("https://schemas.openid.net/secevent/risc", "account-enabled") => Some(ProviderEventKind::Enabled),
        ("https://schemas.openid.net/secevent/risc", "account-credential-change-required") => {
            Some(ProviderEventKind::CredentialChange)
        }
        ("https://schemas.openid.net/secevent/risc", "verification") => Some(ProviderEventKind::Test),
        _ => None,
    }
}

/// Google issues addresses of its own two domains, and a Workspace those of its domain; others were verified at some
/// time.
fn trust(claims: &Value) -> EmailTrust {
    let domain = profile::domain(claims.get("email")).unwrap_or_default();
    let own = matches!(domain.as_str(), "gmail.com" | "googlemail.com");
    let workspace = claims.get("hd").and_then(Value::as_str).is_some_and(|hd| !hd.is_empty());
    let checked = if own || workspace { EmailTrust::Authoritative } else { EmailTrust::Verified };
    profile::trust_if(profile::flag(claims.get("email_verified")), checked)
}

/// The `hd` of the request is a hint that the person can remove: the claim decides.
fn belongs(settings: &ProviderSettings, claims: &Value) -> Result<(), UpstreamError> {
    let domain = claims.get("hd").and_then(Value::as_str).unwrap_or_default();
    match settings.text(&HD) {
        None => Ok(()),
        Some("*") if !domain.is_empty() => Ok(()),
        Some(wanted) if wanted.eq_ignore_ascii_case(domain) => Ok(()),
        Some(_) => Err(UpstreamError::NotAllowed("it does not belong to the Workspace".into())),
    }
}

fn vouched(settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
    belongs(settings, claims)?;
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer,
        subject: profile::subject(claims.get("sub"))?,
        email: profile::email(settings, claims.get("email"), trust(claims), false),
        profile: profile::profile(claims),
        handle: None,
        amr: crate::id_token::methods(claims),
        acr: profile::text(claims.get("acr")),
        auth_time: crate::id_token::time(claims, "auth_time"),
        sid: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings() -> ProviderSettings {
        ProviderSettings::new("google".parse().unwrap(), &KIND, "us")
    }

    #[test]
    fn the_sample_of_google_is_read() {
        let claims = json!({"iss":"https://accounts.google.com","azp":"us","aud":"us","sub":"110169484474386276334","hd":"example.com","email":"a@example.com","email_verified":true,"at_hash":"x","nonce":"n","name":"Ana Silva","picture":"https://lh3.googleusercontent.com/a/x","given_name":"Ana","family_name":"Silva","iat":1,"exp":2});
        let who = vouched(&settings(), &claims, ISSUER.into()).unwrap();
        assert_eq!((who.subject.as_str(), who.profile.given_name.as_deref()), ("110169484474386276334", Some("Ana")));
        let email = who.email.unwrap();
        assert_eq!((email.email.as_str(), email.trust), ("a@example.com", EmailTrust::Authoritative));
    }

    #[test]
    fn google_is_the_authority_for_its_own_addresses_alone() {
        use EmailTrust::{Authoritative, Unverified, Verified};
        for (email, verified, hd, expected) in [
            ("a@gmail.com", json!(true), json!(null), Authoritative),
            ("a@GoogleMail.com", json!("true"), json!(null), Authoritative),
            ("a@corp.test", json!(true), json!("corp.test"), Authoritative),
            ("a@corp.test", json!(true), json!(""), Verified),
            ("a@corp.test", json!(true), json!(null), Verified),
            ("a@gmail.com.evil.test", json!(true), json!(null), Verified),
            ("a@gmail.com", json!(false), json!(null), Unverified),
            ("a@corp.test", json!(false), json!("corp.test"), Unverified),
            ("a@corp.test", json!(null), json!("corp.test"), Unverified),
        ] {
            assert_eq!(
                trust(&json!({"email": email, "email_verified": verified, "hd": hd})),
                expected,
                "{email} {verified} {hd}"
            );
        }
    }

    #[test]
    fn a_workspace_is_enforced_by_the_claim() {
        for (wanted, domain, fits) in [
            (None, json!({}), true),
            (Some("corp.test"), json!({"hd": "Corp.Test"}), true),
            (Some("corp.test"), json!({"hd": "evil.test"}), false),
            (Some("corp.test"), json!({}), false),
            (Some("corp.test"), json!({"hd": ["corp.test"]}), false),
            (Some("*"), json!({"hd": "any.test"}), true),
            (Some("*"), json!({"hd": ""}), false),
            (Some("*"), json!({}), false),
        ] {
            let settings = wanted.map_or_else(settings, |hd| settings().with(&HD, hd));
            assert_eq!(belongs(&settings, &domain).is_ok(), fits, "{wanted:?} {domain}");
        }
    }

    #[test]
    fn events_are_known_by_their_whole_address() {
        assert_eq!(
            kind("https://schemas.openid.net/secevent/risc/event-type/account-disabled"),
            Some(ProviderEventKind::Disabled)
        );
        assert_eq!(
            kind("https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked"),
            Some(ProviderEventKind::Gone)
        );
        for unknown in
            ["", "account-disabled", "https://evil.test/secevent/risc/event-type/account-disabled", "/event-type/"]
        {
            assert_eq!(kind(unknown), None, "{unknown}");
        }
    }
}
