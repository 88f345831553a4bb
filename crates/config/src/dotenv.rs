//! `.env` as a layer: lines of `NAME=value`, as in shells and compose files.

use std::path::Path;

use super::fault::ConfigError;
use super::layer::key_of_variable;
use crate::entry::SettingOrigin;
use crate::entry::{Layer, entry};

/// Parses a `.env` text. Names that do not begin with `USHER_` are ignored with their values.
///
/// A value is bare (a ` #` begins a comment), in single quotes (literal) or in double quotes (`\n`, `\"`, `\\`, `\$`
/// are unescaped). Variables are not substituted.
pub(super) fn parse(path: &Path, text: &str) -> Result<Layer, Vec<ConfigError>> {
    let (mut layer, mut faults) = (Layer::new(), Vec::new());
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim().trim_start_matches("export ").trim_start();
        if !line.starts_with("USHER_") {
            continue;
        }
        let origin = SettingOrigin::File { path: path.to_owned(), line: number + 1 };
        match assignment(line) {
            Ok((name, key, value)) => layer.push(entry(name, key, value, origin)),
            Err(message) => faults.push(ConfigError::Syntax { origin, message: message.to_owned() }),
        }
    }
    if faults.is_empty() { Ok(layer) } else { Err(faults) }
}

fn assignment(line: &str) -> Result<(&str, String, String), &'static str> {
    let (name, value) = line.split_once('=').ok_or("expected NAME=value")?;
    let name = name.trim_end();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let key = key_of_variable(name).filter(|_| plain).ok_or("expected a name of letters, digits and underscores")?;
    Ok((name, key, unquote(value.trim())?))
}

fn unquote(value: &str) -> Result<String, &'static str> {
    const UNCLOSED: &str = "the quotes do not close on this line";
    if let Some(rest) = value.strip_prefix('\'') {
        let (inside, after) = rest.split_once('\'').ok_or(UNCLOSED)?;
        return nothing_but_comment(after).map(|()| inside.to_owned());
    }
    let Some(rest) = value.strip_prefix('"') else {
        let bare = value.split_once(" #").map_or(value, |(bare, _)| bare);
        return Ok(if bare.starts_with('#') { String::new() } else { bare.trim_end().to_owned() });
    };
    let (mut inside, mut letters) = (String::new(), rest.chars());
    loop {
        match letters.next().ok_or(UNCLOSED)? {
            '"' => return nothing_but_comment(letters.as_str()).map(|()| inside),
            '\\' => match letters.next().ok_or(UNCLOSED)? {
                'n' => inside.push('\n'),
                other @ ('"' | '\\' | '$') => inside.push(other),
                _ => return Err("expected one of \\n \\\" \\\\ \\$ after a backslash"),
            },
            other => inside.push(other),
        }
    }
}

fn nothing_but_comment(after: &str) -> Result<(), &'static str> {
    let after = after.trim_start();
    if after.is_empty() || after.starts_with('#') { Ok(()) } else { Err("expected nothing after the closing quotes") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entry::GivenValue;

    fn read(text: &str) -> Result<Vec<(String, String)>, Vec<String>> {
        let texts = |faults: Vec<ConfigError>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        let layer = parse(Path::new(".env"), text).map_err(texts)?;
        Ok(layer
            .into_iter()
            .map(|(key, entry)| match entry.given {
                GivenValue::Text(text) => (key, text),
                GivenValue::List(items) => (key, items.join(",")),
            })
            .collect())
    }

    fn value(text: &str) -> String {
        read(&format!("USHER_X={text}")).unwrap().remove(0).1
    }

    #[test]
    fn names_become_keys_and_those_of_others_are_passed_over() {
        let text = "\u{feff}USHER_ISSUER=x\n# ours\nexport USHER_SESSION__IDLE=1h\r\nOTHER=\"unclosed\n\nUSHER_LOG = debug\nnonsense\n";
        let said = read(text).unwrap();
        assert_eq!(
            said,
            [("issuer".into(), "x".into()), ("session.idle".into(), "1h".into()), ("log".into(), "debug".into())]
        );
    }

    #[test]
    fn quotes_and_comments_are_read_as_a_shell_would() {
        assert_eq!(value("a b # c"), "a b");
        assert_eq!(value("a#b"), "a#b");
        assert_eq!(value("'a # $b \\n'  # c"), "a # $b \\n");
        assert_eq!(value("\"a \\\"b\\\" \\$c \\\\ \\n\" # d"), "a \"b\" $c \\ \n");
        assert_eq!(value(""), "");
        assert_eq!(value("# nothing"), "");
    }

    #[test]
    fn a_broken_line_of_ours_is_named_by_number_without_its_value() {
        for bad in [
            "USHER_X",
            "USHER_X-Y=1",
            "USHER_X='hunter2",
            "USHER_X=\"hunter2",
            "USHER_X=\"a\" hunter2",
            "USHER_X=\"\\q\"",
        ] {
            let faults = read(&format!("\n{bad}\n")).unwrap_err();
            assert!(faults[0].starts_with(".env:2: "), "{bad}: {faults:?}");
            assert!(!faults[0].contains("hunter2"), "{faults:?}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_not_a_panic(text in "USHER_[A-Z=]{0,4}=?\\PC*") {
            let _ = read(&text);
        }

        #[test]
        fn single_quotes_keep_everything(inside in "[^'\\n\\r]*") {
            prop_assert_eq!(value(&format!("'{inside}'")), inside);
        }
    }
}
