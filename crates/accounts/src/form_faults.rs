//! How forms show a refusal: the field, and the key of the text. Most refusals say it in their row; here are those whose
//! text depends on a value.

use crate::credentials::password_rules::{LONGEST, PasswordFault};
use crate::refusal::FormFault;
use crate::rejected::{CodeKind, Rejected};
use usher_domain::branding::{BrandFault, BrandRule, LogoFault};
use usher_domain::email::EmailFault;
use usher_domain::event::webhook::WebhookFault;
use usher_domain::oauth::api::ApiFault;
use usher_domain::project::sign_in::{ProjectSignInFault, ProjectSignInRule};
use usher_domain::text::{TextFault, TextRule};
use usher_domain::user::{MAX_TEXT, ProfileFault, ProfileRule};

impl Rejected {
    /// The errors that a form shows; empty if the refusal gets a page of its own.
    pub fn form_faults(&self) -> Vec<FormFault> {
        match self {
            Self::Webhook(faults) => faults.iter().map(webhook).collect(),
            Self::Api(faults) => faults.iter().map(api).collect(),
            Self::Branding(faults) => faults.iter().map(branding).collect(),
            Self::ProjectSignIn(faults) => faults.iter().map(project_sign_in).collect(),
            other => other.form_fault().into_iter().collect(),
        }
    }

    fn form_fault(&self) -> Option<FormFault> {
        Some(match self {
            Self::TooMany { seconds } | Self::Busy { seconds } => {
                FormFault::new("", "message-too-many-attempts").counting(seconds.div_ceil(60).max(1))
            }
            Self::Missing(field) => FormFault::new(field, "message-required"),
            Self::Email(fault) => FormFault::new("email", email(*fault)),
            Self::Password(fault) => password(fault),
            Self::Profile(fault) => profile(fault),
            Self::Text(fault) => text(*fault),
            Self::WrongCode(kind) => FormFault::new("code", wrong_code(*kind)),
            other => return other.row().form,
        })
    }
}

const fn email(fault: EmailFault) -> &'static str {
    match fault {
        EmailFault::Empty => "message-required",
        EmailFault::AtSign => "message-email-at-sign",
        EmailFault::LocalPart => "message-email-local-part",
        EmailFault::Domain => "message-email-domain",
        EmailFault::DotlessDomain => "message-email-dotless",
        EmailFault::TooLong => "message-email-too-long",
    }
}

fn password(fault: &PasswordFault) -> FormFault {
    let at = |text| FormFault::new("password", text);
    match fault {
        PasswordFault::TooShort { least } => {
            at("message-password-short").counting(u32::try_from(*least).unwrap_or(u32::MAX))
        }
        PasswordFault::TooLong => at("message-too-long").counting(u32::try_from(LONGEST).unwrap_or(u32::MAX)),
        PasswordFault::TooCommon => at("message-password-common"),
        PasswordFault::ContainsOwnData => at("message-password-own"),
    }
}

const fn branding(fault: &BrandFault) -> FormFault {
    let key = match &fault.why {
        BrandRule::Text(rule) => return text(rule.broken_by(fault.field)),
        BrandRule::Brackets => "branding-brackets",
        BrandRule::Colour(_) => "branding-colour-bad",
        BrandRule::TooLight(_) => "branding-colour-light",
        BrandRule::Email => "branding-email-bad",
        BrandRule::Link => "branding-link-bad",
        BrandRule::Logo(LogoFault::Unknown) => "branding-logo-unknown",
        BrandRule::Logo(LogoFault::TooLarge) => "branding-logo-large",
        BrandRule::Logo(LogoFault::TooManyPixels) => "branding-logo-pixels",
        BrandRule::Logo(LogoFault::Damaged) => "branding-logo-damaged",
        BrandRule::Logo(LogoFault::Animated) => "branding-logo-animated",
        BrandRule::Logo(LogoFault::Svg(_)) => "branding-logo-svg",
    };
    FormFault::new(fault.field, key)
}

const fn project_sign_in(fault: &ProjectSignInFault) -> FormFault {
    let key = match &fault.why {
        ProjectSignInRule::Policy(_) => "sign-in-policy-bad",
        ProjectSignInRule::NoDomain => "sign-in-domains-none",
        ProjectSignInRule::TooManyDomains => "sign-in-domains-many",
        ProjectSignInRule::NotADomain(_) => "sign-in-domain-bad",
        ProjectSignInRule::UnknownProvider(_) | ProjectSignInRule::ProviderTwice(_) => "sign-in-providers-bad",
    };
    FormFault::new(fault.field, key)
}

const fn text(fault: TextFault) -> FormFault {
    match fault.rule {
        TextRule::Empty => FormFault::new(fault.field, "message-required"),
        TextRule::TooLong { max } => FormFault::new(fault.field, "message-too-long").counting(max),
        TextRule::ControlCharacters => FormFault::new(fault.field, "message-control-characters"),
    }
}

/// Forms have the members of an address as fields of their own.
fn profile(fault: &ProfileFault) -> FormFault {
    let at = |text| FormFault::new(fault.claim.strip_prefix("address.").unwrap_or(fault.claim), text);
    match fault.rule {
        ProfileRule::Length => at("message-too-long").counting(MAX_TEXT),
        ProfileRule::NoControlCharacters => at("message-control-characters"),
        ProfileRule::WebAddress => at("message-website-invalid"),
        ProfileRule::TimeZone => at("message-zone-invalid"),
        ProfileRule::PhoneNumber => at("message-phone-invalid"),
        ProfileRule::Date => at("message-birthdate-invalid"),
    }
}

const fn wrong_code(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Mailed => "message-code-wrong",
        CodeKind::Authenticator => "message-code-wrong-authenticator",
        CodeKind::Recovery => "message-code-wrong-recovery",
    }
}

fn api(fault: &ApiFault) -> FormFault {
    let text = match fault.field {
        "identifier" => "api-identifier-bad",
        "name" => "api-name-bad",
        "scopes" => "api-scopes-bad",
        "roles" => "api-roles-bad",
        "permissions" => "api-permissions-bad",
        "access_token_seconds" => "api-lifetime-bad",
        "scope" => "api-client-scope-bad",
        "client_id" => "api-client-own",
        _ => "api-alg-bad",
    };
    FormFault::new(fault.field, text)
}

fn webhook(fault: &WebhookFault) -> FormFault {
    let text = match fault.field {
        "url" => "webhook-url-bad",
        "events" => "webhook-events-bad",
        _ => "webhook-description-bad",
    };
    FormFault::new(fault.field, text)
}
