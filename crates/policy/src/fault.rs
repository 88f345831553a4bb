//! Faults of a document, with their places.

use serde::Serialize;

/// The severity of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document cannot be published.
    Error,
    /// The document can be published, but is probably not what was meant.
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

/// A fault of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentFault {
    /// Its severity.
    pub severity: Severity,
    /// Its place in the document, as a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// The description, one sentence.
    pub message: String,
    /// Its place in the rendered Cedar text, if Cedar found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cedar: Option<Span>,
}

impl DocumentFault {
    /// An error found by us.
    pub fn error(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, pointer: pointer.into(), message: message.into(), cedar: None }
    }

    /// A warning found by us.
    pub fn warning(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(pointer, message) }
    }

    /// Whether it prevents publishing.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A JSON pointer to nested members.
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
