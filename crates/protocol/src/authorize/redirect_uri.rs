//! `redirect_uri`: compared as text, character by character (RFC 9700 §2.1), without normalisation.

use std::net::Ipv4Addr;

use url::{Host, Url};

/// Maximum length of a redirect URI.
const MAX_LENGTH: usize = 2_000;

/// Parameters that Usher adds to a response: a registered URI must not have them.
const RESERVED: [&str; 8] = ["code", "state", "iss", "error", "error_description", "error_uri", "id_token", "response"];

/// Schemes that no application owns: browsers and operating systems execute, open or send their content.
const FOREIGN: [&str; 86] = [
    "about",
    "acap",
    "acct",
    "afp",
    "afs",
    "android-app",
    "android-resource",
    "bitcoin",
    "blob",
    "brave",
    "callto",
    "cid",
    "content",
    "data",
    "dav",
    "davs",
    "devtools",
    "edge",
    "facetime",
    "facetime-audio",
    "feed",
    "file",
    "filesystem",
    "firefox",
    "ftp",
    "ftps",
    "geo",
    "googlechrome",
    "googlechromes",
    "gopher",
    "hcp",
    "help",
    "imap",
    "intent",
    "irc",
    "itms",
    "itms-apps",
    "itms-services",
    "its",
    "jar",
    "javascript",
    "ldap",
    "livescript",
    "magnet",
    "mailto",
    "market",
    "mhtml",
    "microsoft-edge",
    "mid",
    "mk",
    "mms",
    "mocha",
    "news",
    "nfs",
    "nntp",
    "opera",
    "powershell",
    "prefs",
    "rdp",
    "res",
    "resource",
    "rtmp",
    "rtsp",
    "search",
    "sftp",
    "shell",
    "sip",
    "sips",
    "smb",
    "sms",
    "ssh",
    "svn",
    "tel",
    "telnet",
    "urn",
    "vbscript",
    "view-source",
    "vivaldi",
    "vnc",
    "webcal",
    "ws",
    "wss",
    "wyciwyg",
    "x-safari-http",
    "x-safari-https",
    "xmpp",
];
/// Prefixes of more such schemes.
const FOREIGN_FAMILIES: [&str; 8] =
    ["chrome", "googlechrome", "itms", "moz-", "ms-", "safari-", "search-ms", "x-safari-"];

/// Why a URI is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriFault {
    /// Not an absolute URI, or one that parsers interpret differently.
    #[error("is not a plain absolute URI")]
    Malformed,
    /// Longer than 2,000 characters.
    #[error("is too long")]
    TooLong,
    /// A fragment, which the response could not contain (RFC 6749 §3.1.2).
    #[error("must not have a fragment")]
    Fragment,
    /// The scheme is not `https`, `http` on loopback, or an application's own.
    #[error("must be https, http on loopback, or a scheme of the application's own such as com.example.app:/callback")]
    Scheme,
    /// A user name or password in the URI.
    #[error("must not carry a user name or password")]
    UserInfo,
    /// A `*`: patterns are not supported.
    #[error("must not contain a wildcard: it is compared character by character")]
    Wildcard,
    /// It has a parameter that the response also has.
    #[error("must not carry a parameter of the response, such as code, state or iss")]
    Reserved,
}

/// Checks whether this redirect URI may be registered.
///
/// # Errors
/// The first fault.
pub fn check(uri: &str) -> Result<(), UriFault> {
    if uri.len() > MAX_LENGTH {
        return Err(UriFault::TooLong);
    }
    if uri.contains('*') {
        return Err(UriFault::Wildcard);
    }
    if uri.contains('#') {
        return Err(UriFault::Fragment);
    }
    let plain =
        |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}');
    let parsed = Url::parse(uri).map_err(|_| UriFault::Malformed)?;
    if !uri.bytes().all(plain) || has_dot_segments(uri) {
        return Err(UriFault::Malformed);
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(UriFault::UserInfo);
    }
    match parsed.scheme() {
        // `https:host` and `https:/host` parse like `https://host`: only the last spelling is accepted.
        "https" if uri.starts_with("https://") && parsed.has_host() => {}
        "http" if is_loopback(&parsed) && is_written_as_loopback(uri) => {}
        scheme if is_private_use(scheme, uri) => {}
        _ => return Err(UriFault::Scheme),
    }
    if parsed.query_pairs().any(|(name, _)| RESERVED.contains(&name.as_ref())) {
        return Err(UriFault::Reserved);
    }
    Ok(())
}

