//! The console: upstream providers.

use askama::Template;

use usher_domain::provider::{KindTitle, ProviderKind};
use usher_domain::urls::ProviderUrls;
use usher_page_kit::views::{FieldErrors, Form, Layout};

/// Every provider, and the kinds that can be added.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/providers.html")]
pub struct ConsoleProviders {
    /// The layout.
    pub page: Layout,
    /// The providers, oldest first.
    pub providers: Vec<ProviderListItem>,
    /// The kinds that can be added.
    pub kinds: Vec<ProviderKindLink>,
    /// Success message.
    pub notice: Option<String>,
}

/// One provider in the list.
#[derive(Clone, Debug, Default)]
pub struct ProviderListItem {
    /// Its id in URLs.
    pub id: String,
    /// Its display name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Is it enabled?
    pub enabled: bool,
    /// Is it defined in the configuration file?
    pub managed: bool,
    /// Its redirect URI.
    pub callback_url: String,
}

/// A kind of provider to add.
#[derive(Clone, Debug)]
pub struct ProviderKindLink {
    pub kind: &'static ProviderKind,
    /// The form's URL.
    pub url: String,
}

impl ProviderKindLink {
    pub const fn kind(&self) -> &'static str {
        self.kind.name
    }

    /// The name of the kind.
    pub fn name(&self, page: &Layout) -> String {
        kind_name(page, self.kind)
    }
}

/// The page of a provider: its form, its actions, and the result of a test.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of the provider")]
#[derive(Clone, Debug, Template)]
#[template(path = "console/provider.html")]
pub struct ProviderPage {
    /// The layout.
    pub page: Layout,
    /// The fields of [`ProviderValues`].
    pub form: Form,
    /// Its actions.
    pub urls: ProviderUrls,
    pub kind: &'static ProviderKind,
    /// Its display name; empty for a new one.
    pub name: String,
    /// Does it exist already? Its id is then fixed.
    pub editing: bool,
    /// Is it enabled?
    pub enabled: bool,
    /// Is it defined in the configuration file, and changed only there?
    pub managed: bool,
    /// Its redirect URI; that of the usual id for a new one.
    pub callback_url: String,
    /// The URLs for its events: `(key of the name, URL)`.
    pub notice_urls: Vec<(&'static str, String)>,
    /// Is a secret stored? It is never shown.
    pub has_secret: bool,
    /// The values of the form.
    pub values: ProviderValues,
    /// The values that the form was loaded with, if it exists already.
    pub loaded: String,
    /// Validation errors.
    pub errors: FieldErrors,
    /// Success message.
    pub notice: Option<String>,
    /// The results of each step of a test, if one was run.
    pub steps: Vec<StepView>,
    /// The claims that were typed to see how they are mapped.
    pub claims: String,
    /// What they are mapped to.
    pub mapped: Option<MappedClaims>,
    /// Why nobody could sign in with them.
    pub claims_trouble: Option<String>,
    /// The list of providers.
    pub providers_url: String,
}

/// What a person with certain claims would get.
#[derive(Clone, Debug, Default)]
pub struct MappedClaims {
    /// The stable id at the provider.
    pub subject: String,
    pub handle: Option<String>,
    pub email: Option<String>,
    /// The message key of how far the address is trusted.
    pub email_trust: &'static str,
    /// `(claim, value)` of the profile.
    pub profile: Vec<(String, String)>,
}

/// The values of the form of a provider. Lists are separated by spaces.
#[derive(Clone, Debug, Default)]
pub struct ProviderValues {
    /// `(name, value)` of each field that the kind has, in order.
    pub texts: Vec<(&'static str, String)>,
    /// May it create accounts?
    pub sign_up: bool,
    /// `confirm`, `verify_mail` or `auto`.
    pub link_policy: String,
    /// Empty, `never`, `verified` or `authoritative`.
    pub email_trust: String,
    /// All other settings, as JSON.
    pub rest: String,
}

/// One step of a test.
#[derive(Clone, Debug, Default)]
pub struct StepView {
    /// `metadata`, `keys`, `token endpoint` or `client secret`.
    pub step: &'static str,
    /// The code of the error, and its message.
    pub trouble: Option<(&'static str, String)>,
}

impl StepView {
    /// The message key of the step.
    pub fn step_key(&self) -> &'static str {
        match self.step {
            "metadata" => "provider-step-metadata",
            "keys" => "provider-step-keys",
            "client secret" => "provider-step-secret",
            _ => "provider-step-token",
        }
    }

