//! `usher config print`: the settings, their values and their origins.

use std::fmt::Write;

use usher_config::{ConfiguredProvider, ExplainedSetting};

/// The mode of `usher config print`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintMode {
    /// The effective values.
    Values,
    /// The effective values, and where each was set (`--origin`).
    Origins,
    /// The built-in values, and what each setting does (`--defaults`).
    Defaults,
}

/// Renders settings, secrets masked: as TOML with dotted keys, which can be written back into `usher.toml`, or as a
/// JSON array of `{key, value, origin, default, about}`. Ends with a line break.
///
/// For [`Print::Defaults`] pass `config::defaults(profile)`, which needs no valid configuration; else
/// `config.explain()`.
pub fn print(explained: &[ExplainedSetting], mode: PrintMode, json: bool) -> String {
    if json {
        let array = serde_json::to_string_pretty(explained).unwrap_or_else(|_| String::from("[]"));
        return array + "\n";
    }
    let mut text = String::new();
    for setting in explained {
        // Writing into a String cannot fail.
        let _ = match mode {
            PrintMode::Values => writeln!(text, "{}", line(setting)),
            PrintMode::Origins => writeln!(text, "{:<55} # {}", line(setting), setting.origin),
            PrintMode::Defaults => writeln!(text, "# {}\n{}\n", setting.about, line(setting)),
        };
    }
    if mode == PrintMode::Defaults {
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// The providers of the file as `[[provider]]` tables, secrets masked, in the format of [`print`].
pub fn print_providers(providers: &[ConfiguredProvider], mode: PrintMode) -> String {
    let mut text = String::new();
    for provider in providers {
        let origin = if mode == PrintMode::Origins { format!(" # {}", provider.origin) } else { String::new() };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "\n[[provider]]{origin}");
        for (name, value) in &provider.shown() {
            let _ = writeln!(text, "{name} = {value}");
        }
    }
    text
}

/// A line of TOML; a setting without a value is a comment.
fn line(setting: &ExplainedSetting) -> String {
    match &setting.value {
        Some(value) => format!("{} = {}", setting.key, toml::Value::from(value.as_str())),
        None => format!("# {} =", setting.key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_config::{Config, RunMode, SettingSources, defaults};

    fn config() -> Config {
        let flags = [
            ("issuer", "https://id.example.org"),
            ("session.idle", "1h"),
            ("database_url", "postgres://usher:hunter2@db/usher"),
            ("mail.smtp_url", "smtps://usher:hunter2@mail"),
            ("mail.from", "\"Usher, the sender\" <no-reply@example.org>"),
        ];
        Config::load(RunMode::Serve, SettingSources::of_flags(flags)).unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn values_are_toml_with_secrets_masked() {
        let text = print(&config().explain(), PrintMode::Values, false);
        assert!(text.contains("session.idle = \"1h\"\n"), "{text}");
        assert!(text.contains("database_url = \"postgres://usher:***@db/usher\"\n"), "{text}");
        assert!(text.contains("# tls.cert =\n"), "{text}");
        assert!(!text.contains("hunter2"));
        let read: toml::Table = text.parse().unwrap();
        assert_eq!(read["mail"]["from"].as_str(), Some("\"Usher, the sender\" <no-reply@example.org>"));
    }

    #[test]
    fn origins_stand_behind_the_values() {
        let text = print(&config().explain(), PrintMode::Origins, false);
        let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
        assert!(line("session.idle").ends_with("# command line"), "{text}");
        assert!(line("session.absolute").ends_with("# default"), "{text}");
        assert!(text.parse::<toml::Table>().is_ok(), "an origin is a comment");
    }

    #[test]
    fn defaults_explain_themselves_and_load() {
        let text = print(&defaults(RunMode::Dev), PrintMode::Defaults, false);
        assert!(text.contains("# Idle lifetime of a session.\nsession.idle = \"14d\"\n"), "{text}");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("usher.toml");
        std::fs::write(&file, text).unwrap();
        let sources = SettingSources { files: vec![file], ..SettingSources::default() };
        assert!(Config::load(RunMode::Dev, sources).is_ok());
    }

    #[test]
    fn json_is_for_machines() {
        let text = print(&config().explain(), PrintMode::Values, true);
        let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let idle = all.iter().find(|one| one["key"] == "session.idle").unwrap();
        assert_eq!(idle["value"], "1h");
        assert_eq!(idle["default"], "14d");
        assert_eq!(idle["origin"], "command line");
        assert!(all.iter().any(|one| one["key"] == "tls.cert" && one["value"].is_null()));
        assert!(!text.contains("hunter2"));
    }
}
