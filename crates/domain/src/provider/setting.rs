//! Settings of providers that not every kind has: for documents, forms and commands. [`SHARED`] are fields of
//! [`ProviderSettings`](super::ProviderSettings) that several kinds may take; a kind declares its own beside its
//! behaviour, and they are kept by name.

use serde::{Deserialize, Serialize};

/// A setting of a provider.
#[derive(Debug)]
pub struct ProviderSetting {
    /// Its name in files, forms and the database.
    pub name: &'static str,
    /// What it is, for the documentation.
    pub about: &'static str,
    pub shape: Shape,
    /// Its text field in the console's form.
    pub field: Option<Field>,
    /// Its option of `usher provider add`.
    pub option: Option<CommandOption>,
    /// Whether it decides to which server the secret goes.
    pub names_server: bool,
}

/// The JSON type of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// Texts; separated by spaces in forms.
    List,
    /// Anything else, which forms show as JSON.
    Other,
}

/// The keys of a field's texts in the translations.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub label: &'static str,
    /// Empty if it has no hint.
    pub hint: &'static str,
}

/// `--LONG VALUE`
#[derive(Debug, Clone, Copy)]
pub struct CommandOption {
    pub long: &'static str,
    pub value_name: &'static str,
    pub help: &'static str,
}

impl ProviderSetting {
    pub const fn text(name: &'static str, about: &'static str) -> Self {
        Self { name, about, shape: Shape::Text, field: None, option: None, names_server: false }
    }

    pub const fn list(name: &'static str, about: &'static str) -> Self {
        Self { shape: Shape::List, ..Self::text(name, about) }
    }

    pub const fn other(name: &'static str, about: &'static str) -> Self {
        Self { shape: Shape::Other, ..Self::text(name, about) }
    }

    /// With a text field whose label and hint have these keys.
    #[must_use]
    pub const fn field(self, label: &'static str, hint: &'static str) -> Self {
        Self { field: Some(Field { label, hint }), ..self }
    }

    /// With an option of `usher provider add`.
    #[must_use]
    pub const fn option(self, long: &'static str, value_name: &'static str, help: &'static str) -> Self {
        Self { option: Some(CommandOption { long, value_name, help }), ..self }
    }

    /// Deciding to which server the secret goes.
    #[must_use]
    pub const fn naming_the_server(self) -> Self {
        Self { names_server: true, ..self }
    }
}

/// The value of a setting that only one kind has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OwnValue {
    Text(String),
    List(Vec<String>),
}

impl From<&str> for OwnValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for OwnValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for OwnValue {
    fn from(items: Vec<String>) -> Self {
        Self::List(items)
    }
}

/// The settings of every kind.
pub const COMMON: &[&ProviderSetting] = &[
    &ID,
    &ProviderSetting::text("kind", "The kind of provider."),
    &LABEL,
    &ProviderSetting::other("enabled", "Whether people can sign in with it; `true` if absent."),
    &ProviderSetting::other("sign_up", "Whether it may create accounts; `true` if absent."),
    &CLIENT_ID,
    &SCOPES,
    &ProviderSetting::text("email_trust", "How far its email addresses are trusted; the rule of the kind if absent."),
    &ProviderSetting::list("authoritative_domains", "Domains whose addresses this provider issues."),
    &ProviderSetting::other("trust_factors", "Whether `mfa` in its `amr` is trusted."),
    &ProviderSetting::text(
        "link_policy",
        "What happens if a verified address belongs to an account: `confirm` (default), `verify_mail` or `auto`.",
    ),
    &ProviderSetting::other(
        "extra_params",
        "Further parameters of the authorization request. Those of Usher take precedence.",
    ),
];

/// Settings that several kinds take.
pub const SHARED: &[&ProviderSetting] = &[
    &BASE_URL,
    &ISSUER,
    &DISCOVERY,
    &AUTHORIZE_URL,
    &TOKEN_URL,
    &USERINFO_URL,
    &JWKS_URL,
    &END_SESSION_URL,
    &CLIENT_AUTH,
    &PKCE,
    &ALGORITHMS,
    &REQUIRE_ISS,
    &RESPONSE_MODE,
    &IDENTITY_ASSERTIONS,
    &MAP,
    &SCOPE_SEP,
    &TOKEN_RESPONSE,
    &USERINFO_AUTH,
    &USERINFO_HMAC,
    &EMAILS,
];

