//! Error messages: one line, for the user of the command.

use std::process::ExitCode;

/// The command was used incorrectly; the exit code is 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// Writes the error to standard error, and returns the exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("usher: {}", in_words(error));
    if error.is::<WrongUsage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// The error and its causes, each once: many errors contain their cause's message.
fn in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words.push_str(": ");
            words.push_str(&cause);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("database: {0}")]
    struct DatabaseFailure(#[from] std::io::Error);

    #[test]
    fn a_cause_is_reported_once() {
        let inner = std::io::Error::other("disk on fire");
        let error = anyhow::Error::from(DatabaseFailure(inner)).context("cannot start");
        assert_eq!(in_words(&error), "cannot start: database: disk on fire");
        let plain = Err::<(), _>(WrongUsage("no".into())).context("here").unwrap_err();
        assert_eq!(in_words(&plain), "here: no");
        assert!(plain.is::<WrongUsage>());
    }
}
