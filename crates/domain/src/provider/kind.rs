//! Kinds of providers: what is known of each before one is configured, and the kinds that this server has.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::setting::{BASE_URL, CLIENT_ID, COMMON, ID, LABEL, ProviderSetting, SCOPES, SHARED, Shape};
use super::{ClientAuth, ProviderFault, ProviderFaults, ProviderId, ProviderSettings, ResponseMode};
use crate::text::without_invisible;

/// A kind of provider. Each has one `static`, beside its behaviour, from which forms, commands, checks and documents are
/// made.
pub struct ProviderKind {
    /// Its name in settings, in the database and in commands: `google`.
    pub name: &'static str,
    pub title: KindTitle,
    pub scopes: Scopes,
    /// The settings that it takes, besides those of every kind.
    pub settings: &'static [&'static ProviderSetting],
    /// Those that it needs.
    pub required: &'static [&'static ProviderSetting],
    /// The text fields of its form, after id, label and client id. Its other settings are one field, as JSON.
    pub fields: &'static [&'static ProviderSetting],
    /// The initial text of that JSON field.
    pub other_settings: &'static str,
    pub secret: SecretNeed,
    pub secret_field: SecretField,
    /// The key of the text that says where to register a client.
    pub register: &'static str,
    /// Whether it supports PKCE (RFC 7636).
    pub pkce: bool,
    /// Whether its response arrives as a cross-site POST, without our cookies.
    pub posts_back: bool,
    /// The setting with the URL below which its metadata is, if it has metadata.
    pub metadata_at: Option<&'static ProviderSetting>,
    pub trust_limit: TrustLimit,
    /// Which of its addresses count as verified or as issued by it, for the documentation.
    pub addresses: &'static str,
    /// Where it sends events.
    pub events: &'static [EventUrl],
    /// Brings settings to their canonical form.
    pub canonicalize: fn(ProviderSettings) -> ProviderSettings,
    /// The rules that only this kind has.
    pub check: fn(&ProviderSettings, &mut ProviderFaults),
}

/// How a kind is called.
#[derive(Debug, Clone, Copy)]
pub enum KindTitle {
    /// A brand, which is also the text of its button.
    Brand(&'static str),
    /// The key of a text. Providers of this kind need a label.
    Message(&'static str),
}

/// The scopes of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Scopes {
    /// Requested if none is configured.
    pub default: &'static [&'static str],
    /// Those that a configured list must hold.
    pub required: &'static [&'static str],
    /// What is wrong with a list that does not.
    pub why: &'static str,
}

impl Scopes {
    /// Of an OpenID provider.
    pub const OPENID: Self =
        Self { default: &["openid", "email", "profile"], required: &["openid"], why: "must hold openid" };

    pub const fn of(default: &'static [&'static str]) -> Self {
        Self { default, required: &[], why: "" }
    }
}

/// Whether a kind needs a client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretNeed {
    Always,
    /// It supports public clients.
    Optional,
    /// Unless `client_auth` is `none`.
    UnlessPublic,
}

/// The field of the secret in the console's form.
#[derive(Debug, Clone, Copy)]
pub struct SecretField {
    pub label: &'static str,
    pub hint: &'static str,
    /// The height of the field in lines.
    pub rows: u8,
}

/// How far the operator may trust the addresses of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustLimit {
    /// Not at all, because of this.
    Never(&'static str),
    /// As verified; as issued by the provider only for listed domains.
    Verified,
    /// As issued by the provider.
    Authoritative,
}

/// A URL of ours to which a provider sends events.
#[derive(Debug, Clone, Copy)]
pub struct EventUrl {
    /// The key of its name on the console's page.
    pub label: &'static str,
    pub endpoint: ProviderEventEndpoint,
}

/// The endpoint that received an event from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderEventEndpoint {
    /// Google's security events, Apple's notifications, Facebook's "deauthorize".
    Account,
    /// Facebook's "data deletion".
    DataDeletion,
    /// OpenID Connect Back-Channel Logout.
    BackchannelLogout,
}

