//! Why a row had its result, and what was left out of it: codes, for the report and its texts.

use std::fmt;

use usher_password_hashes::HashFault;

use crate::row::RowFault;

/// Every code. Each has a text in `transfer.ftl`: `import-reason-` and the code.
pub const CODES: [&str; 29] = [
    "row-too-long",
    "row-not-utf8",
    "row-not-json",
    "row-quotes",
    "row-cells",
    "row-cut-off",
    "invalid",
    "email-invalid",
    "email-missing",
    "email-unverified",
    "duplicate",
    "exists",
    "unchanged",
    "merged",
    "two-users",
    "other-email",
    "sub-invalid",
    "sub-taken",
    "sub-deleted",
    "sub-ignored",
    "identity-invalid",
    "identity-provider",
    "identity-issuer",
    "identity-taken",
    "hash-unsupported",
    "hash-malformed",
    "hash-expensive",
    "hash-kept",
    "invited",
];

/// A code, and what it is about: a column, a provider or another row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub about: Option<String>,
}

impl Reason {
    pub const fn new(code: &'static str) -> Self {
        Self { code, about: None }
    }

    /// About something that the file names. Only plain signs are kept.
    pub fn about(code: &'static str, about: &str) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        Self { code, about: Some(about.chars().filter(plain).take(40).collect()) }
    }

    /// Reads what [`Reason`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (code, about) = text.split_once(':').map_or((text, None), |(code, about)| (code, Some(about.to_owned())));
        let code = CODES.into_iter().find(|known| *known == code)?;
        Some(Self { code, about })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            Some(about) => write!(f, "{}:{about}", self.code),
            None => f.write_str(self.code),
        }
    }
}

impl From<RowFault> for Reason {
    fn from(fault: RowFault) -> Self {
        Self::new(match fault {
            RowFault::TooLong => "row-too-long",
            RowFault::NotUtf8 => "row-not-utf8",
            RowFault::NotJson => "row-not-json",
            RowFault::Quotes => "row-quotes",
            RowFault::Cells => "row-cells",
            RowFault::CutOff => "row-cut-off",
        })
    }
}

impl From<HashFault> for Reason {
    fn from(fault: HashFault) -> Self {
        Self::new(match fault {
            HashFault::Unsupported => "hash-unsupported",
            HashFault::Malformed => "hash-malformed",
            HashFault::TooExpensive => "hash-expensive",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_as_it_was_written_and_holds_no_hostile_sign() {
        for reason in [Reason::new("exists"), Reason::about("invalid", "address.country")] {
            assert_eq!(Reason::parse(&reason.to_string()), Some(reason));
        }
        assert_eq!(Reason::about("identity-provider", "a b:<c>\n").to_string(), "identity-provider:abc");
        assert_eq!(Reason::parse("other"), None);
    }
}
