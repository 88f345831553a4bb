//! Clients whose `client_id` is the URL of their metadata (draft-ietf-oauth-client-id-metadata-document-03).

use serde_json::{Map, Value};
use url::{Host, Url};

use super::document_fault::ClientDocumentFault;
use super::metadata::{AuthMethod, ClientMetadata, MetadataFault, SubjectType};
use super::self_registration::{described, is_installed, may_use};
use crate::authorize::redirect_uri::has_dot_segments;
use crate::strict_json;

/// Maximum size of a document, in bytes: that which the draft recommends (§8.7).
pub const MAX_BYTES: usize = 5 * 1_024;
/// Maximum nesting of its JSON.
const MAX_DEPTH: u8 = 8;
/// How long a document is used if its answer names no lifetime, in seconds.
const USUAL_LIFETIME: u64 = 3_600;
/// The shortest lifetime in seconds, whatever the answer says.
const SHORTEST_LIFETIME: u64 = 60;
/// The longest.
const LONGEST_LIFETIME: u64 = 86_400;

/// A `client_id` that is a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentUrl(Url);

impl DocumentUrl {
    /// Whether this `client_id` can only be a URL. Generated ids have no scheme.
    pub fn is_meant(client_id: &str) -> bool {
        client_id.starts_with("https://") || client_id.starts_with("http://")
    }

    /// Reads a `client_id` (§3). There is one spelling of each, that of URL parsers. Plain http is for development on
    /// this machine alone.
    ///
    /// # Errors
    /// [`ClientDocumentFault::Url`].
    pub fn parse(client_id: &str, on_loopback: bool) -> Result<Self, ClientDocumentFault> {
        let url = Url::parse(client_id).map_err(|_| ClientDocumentFault::Url)?;
        let scheme = url.scheme() == "https" || on_loopback && url.scheme() == "http" && is_loopback(&url);
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let good = scheme && plain && url.as_str() == client_id && !has_dot_segments(client_id);
        if good { Ok(Self(url)) } else { Err(ClientDocumentFault::Url) }
    }

    /// The host, which people read.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether it is on this machine, which only development accepts.
    pub fn is_on_loopback(&self) -> bool {
        is_loopback(&self.0) || self.is_other_name_of_loopback()
    }

    /// Other spellings that lead to this machine (RFC 6761 §6.3, RFC 4291 §2.5.5.2).
    fn is_other_name_of_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(address)) => address.is_unspecified(),
            Some(Host::Ipv6(address)) => {
                address.is_unspecified() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
            }
            None => false,
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A document that describes a client. Its metadata still has to be checked like that of any other client.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedClient {
    pub metadata: ClientMetadata,
    /// It is an installed application.
    pub installed: bool,
}

/// Reads the document at a `client_id`.
///
/// # Errors
/// The fault, and what is wrong with members of the metadata.
pub fn read(client_id: &str, body: &[u8]) -> Result<DescribedClient, (ClientDocumentFault, Vec<MetadataFault>)> {
    let fault = |fault| (fault, Vec::new());
    let document = strict_json::object(body, MAX_DEPTH).map_err(|_| fault(ClientDocumentFault::NotJson))?;
    if document.get("client_id").and_then(Value::as_str) != Some(client_id) {
        return Err(fault(ClientDocumentFault::OtherClientId));
    }
    if needs_secret(&document) {
        return Err(fault(ClientDocumentFault::SharedSecret));
    }
    let mut metadata = described(&document).map_err(|faults| (ClientDocumentFault::Metadata, faults))?;
    if !document.contains_key("token_endpoint_auth_method") {
        metadata.token_endpoint_auth_method = AuthMethod::None;
    }
    // The same document is read by other servers, so what is of no use here is passed over.
    metadata.grant_types.retain(|grant| may_use(grant));
    metadata.response_types.retain(|kind| kind == "code");
    metadata.require_pkce = true;
    // A document that changes its redirect URIs would change the sector, and so everybody's identifier.
    (metadata.subject_type, metadata.sector_identifier_uri) = (SubjectType::Public, None);
    let installed = is_installed(&document, &metadata);
    Ok(DescribedClient { metadata, installed })
}

