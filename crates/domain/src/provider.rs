//! An upstream provider as an operator configures it: data, checked before anybody is sent there.
//!
//! The client secret (Apple's private key) is held apart and never part of these settings.

mod check;
mod mapping;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::email::Email;
use super::identity::EmailTrust;
use super::text::without_invisible;
use super::words::words;

pub use check::ProviderFault;
pub use mapping::{EmailList, EmailPick, EmailVerified, SubjectType, TokenForm, UserMap, UserinfoAuth};

/// The name of a provider in URLs (`/upstream/{provider}/start`): `[a-z0-9][a-z0-9-]{0,31}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderId(String);

/// The text cannot be the name of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id must be 1 to 32 of a-z, 0-9 and -, and not begin with -")]
pub struct NotAProviderId;

impl ProviderId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderId {
    type Err = NotAProviderId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=32).contains(&text.len())
            && !text.starts_with('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned())).ok_or(NotAProviderId)
    }
}

impl TryFrom<String> for ProviderId {
    type Error = NotAProviderId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ProviderId> for String {
    fn from(id: ProviderId) -> Self {
        id.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

words! {
    /// Which manners a provider has.
    ProviderKind, UnknownProviderKind, "kind of provider":
    /// Google Accounts.
    Google = "google";
    /// Facebook Login.
    Facebook = "facebook";
    /// X, once Twitter.
    X = "x";
    /// GitHub.
    Github = "github";
    /// Sign in with Apple.
    Apple = "apple";
    /// Microsoft Entra ID and personal accounts.
    Microsoft = "microsoft";
    /// Any OpenID Provider.
    Oidc = "oidc";
    /// Any OAuth 2 server that tells who the person is.
    Oauth2 = "oauth2";
}

impl From<ProviderKind> for ProviderId {
    /// The usual name of a provider of that kind.
    fn from(kind: ProviderKind) -> Self {
        Self(kind.as_str().to_owned())
    }
}

impl ProviderKind {
    /// The name people know it by; empty for the generic kinds, which need a label.
    pub const fn brand(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Facebook => "Facebook",
            Self::X => "X",
            Self::Github => "GitHub",
            Self::Apple => "Apple",
            Self::Microsoft => "Microsoft",
            Self::Oidc | Self::Oauth2 => "",
        }
    }

    /// What is asked for where the operator says nothing.
    pub const fn default_scopes(self) -> &'static [&'static str] {
        match self {
            Self::Google | Self::Microsoft | Self::Oidc => &["openid", "email", "profile"],
            Self::Facebook => &["email", "public_profile"],
            Self::X => &["users.read", "tweet.read", "users.email"],
            Self::Github => &["read:user", "user:email"],
            Self::Apple => &["name", "email"],
            Self::Oauth2 => &[],
        }
    }
}

words! {
    /// How far an upstream's word about an address is taken. Where it is not set, the kind's own rule holds.
    EmailTrustRule, UnknownEmailTrustRule, "trust in addresses":
    /// No address counts as checked.
    Never = "never";
    /// A checked address counts as checked, and no more.
    Verified = "verified";
    /// A checked address counts as owned: for a provider that the operator runs.
    Authoritative = "authoritative";
}

words! {
    /// What happens when a checked address belongs to an account already.
    LinkPolicy, UnknownLinkPolicy, "link policy":
    /// The person signs in to that account first.
    Confirm = "confirm";
    /// The person types a code mailed to that address.
    VerifyMail = "verify_mail";
    /// Linked at once, where the upstream is the authority for the address.
    Auto = "auto";
}

words! {
    /// How an OpenID Provider's metadata is taken.
    Discovery, UnknownDiscovery, "way of discovery":
    /// The document must name exactly the configured issuer.
    Strict = "strict";
    /// The document may name another issuer than the address it stands at; tokens must still name the configured one.
    Lenient = "lenient";
    /// No document: every endpoint is configured.
    Off = "off";
}

words! {
    /// How we prove ourselves at the token endpoint.
    ClientAuth, UnknownClientAuth, "way of client authentication":
    /// In the `Authorization` header (RFC 6749 §2.3.1).
    Basic = "basic";
    /// In the body.
    Post = "post";
    /// Not at all: a public client with PKCE.
    None = "none";
}

words! {
    /// Whether the code is bound to our browser's flow (RFC 7636).
    Pkce, UnknownPkce, "way of PKCE":
    /// By SHA-256.
    S256 = "s256";
    /// Not: for servers that refuse the parameter.
    Off = "off";
}

words! {
    /// How the answer comes back.
    ResponseMode, UnknownResponseMode, "response mode":
    /// In the query.
    Query = "query";
    /// In a form that the browser posts.
    FormPost = "form_post";
}

/// An upstream provider, as configured. A flat table, so that a form, a command line and `[[provider]]` all write it;
/// [`ProviderSettings::check`] says which field does not belong to the kind.
#[expect(clippy::struct_excessive_bools, reason = "a flat table: each is a setting of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Its name in URLs.
    pub id: ProviderId,
    /// Its manners.
    pub kind: ProviderKind,
    /// What the button says; the brand where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// May people sign in with it?
    #[serde(default = "yes")]
    pub enabled: bool,
    /// May it make new accounts?
    #[serde(default = "yes")]
    pub sign_up: bool,
    /// The `client_id` that the provider gave us.
    pub client_id: String,
    /// What we ask for; the kind's own list where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Stands in for every address of the provider: a simulator, or a self-hosted edition. For Microsoft with or without the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// `oidc`, `oauth2`: who vouches. Part of every identity's key, so it is never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// `oidc`: how its metadata is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery: Option<Discovery>,
    /// `oidc` without discovery, `oauth2`: where people are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// `oidc` without discovery, `oauth2`: where codes are exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// `oidc` without discovery, `oauth2`: where it says who the person is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_url: Option<String>,
    /// `oidc` without discovery: its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// `oidc` without discovery: where people sign out there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_url: Option<String>,
    /// `oidc`, `oauth2`: how we prove ourselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_auth: Option<ClientAuth>,
    /// `oidc`, `oauth2`: is the code bound to the flow? Yes where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkce: Option<Pkce>,
    /// `oidc`: the algorithms its ID tokens may be signed with. RS256 where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub algorithms: Vec<String>,
    /// `oidc`, `oauth2`: refuse answers without `iss` (RFC 9207) even where the metadata does not promise it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_iss: bool,
    /// `oidc`, `oauth2`: how the answer comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_mode: Option<ResponseMode>,
    /// `google`: only accounts of this Workspace domain; `*` for any Workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hd: Option<String>,
    /// `microsoft`: `common` (where absent), `organizations`, `consumers`, or a tenant's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// `microsoft`: only accounts of these tenants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_tenants: Vec<String>,
    /// `facebook`: version of the Graph API; `v25.0` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_version: Option<String>,
    /// `apple`: the ten characters of the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// `apple`: the ten characters of the private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// How far its word about addresses is taken; the kind's own rule where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_trust: Option<EmailTrustRule>,
    /// Domains whose addresses this provider hands out itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authoritative_domains: Vec<String>,
    /// Do its words for two factors (`mfa` in `amr`) count here?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trust_factors: bool,
    /// What happens when a checked address belongs to an account already.
    #[serde(default = "confirm")]
    pub link_policy: LinkPolicy,
    /// Further parameters for the authorization request. Those that Usher sets itself win.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_params: BTreeMap<String, String>,
    /// `oauth2`: where in its answers the person is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<UserMap>,
    /// `oauth2`: what stands between two scopes; a space where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_sep: Option<String>,
    /// `oauth2`: the form of the token answer; JSON where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_response: Option<TokenForm>,
    /// `oauth2`: how the access token is shown to the userinfo endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_auth: Option<UserinfoAuth>,
    /// `oauth2`: name of a parameter that holds the HMAC of the access token under our secret, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_hmac: Option<String>,
    /// `oauth2`: a second call for addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<EmailList>,
}

