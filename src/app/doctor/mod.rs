//! Checks everything that can be wrong with an installation, and suggests fixes. Changes nothing.

mod audiences;
mod database;
mod disk;
mod issuer;
mod keys;
mod mail;
mod providers;

use serde::Serialize;

use usher_config::{Config, ConfigError};
use usher_domain::time::Clock as _;
use usher_http_server::tls::Tls;

use super::source::SystemClock;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingLevel {
    /// No problem.
    Good,
    /// It works, with a risk or an omission.
    Doubtful,
    /// It does not work.
    Bad,
}

/// The result of one check, described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The subject.
    pub subject: &'static str,
    /// The result.
    pub verdict: FindingLevel,
    /// What was checked.
    pub tried: String,
    /// What was found.
    pub found: String,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// No problem.
    pub fn good(subject: &'static str, tried: impl Into<String>, found: impl Into<String>) -> Self {
        Self { subject, verdict: FindingLevel::Good, tried: tried.into(), found: found.into(), remedy: None }
    }

    /// It works, with a risk or an omission.
    pub fn doubtful(
        subject: &'static str,
        tried: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { verdict: FindingLevel::Doubtful, remedy: Some(remedy.into()), ..Self::good(subject, tried, found) }
    }

    /// It does not work.
    pub fn bad(
        subject: &'static str,
        tried: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { verdict: FindingLevel::Bad, remedy: Some(remedy.into()), ..Self::good(subject, tried, found) }
    }

    /// The settings cannot be loaded, so that nothing else can be checked.
    pub fn of_config_fault(fault: &ConfigError) -> Self {
        Self::bad(
            "config",
            "loading the settings",
            fault.to_string(),
            "change that; `usher config print --defaults` lists every setting",
        )
    }
}

/// All checks, in the order of their dependencies.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let now = SystemClock.now();
    let issuer = config.server.issuer.as_str();
    let mut findings = vec![Finding::good("config", "loading the settings", format!("issuer {issuer}"))];
    findings.extend(tls(config));
    findings.extend(disk::examine(config));
    let (of_database, store) = database::examine(config, now).await;
    findings.extend(of_database);
    let kids = match &store {
        Some(store) => {
            let (of_keys, kids) = keys::examine(config, store, now).await;
            findings.extend(of_keys);
            kids
        }
        None => None,
    };
    findings.extend(issuer::examine(config, kids.as_deref()).await);
    findings.push(mail::examine(config).await);
    if let Some(store) = store {
        findings.extend(audiences::examine(config, &store).await);
        findings.extend(providers::examine(config, store, now).await);
    }
    findings
}

fn tls(config: &Config) -> Option<Finding> {
    let (cert, key) = config.server.tls()?;
    let tried = format!("reading {} and {}", cert.display(), key.display());
    Some(match Tls::from_pem(cert, key) {
        Ok(_) => Finding::good("tls", tried, "the certificate and its key fit together"),
        Err(error) => Finding::bad("tls", tried, error.to_string(), "set tls.cert and tls.key to readable PEM files"),
    })
}