    /// The message key of the advice for the error.
    pub fn advice_key(word: &str) -> &'static str {
        match word {
            "unavailable" => "provider-advice-unavailable",
            "misconfigured" => "provider-advice-misconfigured",
            _ => "provider-advice-misbehaved",
        }
    }
}

/// A text field of the form.
pub struct FieldView {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// Its hint.
    pub hint: String,
    /// Its value.
    pub value: String,
    /// Is it required?
    pub required: bool,
}

impl ProviderPage {
    /// The page of a provider to add, with an empty form.
    pub fn new(page: Layout, form: Form, kind: &'static ProviderKind) -> Self {
        Self {
            page,
            form,
            urls: ProviderUrls::default(),
            kind,
            name: String::new(),
            editing: false,
            enabled: true,
            managed: false,
            callback_url: String::new(),
            notice_urls: Vec::new(),
            has_secret: false,
            values: ProviderValues::default(),
            loaded: String::new(),
            errors: FieldErrors::default(),
            notice: None,
            steps: Vec::new(),
            claims: String::new(),
            mapped: None,
            claims_trouble: None,
            providers_url: String::new(),
        }
    }

    /// The text fields.
    pub fn fields(&self) -> Vec<FieldView> {
        let words = |key: &str| if key.is_empty() { String::new() } else { self.page.t(key) };
        let view = |(name, value): &(&'static str, String)| {
            let field = self.kind.form_fields().find(|setting| setting.name == *name)?.field?;
            let (label, hint) = (words(field.label), words(field.hint));
            Some(FieldView { name, label, hint, value: value.clone(), required: self.kind.requires(name) })
        };
        self.values.texts.iter().filter_map(view).collect()
    }

    /// The name of the kind.
    pub fn kind_name(&self) -> String {
        kind_name(&self.page, self.kind)
    }

    /// Where to register a client.
    pub fn register_hint(&self) -> String {
        self.page.t(self.kind.register)
    }

    /// The hint of the secret field.
    pub fn secret_hint(&self) -> String {
        self.page.t(if self.has_secret { "provider-secret-kept" } else { self.kind.secret_field.hint })
    }

    /// What happens if the email address belongs to a user: `(value, label, selected)`.
    pub fn link_policies(&self) -> Vec<(&'static str, String, bool)> {
        let all = [
            ("confirm", "provider-link-confirm"),
            ("verify_mail", "provider-link-mail"),
            ("auto", "provider-link-auto"),
        ];
        all.map(|(value, key)| (value, self.page.t(key), self.values.link_policy == value)).to_vec()
    }

    /// How far its email addresses are trusted: `(value, label, selected)`.
    pub fn email_trusts(&self) -> Vec<(&'static str, String, bool)> {
        let all = [
            ("", "provider-trust-own"),
            ("never", "provider-trust-never"),
            ("verified", "provider-trust-verified"),
            ("authoritative", "provider-trust-authoritative"),
        ];
        all.map(|(value, key)| (value, self.page.t(key), self.values.email_trust == value)).to_vec()
    }

    /// Does an advanced setting have a value?
    pub fn says_more(&self) -> bool {
        let set = !self.values.rest.is_empty() || !self.values.email_trust.is_empty();
        set || ["rest", "email_trust", "link_policy"].iter().any(|field| self.errors.of(field).is_some())
    }
}

fn kind_name(page: &Layout, kind: &ProviderKind) -> String {
    match kind.title {
        KindTitle::Brand(brand) => brand.to_owned(),
        KindTitle::Message(key) => page.t(key),
    }
}
