//! Validation of a provider's settings. One row for each rule; errors name the field.

use url::{Host, Url};

use crate::text::check_name;

use super::{ClientAuth, Discovery, EmailTrustRule, ProviderKind, ProviderSettings, ResponseMode};

/// An invalid setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct ProviderFault {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

type ProviderFaults = Vec<ProviderFault>;
type ProviderRule = fn(&ProviderSettings, &mut ProviderFaults);

const RULES: &[ProviderRule] =
    &[names, scopes, addresses, belongs, openid, plain_oauth, google, facebook, apple, microsoft, trust, extra];

/// Parameters of the authorization request that only Usher sets.
const RESERVED: &[&str] = &[
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "login_hint",
    "id_token_hint",
];

/// Asymmetric algorithms only.
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"];

impl ProviderSettings {
    /// Checks every field, alone and for the kind.
    ///
    /// # Errors
    /// All errors, each with its field.
    pub fn check(&self) -> Result<(), Vec<ProviderFault>> {
        let mut faults = Vec::new();
        for rule in RULES {
            rule(self, &mut faults);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn fault(faults: &mut ProviderFaults, wrong: bool, field: &'static str, why: &'static str) {
    if wrong {
        faults.push(ProviderFault { field, why });
    }
}

fn is_plain(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn names(s: &ProviderSettings, faults: &mut ProviderFaults) {
    fault(faults, !is_plain(&s.client_id, 255), "client_id", "must be 1 to 255 characters without spaces");
    let bad = s.label.as_deref().is_some_and(|label| check_name(label, 60).is_err());
    fault(faults, bad, "label", "must be 1 to 60 characters");
    let nameless = s.kind.brand().is_empty() && s.label.is_none();
    fault(faults, nameless, "label", "is needed: this kind has no name of its own");
}

fn scopes(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = s.scopes.len() > 50 || s.scopes.iter().any(|scope| !is_plain(scope, 200) || scope.contains(['"', '\\']));
    fault(faults, bad, "scopes", "must be a list of words");
    let openid = matches!(s.kind, ProviderKind::Google | ProviderKind::Microsoft | ProviderKind::Oidc);
    let missing = openid && !s.scopes.is_empty() && !s.scopes.iter().any(|scope| scope == "openid");
    fault(faults, missing, "scopes", "must hold openid");
    let x = s.kind == ProviderKind::X && !s.scopes.is_empty();
    let blind = x && ["users.read", "tweet.read"].iter().any(|need| !s.scopes.iter().any(|scope| scope == need));
    fault(faults, blind, "scopes", "must hold users.read and tweet.read, or X will not say who the person is");
}

/// https; or http on this machine, which the HTTP client permits only if loopback is allowed.
fn is_callable(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let scheme = url.scheme() == "https" || url.scheme() == "http" && here;
    scheme && url.username().is_empty() && url.password().is_none() && url.fragment().is_none() && text.len() <= 2000
}

fn addresses(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let bare = |text: &str| is_callable(text) && !text.contains('?');
    let fields = [
        ("authorize_url", &s.authorize_url),
        ("token_url", &s.token_url),
        ("userinfo_url", &s.userinfo_url),
        ("jwks_url", &s.jwks_url),
        ("end_session_url", &s.end_session_url),
    ];
    for (field, url) in fields {
        let bad = url.as_deref().is_some_and(|url| !is_callable(url));
        fault(faults, bad, field, "must be an https address");
    }
    for (field, url) in [("base_url", &s.base_url), ("issuer", &s.issuer)] {
        let bad = url.as_deref().is_some_and(|url| !bare(url));
        fault(faults, bad, field, "must be an https address without a query");
    }
    let list = s.emails.as_ref().is_some_and(|list| !is_callable(&list.url));
    fault(faults, list, "emails.url", "must be an https address");
}

/// Fields that belong to certain kinds only.
fn belongs(s: &ProviderSettings, faults: &mut ProviderFaults) {
    use ProviderKind::{Apple, Facebook, Google, Microsoft, Oauth2, Oidc};
    let generic: &[ProviderKind] = &[Oidc, Oauth2];
    let fields: &[(&'static str, bool, &[ProviderKind])] = &[
        ("issuer", s.issuer.is_some(), generic),
        ("discovery", s.discovery.is_some(), &[Oidc]),
        ("authorize_url", s.authorize_url.is_some(), generic),
        ("token_url", s.token_url.is_some(), generic),
        ("userinfo_url", s.userinfo_url.is_some(), generic),
        ("jwks_url", s.jwks_url.is_some(), &[Oidc]),
        ("end_session_url", s.end_session_url.is_some(), &[Oidc]),
        ("client_auth", s.client_auth.is_some(), generic),
        ("pkce", s.pkce.is_some(), generic),
        ("algorithms", !s.algorithms.is_empty(), &[Oidc]),
        ("require_iss", s.require_iss, generic),
        ("response_mode", s.response_mode.is_some(), generic),
        ("hd", s.hd.is_some(), &[Google]),
        ("tenant", s.tenant.is_some(), &[Microsoft]),
        ("allowed_tenants", !s.allowed_tenants.is_empty(), &[Microsoft]),
        ("graph_version", s.graph_version.is_some(), &[Facebook]),
        ("team_id", s.team_id.is_some(), &[Apple]),
        ("key_id", s.key_id.is_some(), &[Apple]),
        ("map", s.map.is_some(), &[Oauth2]),
        ("scope_sep", s.scope_sep.is_some(), &[Oauth2]),
        ("token_response", s.token_response.is_some(), &[Oauth2]),
        ("userinfo_auth", s.userinfo_auth.is_some(), &[Oauth2]),
        ("userinfo_hmac", s.userinfo_hmac.is_some(), &[Oauth2]),
        ("emails", s.emails.is_some(), &[Oauth2]),
    ];
    for (field, is_set, kinds) in fields {
        fault(faults, *is_set && !kinds.contains(&s.kind), field, "does not belong to this kind of provider");
    }
    let base = s.base_url.is_some() && generic.contains(&s.kind);
    fault(faults, base, "base_url", "does not belong to this kind of provider: it has an issuer");
}

fn openid(s: &ProviderSettings, faults: &mut ProviderFaults) {
    if s.kind != ProviderKind::Oidc {
        return;
    }
    fault(faults, s.issuer.is_none(), "issuer", "is needed");
    let off = s.discovery == Some(Discovery::Off);
    fault(faults, off && s.authorize_url.is_none(), "authorize_url", "is needed without discovery");
    fault(faults, off && s.token_url.is_none(), "token_url", "is needed without discovery");
    fault(faults, off && s.jwks_url.is_none(), "jwks_url", "is needed without discovery");
    let fixed = [
        ("authorize_url", &s.authorize_url),
        ("token_url", &s.token_url),
        ("userinfo_url", &s.userinfo_url),
        ("jwks_url", &s.jwks_url),
        ("end_session_url", &s.end_session_url),
    ];
    for (field, url) in fixed {
        fault(faults, !off && url.is_some(), field, "comes from discovery: set discovery to off to give it by hand");
    }
    let unknown = s.algorithms.iter().any(|alg| !ALGORITHMS.contains(&alg.as_str()));
    fault(faults, unknown, "algorithms", "must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256 and ES384");
}

fn plain_oauth(s: &ProviderSettings, faults: &mut ProviderFaults) {
    if s.kind != ProviderKind::Oauth2 {
        return;
    }
    let needed = [
        ("issuer", s.issuer.is_none()),
        ("authorize_url", s.authorize_url.is_none()),
        ("token_url", s.token_url.is_none()),
        ("userinfo_url", s.userinfo_url.is_none()),
        ("map", s.map.is_none()),
    ];
    for (field, missing) in needed {
        fault(faults, missing, field, "is needed");
    }
    for (field, pointer) in s.map.iter().flat_map(super::UserMap::pointers) {
        fault(
            faults,
            !pointer.starts_with('/') || pointer.len() > 200,
            field,
            "must be a JSON Pointer, such as /data/id",
        );
    }
    let sep = s.scope_sep.as_deref().is_some_and(|sep| ![" ", ",", "+", ";"].contains(&sep));
    fault(faults, sep, "scope_sep", "must be a space, a comma, a semicolon or a plus");
    let unsecret = s.userinfo_hmac.is_some() && s.client_auth == Some(ClientAuth::None);
    fault(faults, unsecret, "userinfo_hmac", "needs a client secret");
    let bad = s.userinfo_hmac.as_deref().is_some_and(|name| !is_plain(name, 40));
    fault(faults, bad, "userinfo_hmac", "must be the name of a parameter");
}

fn is_domain(text: &str) -> bool {
    text.contains('.') && crate::email::Email::parse(&format!("a@{text}")).is_ok()
}

fn google(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = s.hd.as_deref().is_some_and(|hd| hd != "*" && !is_domain(hd));
    fault(faults, bad, "hd", "must be a domain, or * for any Workspace");
}

fn facebook(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let is_version = |text: &str| {
        let parts = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
        let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        parts.is_some_and(|(major, minor)| digits(major) && digits(minor))
    };
    let bad = s.graph_version.as_deref().is_some_and(|version| !is_version(version));
    fault(faults, bad, "graph_version", "must look like v25.0");
}

fn apple(s: &ProviderSettings, faults: &mut ProviderFaults) {
    if s.kind != ProviderKind::Apple {
        return;
    }
    let is_ten = |text: &Option<String>| {
        text.as_deref().is_some_and(|text| text.len() == 10 && text.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    for (field, text) in [("team_id", &s.team_id), ("key_id", &s.key_id)] {
        // A simulator accepts a plain secret, so nothing is signed with the key.
        let spared = s.base_url.is_some() && text.is_none();
        fault(faults, !spared && !is_ten(text), field, "must be the ten letters and digits that Apple gave");
    }
}

fn is_tenant_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

/// Whether the text is a tenant of Microsoft, or one of the names for several tenants.
pub(super) fn is_tenant(text: &str) -> bool {
    matches!(text, "common" | "organizations" | "consumers") || is_tenant_id(text)
}

fn microsoft(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = s.tenant.as_deref().is_some_and(|tenant| !is_tenant(tenant));
    fault(faults, bad, "tenant", "must be common, organizations, consumers, or a tenant's id");
    let bad = s.allowed_tenants.iter().any(|tenant| !is_tenant_id(tenant));
    fault(faults, bad, "allowed_tenants", "must be tenants' ids");
}

fn trust(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let facebook = s.kind == ProviderKind::Facebook;
    let raised = facebook && !matches!(s.email_trust, None | Some(EmailTrustRule::Never));
    fault(faults, raised, "email_trust", "must be never: Facebook does not say whether it checked an address");
    let generic = matches!(s.kind, ProviderKind::Oidc | ProviderKind::Oauth2);
    let owned = !facebook && !generic && s.email_trust == Some(EmailTrustRule::Authoritative);
    fault(
        faults,
        owned,
        "email_trust",
        "must be never or verified: name this provider's domains in authoritative_domains",
    );
    let listed = facebook && !s.authoritative_domains.is_empty();
    fault(
        faults,
        listed,
        "authoritative_domains",
        "must be empty: Facebook does not say whether it checked an address",
    );
    let bad = s.authoritative_domains.iter().any(|domain| !is_domain(domain));
    fault(faults, bad, "authoritative_domains", "must be domains");
}

fn extra(s: &ProviderSettings, faults: &mut ProviderFaults) {
    let reserved = s.extra_params.keys().any(|name| RESERVED.contains(&name.as_str()));
    fault(faults, reserved, "extra_params", "must not hold what Usher sets itself");
    let bad = s.extra_params.len() > 20
        || s.extra_params.iter().any(|(name, value)| !is_plain(name, 60) || value.len() > 500);
    fault(faults, bad, "extra_params", "must be at most 20 short parameters");
    let posted = s.response_mode == Some(ResponseMode::FormPost) && s.pkce == Some(super::Pkce::Off);
    fault(faults, posted, "pkce", "must not be off where the answer is posted");
}