pub const ID: ProviderSetting =
    ProviderSetting::text("id", "Its id in URLs; the kind if absent.").field("provider-id", "provider-id-hint");
pub const LABEL: ProviderSetting = ProviderSetting::text("label", "The text of the button; the brand if absent.")
    .field("provider-label", "provider-label-hint");
pub const CLIENT_ID: ProviderSetting = ProviderSetting::text("client_id", "The `client_id` that the provider issued.")
    .field("client-id", "")
    .naming_the_server();
pub const SCOPES: ProviderSetting = ProviderSetting::list("scopes", "Requested scopes; those of the kind if absent.")
    .field("provider-scopes", "provider-scopes-hint");
pub const BASE_URL: ProviderSetting =
    ProviderSetting::text("base_url", "Base URL instead of the provider's own: a simulator, or a self-hosted edition.")
        .field("provider-base-url", "provider-base-url-hint")
        .naming_the_server();
pub const ISSUER: ProviderSetting =
    ProviderSetting::text("issuer", "The issuer. Part of every identity's key, so it must never change.")
        .field("provider-issuer", "provider-issuer-hint")
        .option("issuer", "URL", "Issuer (oidc, oauth2); part of every identity, so never change it")
        .naming_the_server();
pub const DISCOVERY: ProviderSetting = ProviderSetting::text(
    "discovery",
    "How its metadata is used: `strict` (default), `lenient` (it may name another issuer), `off`.",
)
.naming_the_server();
pub const AUTHORIZE_URL: ProviderSetting = ProviderSetting::text("authorize_url", "The authorization endpoint.")
    .field("provider-authorize-url", "")
    .naming_the_server();
pub const TOKEN_URL: ProviderSetting =
    ProviderSetting::text("token_url", "The token endpoint.").field("provider-token-url", "").naming_the_server();
pub const USERINFO_URL: ProviderSetting = ProviderSetting::text("userinfo_url", "The userinfo endpoint.")
    .field("provider-userinfo-url", "")
    .naming_the_server();
pub const JWKS_URL: ProviderSetting = ProviderSetting::text("jwks_url", "The key set.");
pub const END_SESSION_URL: ProviderSetting = ProviderSetting::text("end_session_url", "The logout endpoint.");
pub const CLIENT_AUTH: ProviderSetting = ProviderSetting::text(
    "client_auth",
    "How Usher authenticates: `basic`, `post`, or `none` (a public client with PKCE).",
)
.naming_the_server();
pub const PKCE: ProviderSetting = ProviderSetting::text("pkce", "Whether PKCE is used: `s256` (default) or `off`.");
pub const ALGORITHMS: ProviderSetting =
    ProviderSetting::list("algorithms", "Accepted algorithms of ID tokens; `RS256` if absent.");
pub const REQUIRE_ISS: ProviderSetting = ProviderSetting::other(
    "require_iss",
    "Require `iss` in responses (RFC 9207) even if the metadata does not announce it.",
);
pub const RESPONSE_MODE: ProviderSetting =
    ProviderSetting::text("response_mode", "The response mode: `query` or `form_post`.");
pub const IDENTITY_ASSERTIONS: ProviderSetting = ProviderSetting::other(
    "identity_assertions",
    "Whether clients get access tokens for its people by its identity assertions (ID-JAG), without a sign-in here.",
);
pub const MAP: ProviderSetting =
    ProviderSetting::other("map", "Where its userinfo response holds the profile, as JSON Pointers.");
pub const SCOPE_SEP: ProviderSetting =
    ProviderSetting::text("scope_sep", "The separator of scopes; a space if absent.");
pub const TOKEN_RESPONSE: ProviderSetting =
    ProviderSetting::text("token_response", "The format of the token response: `json` (default) or `form`.");
pub const USERINFO_AUTH: ProviderSetting = ProviderSetting::text(
    "userinfo_auth",
    "How the access token is sent to the userinfo endpoint: `bearer` (default), `header:SCHEME` or `query:NAME`.",
);
pub const USERINFO_HMAC: ProviderSetting = ProviderSetting::text(
    "userinfo_hmac",
    "Name of a parameter with the HMAC of the access token under our secret, in hexadecimal.",
);
pub const EMAILS: ProviderSetting = ProviderSetting::other("emails", "A second request for email addresses.");