/// `http://127.1` and `http://2130706433` parse like `http://127.0.0.1`: only the three plain spellings are accepted.
fn is_written_as_loopback(uri: &str) -> bool {
    let rest = ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().find_map(|host| uri.strip_prefix(host));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
}

/// A scheme of the application's own (RFC 8252 §7.1): a reversed domain name, or a word that applications use, such as
/// `cursor://` or `vscode://`.
fn is_private_use(scheme: &str, uri: &str) -> bool {
    let foreign = ["http", "https"].contains(&scheme)
        || FOREIGN.contains(&scheme)
        || FOREIGN_FAMILIES.iter().any(|family| scheme.starts_with(family));
    // Without a dot in the scheme, the rest must be a path, which `word:anything` is not.
    !foreign && (scheme.contains('.') || uri.get(scheme.len()..).is_some_and(|rest| rest.starts_with(":/")))
}

/// Checks whether this may be registered as a URL that Usher calls.
///
/// # Errors
/// The first fault; [`UriFault::Scheme`] for anything but `https`, or `http` on loopback.
pub fn check_called(uri: &str) -> Result<(), UriFault> {
    match check(uri) {
        Ok(()) | Err(UriFault::Reserved) => check_link(uri),
        Err(why) => Err(why),
    }
}

/// Checks whether this may be registered as a link that is shown to people (logo, policy, terms, home page).
///
/// # Errors
/// [`UriFault::Scheme`] for anything but `https`, or `http` on loopback.
pub fn check_link(uri: &str) -> Result<(), UriFault> {
    // URL parsers drop tabs and line breaks, so the text would show another URL than the one that is opened.
    if uri.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(UriFault::Malformed);
    }
    match Url::parse(uri) {
        Ok(parsed)
            if uri.len() <= MAX_LENGTH
                && (parsed.scheme() == "https" || parsed.scheme() == "http" && is_loopback(&parsed)) =>
        {
            Ok(())
        }
        Ok(_) => Err(UriFault::Scheme),
        Err(_) => Err(UriFault::Malformed),
    }
}

/// Whether the URI of the request matches the registered one.
///
/// Identical text, or identical except for the port if the registered one is `http` on a loopback address (RFC 8252
/// §7.3).
pub fn matches(registered: &str, sent: &str) -> bool {
    registered == sent
        || loopback_without_port(registered, &ADDRESSES)
            .is_some_and(|wanted| loopback_without_port(sent, &ADDRESSES) == Some(wanted))
}

/// Like [`matches`], for an installed application, which may also listen on any port of `localhost`.
pub fn matches_installed(registered: &str, sent: &str) -> bool {
    matches(registered, sent)
        || loopback_without_port(registered, &NAMES)
            .is_some_and(|wanted| loopback_without_port(sent, &NAMES) == Some(wanted))
}

/// The loopback addresses (RFC 8252 §7.3).
const ADDRESSES: [&str; 2] = ["127.0.0.1", "[::1]"];
/// The loopback name, which RFC 8252 §8.3 advises against and many applications use.
const NAMES: [&str; 1] = ["localhost"];

/// Splits `http://127.0.0.1:1234/cb` into host and rest, without the port; `None` for anything else.
fn loopback_without_port<'u>(uri: &'u str, hosts: &[&'static str]) -> Option<(&'static str, &'u str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = hosts.iter().copied().find(|host| rest.starts_with(host))?;
    let after = &rest[host.len()..];
    let Some(port) = after.strip_prefix(':') else {
        return (after.is_empty() || after.starts_with(['/', '?'])).then_some((host, after));
    };
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    let tail = &port[digits..];
    (port[..digits].parse::<u16>().is_ok() && (tail.is_empty() || tail.starts_with(['/', '?']))).then_some((host, tail))
}

