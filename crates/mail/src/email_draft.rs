//! The contents of an email before it is written in the reader's language: which texts it uses, and the values that the
//! texts show. Each email of Usher is one function in [`crate::emails`].
//!
//! No email repeats what an unknown person typed: registering with somebody else's address must not make Usher send
//! them text. So there is no greeting by name, and names are cleaned and escaped.

use askama::Template;

use super::email_brand::EmailBrand;
use super::email_message::{EmailMessage, EmailMessageContent, NotAnAddress, one_line};
use usher_domain::branding::palette::Palette;
use usher_domain::time::Timestamp;
use usher_domain::user::device::DeviceName;
use usher_i18n::{Arg, Lang};

/// The recipient of an email.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    pub email: &'a str,
    /// The display name, for known users.
    pub name: Option<&'a str>,
    pub lang: Lang,
}

/// The email could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Address(#[from] NotAnAddress),
    #[error("cannot render the email: {0}")]
    Template(#[from] askama::Error),
}

/// The name of a second factor or sign-in method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorName {
    /// Codes of an authenticator app (RFC 6238).
    AuthenticatorApp,
    /// A passkey and the name its owner gave it.
    Passkey(String),
    /// The set of recovery codes.
    RecoveryCodes,
    /// A password that was added or removed.
    Password,
}

impl FactorName {
    fn text(&self, lang: Lang) -> String {
        match self {
            Self::AuthenticatorApp => lang.text("mail-factor-app"),
            Self::Passkey(name) => lang.text_with("mail-factor-passkey", &[("name", one_line(name).as_str().into())]),
            Self::RecoveryCodes => lang.text("mail-factor-codes"),
            Self::Password => lang.text("mail-factor-password"),
        }
    }
}

/// A value that a text shows in the reader's language.
#[derive(Debug, Clone)]
enum EmailValue {
    Text(String),
    Factor(FactorName),
    Device(DeviceName),
    /// A network as the log has it, such as `203.0.113.7/32`.
    Network(String),
}

/// An email without its reader and language.
#[derive(Debug, Clone)]
pub struct EmailDraft {
    kind: &'static str,
    /// Its subject is the text `{texts}-subject`, its first paragraph `{texts}-lead`.
    texts: &'static str,
    values: Vec<(&'static str, EmailValue)>,
    count: Option<u32>,
    code: Option<String>,
    /// The keys of the labels, and the URLs.
    buttons: Vec<(&'static str, String)>,
    /// The keys of the paragraphs below the buttons.
    notes: Vec<&'static str>,
    address: AddressKind,
    report: bool,
    way_back: bool,
}

/// Whose address an email goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    OfUser,
    /// Nobody proved yet whose address it is, so it is written without a name.
    Unproven,
    /// The address that the user had until now.
    Former,
}

impl EmailDraft {
    /// An email that the reader asked for.
    pub(crate) fn requested(kind: &'static str, texts: &'static str) -> Self {
        Self {
            kind,
            texts,
            values: Vec::new(),
            count: None,
            code: None,
            buttons: Vec::new(),
            notes: Vec::new(),
            address: AddressKind::OfUser,
            report: false,
            way_back: false,
        }
    }

    /// A security email: something about the reader's account has changed. Its texts may show `$time`, and it has a link
    /// "this wasn't me".
    pub(crate) fn security(kind: &'static str, texts: &'static str) -> Self {
        Self { report: true, ..Self::requested(kind, texts) }
    }

    /// A security email without a link "this wasn't me": nothing is left to protect, or such a report was just made.
    pub(crate) fn last_word(kind: &'static str, texts: &'static str) -> Self {
        Self::requested(kind, texts)
    }

    pub(crate) fn for_unproven_address(self) -> Self {
        Self { address: AddressKind::Unproven, ..self }
    }

    pub(crate) fn for_former_address(self) -> Self {
        Self { address: AddressKind::Former, ..self }
    }

    /// It has a link to set a new password, because no other sign-in method may be left.
    pub(crate) fn with_way_back(self) -> Self {
        Self { way_back: true, ..self }
    }

    /// A code to type, alone on its line.
    pub(crate) fn code(self, code: &str) -> Self {
        Self { code: Some(code.to_owned()), ..self }
    }

    /// A link. `label` is the key of its text.
    pub(crate) fn button(mut self, label: &'static str, url: &str) -> Self {
        self.buttons.push((label, url.to_owned()));
        self
    }

    /// A paragraph below the links. `text` is its key.
    pub(crate) fn note(mut self, text: &'static str) -> Self {
        self.notes.push(text);
        self
    }

    /// `$count` of its texts, which chooses the plural.
    pub(crate) fn count(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    /// A value that comes from outside, so it is cleaned to one line.
    pub(crate) fn text(self, name: &'static str, text: &str) -> Self {
        self.value(name, EmailValue::Text(one_line(text)))
    }

    pub(crate) fn factor(self, factor: FactorName) -> Self {
        self.value("factor", EmailValue::Factor(factor))
    }

    /// `$device` and `$network`.
    pub(crate) fn device(self, device: DeviceName, network: &str) -> Self {
        self.value("device", EmailValue::Device(device)).value("network", EmailValue::Network(network.to_owned()))
    }

    fn value(mut self, name: &'static str, value: EmailValue) -> Self {
        self.values.push((name, value));
        self
    }

    pub fn kind(&self) -> &'static str {
        self.kind
    }

