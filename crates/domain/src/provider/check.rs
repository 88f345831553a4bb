//! Validation of a provider's settings. One row for each rule; errors name the field.

use std::borrow::Cow;

use url::{Host, Url};

use crate::text::check_name;

use super::{EmailTrustRule, Pkce, ProviderKind, ProviderSettings, ResponseMode, TrustLimit};

/// An invalid setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct ProviderFault {
    /// The field.
    pub field: Cow<'static, str>,
    /// What is wrong with it.
    pub why: Cow<'static, str>,
}

impl ProviderFault {
    pub fn new(field: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), why: why.into() }
    }
}

/// The invalid settings that were found.
#[derive(Debug, Default)]
pub struct ProviderFaults(Vec<ProviderFault>);

impl ProviderFaults {
    /// Adds one if `wrong`.
    pub fn add(&mut self, wrong: bool, field: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) {
        if wrong {
            self.0.push(ProviderFault::new(field, why));
        }
    }
}

type ProviderRule = fn(&ProviderKind, &ProviderSettings, &mut ProviderFaults);

const RULES: &[ProviderRule] = &[names, scopes, addresses, belongs, required, own, trust, extra];

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

impl ProviderKind {
    /// Checks every field, alone and for this kind. All errors, each with its field.
    pub fn checked(&self, settings: &ProviderSettings) -> Result<(), Vec<ProviderFault>> {
        let mut faults = ProviderFaults::default();
        for rule in RULES {
            rule(self, settings, &mut faults);
        }
        if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
    }
}

/// Whether it is a text of 1 to `longest` printable ASCII characters without spaces.
pub fn is_plain(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn names(kind: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    faults.add(!is_plain(&s.client_id, 255), "client_id", "must be 1 to 255 characters without spaces");
    let bad = s.label.as_deref().is_some_and(|label| check_name(label, 60).is_err());
    faults.add(bad, "label", "must be 1 to 60 characters");
    let nameless = kind.brand().is_none() && s.label.is_none();
    faults.add(nameless, "label", "is needed: this kind has no name of its own");
}

fn scopes(kind: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = s.scopes.len() > 50 || s.scopes.iter().any(|scope| !is_plain(scope, 200) || scope.contains(['"', '\\']));
    faults.add(bad, "scopes", "must be a list of words");
    let lacks = |need: &&str| !s.scopes.iter().any(|scope| scope == need);
    let missing = !s.scopes.is_empty() && kind.scopes.required.iter().any(lacks);
    faults.add(missing, "scopes", kind.scopes.why);
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

fn addresses(_: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
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
        faults.add(bad, field, "must be an https address");
    }
    for (field, url) in [("base_url", &s.base_url), ("issuer", &s.issuer)] {
        let bad = url.as_deref().is_some_and(|url| !bare(url));
        faults.add(bad, field, "must be an https address without a query");
    }
    let list = s.emails.as_ref().is_some_and(|list| !is_callable(&list.url));
    faults.add(list, "emails.url", "must be an https address");
}

/// Settings that the kind does not take.
fn belongs(kind: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    for (name, _) in s.members() {
        let foreign = !kind.takes(&name);
        let why = match name.as_str() {
            "base_url" => "does not belong to this kind of provider: it has an issuer",
            _ => "does not belong to this kind of provider",
        };
        faults.add(foreign, name, why);
    }
}

fn required(kind: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    let members = s.members();
    for setting in kind.required {
        faults.add(!members.contains_key(setting.name), setting.name, "is needed");
    }
}

fn own(kind: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    (kind.check)(s, faults);
}

/// Whether the text is a domain whose addresses are valid.
pub fn is_domain(text: &str) -> bool {
    text.contains('.') && crate::email::Email::parse(&format!("a@{text}")).is_ok()
}

fn trust(kind: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    match kind.trust_limit {
        TrustLimit::Never(why) => {
            let raised = !matches!(s.email_trust, None | Some(EmailTrustRule::Never));
            faults.add(raised, "email_trust", format!("must be never: {why}"));
            faults.add(!s.authoritative_domains.is_empty(), "authoritative_domains", format!("must be empty: {why}"));
        }
        TrustLimit::Verified => {
            let why = "must be never or verified: name this provider's domains in authoritative_domains";
            faults.add(s.email_trust == Some(EmailTrustRule::Authoritative), "email_trust", why);
        }
        TrustLimit::Authoritative => (),
    }
    let bad = s.authoritative_domains.iter().any(|domain| !is_domain(domain));
    faults.add(bad, "authoritative_domains", "must be domains");
}

fn extra(_: &ProviderKind, s: &ProviderSettings, faults: &mut ProviderFaults) {
    let reserved = s.extra_params.keys().any(|name| RESERVED.contains(&name.as_str()));
    faults.add(reserved, "extra_params", "must not hold what Usher sets itself");
    let bad = s.extra_params.len() > 20
        || s.extra_params.iter().any(|(name, value)| !is_plain(name, 60) || value.len() > 500);
    faults.add(bad, "extra_params", "must be at most 20 short parameters");
    let posted = s.response_mode == Some(ResponseMode::FormPost) && s.pkce == Some(Pkce::Off);
    faults.add(posted, "pkce", "must not be off where the answer is posted");
}
