//! Security emails: something about the reader's account has changed.
//!
//! Each says what happened and when, and usually has a link to report "this wasn't me".

use super::email_message::{EmailKind, EmailMessage, one_line};
use super::messages::{EmailLink, EmailText, Recipient, WriteError, write};
use usher_domain::event::security_email::{FactorName, SecurityEmail};
use usher_domain::oauth::grant::ReuseEnds;
use usher_domain::time::Timestamp;
use usher_i18n::{Arg, Lang};

/// The links of a security email.
#[derive(Debug, Clone, Default)]
pub struct NoticeLinks {
    /// The single-use link "this wasn't me".
    pub not_me: Option<String>,
    /// The single-use recovery link.
    pub way_back: Option<String>,
}

/// Writes a security email.
///
/// # Errors
/// [`WriteError`] if the address is invalid, or a template fails.
pub fn notice(
    to: Recipient<'_>,
    notice: &SecurityEmail,
    at: Timestamp,
    links: &NoticeLinks,
) -> Result<EmailMessage, WriteError> {
    let lang = to.lang;
    let (subject, lead) = keys(notice);
    let said = said(notice, lang);
    let time = lang.date_time(at.0);
    let mut args: Vec<(&str, Arg<'_>)> = vec![("time", time.as_str().into())];
    args.extend(said.iter().map(|(name, word)| (*name, Arg::from(word.as_str()))));
    if let SecurityEmail::RecoveryCodeUsed { left } = notice {
        args.push(("count", left.into()));
    }
    let mut buttons = Vec::new();
    if let Some(url) = &links.way_back {
        buttons.push(EmailLink { label: lang.text("mail-new-password"), url });
    }
    if let Some(url) = &links.not_me {
        buttons.push(EmailLink { label: lang.text("mail-not-me-button"), url });
    }
    let words = EmailText {
        title: lang.text(subject),
        lead: lang.text_with(lead, &args),
        code: None,
        links: buttons,
        notes: notes(notice, links, lang),
    };
    write(kind(notice), to, &words)
}

/// The names in the sentence. They come from outside, so each is cleaned to one line.
fn said(notice: &SecurityEmail, lang: Lang) -> Vec<(&'static str, String)> {
    match notice {
        SecurityEmail::NewDevice { device, network } => vec![
            ("device", lang.device(device.browser.as_deref(), device.system.as_deref())),
            ("network", lang.network(network)),
        ],
        SecurityEmail::FactorAdded { factor } | SecurityEmail::FactorRemoved { factor } => {
            vec![("factor", factor_name(factor, lang))]
        }
        SecurityEmail::IdentityLinked { provider }
        | SecurityEmail::IdentityUnlinked { provider }
        | SecurityEmail::LastIdentityDeleted { provider } => {
            vec![("provider", one_line(provider))]
        }
        SecurityEmail::TokenReuse { client, .. } => vec![("application", one_line(client))],
        SecurityEmail::EmailChanged { to } => vec![("email", one_line(to))],
        _ => Vec::new(),
    }
}

fn factor_name(factor: &FactorName, lang: Lang) -> String {
    match factor {
        FactorName::AuthenticatorApp => lang.text("mail-factor-app"),
        FactorName::Passkey(name) => lang.text_with("mail-factor-passkey", &[("name", one_line(name).as_str().into())]),
        FactorName::RecoveryCodes => lang.text("mail-factor-codes"),
        FactorName::Password => lang.text("mail-factor-password"),
    }
}

fn notes(notice: &SecurityEmail, links: &NoticeLinks, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    match notice {
        SecurityEmail::TokenReuse { ends: ReuseEnds::Session, .. } => notes.push(lang.text("mail-reuse-meaning")),
        SecurityEmail::TokenReuse { ends: ReuseEnds::Grant, .. } => notes.push(lang.text("mail-reuse-grant-meaning")),
        _ => {}
    }
    if links.way_back.is_some() {
        notes.push(lang.text("mail-back-link"));
    }
    if matches!(notice, SecurityEmail::AccountDeleted) {
        notes.push(lang.text("mail-deleted-for-good"));
    }
    if links.not_me.is_some() {
        notes.push(lang.text("mail-not-me"));
    }
    notes
}

const fn keys(notice: &SecurityEmail) -> (&'static str, &'static str) {
    match notice {
        SecurityEmail::NewDevice { .. } => ("mail-device-subject", "mail-device-lead"),
        SecurityEmail::PasswordChanged => ("mail-changed-subject", "mail-changed-lead"),
        SecurityEmail::PasswordRecovered => ("mail-recovered-subject", "mail-recovered-lead"),
        SecurityEmail::FactorAdded { .. } => ("mail-factor-added-subject", "mail-factor-added-lead"),
        SecurityEmail::FactorRemoved { .. } => ("mail-factor-removed-subject", "mail-factor-removed-lead"),
        SecurityEmail::RecoveryCodeUsed { .. } => ("mail-code-used-subject", "mail-code-used-lead"),
        SecurityEmail::FactorsReset => ("mail-factors-reset-subject", "mail-factors-reset-lead"),
        SecurityEmail::CodesGuessed => ("mail-codes-guessed-subject", "mail-codes-guessed-lead"),
        SecurityEmail::RecoveryCodesRenewed => ("mail-codes-renewed-subject", "mail-codes-renewed-lead"),
        SecurityEmail::IdentityLinked { .. } => ("mail-linked-subject", "mail-linked-lead"),
        SecurityEmail::IdentityUnlinked { .. } => ("mail-unlinked-subject", "mail-unlinked-lead"),
        SecurityEmail::LastIdentityDeleted { .. } => ("mail-last-identity-subject", "mail-last-identity-lead"),
        SecurityEmail::TokenReuse { ends: ReuseEnds::Session, .. } => ("mail-reuse-subject", "mail-reuse-lead"),
        SecurityEmail::TokenReuse { ends: ReuseEnds::Grant, .. } => {
            ("mail-reuse-grant-subject", "mail-reuse-grant-lead")
        }
        SecurityEmail::EmailChanged { .. } => ("mail-email-changed-subject", "mail-email-changed-lead"),
        SecurityEmail::AccountsMerged => ("mail-merged-subject", "mail-merged-lead"),
        SecurityEmail::AccountDeleted => ("mail-deleted-subject", "mail-deleted-lead"),
        SecurityEmail::WayBack => ("mail-back-subject", "mail-back-lead"),
    }
}

const fn kind(notice: &SecurityEmail) -> EmailKind {
    match notice {
        SecurityEmail::NewDevice { .. } => EmailKind::NewDevice,
        SecurityEmail::PasswordChanged => EmailKind::PasswordChanged,
        SecurityEmail::PasswordRecovered => EmailKind::PasswordRecovered,
        SecurityEmail::FactorAdded { .. } => EmailKind::FactorAdded,
        SecurityEmail::FactorRemoved { .. } => EmailKind::FactorRemoved,
        SecurityEmail::RecoveryCodeUsed { .. } => EmailKind::RecoveryCodeUsed,
        SecurityEmail::FactorsReset => EmailKind::FactorsReset,
        SecurityEmail::CodesGuessed => EmailKind::CodesGuessed,
        SecurityEmail::RecoveryCodesRenewed => EmailKind::RecoveryCodesRenewed,
        SecurityEmail::IdentityLinked { .. } => EmailKind::IdentityLinked,
        SecurityEmail::IdentityUnlinked { .. } => EmailKind::IdentityUnlinked,
        SecurityEmail::LastIdentityDeleted { .. } => EmailKind::LastIdentityDeleted,
        SecurityEmail::TokenReuse { .. } => EmailKind::ReuseDetected,
        SecurityEmail::EmailChanged { .. } => EmailKind::EmailChanged,
        SecurityEmail::AccountsMerged => EmailKind::AccountsMerged,
        SecurityEmail::AccountDeleted => EmailKind::AccountDeleted,
        SecurityEmail::WayBack => EmailKind::WayBack,
    }
}

#[cfg(test)]
mod tests;
