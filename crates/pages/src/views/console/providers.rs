//! The console: the providers that people sign in with.

use askama::Template;

use crate::views::{FieldErrors, Form, Page};

/// Every provider, and the kinds that can be added.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/providers.html")]
pub struct ConsoleProviders {
    /// The chrome.
    pub page: Page,
    /// The providers, the first one first.
    pub providers: Vec<ProviderRow>,
    /// What can be added.
    pub kinds: Vec<ProviderKindLink>,
    /// Good news.
    pub notice: Option<String>,
    /// Back to the console.
    pub console_url: String,
}

/// One provider in the list.
#[derive(Clone, Debug, Default)]
pub struct ProviderRow {
    /// Its name in addresses.
    pub id: String,
    /// What its button says.
    pub name: String,
    /// Its page.
    pub url: String,
    /// May people sign in with it?
    pub enabled: bool,
    /// Is it written in the configuration file?
    pub managed: bool,
    /// Where it sends people back to.
    pub callback_url: String,
}

/// A kind of provider to add.
#[derive(Clone, Debug, Default)]
pub struct ProviderKindLink {
    /// Its word: `google`.
    pub kind: String,
    /// The form for it.
    pub url: String,
}

impl ProviderKindLink {
    /// What it is called.
    pub fn name(&self, page: &Page) -> String {
        kind_name(page, &self.kind)
    }
}

/// One provider: its form, what can be done with it, and how a test went.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of the provider")]
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/provider.html")]
pub struct ProviderPage {
    /// The chrome.
    pub page: Page,
    /// The fields of [`ProviderValues`]; button `do` = `save`, `enable`, `disable`, `remove`, `test`.
    pub form: Form,
    /// Its word: `google`.
    pub kind: String,
    /// What its button says; empty for one that is being added.
    pub name: String,
    /// Is it there already? Its name in addresses is then fixed.
    pub editing: bool,
    /// May people sign in with it?
    pub enabled: bool,
    /// Is it written in the configuration file, and changed only there?
    pub managed: bool,
    /// Where it sends people back to, once that is known.
    pub callback_url: String,
    /// Where it tells what becomes of its accounts: `(key of the name, address)`.
    pub notice_urls: Vec<(&'static str, String)>,
    /// Is a secret kept? It is never shown.
    pub has_secret: bool,
    /// What the form holds.
    pub values: ProviderValues,
    /// What was wrong with it.
    pub errors: FieldErrors,
    /// Good news.
    pub notice: Option<String>,
    /// How each step of a test went, once it was tried.
    pub steps: Vec<StepView>,
    /// Back to all providers.
    pub providers_url: String,
}

/// What the form of a provider holds. Lists are separated by spaces.
#[derive(Clone, Debug, Default)]
pub struct ProviderValues {
    /// `(name, value)` of each field that the kind has, in order.
    pub texts: Vec<(&'static str, String)>,
    /// May it make new accounts?
    pub sign_up: bool,
    /// `confirm`, `verify_mail` or `auto`.
    pub link_policy: String,
    /// Empty, `never`, `verified` or `authoritative`.
    pub email_trust: String,
    /// Every other setting, as JSON.
    pub rest: String,
}

/// One step of a test.
#[derive(Clone, Debug, Default)]
pub struct StepView {
    /// `metadata`, `keys`, `token endpoint` or `client secret`.
    pub step: &'static str,
    /// The public word of what went wrong, and our own words for it.
    pub trouble: Option<(&'static str, String)>,
}

impl StepView {
    /// The key of what was tried.
    pub fn step_key(&self) -> &'static str {
        match self.step {
            "metadata" => "provider-step-metadata",
            "keys" => "provider-step-keys",
            "client secret" => "provider-step-secret",
            _ => "provider-step-token",
        }
    }