/// No shared secret can be agreed upon (§4.1).
fn needs_secret(document: &Map<String, Value>) -> bool {
    let named = ["client_secret", "client_secret_expires_at"].iter().any(|member| document.contains_key(*member));
    let method = document.get("token_endpoint_auth_method").and_then(Value::as_str).unwrap_or("none");
    named || !matches!(method, "none" | "private_key_jwt")
}

/// The names of the members that differ, in the order of the alphabet.
pub fn changed_members(before: &ClientMetadata, after: &ClientMetadata) -> Vec<String> {
    let members = |metadata: &ClientMetadata| match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let (before, after) = (members(before), members(after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// Whether the content type of an answer is JSON: `application/json` or `application/<something>+json` (§4.1).
pub fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

/// For how many seconds a document is used, by the headers of its answer (RFC 9111 §4.2), within our bounds. One on this
/// machine is fetched each time unless it says otherwise: its author is changing it.
pub fn lifetime(cache_control: Option<&str>, age: Option<&str>, on_loopback: bool) -> u64 {
    let (usual, shortest) = if on_loopback { (0, 0) } else { (USUAL_LIFETIME, SHORTEST_LIFETIME) };
    let mut named = None;
    for directive in cache_control.unwrap_or_default().split(',') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return shortest,
            "max-age" => named = value.trim().trim_matches('"').parse::<u64>().ok(),
            _ => {}
        }
    }
    let age = age.and_then(|age| age.trim().parse::<u64>().ok()).unwrap_or(0);
    named.map_or(usual, |seconds| seconds.saturating_sub(age)).clamp(shortest, LONGEST_LIFETIME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "https://notes.test/client.json";

    fn fault(document: &Value) -> ClientDocumentFault {
        read(ID, document.to_string().as_bytes()).unwrap_err().0
    }

    #[test]
    fn a_client_id_is_an_https_url_in_its_one_spelling() {
        for good in [ID, "https://notes.test/", "https://notes.test:8443/a/b?v=2", "https://xn--ntes-6qa.test/c"] {
            assert!(DocumentUrl::parse(good, false).is_ok(), "{good}");
        }
        for bad in [
            "https://notes.test",
            "http://notes.test/client.json",
            "http://localhost:9/client.json",
            "https://notes.test/client.json#x",
            "https://notes.test/client.json#",
            "https://me@notes.test/client.json",
            "https://me:pw@notes.test/client.json",
            "https://notes.test/a/../client.json",
            "https://notes.test/./client.json",
            "https://notes.test/%2e%2e/client.json",
            "https://NOTES.test/client.json",
            "https://notes.test:443/client.json",
            "https:notes.test/client.json",
            "https:///notes.test/client.json",
            "https://notes.test\\client.json",
            "https://nötes.test/client.json",
            "https://0x7f.1/client.json",
            "ftp://notes.test/client.json",
            "client_abc",
            "",
        ] {
            assert_eq!(DocumentUrl::parse(bad, false), Err(ClientDocumentFault::Url), "{bad}");
        }
    }

    #[test]
    fn development_also_accepts_documents_on_this_machine() {
        for good in ["http://localhost:9/client.json", "http://127.0.0.1:9/c", "http://[::1]:9/c"] {
            assert!(DocumentUrl::parse(good, true).is_ok_and(|url| url.is_on_loopback()), "{good}");
        }
        for bad in ["http://notes.test/c", "http://localhost.evil.test/c", "http://192.168.0.1/c"] {
            assert!(DocumentUrl::parse(bad, true).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_document_says_who_it_is_and_holds_no_secret() {
        let good = json!({"client_id": ID, "client_name": "Notes", "redirect_uris": ["http://127.0.0.1/cb"]});
        let with = |name: &str, value: Value| {
            let mut document = good.clone();
            document[name] = value;
            document
        };
        let read_good = read(ID, good.to_string().as_bytes()).unwrap();
        assert!(read_good.metadata.is_public() && read_good.installed);
        assert_eq!(
            fault(&with("client_id", json!("https://notes.test/other.json"))),
            ClientDocumentFault::OtherClientId
        );
        assert_eq!(
            fault(&with("client_id", json!("https://NOTES.test/client.json"))),
            ClientDocumentFault::OtherClientId
        );
        assert_eq!(fault(&json!({"client_name": "Notes"})), ClientDocumentFault::OtherClientId);
        for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt", "tls_client_auth", "magic"] {
            let document = with("token_endpoint_auth_method", json!(method));
            assert_eq!(fault(&document), ClientDocumentFault::SharedSecret, "{method}");
        }
        assert_eq!(fault(&with("client_secret", json!("x"))), ClientDocumentFault::SharedSecret);
        assert_eq!(fault(&with("client_secret_expires_at", json!(0))), ClientDocumentFault::SharedSecret);
        assert_eq!(fault(&with("redirect_uris", json!("https://notes.test/cb"))), ClientDocumentFault::Metadata);
        assert_eq!(fault(&json!([good])), ClientDocumentFault::NotJson);
        let doubled = format!("{{\"client_id\":\"{ID}\",\"client_id\":\"{ID}\"}}");
        assert_eq!(read(ID, doubled.as_bytes()).unwrap_err().0, ClientDocumentFault::NotJson);
        assert_eq!(read(ID, &[0xFF]).unwrap_err().0, ClientDocumentFault::NotJson);
    }

    #[test]
    fn what_other_servers_support_is_passed_over() {
        let document = json!({
            "client_id": ID, "client_name": "Notes", "redirect_uris": ["https://notes.test/cb"],
            "grant_types": ["authorization_code", "client_credentials", "implicit", "refresh_token"],
            "response_types": ["code", "token"], "client_secret_note": 1,
        });
        let metadata = read(ID, document.to_string().as_bytes()).unwrap().metadata;
        assert_eq!(metadata.grant_types, ["authorization_code", "refresh_token"]);
        assert_eq!(metadata.response_types, ["code"]);
    }

    #[test]
    fn the_members_that_changed_are_named() {
        let before = ClientMetadata { client_name: "A".into(), ..ClientMetadata::default() };
        let after = ClientMetadata { logo_uri: Some("https://a.test/l".into()), ..before.clone() };
        assert_eq!(changed_members(&before, &after), ["logo_uri"]);
        assert_eq!(changed_members(&before, &before), Vec::<String>::new());
        assert_eq!(
            changed_members(&after, &ClientMetadata { client_name: "B".into(), ..before }),
            ["client_name", "logo_uri"]
        );
    }

    #[test]
    fn content_types_of_json_are_known() {
        for good in ["application/json", "application/json; charset=utf-8", "Application/Client+JSON"] {
            assert!(is_json(good), "{good}");
        }
        for bad in ["", "text/html", "text/json", "application/jsonp", "application/jwt", "image/svg+json"] {
            assert!(!is_json(bad), "{bad}");
        }
    }

    #[test]
    fn the_lifetime_of_an_answer_stays_within_bounds() {
        for (cache_control, age, seconds) in [
            (None, None, 3_600),
            (Some("max-age=600"), None, 600),
            (Some("public, max-age=600"), Some("200"), 400),
            (Some("max-age=5"), None, 60),
            (Some("max-age=600"), Some("9999"), 60),
            (Some("MAX-AGE=\"120\""), None, 120),
            (Some("max-age=999999999"), None, 86_400),
            (Some("max-age=99999999999999999999999"), None, 3_600),
            (Some("no-store"), None, 60),
            (Some("no-cache, max-age=600"), None, 60),
            (Some("immutable,,=,"), Some("-1"), 3_600),
        ] {
            assert_eq!(lifetime(cache_control, age, false), seconds, "{cache_control:?} {age:?}");
        }
        assert_eq!(lifetime(None, None, true), 0);
        assert_eq!(lifetime(Some("max-age=5"), None, true), 5);
    }
}
