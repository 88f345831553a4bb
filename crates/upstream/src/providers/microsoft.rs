//! Microsoft Entra ID and personal accounts: one issuer for each tenant, and addresses that tenants can set freely.

use serde_json::Value;
use url::Url;

use crate::callback::Callback;
use crate::error::UpstreamError;
use crate::issuer::{CONSUMERS, IssuerRule};
use crate::openid::{MetadataSource, OpenId};
use crate::provider_context::ProviderContext;
use crate::start::{PendingAuthorization, StartRequest};
use crate::{CheckedStep, Provider, ProviderFuture, Vouched, id_token, profile};
use futures_util::future::BoxFuture;
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::ProviderSettings;

const AUTHORITY: &str = "https://login.microsoftonline.com";
/// Domains whose addresses Microsoft issues.
const OWN_DOMAINS: &[&str] = &["outlook.com", "hotmail.com", "live.com", "msn.com"];

/// Microsoft.
pub(crate) struct Microsoft(OpenId);

impl Microsoft {
    pub fn new(provider_context: ProviderContext) -> Self {
        let tenant = provider_context.settings.tenant.clone().unwrap_or_else(|| String::from("common"));
        let base = provider_context.base(AUTHORITY);
        let authority = base.strip_suffix(&format!("/{tenant}")).unwrap_or(base).to_owned();
        let document = format!("{authority}/{tenant}/v2.0/.well-known/openid-configuration");
        let allowed = provider_context.settings.allowed_tenants.clone();
        Self(OpenId::new(
            provider_context,
            MetadataSource::Document(document),
            IssuerRule::Microsoft { authority, tenant, allowed },
        ))
    }

    async fn who(&self, callback: &Callback, kept: &PendingAuthorization) -> Result<Vouched, UpstreamError> {
        let proven = self.0.prove(callback, kept, Some(self.0.provider_context.secret()?)).await?;
        vouched(self.settings(), &proven.claims, proven.issuer)
    }
}

/// A tenant can set `email` freely (nOAuth): it is trusted only if Microsoft says that the domain belongs to the
/// tenant, that it verified the address itself, or that the account is personal.
fn trust(claims: &Value) -> EmailTrust {
    let told = claims.get("email").and_then(Value::as_str).unwrap_or_default();
    let listed = |name: &str| {
        let list = claims.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().filter_map(Value::as_str).any(|each| each.eq_ignore_ascii_case(told)))
    };
    if profile::flag(claims.get("xms_edov")) {
        return EmailTrust::Authoritative;
    }
    if claims.get("tid").and_then(Value::as_str) == Some(CONSUMERS) {
        let domain = profile::domain(claims.get("email")).unwrap_or_default();
        let own = OWN_DOMAINS.contains(&domain.as_str());
        return if own { EmailTrust::Authoritative } else { EmailTrust::Verified };
    }
    let checked = !told.is_empty() && (listed("verified_primary_email") || listed("verified_secondary_email"));
    profile::trust_if(checked, EmailTrust::Verified)
}

fn vouched(settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
    // `sub` differs for every application: `oid` within its tenant stays the same if ours is registered again.
    let (tid, oid) = (profile::subject(claims.get("tid"))?, profile::subject(claims.get("oid"))?);
    let profile = profile::profile(claims);
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer,
        subject: format!("{tid}:{oid}"),
        email: profile::email(settings, claims.get("email"), trust(claims), false),
        handle: profile.preferred_username.clone(),
        profile,
        amr: id_token::methods(claims),
        acr: profile::text(claims.get("acr")),
        auth_time: id_token::time(claims, "auth_time"),
        sid: profile::text(claims.get("sid")),
    })
}

impl Provider for Microsoft {
    fn settings(&self) -> &ProviderSettings {
        &self.0.provider_context.settings
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        let own = request.fresh_choice.then(|| ("prompt", String::from("select_account")));
        Box::pin(self.0.start(request, own.into_iter().collect()))
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(self.who(callback, kept))
    }

    fn introduce(&self) -> ProviderFuture<'_, ()> {
        Box::pin(self.0.introduce())
    }

    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        Box::pin(self.0.check(self.0.provider_context.given_secret(), redirect_uri))
    }

    fn end_session_url<'a>(&'a self, back_to: &'a str) -> ProviderFuture<'a, Option<Url>> {
        Box::pin(self.0.end_session_url(back_to))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use usher_domain::provider::ProviderKind;

    const HOME: &str = "5a1b7c3e-0000-4000-8000-00000000cafe";

    #[test]
    fn an_address_that_a_tenant_wrote_is_not_believed() {
        use EmailTrust::{Authoritative, Unverified, Verified};
        for (claims, expected) in [
            (json!({"tid": HOME, "email": "victim@corp.test"}), Unverified),
            (json!({"tid": HOME, "email": "victim@corp.test", "email_verified": true}), Unverified),
            (json!({"tid": HOME, "preferred_username": "victim@corp.test"}), Unverified),
            (json!({"tid": HOME, "email": "a@corp.test", "xms_edov": true}), Authoritative),
            (json!({"tid": HOME, "email": "a@corp.test", "xms_edov": 1}), Authoritative),
            (json!({"tid": HOME, "email": "a@corp.test", "xms_edov": "1"}), Authoritative),
            (json!({"tid": HOME, "email": "a@corp.test", "xms_edov": "false"}), Unverified),
            (json!({"tid": HOME, "email": "a@corp.test", "xms_edov": {}}), Unverified),
            (json!({"tid": HOME, "email": "a@corp.test", "verified_primary_email": ["A@corp.test"]}), Verified),
            (json!({"tid": HOME, "email": "a@corp.test", "verified_primary_email": ["b@corp.test"]}), Unverified),
            (json!({"tid": HOME, "email": "a@corp.test", "verified_secondary_email": ["a@corp.test"]}), Verified),
            (json!({"tid": HOME, "verified_primary_email": [""]}), Unverified),
            (json!({"tid": CONSUMERS, "email": "a@outlook.com"}), Authoritative),
            (json!({"tid": CONSUMERS, "email": "a@gmail.com"}), Verified),
        ] {
            assert_eq!(trust(&claims), expected, "{claims}");
        }
    }

    #[test]
    fn the_subject_is_the_account_within_its_tenant() {
        let settings = ProviderSettings::new("ms".parse().unwrap(), ProviderKind::Microsoft, "us");
        let claims = json!({"tid": HOME, "oid": "00000000-0000-0000-66f3-3332eca7ea81", "sub": "AAAA", "email": "a@corp.test",
                            "preferred_username": "a@corp.test", "name": "Ana"});
        let who = vouched(&settings, &claims, "i".into()).unwrap();
        assert_eq!(who.subject, format!("{HOME}:00000000-0000-0000-66f3-3332eca7ea81"));
        assert!(!who.email.unwrap().may_match());
        assert!(vouched(&settings, &json!({"tid": HOME, "sub": "AAAA"}), "i".into()).is_err());
    }
}
