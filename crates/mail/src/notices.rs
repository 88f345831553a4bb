//! Security emails: something about the reader's account has changed.
//!
//! Each says what happened and when, and usually has a link to report "this wasn't me".

use super::letter::{Letter, LetterKind, one_line};
use super::messages::{Link, Recipient, Words, WriteError, write};
use usher_domain::event::notice::{FactorName, Notice};
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
pub fn notice(to: Recipient<'_>, notice: &Notice, at: Timestamp, links: &NoticeLinks) -> Result<Letter, WriteError> {
    let lang = to.lang;
    let (subject, lead) = keys(notice);
    let said = said(notice, lang);
    let time = lang.date_time(at.0);
    let mut args: Vec<(&str, Arg<'_>)> = vec![("time", time.as_str().into())];
    args.extend(said.iter().map(|(name, word)| (*name, Arg::from(word.as_str()))));
    if let Notice::RecoveryCodeUsed { left } = notice {
        args.push(("count", left.into()));
    }
    let mut buttons = Vec::new();
    if let Some(url) = &links.way_back {
        buttons.push(Link { label: lang.text("mail-new-password"), url });
    }
    if let Some(url) = &links.not_me {
        buttons.push(Link { label: lang.text("mail-not-me-button"), url });
    }
    let words = Words {
        title: lang.text(subject),
        lead: lang.text_with(lead, &args),
        code: None,
        links: buttons,
        notes: notes(notice, links, lang),
    };
    write(kind(notice), to, &words)
}

/// The names in the sentence. They come from outside, so each is cleaned to one line.
fn said(notice: &Notice, lang: Lang) -> Vec<(&'static str, String)> {
    match notice {
        Notice::NewDevice { device, network } => vec![
            ("device", lang.device(device.browser.as_deref(), device.system.as_deref())),
            ("network", lang.network(network)),
        ],
        Notice::FactorAdded { factor } | Notice::FactorRemoved { factor } => {
            vec![("factor", factor_name(factor, lang))]
        }
        Notice::IdentityLinked { provider }
        | Notice::IdentityUnlinked { provider }
        | Notice::LastIdentityDeleted { provider } => {
            vec![("provider", one_line(provider))]
        }
        Notice::TokenReuse { client, .. } => vec![("application", one_line(client))],
        Notice::EmailChanged { to } => vec![("email", one_line(to))],
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

fn notes(notice: &Notice, links: &NoticeLinks, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    match notice {
        Notice::TokenReuse { ends: ReuseEnds::Session, .. } => notes.push(lang.text("mail-reuse-meaning")),
        Notice::TokenReuse { ends: ReuseEnds::Grant, .. } => notes.push(lang.text("mail-reuse-grant-meaning")),
        _ => {}
    }
    if links.way_back.is_some() {
        notes.push(lang.text("mail-back-link"));
    }
    if matches!(notice, Notice::AccountDeleted) {
        notes.push(lang.text("mail-deleted-for-good"));
    }
    if links.not_me.is_some() {
        notes.push(lang.text("mail-not-me"));
    }
    notes
}

const fn keys(notice: &Notice) -> (&'static str, &'static str) {
    match notice {
        Notice::NewDevice { .. } => ("mail-device-subject", "mail-device-lead"),
        Notice::PasswordChanged => ("mail-changed-subject", "mail-changed-lead"),
        Notice::PasswordRecovered => ("mail-recovered-subject", "mail-recovered-lead"),
        Notice::FactorAdded { .. } => ("mail-factor-added-subject", "mail-factor-added-lead"),
        Notice::FactorRemoved { .. } => ("mail-factor-removed-subject", "mail-factor-removed-lead"),
        Notice::RecoveryCodeUsed { .. } => ("mail-code-used-subject", "mail-code-used-lead"),
        Notice::FactorsReset => ("mail-factors-reset-subject", "mail-factors-reset-lead"),
        Notice::CodesGuessed => ("mail-codes-guessed-subject", "mail-codes-guessed-lead"),
        Notice::RecoveryCodesRenewed => ("mail-codes-renewed-subject", "mail-codes-renewed-lead"),
        Notice::IdentityLinked { .. } => ("mail-linked-subject", "mail-linked-lead"),
        Notice::IdentityUnlinked { .. } => ("mail-unlinked-subject", "mail-unlinked-lead"),
        Notice::LastIdentityDeleted { .. } => ("mail-last-identity-subject", "mail-last-identity-lead"),
        Notice::TokenReuse { ends: ReuseEnds::Session, .. } => ("mail-reuse-subject", "mail-reuse-lead"),
        Notice::TokenReuse { ends: ReuseEnds::Grant, .. } => ("mail-reuse-grant-subject", "mail-reuse-grant-lead"),
        Notice::EmailChanged { .. } => ("mail-email-changed-subject", "mail-email-changed-lead"),
        Notice::AccountsMerged => ("mail-merged-subject", "mail-merged-lead"),
        Notice::AccountDeleted => ("mail-deleted-subject", "mail-deleted-lead"),
        Notice::WayBack => ("mail-back-subject", "mail-back-lead"),
    }
}

const fn kind(notice: &Notice) -> LetterKind {
    match notice {
        Notice::NewDevice { .. } => LetterKind::NewDevice,
        Notice::PasswordChanged => LetterKind::PasswordChanged,
        Notice::PasswordRecovered => LetterKind::PasswordRecovered,
        Notice::FactorAdded { .. } => LetterKind::FactorAdded,
        Notice::FactorRemoved { .. } => LetterKind::FactorRemoved,
        Notice::RecoveryCodeUsed { .. } => LetterKind::RecoveryCodeUsed,
        Notice::FactorsReset => LetterKind::FactorsReset,
        Notice::CodesGuessed => LetterKind::CodesGuessed,
        Notice::RecoveryCodesRenewed => LetterKind::RecoveryCodesRenewed,
        Notice::IdentityLinked { .. } => LetterKind::IdentityLinked,
        Notice::IdentityUnlinked { .. } => LetterKind::IdentityUnlinked,
        Notice::LastIdentityDeleted { .. } => LetterKind::LastIdentityDeleted,
        Notice::TokenReuse { .. } => LetterKind::ReuseDetected,
        Notice::EmailChanged { .. } => LetterKind::EmailChanged,
        Notice::AccountsMerged => LetterKind::AccountsMerged,
        Notice::AccountDeleted => LetterKind::AccountDeleted,
        Notice::WayBack => LetterKind::WayBack,
    }
}

#[cfg(test)]
mod tests;
