//! Parses one `[[provider]]` table: known names, right types, complete settings.

use std::path::Path;

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::{ConfiguredProvider, read_secret};
use crate::entry::SettingOrigin;
use crate::fault::ConfigError;
use crate::nearest::nearest;
use usher_domain::provider::ProviderSettings;
use usher_domain::secret::Secret;

/// The name of the tables.
const TABLE: &str = "provider";
const SECRET: &str = "client_secret";
const SECRET_FILE: &str = "client_secret_file";

/// Every name that a table may have.
pub(super) const NAMES: &[&str] = &[
    "id",
    "kind",
    "label",
    "enabled",
    "sign_up",
    "client_id",
    SECRET,
    SECRET_FILE,
    "scopes",
    "base_url",
    "issuer",
    "discovery",
    "authorize_url",
    "token_url",
    "userinfo_url",
    "jwks_url",
    "end_session_url",
    "client_auth",
    "pkce",
    "algorithms",
    "require_iss",
    "response_mode",
    "hd",
    "tenant",
    "allowed_tenants",
    "graph_version",
    "team_id",
    "key_id",
    "email_trust",
    "authoritative_domains",
    "trust_factors",
    "link_policy",
    "extra_params",
    "map",
    "scope_sep",
    "token_response",
    "userinfo_auth",
    "userinfo_hmac",
    "emails",
];

/// The providers in a TOML text. Invalid TOML has none: the reader of the settings reports that error.
pub fn tables(path: &Path, text: &str, faults: &mut Vec<ConfigError>) -> Vec<ConfiguredProvider> {
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
        match read(table, &origin, at) {
            Ok(provider) => found.push(provider),
            Err(wrong) => faults.extend(wrong),
        }
    }
    found
}

fn read(
    table: &DeTable<'_>,
    origin: &SettingOrigin,
    at: impl Fn(usize) -> SettingOrigin,
) -> Result<ConfiguredProvider, Vec<ConfigError>> {
    let (mut members, mut faults) = (Map::new(), Vec::new());
    for (name, value) in table {
        if NAMES.contains(&name.get_ref().as_ref()) {
            members.insert(name.get_ref().to_string(), json(value.get_ref()));
        } else {
            let nearest = nearest(name.get_ref(), NAMES.iter().copied()).map(|near| format!("{TABLE}.{near}"));
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
    match serde_json::from_value::<ProviderSettings>(Value::Object(members)) {
        Err(error) => faults.push(syntax(format!("{TABLE}: {error}"))),
        Ok(settings) => {
            let settings = settings.canonical();
            let wrong = settings.check().err().unwrap_or_default();
            faults.extend(wrong.iter().map(|fault| syntax(format!("{TABLE} {}: {fault}", settings.id))));
            if faults.is_empty() {
                return Ok(ConfiguredProvider { settings, secret, origin: origin.clone() });
            }
        }
    }
    Err(faults)
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
