//! Clients that register themselves.

use std::time::Duration;

use crate::entry::GivenValue;
use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, SettingValue, settings};

const HOST_EXPECTED: &str = "expected a host such as app.example.com, or *.example.com for all below it";

/// Hosts: `app.example.com` is one, `*.example.com` are all below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostList(Vec<String>);

impl HostList {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the list names this host, which is written in lower case.
    pub fn names(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.0.iter().any(|listed| match listed.strip_prefix('*') {
            Some(below) => host.len() > below.len() && host.ends_with(below),
            None => host == listed,
        })
    }
}

/// A comma-separated text, or a TOML array.
impl SettingValue for HostList {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text.trim().is_empty() {
            Ok(Self::default())
        } else {
            text.split(',').map(host).collect::<Result<_, _>>().map(Self)
        }
    }

    fn from_given(given: &GivenValue) -> Result<Self, InvalidReason> {
        match given {
            GivenValue::Text(text) => Self::from_text(text),
            GivenValue::List(hosts) => hosts.iter().map(|text| host(text)).collect::<Result<_, _>>().map(Self),
        }
    }
}

fn host(text: &str) -> Result<String, InvalidReason> {
    let listed = text.trim().to_ascii_lowercase();
    let name = listed.strip_prefix("*.").unwrap_or(&listed);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']');
    let good = !name.is_empty() && !name.starts_with('.') && !name.ends_with('.') && name.chars().all(plain);
    if good { Ok(listed) } else { Err(HOST_EXPECTED.into()) }
}

/// Who may register clients at the registration endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DynamicRegistration {
    /// Nobody.
    Closed,
    /// Who has an initial access token of a project.
    Token,
    /// Anybody.
    Open,
}

impl SettingValue for DynamicRegistration {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        match text {
            "closed" => Ok(Self::Closed),
            "token" => Ok(Self::Token),
            "open" => Ok(Self::Open),
            _ => Err("expected closed, token or open".into()),
        }
    }
}

settings! {
    /// Clients that register themselves.
    ClientRegistrationSettings {
        /// Who may register clients at the registration endpoint (RFC 7591): nobody (closed), who has an initial access
        /// token of a project (token), or anybody (open).
        "registration.dynamic" => dynamic: DynamicRegistration = SettingDefault::Always("closed");
        /// Whether a client's id may be the https URL of its metadata (Client ID Metadata Documents).
        "registration.documents" => documents: bool = SettingDefault::ByProfile { dev: "true", serve: "false" };
        /// Only documents of these hosts are accepted, such as app.example.com or *.example.com, separated by commas;
        /// of every host if empty.
        "registration.documents_allow" => documents_allow: HostList = SettingDefault::Always("");
        /// Documents of these hosts are not accepted, written likewise.
        "registration.documents_block" => documents_block: HostList = SettingDefault::Always("");
        /// How long a client that registered itself is kept without being used. One that nobody has allowed is kept for
        /// a day.
        "registration.unused" => unused: Duration = SettingDefault::Always("90d");
    }
}

impl ClientRegistrationSettings {
    /// Whether anybody may register clients at the registration endpoint.
    pub fn offers_dynamic(&self) -> bool {
        self.dynamic != DynamicRegistration::Closed
    }

    /// Whether registration needs no initial access token.
    pub fn is_open(&self) -> bool {
        self.dynamic == DynamicRegistration::Open
    }

    /// Whether documents of this host are accepted. The block list counts first.
    pub fn accepts_documents_of(&self, host: &str) -> bool {
        !self.documents_block.names(host) && (self.documents_allow.is_empty() || self.documents_allow.names(host))
    }

    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        let day = Duration::from_hours(24);
        reader.within("registration.unused", &self.unused, &(day..=3_650 * day));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> HostList {
        HostList::from_text(text).unwrap()
    }

    #[test]
    fn a_list_names_hosts_and_everything_below_a_star() {
        let listed = list("app.example.com, *.Notes.test ,[::1]");
        for host in ["app.example.com", "a.notes.test", "a.b.notes.test", "a.notes.test.", "[::1]"] {
            assert!(listed.names(host), "{host}");
        }
        for host in ["example.com", "x.app.example.com", "notes.test", "evilnotes.test", ".notes.test", ""] {
            assert!(!listed.names(host), "{host}");
        }
        assert!(list("").is_empty() && list(" ").is_empty());
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in ["*", "*.", "a b", "https://a.test", "a.test/x", "a.*.test", ".a.test", "a.test.", "a,,b", "ä.test"]
        {
            assert!(HostList::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_block_list_counts_before_the_allow_list() {
        let settings = |allow: &str, block: &str| ClientRegistrationSettings {
            dynamic: DynamicRegistration::Closed,
            documents: true,
            documents_allow: list(allow),
            documents_block: list(block),
            unused: Duration::from_hours(24),
        };
        assert!(settings("", "").accepts_documents_of("a.test"));
        assert!(!settings("", "*.test").accepts_documents_of("a.test"));
        assert!(settings("*.test", "").accepts_documents_of("a.test"));
        assert!(!settings("*.test", "").accepts_documents_of("a.example"));
        assert!(!settings("*.test", "a.test").accepts_documents_of("a.test"));
    }
}
