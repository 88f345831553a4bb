//! The effective settings with their origins, for `usher config print`; secrets are masked.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use url::Url;

use super::layer::variable_of_key;
use super::sections::providers::ConfiguredProvider;
use super::setting::PrintedPart;
use crate::entry::{GivenValue, SettingOrigin};

const MASK: &str = "[redacted]";

/// A setting with its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedSetting {
    /// The dotted key, as in `usher.toml`.
    pub key: Cow<'static, str>,
    /// The value as written, masked if it is secret; `None` if it is not set.
    pub value: Option<String>,
    /// Its origin.
    #[serde(serialize_with = "as_text")]
    pub origin: SettingOrigin,
    /// The built-in default, if there is one.
    pub default: Option<&'static str>,
    /// What it does.
    pub about: &'static str,
}

impl ExplainedSetting {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        variable_of_key(&self.key)
    }
}

fn as_text<S: Serializer>(origin: &SettingOrigin, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(origin)
}

/// Every setting of a provider of the file, under `provider.ID`; its secret is masked.
pub(super) fn of_provider(provider: &ConfiguredProvider) -> Vec<ExplainedSetting> {
    let table = provider.shown();
    let explain = |(name, value): (&String, &toml::Value)| ExplainedSetting {
        key: Cow::Owned(format!("provider.{}.{name}", provider.settings.id)),
        value: Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        origin: provider.origin.clone(),
        default: None,
        about: "",
    };
    table.iter().map(explain).collect()
}

impl ConfiguredProvider {
    /// The table with its secret masked.
    pub fn shown(&self) -> toml::Table {
        let mut table = toml::Table::try_from(&self.settings).unwrap_or_default();
        if self.secret.is_some() {
            table.insert(String::from("client_secret"), toml::Value::from(MASK));
        }
        table
    }
}

/// The value with secrets masked.
pub(super) fn shown(given: &GivenValue, show: PrintedPart) -> String {
    let text = match given {
        GivenValue::Text(text) => Cow::Borrowed(text),
        GivenValue::List(items) => Cow::Owned(items.join(", ")),
    };
    match show {
        _ if text.is_empty() => String::new(),
        PrintedPart::Everything => one_line(&text),
        PrintedPart::UrlWithoutPassword => without_password(&text),
        PrintedPart::Nothing => String::from(MASK),
    }
}

/// The value with control characters escaped, so that it cannot forge lines of a log or terminal.
fn one_line(text: &str) -> String {
    let escaped =
        |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() };
    text.chars().map(escaped).collect()
}

/// A URL without its password, in the user part or in the query. Text that is no URL is masked completely.
fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return String::from(MASK) };
    if url.cannot_be_a_base() || text.matches('@').count() > 1 {
        return String::from(MASK);
    }
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return String::from(MASK);
    }
    let words: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if words.iter().any(|(name, _)| is_password(name)) {
        let masked = words.iter().map(|(name, value)| (name, if is_password(name) { "***" } else { value }));
        url.query_pairs_mut().clear().extend_pairs(masked);
    }
    url.to_string()
}

fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        shown(&GivenValue::Text(text.to_owned()), PrintedPart::UrlWithoutPassword)
    }

    #[test]
    fn a_url_keeps_all_but_its_password() {
        assert_eq!(url("postgres://usher:hunter2@db:5432/usher"), "postgres://usher:***@db:5432/usher");
        assert_eq!(url("postgres://db/usher?user=u&password=hunter2"), "postgres://db/usher?user=u&password=***");
        assert_eq!(url("smtps://usher%40example.org:hunter2@mail"), "smtps://usher%40example.org:***@mail");
        assert_eq!(url("sqlite://.usher/usher.db"), "sqlite://.usher/usher.db");
    }

    #[test]
    fn a_value_stays_on_its_line() {
        assert_eq!(shown(&GivenValue::Text("a\n\u{1b}[31mö".into()), PrintedPart::Everything), "a\\n\\u{1b}[31mö");
    }

    #[test]
    fn what_cannot_be_taken_apart_is_masked_whole() {
        for odd in ["hunter2", "postgres//usher:hunter2@db", "postgres:hunter2", "postgres://u:hunter2@x@db/usher"] {
            assert!(!url(odd).contains("hunter2"), "{odd}");
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        assert_eq!(shown(&GivenValue::Text("AAAA".into()), PrintedPart::Nothing), "[redacted]");
        assert_eq!(shown(&GivenValue::List(vec!["AAAA".into()]), PrintedPart::Nothing), "[redacted]");
    }
}
