//! `usher.toml` as a layer: tables become dotted keys, every value keeps its line number.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::fault::ConfigError;
use crate::entry::Layer;
use crate::entry::{GivenValue, LayerEntry, SettingOrigin};

/// Parses a TOML text. Errors contain the line number but never its content, which may be secret.
pub(super) fn parse(path: &Path, text: &str) -> Result<Layer, Vec<ConfigError>> {
    let file = TomlFile { path, text, layer: Layer::new(), faults: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => file.flatten(table.get_ref()),
        Err(error) => {
            let origin = file.at(error.span().map_or(0, |span| span.start));
            Err(vec![ConfigError::Syntax { origin, message: format!("not TOML: {}", error.message()) }])
        }
    }
}

struct TomlFile<'a> {
    path: &'a Path,
    text: &'a str,
    layer: Layer,
    faults: Vec<ConfigError>,
}

impl TomlFile<'_> {
    fn flatten(mut self, table: &DeTable<'_>) -> Result<Layer, Vec<ConfigError>> {
        self.table("", table);
        if self.faults.is_empty() { Ok(self.layer) } else { Err(self.faults) }
    }

    fn table(&mut self, above: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key = if above.is_empty() { name.get_ref().to_string() } else { format!("{above}.{}", name.get_ref()) };
            let origin = self.at(name.span().start);
            match value.get_ref() {
                // `providers` reads these.
                DeValue::Array(_) if key == "provider" => {}
                DeValue::Table(inner) => self.table(&key, inner),
                DeValue::Array(items) => match items.iter().map(|item| scalar(item.get_ref())).collect() {
                    Some(items) => self.push(key, GivenValue::List(items), origin),
                    None => self.faults.push(ConfigError::Syntax {
                        origin,
                        message: format!("{key}: a list may hold only texts and numbers"),
                    }),
                },
                plain => {
                    if let Some(text) = scalar(plain) {
                        self.push(key, GivenValue::Text(text), origin);
                    }
                }
            }
        }
    }

    fn push(&mut self, key: String, given: GivenValue, origin: SettingOrigin) {
        self.layer.push((key.clone(), LayerEntry { name: key, given, origin, by_file: false }));
    }

    fn at(&self, offset: usize) -> SettingOrigin {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let breaks = before.split(|byte| *byte == b'\n').count();
        SettingOrigin::File { path: self.path.to_owned(), line: breaks.max(1) }
    }
}

/// The text of a scalar value.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Layer, Vec<ConfigError>> {
        parse(Path::new("usher.toml"), text)
    }

    #[test]
    fn tables_become_dotted_keys_that_know_their_line() {
        let layer =
            read("issuer = \"https://id.example.org\"\n\n[session]\nidle = \"1h\"\n[passwords]\nqueue = 8\n").unwrap();
        let said: Vec<String> =
            layer.iter().map(|(key, entry)| format!("{} {key} {:?}", entry.origin, entry.given)).collect();
        assert!(said.contains(&String::from("usher.toml:1 issuer Text(\"https://id.example.org\")")));
        assert!(said.contains(&String::from("usher.toml:4 session.idle Text(\"1h\")")));
        assert!(said.contains(&String::from("usher.toml:6 passwords.queue Text(\"8\")")));
    }

    #[test]
    fn a_list_stays_a_list_and_holds_nothing_deeper() {
        let layer = read("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]").unwrap();
        assert_eq!(layer[0].1.given, GivenValue::List(vec!["10.0.0.0/8".into(), "::1".into()]));
        let faults = read("a = 1\nx = [[1]]\n[[y]]\nz = 1\n").unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 2);
        assert!(said[0].starts_with("usher.toml:2: x: a list may hold"));
    }

    #[test]
    fn a_syntax_error_gives_the_line_and_not_the_secret_in_it() {
        let fault = read("issuer = \"x\"\nmaster_key = hunter2\n").unwrap_err().remove(0).to_string();
        assert!(fault.starts_with("usher.toml:2: not TOML: "), "{fault}");
        assert!(!fault.contains("hunter2"), "{fault}");
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_not_a_panic(text in "[\\[\\]{}=.\"'#a-z0-9 \\n_-]{0,60}") {
            let _ = read(&text);
        }
    }
}
