//! Every email: one function for each, which names its kind, its texts in `mail.ftl`, and what the texts show.
//!
//! A new email is a function here, its texts (`…-subject`, `…-lead` and those of its notes), and a sample in the tests.
//! The use case queues one that the reader asked for; it posts a security email in the transaction of its cause.

use super::email_draft::{EmailDraft, FactorName};
use usher_domain::oauth::grant::ReuseEnds;
use usher_domain::user::device::DeviceName;

/// "Enter this code, or open this link": verifies the reader's address. Both are valid for `minutes`.
pub fn verify_email(code: &str, link: &str, minutes: u32) -> EmailDraft {
    EmailDraft::requested("verify_email", "mail-verify")
        .for_unproven_address()
        .code(code)
        .button("mail-verify-button", link)
        .count(minutes)
        .note("mail-minutes")
        .note("mail-verify-not-you")
}

/// "Enter this code": verifies the reader's address at a sign-in with a provider. It is valid for `minutes`.
pub fn link_code(code: &str, minutes: u32) -> EmailDraft {
    EmailDraft::requested("verify_email", "upstream-mail-code")
        .for_unproven_address()
        .code(code)
        .count(minutes)
        .note("mail-code-minutes")
        .note("upstream-mail-code-not-you")
}

/// "Somebody tried to register with your address; sign in, or set a new password."
pub fn already_registered(sign_in: &str, recover: &str) -> EmailDraft {
    EmailDraft::requested("already_registered", "mail-registered")
        .button("mail-registered-sign-in", sign_in)
        .button("mail-new-password", recover)
        .note("mail-registered-not-you")
}

/// "Set a new password": a link that is valid for `minutes`.
pub fn recovery(link: &str, minutes: u32) -> EmailDraft {
    EmailDraft::requested("recovery", "mail-recovery")
        .button("mail-new-password", link)
        .count(minutes)
        .note("recover-sent-minutes")
        .note("mail-recovery-not-you")
}

/// "An administrator made an account for you": a link that sets its password, valid for `days`.
pub fn invitation(link: &str, days: u32) -> EmailDraft {
    EmailDraft::requested("invitation", "mail-invitation")
        .button("mail-invitation-button", link)
        .count(days)
        .note("mail-invitation-days")
        .note("mail-invitation-not-you")
}

/// "You are invited to a project": a link that is valid for `days`. The name of the project is left out where a stranger
/// may have chosen it.
pub fn project_invitation(project: Option<&str>, link: &str, days: u32) -> EmailDraft {
    let draft = match project {
        Some(project) => EmailDraft::requested("project_invitation", "mail-project-named").text("project", project),
        None => EmailDraft::requested("project_invitation", "mail-project"),
    };
    draft
        .for_unproven_address()
        .button("mail-project-button", link)
        .count(days)
        .note("mail-invitation-days")
        .note("mail-project-not-you")
}

/// "An application asks you to sign in": the page at `link` shows the request for `minutes`.
pub fn ciba_request(application: &str, link: &str, minutes: u32) -> EmailDraft {
    EmailDraft::requested("ciba_request", "mail-ciba")
        .text("application", application)
        .button("mail-ciba-button", link)
        .count(minutes)
        .note("mail-ciba-minutes")
        .note("mail-ciba-not-you")
}

/// "Emails of this server reach you": an administrator asked for it.
pub fn test_email() -> EmailDraft {
    EmailDraft::requested("test_email", "mail-test")
}

/// A sign-in with a browser that the user never used before.
pub fn new_device(device: DeviceName, network: &str) -> EmailDraft {
    EmailDraft::security("new_device", "mail-device").device(device, network)
}

/// The password was changed by somebody who knew the old one.
pub fn password_changed() -> EmailDraft {
    EmailDraft::security("password_changed", "mail-changed")
}

/// The password was set by account recovery.
pub fn password_recovered() -> EmailDraft {
    EmailDraft::security("password_recovered", "mail-recovered")
}

pub fn factor_added(factor: FactorName) -> EmailDraft {
    EmailDraft::security("factor_added", "mail-factor-added").factor(factor)
}

pub fn factor_removed(factor: FactorName) -> EmailDraft {
    EmailDraft::security("factor_removed", "mail-factor-removed").factor(factor)
}

/// A recovery code was used, and so many are left.
pub fn recovery_code_used(left: u32) -> EmailDraft {
    EmailDraft::security("recovery_code_used", "mail-code-used").count(left)
}

/// An administrator removed all second factors and passkeys.
pub fn factors_reset() -> EmailDraft {
    EmailDraft::security("factors_reset", "mail-factors-reset")
}

/// Somebody passed the first step and tries codes for the second one.
pub fn codes_guessed() -> EmailDraft {
    EmailDraft::security("codes_guessed", "mail-codes-guessed")
}

/// New recovery codes replaced the old ones.
pub fn recovery_codes_renewed() -> EmailDraft {
    EmailDraft::security("recovery_codes_renewed", "mail-codes-renewed")
}

/// `provider` is its display name.
pub fn identity_linked(provider: &str) -> EmailDraft {
    EmailDraft::security("identity_linked", "mail-linked").text("provider", provider)
}

/// `provider` is its display name.
pub fn identity_unlinked(provider: &str) -> EmailDraft {
    EmailDraft::security("identity_unlinked", "mail-unlinked").text("provider", provider)
}

/// The provider deleted the only identity of the account.
pub fn last_identity_deleted(provider: &str) -> EmailDraft {
    EmailDraft::last_word("last_identity_deleted", "mail-last-identity").text("provider", provider).with_way_back()
}

/// A refresh token of this client was reused, which ended its grant or the session.
pub fn token_reuse(client: &str, ended: ReuseEnds) -> EmailDraft {
    let draft = match ended {
        ReuseEnds::Session => EmailDraft::security("reuse_detected", "mail-reuse").note("mail-reuse-meaning"),
        ReuseEnds::Grant => EmailDraft::security("reuse_detected", "mail-reuse-grant").note("mail-reuse-grant-meaning"),
    };
    draft.text("application", client)
}

/// The address was changed. `to` is the new one, masked: the reader of the old one may no longer be its owner.
pub fn email_changed(to: &str) -> EmailDraft {
    EmailDraft::security("email_changed", "mail-email-changed").for_former_address().text("email", to)
}

/// Another account was merged into this one.
pub fn accounts_merged() -> EmailDraft {
    EmailDraft::security("accounts_merged", "mail-merged")
}

pub fn account_deleted() -> EmailDraft {
    EmailDraft::last_word("account_deleted", "mail-deleted").note("mail-deleted-for-good")
}

/// The owner reported "this wasn't me": everything was ended.
pub fn way_back() -> EmailDraft {
    EmailDraft::last_word("way_back", "mail-back").with_way_back()
}

#[cfg(test)]
mod tests;