fn yes() -> bool {
    true
}

fn confirm() -> LinkPolicy {
    LinkPolicy::Confirm
}

impl ProviderSettings {
    /// Settings with everything but the essentials left to the kind.
    pub fn new(id: ProviderId, kind: ProviderKind, client_id: impl Into<String>) -> Self {
        Self {
            id,
            kind,
            label: None,
            enabled: true,
            sign_up: true,
            client_id: client_id.into(),
            scopes: Vec::new(),
            base_url: None,
            issuer: None,
            discovery: None,
            authorize_url: None,
            token_url: None,
            userinfo_url: None,
            jwks_url: None,
            end_session_url: None,
            client_auth: None,
            pkce: None,
            algorithms: Vec::new(),
            require_iss: false,
            response_mode: None,
            hd: None,
            tenant: None,
            allowed_tenants: Vec::new(),
            graph_version: None,
            team_id: None,
            key_id: None,
            email_trust: None,
            authoritative_domains: Vec::new(),
            trust_factors: false,
            link_policy: LinkPolicy::Confirm,
            extra_params: BTreeMap::new(),
            map: None,
            scope_sep: None,
            token_response: None,
            userinfo_auth: None,
            userinfo_hmac: None,
            emails: None,
        }
    }

    /// The same, spelt in the one way that is kept: a label without invisible characters and spaces around it; a Microsoft
    /// address that ends in a tenant is told apart from it.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.label = self.label.map(|label| without_invisible(&label).trim().to_owned());
        let Some(base) = self.base_url.as_deref().map(|base| base.trim_end_matches('/')) else { return self };
        let (above, last) = base.rsplit_once('/').unwrap_or_default();
        if self.kind == ProviderKind::Microsoft && check::is_tenant(last) && self.tenant.is_none() {
            self.tenant = Some(last.to_owned());
        }
        let tenant = self.tenant.as_deref().filter(|_| self.kind == ProviderKind::Microsoft);
        self.base_url = Some(if tenant == Some(last) { above } else { base }.to_owned());
        self
    }

    /// What the button says.
    pub fn name(&self) -> &str {
        self.label.as_deref().filter(|label| !label.is_empty()).unwrap_or(match self.kind.brand() {
            "" => self.id.as_str(),
            brand => brand,
        })
    }

    /// What is asked for.
    pub fn asked_scopes(&self) -> Vec<String> {
        if self.scopes.is_empty() {
            return self.kind.default_scopes().iter().map(|scope| (*scope).to_owned()).collect();
        }
        self.scopes.clone()
    }

    /// Does it need a secret to be of use? X and the generic kinds also know public clients.
    pub fn needs_secret(&self) -> bool {
        match self.kind {
            ProviderKind::X => false,
            ProviderKind::Oidc | ProviderKind::Oauth2 => self.client_auth != Some(ClientAuth::None),
            _ => true,
        }
    }

    /// Does its answer come as a cross-site POST, without our cookies?
    pub fn posts_back(&self) -> bool {
        self.kind == ProviderKind::Apple || self.response_mode == Some(ResponseMode::FormPost)
    }

    /// How far this provider's word about `email` goes, when its own manners make it `claimed`.
    pub fn judge(&self, email: &Email, claimed: EmailTrust) -> EmailTrust {
        let domain = email.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
        let own = self.authoritative_domains.iter().any(|listed| listed.eq_ignore_ascii_case(domain));
        match (claimed, self.email_trust) {
            (EmailTrust::Unverified, _) | (_, Some(EmailTrustRule::Never)) => EmailTrust::Unverified,
            (_, Some(EmailTrustRule::Authoritative)) => EmailTrust::Authoritative,
            _ if own => EmailTrust::Authoritative,
            (_, Some(EmailTrustRule::Verified)) => EmailTrust::Verified,
            (claimed, None) => claimed,
        }
    }

    /// Would the secret given for `before` now be shown to somebody else? Then it has to be given again.
    pub fn sends_secret_elsewhere(&self, before: &Self) -> bool {
        let places = |s: &Self| {
            let urls = [&s.base_url, &s.issuer, &s.token_url, &s.userinfo_url, &s.authorize_url].map(Clone::clone);
            (s.kind, s.client_id.clone(), urls, s.discovery, s.tenant.clone(), s.client_auth)
        };
        places(self) != places(before)
    }
}
