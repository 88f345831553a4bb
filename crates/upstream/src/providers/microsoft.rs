//! Microsoft Entra ID and personal accounts: one issuer for each tenant, and addresses that tenants can set freely.

use serde_json::Value;

use crate::callback::Callback;
use crate::connector::Connector;
use crate::error::UpstreamError;
use crate::issuer::{CONSUMERS, IssuerRule};
use crate::openid::{MetadataSource, OpenId, VerifiedIdToken};
use crate::openid_provider::{OpenIdProvider, OpenIdQuirks};
use crate::provider_context::ProviderContext;
use crate::{Provider, Vouched, id_token, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::setting::{BASE_URL, ProviderSetting, SCOPES};
use usher_domain::provider::{KindTitle, ProviderFaults, ProviderKind, ProviderSettings};

const AUTHORITY: &str = "https://login.microsoftonline.com";
/// Domains whose addresses Microsoft issues.
const OWN_DOMAINS: &[&str] = &["outlook.com", "hotmail.com", "live.com", "msn.com"];

pub const TENANT: ProviderSetting =
    ProviderSetting::text("tenant", "`common` (default), `organizations`, `consumers`, or a tenant's id.")
        .field("provider-tenant", "provider-tenant-hint")
        .option("tenant", "TENANT", "Tenant (microsoft): common, organizations, consumers, or a tenant's id")
        .naming_the_server();
pub const ALLOWED_TENANTS: ProviderSetting =
    ProviderSetting::list("allowed_tenants", "Only accounts of these tenants.")
        .field("provider-allowed-tenants", "provider-allowed-tenants-hint");

pub static KIND: ProviderKind = ProviderKind {
    settings: &[&TENANT, &ALLOWED_TENANTS, &BASE_URL],
    fields: &[&TENANT, &ALLOWED_TENANTS, &SCOPES, &BASE_URL],
    register: "provider-register-microsoft",
    addresses: "Issued by it if Entra says that the tenant owns the domain, or for an outlook.com, hotmail.com, live.com \
                or msn.com address of a personal account; other addresses of personal accounts, and those that Entra \
                lists as verified, are verified.",
    canonicalize,
    check,
    ..ProviderKind::openid("microsoft", KindTitle::Brand("Microsoft"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn is_tenant_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

/// Whether the text is a tenant, or one of the names for several tenants.
fn is_tenant(text: &str) -> bool {
    matches!(text, "common" | "organizations" | "consumers") || is_tenant_id(text)
}

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = settings.text(&TENANT).is_some_and(|tenant| !is_tenant(tenant));
    faults.add(bad, TENANT.name, "must be common, organizations, consumers, or a tenant's id");
    let bad = settings.list(&ALLOWED_TENANTS).iter().any(|tenant| !is_tenant_id(tenant));
    faults.add(bad, ALLOWED_TENANTS.name, "must be tenants' ids");
}

/// A base URL without its tenant, which becomes a setting.
fn canonicalize(settings: ProviderSettings) -> ProviderSettings {
    let base = settings.base_url.as_deref().unwrap_or_default();
    let Some((above, last)) = base.rsplit_once('/') else { return settings };
    let (above, last) = (above.to_owned(), last.to_owned());
    let canonical = match settings.text(&TENANT) {
        None if is_tenant(&last) => settings.with(&TENANT, last),
        Some(tenant) if tenant == last => settings,
        _ => return settings,
    };
    ProviderSettings { base_url: Some(above), ..canonical }
}

struct Microsoft;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    let tenant = context.settings.text(&TENANT).unwrap_or("common").to_owned();
    let base = context.base(AUTHORITY);
    let authority = base.strip_suffix(&format!("/{tenant}")).unwrap_or(base).to_owned();
    let document = format!("{authority}/{tenant}/v2.0/.well-known/openid-configuration");
    let allowed = context.settings.list(&ALLOWED_TENANTS).to_vec();
    let rule = IssuerRule::Microsoft { authority, tenant, allowed };
    Box::new(OpenIdProvider {
        openid: OpenId::new(context, MetadataSource::Document(document), rule),
        quirks: Microsoft,
    })
}

impl OpenIdQuirks for Microsoft {
    async fn vouched(&self, openid: &OpenId, proven: VerifiedIdToken, _: &Callback) -> Result<Vouched, UpstreamError> {
        vouched(&openid.provider_context.settings, &proven.claims, proven.issuer)
    }

    fn read(&self, settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
        vouched(settings, claims, issuer)
    }
}

/// A tenant can set `email` freely (nOAuth): it is trusted only if Microsoft says that the domain belongs to the
/// tenant, that it verified the address itself, or that the account is personal.
fn trust(claims: &Value) -> EmailTrust {
    let email = claims.get("email").and_then(Value::as_str).unwrap_or_default();
    let listed = |name: &str| {
        let list = claims.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().filter_map(Value::as_str).any(|each| each.eq_ignore_ascii_case(email)))
    };
    if profile::flag(claims.get("xms_edov")) {
        return EmailTrust::Authoritative;
    }
    if claims.get("tid").and_then(Value::as_str) == Some(CONSUMERS) {
        let domain = profile::domain(claims.get("email")).unwrap_or_default();
        let own = OWN_DOMAINS.contains(&domain.as_str());
        return if own { EmailTrust::Authoritative } else { EmailTrust::Verified };
    }
    let checked = !email.is_empty() && (listed("verified_primary_email") || listed("verified_secondary_email"));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        let settings = ProviderSettings::new("ms".parse().unwrap(), &KIND, "us");
        let claims = json!({"tid": HOME, "oid": "00000000-0000-0000-66f3-3332eca7ea81", "sub": "AAAA", "email": "a@corp.test",
                            "preferred_username": "a@corp.test", "name": "Ana"});
        let who = vouched(&settings, &claims, "i".into()).unwrap();
        assert_eq!(who.subject, format!("{HOME}:00000000-0000-0000-66f3-3332eca7ea81"));
        assert!(!who.email.unwrap().may_match());
        assert!(vouched(&settings, &json!({"tid": HOME, "sub": "AAAA"}), "i".into()).is_err());
    }
}
