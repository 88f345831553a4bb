//! The configuration of an upstream provider, checked before it is used.
//!
//! The client secret (for Apple the private key) is stored separately and never part of these settings.

mod check;
mod kind;
mod mapping;
pub mod setting;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::email::Email;
use crate::email::trust::EmailTrust;
use crate::wire_names::wire_names;
use setting::{OwnValue, ProviderSetting};

pub use check::{ProviderFault, ProviderFaults, is_domain, is_plain};
pub use kind::{
    EventUrl, KindName, KindTitle, ProviderEventEndpoint, ProviderKind, ProviderKinds, Scopes, SecretField, SecretNeed,
    SettingsError, TrustLimit, UnknownKind,
};
pub use mapping::{EmailList, EmailPick, EmailVerified, SubjectType, TokenForm, UserMap, UserinfoAuth};

/// The id of a provider in URLs (`/upstream/{provider}/start`): `[a-z0-9][a-z0-9-]{0,31}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderId(String);

/// The text is no valid provider id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id must be 1 to 32 of a-z, 0-9 and -, and not begin with -")]
pub struct NotAProviderId;

impl ProviderId {
    /// The id.
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

wire_names! {
    /// How far upstream email addresses are trusted. If unset, the rule of the kind applies.
    EmailTrustRule, UnknownEmailTrustRule, "trust in addresses":
    /// No address counts as verified.
    Never = "never";
    /// A verified address counts as verified.
    Verified = "verified";
    /// A verified address counts as issued by the provider: for a provider that the operator runs.
    Authoritative = "authoritative";
}

wire_names! {
    /// What happens if a verified address belongs to an account.
    LinkPolicy, UnknownLinkPolicy, "link policy":
    /// The person signs in to that account first.
    Confirm = "confirm";
    /// The person enters a code sent to that address.
    VerifyMail = "verify_mail";
    /// It is linked at once if the provider issues the address.
    Auto = "auto";
}

wire_names! {
    /// How the metadata of an OpenID Provider is used.
    Discovery, UnknownDiscovery, "way of discovery":
    /// The document must name exactly the configured issuer.
    Strict = "strict";
    /// The document may name another issuer than its URL; tokens must still name the configured one.
    Lenient = "lenient";
    /// No document: every endpoint is configured.
    Off = "off";
}

wire_names! {
    /// How Usher authenticates at the token endpoint.
    ClientAuth, UnknownClientAuth, "way of client authentication":
    /// In the `Authorization` header (RFC 6749 §2.3.1).
    Basic = "basic";
    /// In the body.
    Post = "post";
    /// Not at all: a public client with PKCE.
    None = "none";
}

wire_names! {
    /// Whether PKCE is used (RFC 7636).
    Pkce, UnknownPkce, "way of PKCE":
    /// With SHA-256.
    S256 = "s256";
    /// Not used: for servers that refuse the parameter.
    Off = "off";
}

wire_names! {
    /// The response mode of the authorization response.
    ResponseMode, UnknownResponseMode, "response mode":
    /// In the query.
    Query = "query";
    /// In a form that the browser posts.
    FormPost = "form_post";
}

/// The settings of an upstream provider. They are a flat table, so that a form, the command line and `[[provider]]` can
/// write them; [`ProviderKinds`] reads and checks what somebody wrote.
#[expect(clippy::struct_excessive_bools, reason = "a flat table: each is a setting of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderSettings {
    /// Its id in URLs.
    pub id: ProviderId,
    /// Its kind.
    pub kind: KindName,
    /// The text of the button; the brand if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether people can sign in with it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether it may create accounts.
    #[serde(default = "yes")]
    pub sign_up: bool,
    /// The `client_id` that the provider issued.
    pub client_id: String,
    /// Requested scopes; those of the kind if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Base URL instead of the provider's own: a simulator, or a self-hosted edition. For Microsoft with or without the
    /// tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// `oidc`, `oauth2`: the issuer. Part of every identity's key, so it must never change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// `oidc`: how its metadata is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery: Option<Discovery>,
    /// `oidc` without discovery, `oauth2`: authorization endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// `oidc` without discovery, `oauth2`: token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// `oidc` without discovery, `oauth2`: userinfo endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_url: Option<String>,
    /// `oidc` without discovery: its key set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// `oidc` without discovery: its logout endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_url: Option<String>,
    /// `oidc`, `oauth2`: how Usher authenticates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_auth: Option<ClientAuth>,
    /// `oidc`, `oauth2`: whether PKCE is used; yes if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkce: Option<Pkce>,
    /// `oidc`: accepted algorithms of ID tokens; RS256 if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub algorithms: Vec<String>,
    /// `oidc`, `oauth2`: require `iss` in responses (RFC 9207) even if the metadata does not announce it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_iss: bool,
    /// `oidc`, `oauth2`: the response mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_mode: Option<ResponseMode>,
    /// `oidc`: whether its identity assertions (ID-JAG) are accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub identity_assertions: bool,
    /// The settings that only its kind has, by name.
    #[serde(flatten)]
    pub own: BTreeMap<String, OwnValue>,
    /// How far its email addresses are trusted; the rule of the kind if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_trust: Option<EmailTrustRule>,
    /// Domains whose addresses this provider issues.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authoritative_domains: Vec<String>,
    /// Whether `mfa` in its `amr` is trusted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trust_factors: bool,
    /// What happens if a verified address belongs to an account.
    #[serde(default = "confirm")]
    pub link_policy: LinkPolicy,
    /// Further parameters of the authorization request. Those of Usher take precedence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_params: BTreeMap<String, String>,
    /// `oauth2`: where its userinfo response holds the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<UserMap>,
    /// `oauth2`: the separator of scopes; a space if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_sep: Option<String>,
    /// `oauth2`: the format of the token response; JSON if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_response: Option<TokenForm>,
    /// `oauth2`: how the access token is sent to the userinfo endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_auth: Option<UserinfoAuth>,
    /// `oauth2`: name of a parameter with the HMAC of the access token under our secret, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_hmac: Option<String>,
    /// `oauth2`: a second request for email addresses.
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
    /// Settings with the defaults of the kind.
    pub fn new(id: ProviderId, kind: &ProviderKind, client_id: impl Into<String>) -> Self {
        Self {
            id,
            kind: kind.into(),
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
            identity_assertions: false,
            own: BTreeMap::new(),
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

    /// With a setting that only its kind has.
    #[must_use]
    pub fn with(mut self, setting: &ProviderSetting, value: impl Into<OwnValue>) -> Self {
        self.own.insert(setting.name.to_owned(), value.into());
        self
    }

    /// The text of a setting that only its kind has.
    pub fn text(&self, setting: &ProviderSetting) -> Option<&str> {
        match self.own.get(setting.name) {
            Some(OwnValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The items of a list that only its kind has.
    pub fn list(&self, setting: &ProviderSetting) -> &[String] {
        match self.own.get(setting.name) {
            Some(OwnValue::List(items)) => items,
            _ => &[],
        }
    }

    /// The label, unless it is empty.
    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref().filter(|label| !label.is_empty())
    }

    /// The settings that have a value, by name.
    pub fn members(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            // Texts, flags and lists always become an object.
            _ => Map::new(),
        }
    }

    /// The trust in `email` from this provider, given that its own rules make it `claimed`.
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
}
