//! A client on pages for users.

use usher_page_kit::views::tone;

/// The application a user signs in to. Its links come from whoever registered it, so only web addresses become links.
#[derive(Clone, Debug, Default)]
pub struct RequestingClient {
    /// Its registered name.
    pub name: String,
    /// The host of the redirect URI: the one part of a client that cannot be forged.
    pub host: String,
    /// The host of its `client_id`, if that is the URL of its metadata.
    pub document_host: Option<String>,
    /// It registered itself, and no administrator vouches for it.
    pub unverified: bool,
    /// It registered itself, and any program on the person's device may receive what is sent to it.
    pub on_device: bool,
    /// Its logo (`logo_uri`).
    pub logo_uri: Option<String>,
    /// Its home page (`client_uri`).
    pub client_uri: Option<String>,
    /// Its privacy policy (`policy_uri`).
    pub policy_uri: Option<String>,
    /// Its terms of service (`tos_uri`).
    pub tos_uri: Option<String>,
}

impl RequestingClient {
    /// The host that people know it by.
    pub fn known_host(&self) -> &str {
        self.document_host.as_deref().unwrap_or(&self.host)
    }

    /// The logo, if it is a web address.
    pub fn logo(&self) -> Option<&str> {
        web_address(self.logo_uri.as_deref())
    }

    /// The home page, if it is a web address.
    pub fn home(&self) -> Option<&str> {
        web_address(self.client_uri.as_deref())
    }

    /// The privacy policy, if it is a web address.
    pub fn policy(&self) -> Option<&str> {
        web_address(self.policy_uri.as_deref())
    }

    /// The terms of service, if they are a web address.
    pub fn terms(&self) -> Option<&str> {
        web_address(self.tos_uri.as_deref())
    }

    pub fn tone(&self) -> usize {
        tone(&self.name)
    }

    /// The first letter of the name, for a client without a logo.
    pub fn initial(&self) -> String {
        self.name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "?".into(), |c| c.to_uppercase().collect())
    }
}

/// Rejects `javascript:`, `data:` and every scheme other than http and https.
fn web_address(uri: Option<&str>) -> Option<&str> {
    uri.filter(|uri| {
        let lower = uri.get(..8).unwrap_or_default().to_ascii_lowercase();
        lower == "https://" || lower.starts_with("http://")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_web_address_becomes_a_link() {
        for bad in ["javascript:alert(1)", "data:text/html,x", " https://x.test", "//x.test", "", "ht", "файл:///дім"]
        {
            assert_eq!(web_address(Some(bad)), None, "{bad}");
        }
        for good in ["https://x.test/a", "HTTPS://x.test", "http://localhost:1/"] {
            assert_eq!(web_address(Some(good)), Some(good));
        }
        assert_eq!(web_address(None), None);
    }

    #[test]
    fn a_client_without_a_logo_shows_its_initial() {
        let initial = |name: &str| RequestingClient { name: name.into(), ..RequestingClient::default() }.initial();
        assert_eq!((initial("«їжак»").as_str(), initial("").as_str()), ("Ї", "?"));
    }
}