impl ProviderKind {
    /// A kind of OAuth 2 providers, with an ordinary client secret, PKCE, and only the settings of every kind.
    pub const fn oauth(name: &'static str, title: KindTitle) -> Self {
        Self {
            name,
            title,
            scopes: Scopes::of(&[]),
            settings: &[&BASE_URL],
            required: &[],
            fields: &[&SCOPES, &BASE_URL],
            other_settings: "",
            secret: SecretNeed::Always,
            secret_field: SecretField { label: "client-secret", hint: "provider-secret-hint", rows: 1 },
            register: "provider-register-other",
            pkce: true,
            posts_back: false,
            metadata_at: None,
            trust_limit: TrustLimit::Verified,
            addresses: "Verified if the provider says so.",
            events: &[],
            canonicalize: |settings| settings,
            check: |_, _| (),
        }
    }

    /// The same for OpenID providers.
    pub const fn openid(name: &'static str, title: KindTitle) -> Self {
        Self { scopes: Scopes::OPENID, metadata_at: Some(&BASE_URL), ..Self::oauth(name, title) }
    }

    pub const fn as_str(&self) -> &'static str {
        self.name
    }

    /// The brand; `None` for kinds whose providers need a label.
    pub const fn brand(&self) -> Option<&'static str> {
        match self.title {
            KindTitle::Brand(brand) => Some(brand),
            KindTitle::Message(_) => None,
        }
    }

    /// The default id of its providers.
    pub fn default_id(&self) -> ProviderId {
        ProviderId(self.name.to_owned())
    }

    /// Whether it takes this setting.
    pub fn takes(&self, name: &str) -> bool {
        COMMON.iter().chain(self.settings).any(|setting| setting.name == name)
    }

    /// Whether it needs this setting.
    pub fn requires(&self, name: &str) -> bool {
        let unbranded = self.brand().is_none() && name == LABEL.name;
        unbranded || [&ID, &CLIENT_ID].iter().chain(self.required).any(|setting| setting.name == name)
    }

    /// All text fields of its form, in order.
    pub fn form_fields(&self) -> impl Iterator<Item = &'static ProviderSetting> {
        [&ID, &LABEL, &CLIENT_ID].into_iter().chain(self.fields.iter().copied())
    }

    /// The text of the button.
    pub fn button<'s>(&self, settings: &'s ProviderSettings) -> &'s str {
        settings.label().or(self.brand()).unwrap_or(settings.id.as_str())
    }

    /// The requested scopes.
    pub fn scopes_of(&self, settings: &ProviderSettings) -> Vec<String> {
        if settings.scopes.is_empty() {
            return self.scopes.default.iter().map(|scope| (*scope).to_owned()).collect();
        }
        settings.scopes.clone()
    }

    /// Whether a provider needs a client secret.
    pub fn needs_secret(&self, settings: &ProviderSettings) -> bool {
        match self.secret {
            SecretNeed::Always => true,
            SecretNeed::Optional => false,
            SecretNeed::UnlessPublic => settings.client_auth != Some(ClientAuth::None),
        }
    }

    /// Whether a provider's response arrives as a cross-site POST.
    pub fn posts_back(&self, settings: &ProviderSettings) -> bool {
        self.posts_back || settings.response_mode == Some(ResponseMode::FormPost)
    }

    /// The settings in canonical form: a label without invisible characters and surrounding spaces, a base URL without
    /// trailing slash, and what the kind adds.
    pub fn canonical(&self, mut settings: ProviderSettings) -> ProviderSettings {
        settings.label = settings.label.map(|label| without_invisible(&label).trim().to_owned());
        settings.base_url = settings.base_url.map(|base| base.trim_end_matches('/').to_owned());
        (self.canonicalize)(settings)
    }

    /// Whether this setting decides to which server the secret goes.
    pub fn names_server(&self, name: &str) -> bool {
        COMMON.iter().chain(SHARED).chain(self.settings).any(|setting| setting.name == name && setting.names_server)
    }

    /// Whether the secret for `before` would now be sent to another server. Then it must be entered again.
    pub fn sends_secret_elsewhere(&self, settings: &ProviderSettings, before: &ProviderSettings) -> bool {
        let server = |settings: &ProviderSettings| {
            let mut members = settings.members();
            members.retain(|name, _| self.names_server(name));
            members
        };
        settings.kind != before.kind || server(settings) != server(before)
    }
}

impl fmt::Debug for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for ProviderKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ProviderKind {}

/// The name of a kind in settings. That the kind exists is checked by [`ProviderKinds`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KindName(String);

