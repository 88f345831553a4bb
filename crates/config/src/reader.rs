//! Converts entries to typed values and collects all errors.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

use super::explain::{ExplainedSetting, shown};
use super::fault::{ConfigError, InvalidReason};
use super::layer::{SettingLayers, variable_of_key};
use super::secret_file::read_secret_file;
use super::setting::{RunMode, Setting, SettingValue};
use crate::entry::{GivenValue, LayerEntry, SettingOrigin};

/// Reads settings by key. Sections read all of theirs before they fail, so that every error is reported.
pub(super) struct SettingsReader {
    /// Development or production.
    pub(super) profile: RunMode,
    known: Vec<Setting>,
    entries: BTreeMap<&'static str, LayerEntry>,
    faults: Vec<ConfigError>,
}

impl SettingsReader {
    /// Starts with the effective layer; secrets in files of their own are read now.
    pub(super) fn new(profile: RunMode, layers: SettingLayers) -> Self {
        let (known, mut entries, mut faults) = layers.finish();
        entries.retain(|_, entry| fetch(entry).map_err(|fault| faults.push(fault)).is_ok());
        Self { profile, known, entries, faults }
    }

    /// The value of a setting, or `None` after recording an error.
    pub(super) fn read<T: SettingValue>(&mut self, key: &'static str) -> Option<T> {
        let Some(entry) = self.entries.get(key) else {
            let absent = T::when_absent();
            if absent.is_none() && !self.faulty(key) {
                self.faults.push(ConfigError::Missing { key, hint: hint(key) });
            }
            return absent;
        };
        match T::from_given(&entry.given) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(key, reason);
                None
            }
        }
    }

    /// Refuses a number or duration that is out of bounds.
    pub(super) fn within<T: SettingBound>(&mut self, key: &'static str, value: &T, bounds: &RangeInclusive<T>) {
        if !bounds.contains(value) {
            let (low, high) = (bounds.start().in_words(), bounds.end().in_words());
            self.refuse(key, format!("expected between {low} and {high}").into());
        }
    }

    /// Records that a value is invalid, alone or in combination.
    pub(super) fn refuse(&mut self, key: &'static str, reason: InvalidReason) {
        let entry = self.entries.get(key);
        let (name, origin) = entry.map_or_else(
            || (key.to_owned(), SettingOrigin::Default),
            |entry| (entry.name.clone(), entry.origin.clone()),
        );
        let shown = self.shown(key).unwrap_or_else(|| String::from("(not set)"));
        self.faults.push(ConfigError::Invalid { name, shown, origin, reason: reason.into_owned() });
    }

    /// The recorded errors, and every setting with its origin.
    pub(super) fn finish(self) -> (Vec<ConfigError>, Vec<ExplainedSetting>) {
        let explain = |setting: &Setting| ExplainedSetting {
            key: setting.key.into(),
            value: self.shown(setting.key),
            origin: self.entries.get(setting.key).map_or(SettingOrigin::Default, |entry| entry.origin.clone()),
            default: setting.fallback.text(self.profile),
            about: setting.about.trim(),
        };
        let explained = self.known.iter().map(explain).collect();
        (self.faults, explained)
    }

    fn shown(&self, key: &str) -> Option<String> {
        let show = self.known.iter().find(|setting| setting.key == key)?.show;
        Some(shown(&self.entries.get(key)?.given, show))
    }

    /// Whether an error was already recorded for a key without entry: its file could not be read.
    fn faulty(&self, key: &str) -> bool {
        let named = |name: &str| name == format!("{key}_file") || name == format!("{}_FILE", variable_of_key(key));
        self.faults.iter().any(|fault| matches!(fault, ConfigError::Invalid { name, .. } if named(name)))
    }
}

/// Replaces the path of a secret's file by its content.
fn fetch(entry: &mut LayerEntry) -> Result<(), ConfigError> {
    if !entry.by_file {
        return Ok(());
    }
    let path = match &entry.given {
        GivenValue::Text(path) => path.clone(),
        GivenValue::List(paths) => paths.join(", "),
    };
    match read_secret_file(Path::new(&path)) {
        Ok(secret) => entry.given = GivenValue::Text(secret),
        Err(cause) => {
            let reason = format!("expected the path of a readable file: {cause}");
            return Err(ConfigError::Invalid {
                name: entry.name.clone(),
                shown: path,
                origin: entry.origin.clone(),
                reason,
            });
        }
    }
    Ok(())
}

fn hint(key: &str) -> &'static str {
    match key {
        "issuer" => {
            "people and applications reach Usher under this address, so it cannot be guessed; for example \
             USHER_ISSUER=https://id.example.org (to try Usher on this machine, run `usher dev`)"
        }
        _ => "it has no default",
    }
}

/// A bound that can be printed as an operator would write it.
pub(super) trait SettingBound: PartialOrd {
    /// The bound as text.
    fn in_words(&self) -> String;
}

impl SettingBound for std::time::Duration {
    fn in_words(&self) -> String {
        super::units::spelt(*self)
    }
}

macro_rules! plain_bounds {
    ($($kind:ty)+) => { $(impl SettingBound for $kind { fn in_words(&self) -> String { self.to_string() } })+ };
}
plain_bounds! { u32 usize }
