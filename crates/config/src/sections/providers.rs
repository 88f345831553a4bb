//! `[[provider]]` tables: upstream providers defined in the file, which cannot be changed elsewhere.
//!
//! A table has the names of [`ProviderSettings`], and the secret as `client_secret`, as `client_secret_file`, or in the
//! environment as `USHER_PROVIDER__ID__CLIENT_SECRET` (a `-` of the id is a `_` there).

mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::entry::Layer;
use crate::entry::{GivenValue, LayerEntry, SettingOrigin};
use crate::fault::ConfigError;
use crate::layer::variable_of_key;
use crate::secret_file::read_secret_file;
use usher_domain::provider::{ProviderKind, ProviderSettings};
use usher_domain::secret::Secret;

pub(crate) use table::tables;

/// A provider defined in the file.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    pub kind: &'static ProviderKind,
    /// Its settings, already checked.
    pub settings: ProviderSettings,
    /// Its secret; none for a public client.
    pub secret: Option<Secret<String>>,
    /// The line of its table.
    pub origin: SettingOrigin,
}

/// Prefix of keys of the environment that belong to providers.
const SECTION: &str = "provider.";

/// Removes the entries of providers from a layer.
pub(crate) fn split(layer: &mut Layer) -> Layer {
    layer.extract_if(.., |(key, _)| key.starts_with(SECTION)).collect()
}

/// The effective providers, from the tables of all files, lowest priority first, and separate secrets.
pub(crate) fn merge(
    tables: Vec<Vec<ConfiguredProvider>>,
    beside: Layer,
    faults: &mut Vec<ConfigError>,
) -> Vec<ConfiguredProvider> {
    let mut all: Vec<ConfiguredProvider> = Vec::new();
    for file in tables {
        let before = all.len();
        for provider in file {
            match all.iter().position(|earlier| earlier.settings.id == provider.settings.id) {
                Some(place) if place >= before => {
                    let message = format!("provider {}: there is another one of that id above", provider.settings.id);
                    faults.push(ConfigError::Syntax { origin: provider.origin, message });
                }
                Some(place) => all[place] = provider,
                None => all.push(provider),
            }
        }
    }
    for (key, entry) in beside {
        add_secret(&mut all, &key, entry).unwrap_or_else(|fault| faults.push(fault));
    }
    faults.extend(all.iter().filter_map(lacks_secret));
    all
}

/// The key of the environment for a provider's secret.
fn key_of_secret(provider: &ConfiguredProvider) -> String {
    format!("{SECTION}{}.client_secret", provider.settings.id.as_str().replace('-', "_"))
}

fn add_secret(all: &mut [ConfiguredProvider], key: &str, entry: LayerEntry) -> Result<(), ConfigError> {
    let wanted = key.strip_suffix("_file").unwrap_or(key);
    let Some(provider) = all.iter_mut().find(|provider| key_of_secret(provider) == wanted) else {
        let message = if entry.name.starts_with("USHER_") {
            format!("{}: no [[provider]] table has that id; only a client_secret may be set here", entry.name)
        } else {
            format!("{}: providers are written as [[provider]] tables", entry.name)
        };
        return Err(ConfigError::Syntax { origin: entry.origin, message });
    };
    let GivenValue::Text(text) = entry.given else { return Ok(()) };
    provider.secret = Some(if key == wanted {
        Secret::new(text)
    } else {
        read_secret(&text).map_err(|reason| ConfigError::Invalid {
            name: entry.name,
            shown: text,
            origin: entry.origin,
            reason,
        })?
    });
    Ok(())
}

fn read_secret(path: &str) -> Result<Secret<String>, String> {
    let read = read_secret_file(Path::new(path)).map(Secret::new);
    read.map_err(|cause| format!("expected the path of a readable file: {cause}"))
}

fn lacks_secret(provider: &ConfiguredProvider) -> Option<ConfigError> {
    let given = provider.secret.as_ref().is_some_and(|secret| !secret.expose().is_empty());
    (provider.kind.needs_secret(&provider.settings) && !given).then(|| {
        let (id, variable) = (&provider.settings.id, variable_of_key(&key_of_secret(provider)));
        let message = format!("provider {id}: set client_secret, client_secret_file, or {variable}");
        ConfigError::Syntax { origin: provider.origin.clone(), message }
    })
}