    /// The key of what to make of the trouble.
    pub fn advice_key(word: &str) -> &'static str {
        match word {
            "unavailable" => "provider-advice-unavailable",
            "misconfigured" => "provider-advice-misconfigured",
            _ => "provider-advice-misbehaved",
        }
    }
}

/// One text field as the form shows it.
pub struct FieldView {
    /// Its name.
    pub name: &'static str,
    /// What it is called.
    pub label: String,
    /// What to know about it.
    pub hint: String,
    /// What it holds.
    pub value: String,
    /// Must it be filled in?
    pub required: bool,
}

/// Fields: name, key of the label, key of the hint.
const FIELDS: [(&str, &str, &str); 15] = [
    ("id", "provider-id", "provider-id-hint"),
    ("label", "provider-label", "provider-label-hint"),
    ("client_id", "client-id", ""),
    ("issuer", "provider-issuer", "provider-issuer-hint"),
    ("authorize_url", "provider-authorize-url", ""),
    ("token_url", "provider-token-url", ""),
    ("userinfo_url", "provider-userinfo-url", ""),
    ("hd", "provider-hd", "provider-hd-hint"),
    ("tenant", "provider-tenant", "provider-tenant-hint"),
    ("allowed_tenants", "provider-allowed-tenants", "provider-allowed-tenants-hint"),
    ("graph_version", "provider-graph-version", ""),
    ("team_id", "provider-team-id", ""),
    ("key_id", "provider-key-id", ""),
    ("scopes", "provider-scopes", "provider-scopes-hint"),
    ("base_url", "provider-base-url", "provider-base-url-hint"),
];

impl ProviderPage {
    /// The text fields.
    pub fn fields(&self) -> Vec<FieldView> {
        let words = |key: &str| if key.is_empty() { String::new() } else { self.page.t(key) };
        let generic = matches!(self.kind.as_str(), "oidc" | "oauth2");
        let required = |name: &str| match name {
            "id" | "client_id" => true,
            "label" | "issuer" | "authorize_url" | "token_url" | "userinfo_url" => generic,
            _ => false,
        };
        let view = |(name, value): &(&'static str, String)| {
            let (_, label, hint) = FIELDS.iter().find(|(known, _, _)| known == name)?;
            let (label, hint) = (words(label), words(hint));
            Some(FieldView { name, label, hint, value: value.clone(), required: required(name) })
        };
        self.values.texts.iter().filter_map(view).collect()
    }

    /// What it is called.
    pub fn kind_name(&self) -> String {
        kind_name(&self.page, &self.kind)
    }

    /// Where to register with it.
    pub fn register_hint(&self) -> String {
        self.page.t(match self.kind.as_str() {
            "google" => "provider-register-google",
            "facebook" => "provider-register-facebook",
            "x" => "provider-register-x",
            "github" => "provider-register-github",
            "apple" => "provider-register-apple",
            "microsoft" => "provider-register-microsoft",
            _ => "provider-register-other",
        })
    }

    /// What to know about the secret's field.
    pub fn secret_hint(&self) -> String {
        self.page.t(match (self.has_secret, self.kind.as_str()) {
            (true, _) => "provider-secret-kept",
            (false, "apple") => "provider-private-key-hint",
            (false, _) => "provider-secret-hint",
        })
    }

    /// What may happen when an address is known here: `(value, words, chosen)`.
    pub fn link_policies(&self) -> Vec<(&'static str, String, bool)> {
        let all = [
            ("confirm", "provider-link-confirm"),
            ("verify_mail", "provider-link-mail"),
            ("auto", "provider-link-auto"),
        ];
        all.map(|(value, key)| (value, self.page.t(key), self.values.link_policy == value)).to_vec()
    }

    /// How far its word may go: `(value, words, chosen)`.
    pub fn email_trusts(&self) -> Vec<(&'static str, String, bool)> {
        let all = [
            ("", "provider-trust-own"),
            ("never", "provider-trust-never"),
            ("verified", "provider-trust-verified"),
            ("authoritative", "provider-trust-authoritative"),
        ];
        all.map(|(value, key)| (value, self.page.t(key), self.values.email_trust == value)).to_vec()
    }

    /// Is there anything to see among the rarer settings?
    pub fn says_more(&self) -> bool {
        let set = !self.values.rest.is_empty() || !self.values.email_trust.is_empty();
        set || ["rest", "email_trust", "link_policy"].iter().any(|field| self.errors.of(field).is_some())
    }
}

fn kind_name(page: &Page, kind: &str) -> String {
    match kind {
        "google" => "Google".to_owned(),
        "facebook" => "Facebook".to_owned(),
        "x" => "X".to_owned(),
        "github" => "GitHub".to_owned(),
        "apple" => "Apple".to_owned(),
        "microsoft" => "Microsoft".to_owned(),
        "oidc" => page.t("provider-kind-oidc"),
        _ => page.t("provider-kind-oauth2"),
    }
}