/// Whether this is a path on `http://localhost`, any port. Only the development client accepts it.
pub fn is_localhost(uri: &str) -> bool {
    check(uri).is_ok() && Url::parse(uri).is_ok_and(|parsed| parsed.scheme() == "http" && is_loopback(&parsed))
}

/// The origin (scheme, host, port) of an http or https URI, as browsers send it.
pub fn origin(uri: &str) -> Option<String> {
    let origin = Url::parse(uri).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// The host of an http or https URI.
pub fn host(uri: &str) -> Option<String> {
    let parsed = Url::parse(uri).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https"))?;
    parsed.host_str().map(str::to_owned)
}

/// The origin of a page in the web view of an installed application, such as `capacitor://localhost`.
pub fn app_origin(uri: &str) -> Option<String> {
    let parsed = Url::parse(uri).ok()?;
    let (scheme, host) = (parsed.scheme(), parsed.host_str().filter(|host| !host.is_empty())?);
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    is_private_use(scheme, uri).then(|| format!("{scheme}://{host}{port}"))
}

/// Checks whether this may be registered as an origin whose pages call the endpoints for clients.
///
/// # Errors
/// [`UriFault::Malformed`] unless it is written as browsers send it; otherwise the fault of its URI.
pub fn check_origin(text: &str) -> Result<(), UriFault> {
    check(text)?;
    let own = origin(text).or_else(|| app_origin(text));
    if own.as_deref() == Some(text) { Ok(()) } else { Err(UriFault::Malformed) }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a path segment is `.` or `..`, plain or percent-encoded: parsers interpret these differently.
pub(crate) fn has_dot_segments(uri: &str) -> bool {
    let path = uri.split(['?', '#']).next().unwrap_or(uri).to_ascii_lowercase().replace("%2e", ".");
    path.split('/').any(|segment| segment == "." || segment == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_redirect_uris_may_be_registered() {
        for good in [
            "https://rp.test/cb",
            "https://rp.test/cb?tenant=1",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "com.example.app:/oauth",
            "cursor://anysphere.cursor-retrieval/oauth/callback",
            "vscode://vscode.github-authentication/did-authenticate",
            "oc://android.owncloud.com",
            "capacitor://localhost/callback",
            "myapp:/cb",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn tricks_cannot_be_registered() {
        for (bad, fault) in [
            ("https://rp.test/cb#x", UriFault::Fragment),
            ("https://*.rp.test/cb", UriFault::Wildcard),
            ("http://rp.test/cb", UriFault::Scheme),
            ("javascript:alert(1)", UriFault::Scheme),
            ("JaVaScRiPt:alert(1)", UriFault::Scheme),
            ("data:text/html,x", UriFault::Scheme),
            ("word:alert(1)", UriFault::Scheme),
            ("javascript://rp.test/%0aalert(1)", UriFault::Scheme),
            ("urn:ietf:wg:oauth:2.0:oob", UriFault::Scheme),
            ("https:evil.test", UriFault::Scheme),
            ("https://a@rp.test/cb", UriFault::UserInfo),
            ("https://rp.test/../cb", UriFault::Malformed),
            ("https://rp.test/%2e%2E/cb", UriFault::Malformed),
            ("https://rp.test\\@evil.test/", UriFault::Malformed),
            ("https://rp.test/cb\r\nx", UriFault::Malformed),
            ("/cb", UriFault::Malformed),
            ("https://rp.test/cb?code=1", UriFault::Reserved),
            ("https://rp.test/cb?iss=1", UriFault::Reserved),
            ("http://127.1.evil.test/", UriFault::Scheme),
            ("http://localhost.evil.test/", UriFault::Scheme),
            ("http://127.1/cb", UriFault::Scheme),
            ("http://2130706433/cb", UriFault::Scheme),
            ("http://0x7f.0.0.1/cb", UriFault::Scheme),
            ("http://[0:0:0:0:0:0:0:1]/cb", UriFault::Scheme),
            ("http://LOCALHOST/cb", UriFault::Scheme),
            ("devtools://devtools/cb", UriFault::Scheme),
            ("googlechrome://rp.test/cb", UriFault::Scheme),
            ("x-safari-https://rp.test/cb", UriFault::Scheme),
            ("smb://rp.test/cb", UriFault::Scheme),
            ("itms-services://rp.test/cb", UriFault::Scheme),
        ] {
            assert_eq!(check(bad), Err(fault), "{bad}");
        }
        assert_eq!(check(&format!("https://rp.test/{}", "a".repeat(2_000))), Err(UriFault::TooLong));
    }

    #[test]
    fn only_the_very_same_text_matches() {
        assert!(matches("https://rp.test/cb", "https://rp.test/cb"));
        for sent in [
            "https://rp.test/cb/",
            "https://RP.test/cb",
            "https://rp.test/cb?x=1",
            "https://rp.test:443/cb",
            "https://rp.test/cb%20",
        ] {
            assert!(!matches("https://rp.test/cb", sent), "{sent}");
        }
    }

    #[test]
    fn a_native_app_may_listen_on_any_loopback_port() {
        assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        assert!(matches("http://[::1]:1/cb", "http://[::1]:9/cb"));
        for sent in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.1:80@evil.test/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.1/cb",
            "http://0.0.0.0/cb",
            "http://localhost/cb",
            "https://127.0.0.1/cb",
            "http://[::1]/cb",
        ] {
            assert!(!matches("http://127.0.0.1/cb", sent), "{sent}");
        }
        assert!(!matches("http://localhost:3000/cb", "http://localhost:3001/cb"));
    }

    #[test]
    fn an_installed_application_may_listen_on_any_port_of_localhost_as_well() {
        for registered in ["http://localhost/cb", "http://localhost:3000/cb"] {
            assert!(matches_installed(registered, "http://localhost:51004/cb"), "{registered}");
        }
        assert!(matches_installed("http://127.0.0.1/cb", "http://127.0.0.1:1/cb"));
        for sent in [
            "http://localhost:1/other",
            "http://127.0.0.1:1/cb",
            "http://localhost.evil.test/cb",
            "http://localhost:80@evil.test/cb",
            "https://localhost:1/cb",
            "http://LOCALHOST:1/cb",
        ] {
            assert!(!matches_installed("http://localhost/cb", sent), "{sent}");
        }
        assert!(!matches_installed("https://rp.test/cb", "https://rp.test:1/cb"));
    }

    #[test]
    fn no_scheme_of_browsers_or_systems_can_be_registered() {
        let more = ["chrome", "chrome-extension", "ms-settings", "ms-msdt", "moz-extension", "search-ms"];
        for scheme in FOREIGN.iter().chain(&more) {
            for rest in [":x", ":/x", "://x/y", ":///x"] {
                let spelt = [format!("{scheme}{rest}"), format!("{}{rest}", scheme.to_uppercase())];
                assert!(spelt.iter().all(|uri| check(uri).is_err()), "{scheme}{rest}");
            }
        }
    }

    #[test]
    fn an_origin_is_registered_as_browsers_write_it() {
        for good in [
            "https://spa.test",
            "https://spa.test:8443",
            "http://localhost:5173",
            "capacitor://localhost",
            "ionic://localhost",
        ] {
            assert_eq!(check_origin(good), Ok(()), "{good}");
        }
        for bad in [
            "https://spa.test/",
            "https://SPA.test",
            "https://spa.test:443",
            "http://spa.test",
            "null",
            "*",
            "https://*.spa.test",
            "capacitor://localhost/",
            "file://",
            "chrome-extension://abc",
            "com.example.app:/cb",
        ] {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
        assert_eq!(app_origin("capacitor://localhost/cb").as_deref(), Some("capacitor://localhost"));
        assert_eq!((app_origin("https://rp.test/cb"), app_origin("com.example.app:/cb")), (None, None));
    }

    #[test]
    fn links_shown_to_people_are_https() {
        assert!(check_link("https://rp.test/logo.png").is_ok());
        for bad in ["javascript:alert(1)", "data:image/png,x", "http://rp.test/x", "vbscript:x", "nonsense"] {
            assert!(check_link(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,60}") {
            let _ = (check(&text), check_link(&text), matches("http://127.0.0.1/cb", &text), is_localhost(&text), origin(&text));
        }
    }
}
