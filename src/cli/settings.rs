//! The settings of a command, which also determine its database.

use std::path::PathBuf;

use anyhow::Result;

use usher_config::{Config, ConfigError, ConfigErrors, RunMode, SettingSources};
use usher_upstream::built_in_kinds;

/// The sources of settings.
#[derive(Debug, Clone, Default)]
pub struct ConfigFiles {
    /// The files named by `--config`.
    pub files: Vec<PathBuf>,
}

impl ConfigFiles {
    /// The settings of `usher dev`.
    ///
    /// # Errors
    /// Every fault in them.
    pub fn of_dev(&self) -> Result<Config, ConfigErrors> {
        Config::load(RunMode::Dev, self.sources())
    }

    /// The settings of `usher serve`.
    ///
    /// # Errors
    /// Every fault in them.
    pub fn of_serve(&self) -> Result<Config, ConfigErrors> {
        Config::load(RunMode::Serve, self.sources())
    }

    /// The settings of the server in this folder: those of `usher serve` if an issuer is set that is not on this
    /// machine, those of `usher dev` otherwise.
    ///
    /// # Errors
    /// Every fault in them.
    pub fn server_config(&self) -> Result<Config, ConfigErrors> {
        choose(self.of_serve(), self.of_dev(), |config| config.keys.master_key_file().exists())
    }

    fn sources(&self) -> SettingSources {
        SettingSources::of_process(self.files.clone(), Vec::new(), built_in_kinds())
    }
}

fn choose(
    serve: Result<Config, ConfigErrors>,
    dev: Result<Config, ConfigErrors>,
    has_key: impl Fn(&Config) -> bool,
) -> Result<Config, ConfigErrors> {
    match (serve, dev) {
        (Ok(serve), _) if !serve.server.issuer.is_loopback() => Ok(serve),
        // `usher serve` may be tried out on this machine; then the existing master key decides.
        (Ok(serve), Ok(dev)) if dev.keys.master_key.is_none() && !has_key(&dev) && has_key(&serve) => Ok(serve),
        (_, Ok(dev)) => Ok(dev),
        (Ok(serve), Err(_)) => Ok(serve),
        (Err(serve), Err(dev)) => Err(if lacks_issuer(&serve) { dev } else { serve }),
    }
}

fn lacks_issuer(errors: &ConfigErrors) -> bool {
    errors.0.iter().any(|error| matches!(error, ConfigError::Missing { key: "issuer", .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(flags: &[(&str, &str)], key_of_serve: bool) -> Result<RunMode, String> {
        let load = |profile| Config::load(profile, SettingSources::of_flags(flags.iter().copied()));
        choose(load(RunMode::Serve), load(RunMode::Dev), |config| (config.profile == RunMode::Serve) == key_of_serve)
            .map(|config| config.profile)
            .map_err(|errors| errors.to_string())
    }

    #[test]
    fn an_issuer_that_others_reach_means_serve_mode() {
        assert_eq!(choice(&[("issuer", "https://id.example.org")], false), Ok(RunMode::Serve));
        assert_eq!(choice(&[], false), Ok(RunMode::Dev));
        assert_eq!(choice(&[("issuer", "http://localhost:9000")], false), Ok(RunMode::Dev));
        assert_eq!(choice(&[("issuer", "http://localhost:9000")], true), Ok(RunMode::Serve));
    }

    #[test]
    fn faults_are_those_of_the_chosen_mode() {
        let errors = choice(&[("issuer", "https://id.example.org"), ("session.idle", "x")], false).unwrap_err();
        assert!(errors.contains("session.idle") && !errors.contains("localhost"), "{errors}");
        let errors = choice(&[("session.idle", "x")], false).unwrap_err();
        assert!(errors.contains("session.idle") && !errors.contains("issuer"), "{errors}");
    }
}