    pub fn address_kind(&self) -> AddressKind {
        self.address
    }

    /// Whether it needs a link "this wasn't me" ([`Self::report_link`]).
    pub fn may_be_reported(&self) -> bool {
        self.report
    }

    /// Whether it needs a recovery link ([`Self::way_back_link`]).
    pub fn leads_back_in(&self) -> bool {
        self.way_back
    }

    /// Adds the single-use link "this wasn't me".
    #[must_use]
    pub fn report_link(self, url: &str) -> Self {
        self.button("mail-not-me-button", url).note("mail-not-me")
    }

    /// Adds the single-use recovery link.
    #[must_use]
    pub fn way_back_link(self, url: &str) -> Self {
        self.button("mail-new-password", url).note("mail-back-link")
    }

    /// Writes both parts in the reader's language. `at` is when it happened.
    pub fn write(&self, to: Recipient<'_>, at: Timestamp, brand: &EmailBrand) -> Result<EmailMessage, WriteError> {
        let lang = to.lang;
        let values = self.values_in(lang, at);
        let mut args: Vec<(&str, Arg<'_>)> =
            values.iter().map(|(name, text)| (*name, Arg::from(text.as_str()))).collect();
        args.extend(self.count.map(|count| ("count", count.into())));
        let title = lang.text_with(&format!("{}-subject", self.texts), &args);
        let lead = lang.text_with(&format!("{}-lead", self.texts), &args);
        let links: Vec<EmailLink<'_>> =
            self.buttons.iter().map(|(key, url)| EmailLink { label: lang.text(key), url }).collect();
        let notes: Vec<String> = self.notes.iter().map(|key| lang.text_with(key, &args)).collect();
        let code = self.code.as_deref();
        let preheader = match code {
            Some(code) => lang.text_with("mail-preheader-code", &[("code", code.into())]),
            None => lead.clone(),
        };
        let about = brand
            .application
            .as_deref()
            .map(|application| lang.text_with("mail-about", &[("application", one_line(application).as_str().into())]));
        let footer = lang.text_with("mail-footer", &[("service", one_line(&brand.service).as_str().into())]);
        let support = brand.support_email.as_deref().map(|address| (lang.text("mail-support"), address));
        let legal: Vec<EmailLink<'_>> = [("privacy-policy", &brand.policy_uri), ("terms-of-service", &brand.tos_uri)]
            .into_iter()
            .filter_map(|(key, url)| Some(EmailLink { label: lang.text(key), url: url.as_deref()? }))
            .collect();
        let text = TextPart {
            title: &title,
            lead: &lead,
            code,
            links: &links,
            about: about.as_deref(),
            notes: &notes,
            footer: &footer,
            support: support.clone(),
            legal: &legal,
        };
        let html = HtmlPart {
            lang: lang.tag(),
            title: &title,
            preheader: &preheader,
            lead: &lead,
            code,
            links: &links,
            about: about.as_deref(),
            notes: &notes,
            footer: &footer,
            support,
            legal: &legal,
            brand,
            colours: &brand.palette,
            initial: brand.initial(),
        };
        let content = EmailMessageContent {
            text: text.render()?,
            html: html.render()?,
            subject: title.clone(),
            code: self.code.clone(),
            link: self.buttons.first().map(|(_, url)| url.clone()),
        };
        let name = to.name.filter(|_| self.address != AddressKind::Unproven);
        let message = EmailMessage::new(self.kind, to.email, name, lang.tag(), content)?;
        Ok(message.from_name(brand.sender_name.as_deref()))
    }

    fn values_in(&self, lang: Lang, at: Timestamp) -> Vec<(&'static str, String)> {
        let shown = |value: &EmailValue| match value {
            EmailValue::Text(text) => text.clone(),
            EmailValue::Factor(factor) => factor.text(lang),
            EmailValue::Device(device) => lang.device(device.browser.as_deref(), device.system.as_deref()),
            EmailValue::Network(network) => lang.network(network),
        };
        let time = ("time", lang.date_time(at.0));
        self.values.iter().map(|(name, value)| (*name, shown(value))).chain([time]).collect()
    }
}

/// A button: label and URL.
struct EmailLink<'a> {
    label: String,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/email.txt")]
struct TextPart<'a> {
    title: &'a str,
    lead: &'a str,
    code: Option<&'a str>,
    links: &'a [EmailLink<'a>],
    about: Option<&'a str>,
    notes: &'a [String],
    footer: &'a str,
    /// The words before the address, and the address.
    support: Option<(String, &'a str)>,
    legal: &'a [EmailLink<'a>],
}

#[derive(Template)]
#[template(path = "mail/email.html")]
struct HtmlPart<'a> {
    lang: &'a str,
    title: &'a str,
    /// What lists of emails show beside the subject.
    preheader: &'a str,
    lead: &'a str,
    code: Option<&'a str>,
    links: &'a [EmailLink<'a>],
    about: Option<&'a str>,
    notes: &'a [String],
    footer: &'a str,
    support: Option<(String, &'a str)>,
    legal: &'a [EmailLink<'a>],
    brand: &'a EmailBrand,
    colours: &'a Palette,
    initial: String,
}
