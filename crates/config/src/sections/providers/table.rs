//! Parses one `[[provider]]` table: known names, right types, complete settings.

use std::path::Path;

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::{ConfiguredProvider, read_secret};
use crate::entry::SettingOrigin;
use crate::fault::ConfigError;
use crate::nearest::nearest;
use usher_domain::provider::{ProviderKind, ProviderKinds, ProviderSettings, SettingsError};
use usher_domain::secret::Secret;

/// The name of the tables.
const TABLE: &str = "provider";
const SECRET: &str = "client_secret";
const SECRET_FILE: &str = "client_secret_file";

/// Every name that a table may have.
fn names(kinds: &ProviderKinds) -> Vec<&'static str> {
    kinds.settings().iter().map(|setting| setting.name).chain([SECRET, SECRET_FILE]).collect()
}

/// The providers in a TOML text. Invalid TOML has none: the reader of the settings reports that error.
pub fn tables(
    path: &Path,
    text: &str,
    kinds: &ProviderKinds,
    faults: &mut Vec<ConfigError>,
) -> Vec<ConfiguredProvider> {
    let Ok(whole) = DeTable::parse(text) else { return Vec::new() };
    let Some((_, value)) = whole.get_ref().iter().find(|(name, _)| name.get_ref() == TABLE) else {
        return Vec::new();
    };
    let at = |offset: usize| {
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        SettingOrigin::File { path: path.to_owned(), line: before.split(|byte| *byte == b'\n').count().max(1) }
    };
    let DeValue::Array(items) = value.get_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for item in items {
        let origin = at(item.span().start);
        let DeValue::Table(table) = item.get_ref() else {
            let message = String::from("provider: expected [[provider]] tables");
            faults.push(ConfigError::Syntax { origin, message });
            continue;
        };
        match read(table, kinds, &origin, at) {
            Ok(provider) => found.push(provider),
            Err(wrong) => faults.extend(wrong),
        }
    }
    found
}

fn read(
    table: &DeTable<'_>,
    kinds: &ProviderKinds,
    origin: &SettingOrigin,
    at: impl Fn(usize) -> SettingOrigin,
) -> Result<ConfiguredProvider, Vec<ConfigError>> {
    let (mut members, mut faults) = (Map::new(), Vec::new());
    let names = names(kinds);
    for (name, value) in table {
        if names.contains(&name.get_ref().as_ref()) {
            members.insert(name.get_ref().to_string(), json(value.get_ref()));
        } else {
            let nearest = nearest(name.get_ref(), names.iter().copied()).map(|near| format!("{TABLE}.{near}"));
            let (name, origin) = (format!("{TABLE}.{}", name.get_ref()), at(name.span().start));
            faults.push(ConfigError::Unknown { name, origin, nearest });
        }
    }
    let secret = secret(&mut members, origin).unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    let syntax = |message| ConfigError::Syntax { origin: origin.clone(), message };
    if let Some(kind) = members.get("kind").cloned() {
        members.entry("id").or_insert(kind);
    }
    match settings(kinds, members) {
        Err(error) => faults.push(syntax(format!("{TABLE}: {error}"))),
        Ok((kind, settings)) => {
            let wrong = kind.checked(&settings).err().unwrap_or_default();
            faults.extend(wrong.iter().map(|fault| syntax(format!("{TABLE} {}: {fault}", settings.id))));
            if faults.is_empty() {
                return Ok(ConfiguredProvider { kind, settings, secret, origin: origin.clone() });
            }
        }
    }
    Err(faults)
}

fn settings(
    kinds: &ProviderKinds,
    members: Map<String, Value>,
) -> Result<(&'static ProviderKind, ProviderSettings), SettingsError> {
    let settings = kinds.read(members)?;
    let kind = kinds.of(&settings)?;
    Ok((kind, kind.canonical(settings)))
}

/// Removes the secret, so that no error about the rest can contain it.
fn secret(members: &mut Map<String, Value>, origin: &SettingOrigin) -> Result<Option<Secret<String>>, ConfigError> {
    let mut text = |name: &str| members.remove(name);
    let name = |name: &str| format!("{TABLE}.{name}");
    let invalid = |what: &str, shown: String, reason: String| ConfigError::Invalid {
        name: name(what),
        shown,
        origin: origin.clone(),
        reason,
    };
    match (text(SECRET), text(SECRET_FILE)) {
        (None, None) => Ok(None),
        (Some(Value::String(secret)), None) => Ok(Some(Secret::new(secret))),
        (None, Some(Value::String(path))) => {
            read_secret(&path).map(Some).map_err(|reason| invalid(SECRET_FILE, path, reason))
        }
        (Some(_), Some(_)) => Err(ConfigError::GivenTwice { name: name(SECRET), origin: origin.clone() }),
        (Some(_), None) => Err(invalid(SECRET, "[redacted]".into(), "expected a text".into())),
        (None, Some(_)) => Err(invalid(SECRET_FILE, "?".into(), "expected a path".into())),
    }
}

/// The value as JSON.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => number.to_string().parse::<i64>().map_or(Value::Null, Value::from),
        DeValue::Float(number) => number.to_string().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(yes) => Value::from(*yes),
        DeValue::Datetime(at) => Value::from(at.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let member = |(name, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
                (name.get_ref().to_string(), json(value.get_ref()))
            };
            Value::Object(table.iter().map(member).collect())
        }
    }
}
