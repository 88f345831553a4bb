//! Resource indicators (RFC 8707): the identifiers of APIs, and the parameter that asks for a token for them.

use url::{Host, Url};

use crate::error::OAuthError;
use crate::error_code::ErrorCode;
use crate::params::Params;

/// Maximum length of an identifier.
pub const MAX_IDENTIFIER: usize = 500;
/// Maximum number of resources in one request.
const MAX_RESOURCES: usize = 10;

/// Why a text cannot identify an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierFault {
    #[error("is longer than {MAX_IDENTIFIER} characters")]
    TooLong,
    #[error("is not an absolute URI")]
    Malformed,
    /// RFC 8707 §2.
    #[error("must not have a fragment")]
    Fragment,
    #[error("must not have a user name or password")]
    UserInfo,
    #[error("must be https")]
    Scheme,
}

/// The form in which identifiers are compared (RFC 3986 §6.2.2, §6.2.3): some clients write `https://api.example` with a
/// slash at the end, others without.
///
/// # Errors
/// The first fault. Any absolute URI without a fragment has this form.
pub fn canonical(identifier: &str) -> Result<String, IdentifierFault> {
    if identifier.len() > MAX_IDENTIFIER {
        return Err(IdentifierFault::TooLong);
    }
    if identifier.contains('#') {
        return Err(IdentifierFault::Fragment);
    }
    // Parsers of URLs repair what these characters break.
    let plain =
        |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}');
    let parsed = Url::parse(identifier).map_err(|_| IdentifierFault::Malformed)?;
    let repaired = parsed.has_host() && !identifier.contains("://");
    if !identifier.bytes().all(plain) || repaired {
        return Err(IdentifierFault::Malformed);
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(IdentifierFault::UserInfo);
    }
    Ok(parsed.into())
}

/// The canonical form of an identifier that an API may be registered with: `https`, or `http` on loopback if `loopback`.
///
/// # Errors
/// The first fault.
pub fn registrable(identifier: &str, loopback: bool) -> Result<String, IdentifierFault> {
    let canonical = canonical(identifier)?;
    let fits = Url::parse(&canonical).is_ok_and(|url| match url.scheme() {
        "https" => url.has_host(),
        "http" => loopback && is_loopback(&url),
        _ => false,
    });
    if fits { Ok(canonical) } else { Err(IdentifierFault::Scheme) }
}

/// The host of an `https` identifier, with its port if it is not 443.
pub fn https_host(identifier: &str) -> Option<String> {
    let url = Url::parse(identifier).ok().filter(|url| url.scheme() == "https")?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The canonical forms of all `resource` parameters, each once; empty if there is none.
///
/// # Errors
/// `invalid_target` if one cannot identify an API, or if there are too many.
pub fn requested(params: &Params) -> Result<Vec<String>, OAuthError> {
    let mut all = Vec::new();
    for resource in params.all("resource").filter(|resource| !resource.is_empty()) {
        let why = |fault: IdentifierFault| OAuthError::new(ErrorCode::InvalidTarget, format!("a resource {fault}"));
        let resource = canonical(resource).map_err(why)?;
        if !all.contains(&resource) {
            all.push(resource);
        }
    }
    if all.len() > MAX_RESOURCES {
        return Err(OAuthError::new(ErrorCode::InvalidTarget, "there are more than 10 resources"));
    }
    Ok(all)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_identifier_are_equal_and_others_are_not() {
        for same in ["https://api.example", "https://api.example/", "HTTPS://API.example:443/"] {
            assert_eq!(canonical(same).as_deref(), Ok("https://api.example/"), "{same}");
        }
        assert_ne!(canonical("https://api.example/a"), canonical("https://api.example/a/"));
        assert_ne!(canonical("https://api.example/A"), canonical("https://api.example/a"));
        assert_eq!(canonical("urn:example:orders").as_deref(), Ok("urn:example:orders"));
    }

    #[test]
    fn what_is_no_absolute_uri_without_fragment_identifies_nothing() {
        for (text, fault) in [
            ("", IdentifierFault::Malformed),
            ("orders", IdentifierFault::Malformed),
            ("/orders", IdentifierFault::Malformed),
            ("//api.example", IdentifierFault::Malformed),
            ("https:api.example", IdentifierFault::Malformed),
            ("https:/api.example", IdentifierFault::Malformed),
            ("https:\\\\api.example", IdentifierFault::Malformed),
            (" https://api.example", IdentifierFault::Malformed),
            ("https://api.example/\ta", IdentifierFault::Malformed),
            ("https://ápi.example", IdentifierFault::Malformed),
            ("https://api.example/#a", IdentifierFault::Fragment),
            ("https://api.example#", IdentifierFault::Fragment),
            ("https://ana:secret@api.example", IdentifierFault::UserInfo),
            (&format!("https://api.example/{}", "a".repeat(500)), IdentifierFault::TooLong),
        ] {
            assert_eq!(canonical(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn an_api_is_registered_at_an_https_uri_or_on_loopback_in_development() {
        assert!(registrable("https://api.example/orders?v=2", false).is_ok());
        for loopback in ["http://localhost:3000", "http://127.0.0.1:3000/", "http://[::1]/"] {
            assert!(registrable(loopback, true).is_ok());
            assert_eq!(registrable(loopback, false), Err(IdentifierFault::Scheme), "{loopback}");
        }
        for bad in ["http://api.example", "urn:example:orders", "ftp://api.example", "http://localhost.evil.test"] {
            assert_eq!(registrable(bad, true), Err(IdentifierFault::Scheme), "{bad}");
        }
    }

    #[test]
    fn only_https_identifiers_have_a_host_to_prove() {
        assert_eq!(https_host("https://API.example:8443/a").as_deref(), Some("api.example:8443"));
        assert_eq!(https_host("https://api.example:443/").as_deref(), Some("api.example"));
        assert_eq!(https_host("http://localhost:3000/"), None);
    }

    #[test]
    fn resources_are_read_each_once() {
        let read = |query: &str| requested(&Params::decode(query.as_bytes()).unwrap());
        assert_eq!(read("a=b&resource=").unwrap(), Vec::<String>::new());
        let two = "resource=https://a.example&resource=https://a.example/&resource=urn:b";
        assert_eq!(read(two).unwrap(), ["https://a.example/", "urn:b"]);
        let many: Vec<_> = (0..11).map(|n| format!("resource=urn:{n}")).collect();
        for bad in ["resource=orders", "resource=https://a.example%23x", &many.join("&")] {
            assert_eq!(read(bad).unwrap_err().code, ErrorCode::InvalidTarget, "{bad}");
        }
    }
}
