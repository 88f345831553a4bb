//! Checks everything that can be wrong with an installation, and suggests fixes. Changes nothing.

mod audiences;
mod database;
mod disk;
mod issuer;
mod keys;
mod mail;
mod providers;

use futures_util::future::{BoxFuture, FutureExt as _};

use usher_config::{Config, ConfigError};
use usher_domain::time::Clock as _;
use usher_flows::Usher;
use usher_http_server::tls::Tls;

use super::source::SystemClock;

pub use usher_domain::health::{Finding, FindingLevel};

/// The settings cannot be loaded, so that nothing else can be checked.
pub fn of_config_fault(fault: &ConfigError) -> Finding {
    Finding::bad(
        "config",
        "loading the settings",
        fault.to_string(),
        "change that; `usher config print --defaults` lists every setting",
    )
}

/// All checks of a running server.
pub fn of_server(usher: &Usher) -> BoxFuture<'static, Vec<Finding>> {
    let config = usher.core.config.clone();
    async move { examine(&config).await }.boxed()
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
