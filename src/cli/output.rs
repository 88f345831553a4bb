//! Where data goes: standard output, as text for people or JSON for machines.

use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;

/// How data is printed.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// As JSON.
    pub json: bool,
}

impl Output {
    /// Prints `value` as JSON, or the text that stands for it.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub fn print(self, value: &impl Serialize, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.json { say(&(serde_json::to_string_pretty(value)? + "\n")) } else { say(&text()) }
    }
}

/// Writes text to standard output. A closed pipe is no error.
///
/// # Errors
/// If standard output cannot be written to.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
