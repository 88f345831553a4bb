//! Checks that the mail server responds and accepts the credentials.

use std::sync::Arc;

use super::Finding;
use crate::app::mailer;
use crate::app::source::OsRandom;
use usher_config::{Config, RunMode};

/// The finding. Nothing is sent.
pub async fn examine(config: &Config) -> Finding {
    if config.profile == RunMode::Dev {
        return Finding::good("mail", "looking at the profile", "caught, not sent: see /dev/mail");
    }
    let tried = "greeting the mail server";
    match mailer::smtp(&config.mail, Arc::new(OsRandom::default())) {
        Err(error) => Finding::bad("mail", tried, format!("{error:#}"), "set mail.smtp_url and mail.from"),
        Ok(None) => {
            let found = "no mail server is set: nobody can recover a password";
            Finding::doubtful("mail", "reading mail.smtp_url", found, "set mail.smtp_url and mail.from")
        }
        Ok(Some(smtp)) => match smtp.probe().await {
            Ok(()) => Finding::good("mail", tried, "it answers and lets us in"),
            Err(error) => Finding::bad("mail", tried, error.to_string(), "set mail.smtp_url"),
        },
    }
}
