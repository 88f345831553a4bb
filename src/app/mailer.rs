//! Sending emails: over SMTP, into memory in development mode, or not at all.

use std::sync::Arc;

use anyhow::Context as _;

use usher_config::MailSettings;
use usher_domain::random::Random;
use usher_mail::smtp::SmtpMailer;

/// The mailer of the settings; `None` without a mail server.
///
/// # Errors
/// If the settings contain no usable server or sender.
pub fn smtp(mail: &MailSettings, random: Arc<dyn Random>) -> anyhow::Result<Option<SmtpMailer>> {
    let (Some(url), Some(from)) = (&mail.smtp_url, &mail.from) else { return Ok(None) };
    SmtpMailer::new(url.expose(), from, random).map(Some).context("mail")
}
