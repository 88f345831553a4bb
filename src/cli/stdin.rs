//! Input of commands: files, and standard input for the name `-`.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::failure::WrongUsage;
use usher_domain::secret::Secret;

/// The longest input.
const LONGEST: u64 = 1024 * 1024;

/// The text of a file, or of standard input if it is called `-`.
///
/// # Errors
/// If it cannot be read, is no text, or is too long.
pub fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(LONGEST + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {}", path.display()))?;
    if text.len() as u64 > LONGEST {
        bail!("{} is longer than 1 MiB", path.display());
    }
    Ok(text)
}

/// A password from standard input, without the line break at its end.
///
/// # Errors
/// If there is none.
pub fn password() -> anyhow::Result<Secret<String>> {
    let text = Secret::new(read(Path::new("-")).context("the password")?);
    let password = without_line_break(text.expose());
    if password.is_empty() {
        return Err(WrongUsage("--password-stdin: standard input holds no password".to_owned()).into());
    }
    Ok(Secret::from(password))
}

/// A secret from standard input, without surrounding white space, which pasting may add. The error names the option
/// that required it.
///
/// # Errors
/// If there is none.
pub fn secret(option: &str) -> anyhow::Result<Secret<String>> {
    let text = Secret::new(read(Path::new("-")).context("the secret")?);
    match text.expose().trim_ascii() {
        "" => Err(WrongUsage(format!("{option}: standard input holds no secret")).into()),
        secret => Ok(Secret::from(secret)),
    }
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_a_password() {
        for (typed, meant) in [("a b\n", "a b"), ("a b\r\n", "a b"), (" a\n\n", " a\n"), ("", ""), ("a", "a")] {
            assert_eq!(without_line_break(typed), meant, "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_text_or_not_there_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claims.json");
        assert!(read(&path).unwrap_err().to_string().contains("claims.json"));
        std::fs::write(&path, [0xFF, 0xFE]).unwrap();
        assert!(read(&path).is_err());
        std::fs::write(&path, vec![b' '; 1024 * 1024 + 1]).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("longer than 1 MiB"));
    }
}