impl KindName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&ProviderKind> for KindName {
    fn from(kind: &ProviderKind) -> Self {
        Self(kind.name.to_owned())
    }
}

/// There is no kind of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown variant `{name}`, expected one of {expected}")]
pub struct UnknownKind {
    name: String,
    expected: String,
}

/// Settings that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("unknown field `{name}`, expected one of {expected}")]
    UnknownSetting { name: String, expected: String },
    #[error(transparent)]
    UnknownKind(#[from] UnknownKind),
    #[error(transparent)]
    Value(#[from] serde_json::Error),
}

/// The kinds of providers that this server has, the best known first.
#[derive(Clone, Default)]
pub struct ProviderKinds(Vec<&'static ProviderKind>);

impl fmt::Debug for ProviderKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl FromIterator<&'static ProviderKind> for ProviderKinds {
    fn from_iter<I: IntoIterator<Item = &'static ProviderKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().collect())
    }
}

impl ProviderKinds {
    pub fn iter(&self) -> impl Iterator<Item = &'static ProviderKind> {
        self.0.iter().copied()
    }

    pub fn named(&self, name: &str) -> Result<&'static ProviderKind, UnknownKind> {
        self.iter()
            .find(|kind| kind.name == name)
            .ok_or_else(|| UnknownKind { name: name.to_owned(), expected: quoted(self.iter().map(|kind| kind.name)) })
    }

    /// The kind of a provider.
    pub fn of(&self, settings: &ProviderSettings) -> Result<&'static ProviderKind, UnknownKind> {
        self.named(settings.kind.as_str())
    }

    /// The text of a provider's button; its label or id if the kind is unknown.
    pub fn button<'s>(&self, settings: &'s ProviderSettings) -> &'s str {
        let of_kind = self.of(settings).map(|kind| kind.button(settings));
        of_kind.unwrap_or_else(|_| settings.label().unwrap_or(settings.id.as_str()))
    }

    /// The place of a provider's kind in the list.
    pub fn rank(&self, settings: &ProviderSettings) -> Option<usize> {
        self.iter().position(|kind| kind.name == settings.kind.as_str())
    }

    /// Every setting of any kind, each once.
    pub fn settings(&self) -> Vec<&'static ProviderSetting> {
        let mut all: Vec<&ProviderSetting> = COMMON.iter().chain(SHARED).copied().collect();
        for setting in self.iter().flat_map(|kind| kind.settings) {
            if !all.iter().any(|known| known.name == setting.name) {
                all.push(setting);
            }
        }
        all
    }

    /// Reads settings that somebody wrote: every name is known, and every value is of its type.
    pub fn read(&self, mut members: Map<String, Value>) -> Result<ProviderSettings, SettingsError> {
        let settings = self.settings();
        if let Some(name) = members.keys().find(|name| !settings.iter().any(|setting| setting.name == *name)) {
            let expected = quoted(settings.iter().map(|setting| setting.name));
            return Err(SettingsError::UnknownSetting { name: name.clone(), expected });
        }
        for setting in settings.iter().filter(|setting| !is_field(setting.name)) {
            let is_empty = match setting.shape {
                Shape::List => typed::<Vec<String>>(&members, setting.name)?.is_some_and(|items| items.is_empty()),
                _ => typed::<Option<String>>(&members, setting.name)?.is_some_and(|text| text.is_none()),
            };
            if is_empty {
                members.remove(setting.name);
            }
        }
        let settings: ProviderSettings = serde_json::from_value(Value::Object(members))?;
        self.of(&settings)?;
        Ok(settings)
    }

    /// Checks every field, alone and for the kind.
    pub fn check(&self, settings: &ProviderSettings) -> Result<(), Vec<ProviderFault>> {
        match self.of(settings) {
            Ok(kind) => kind.checked(settings),
            Err(unknown) => Err(vec![ProviderFault::new("kind", unknown.to_string())]),
        }
    }
}

/// Whether a setting is a field of [`ProviderSettings`].
fn is_field(name: &str) -> bool {
    COMMON.iter().chain(SHARED).any(|setting| setting.name == name)
}

fn typed<T: DeserializeOwned>(members: &Map<String, Value>, name: &str) -> serde_json::Result<Option<T>> {
    members.get(name).map(|value| T::deserialize(value.clone())).transpose()
}

fn quoted(names: impl Iterator<Item = &'static str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
