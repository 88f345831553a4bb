//! Layers of settings, each overriding the ones before, with the origin of every value.

use std::collections::BTreeMap;

use super::entry::LayerEntry;
use super::fault::ConfigError;
use super::nearest::nearest;
use super::setting::Setting;

/// Reserved names that this version refuses instead of ignoring them.
const NOT_YET: &[&str] = &["redis_url", "metrics_listen"];

/// The dotted key of an environment variable, without checking that it exists: `USHER_SESSION__IDLE` is `session.idle`.
pub(super) fn key_of_variable(name: &str) -> Option<String> {
    Some(name.strip_prefix("USHER_")?.to_ascii_lowercase().replace("__", "."))
}

/// The environment variable of a key.
pub(super) fn variable_of_key(key: &str) -> String {
    format!("USHER_{}", key.to_ascii_uppercase().replace('.', "__"))
}

/// The effective settings so far; add layers with lower priority first.
pub(super) struct SettingLayers {
    known: Vec<Setting>,
    /// By dotted key; `_file` forms are stored under the key of their secret.
    entries: BTreeMap<&'static str, LayerEntry>,
    faults: Vec<ConfigError>,
}

impl SettingLayers {
    /// No layer yet.
    pub(super) fn new(known: Vec<Setting>) -> Self {
        Self { known, entries: BTreeMap::new(), faults: Vec::new() }
    }

    /// Adds a layer that overrides the previous ones.
    pub(super) fn put(&mut self, layer: Vec<(String, LayerEntry)>) {
        let mut this_layer: BTreeMap<&'static str, LayerEntry> = BTreeMap::new();
        for (key, mut entry) in layer {
            let Some((setting, by_file)) = self.find(&key) else {
                self.faults.push(self.unknown(&key, entry));
                continue;
            };
            entry.by_file = by_file;
            match this_layer.get(setting) {
                Some(earlier) if earlier.by_file != by_file => {
                    let name = variable_or_key(&entry.name, setting);
                    self.faults.push(ConfigError::GivenTwice { name, origin: entry.origin });
                }
                _ => drop(this_layer.insert(setting, entry)),
            }
        }
        self.entries.extend(this_layer);
    }

    /// The present entry of a key.
    pub(super) fn get(&self, key: &str) -> Option<&LayerEntry> {
        self.entries.get(key)
    }

    /// The effective entries, and all errors found.
    pub(super) fn finish(self) -> (Vec<Setting>, BTreeMap<&'static str, LayerEntry>, Vec<ConfigError>) {
        (self.known, self.entries, self.faults)
    }

    /// The setting of a key, and whether the key is its `_file` form.
    fn find(&self, key: &str) -> Option<(&'static str, bool)> {
        let exact = self.known.iter().find(|setting| setting.key == key).map(|setting| (setting.key, false));
        exact.or_else(|| {
            let secret = key.strip_suffix("_file")?;
            let setting = self.known.iter().find(|setting| setting.key == secret && setting.show.is_secret())?;
            Some((setting.key, true))
        })
    }

    fn unknown(&self, key: &str, entry: LayerEntry) -> ConfigError {
        if NOT_YET.contains(&key) {
            return ConfigError::NotYet { name: entry.name, origin: entry.origin };
        }
        let section = format!("{key}.");
        if self.known.iter().any(|setting| setting.key.starts_with(&section)) {
            let message = format!("{} is a section, not a setting", entry.name);
            return ConfigError::Syntax { origin: entry.origin, message };
        }
        let nearest =
            nearest(key, self.known.iter().map(|setting| setting.key)).map(|key| variable_or_key(&entry.name, key));
        ConfigError::Unknown { name: entry.name, origin: entry.origin, nearest }
    }
}

/// Spells a key in the way of the operator.
fn variable_or_key(written: &str, key: &str) -> String {
    if written.starts_with("USHER_") { variable_of_key(key) } else { key.to_owned() }
}
