//! What is wrong with a document, and where.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot be published.
    Error,
    /// It can, and probably is not what was meant.
    Warning,
}

/// A range of bytes in the rendered Cedar text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// Where in the document, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where in the rendered Cedar text, if it was Cedar that found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cedar: Option<Span>,
}

impl Fault {
    /// An error of ours.
    pub fn error(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, pointer: pointer.into(), message: message.into(), cedar: None }
    }

    /// A warning of ours.
    pub fn warning(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(pointer, message) }
    }

    /// Does it keep the document from being published?
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A JSON pointer to these members, one inside the other.
pub fn pointer<'a>(members: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for member in members {
        text.push('/');
        text.push_str(&member.replace('~', "~0").replace('/', "~1"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_what_rfc_6901_escapes() {
        assert_eq!(pointer(["roles", "a/b", "~x"]), "/roles/a~1b/~0x");
        assert_eq!(pointer([]), "");
    }
}
