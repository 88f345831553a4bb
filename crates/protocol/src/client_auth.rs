//! Client authentication at the token, introspection and revocation endpoints (RFC 6749 §2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::cause::RejectionCause;
use super::error::OAuthError;
use super::ows;
use super::params::Params;

/// The client credentials of a request. The secret is a plain `String` only until it is hashed.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientCredentials {
    /// `client_secret_basic`: the Authorization header.
    Basic {
        /// The client.
        client_id: String,
        /// Its secret.
        secret: String,
    },
    /// `client_secret_post`: the form.
    Post {
        /// The client.
        client_id: String,
        /// Its secret.
        secret: String,
    },
    /// `none`: a public client only names itself.
    None {
        /// The client.
        client_id: String,
    },
}

impl ClientCredentials {
    /// The supported methods, for the metadata.
    pub const METHODS: [&'static str; 3] = ["client_secret_basic", "client_secret_post", "none"];

    /// Reads the header and the form. A request uses one method (RFC 6749 §2.3).
    ///
    /// # Errors
    /// `invalid_client` for an unreadable header, `invalid_request` for two methods at once or an unsupported method.
    pub fn read(authorization: Option<&str>, form: &Params) -> Result<Self, OAuthError> {
        let get = |name: &'static str| form.get(name).map_err(|_| OAuthError::repeated(name));
        let (client_id, secret) = (get("client_id")?, get("client_secret")?);
        if get("client_assertion")?.is_some() || get("client_assertion_type")?.is_some() {
            return Err(RejectionCause::AssertionNotSupported.into());
        }
        match (authorization, client_id, secret) {
            (Some(_), _, Some(_)) => Err(OAuthError::invalid_request("use one client authentication method, not two")),
            (Some(header), named, None) => {
                let (id, secret) = basic(header).ok_or(RejectionCause::UnreadableAuthorization)?;
                if named.is_some_and(|named| named != id) {
                    return Err(OAuthError::invalid_request("client_id differs from the authenticated client"));
                }
                Ok(Self::Basic { client_id: id, secret })
            }
            (None, Some(id), Some(secret)) => Ok(Self::Post { client_id: id.to_owned(), secret: secret.to_owned() }),
            (None, Some(id), None) => Ok(Self::None { client_id: id.to_owned() }),
            (None, None, _) => Err(RejectionCause::NoClientNamed.into()),
        }
    }

    /// The client that the request names.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Basic { client_id, .. } | Self::Post { client_id, .. } | Self::None { client_id } => client_id,
        }
    }

    /// The name of the method in client metadata.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "client_secret_basic",
            Self::Post { .. } => "client_secret_post",
            Self::None { .. } => "none",
        }
    }

    /// The secret, if the method has one.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Basic { secret, .. } | Self::Post { secret, .. } => Some(secret),
            Self::None { .. } => None,
        }
    }
}

/// `Basic` with both halves form-encoded (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 4_096 {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(ows::trim(encoded)).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let (id, secret) = (form_decode(id)?, form_decode(secret)?);
    (!id.is_empty() && !secret.is_empty()).then_some((id, secret))
}

/// Decodes one form-encoded value. A literal `=` or `&` is kept: many clients do not encode.
fn form_decode(word: &str) -> Option<String> {
    let guarded = word.replace('&', "%26").replace('=', "%3D");
    let (name, _) = form_urlencoded::parse(guarded.as_bytes()).next().unwrap_or_default();
    (!name.contains(['\u{FFFD}', '\0'])).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Params {
        Params::from_pairs(pairs.iter().copied())
    }

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn each_method_is_read() {
        let basic = ClientCredentials::read(Some(&header("web:s%3Acret")), &form(&[])).ok().unwrap();
        assert_eq!((basic.method(), basic.client_id(), basic.secret()), ("client_secret_basic", "web", Some("s:cret")));
        let post = ClientCredentials::read(None, &form(&[("client_id", "web"), ("client_secret", "x")])).ok().unwrap();
        assert_eq!(post.method(), "client_secret_post");
        let none = ClientCredentials::read(None, &form(&[("client_id", "spa")])).ok().unwrap();
        assert_eq!((none.method(), none.secret()), ("none", None));
    }

    #[test]
    fn two_methods_at_once_are_refused() {
        let both =
            ClientCredentials::read(Some(&header("web:x")), &form(&[("client_id", "web"), ("client_secret", "x")]));
        assert_eq!(both.err().unwrap().code.as_str(), "invalid_request");
        let other = ClientCredentials::read(Some(&header("web:x")), &form(&[("client_id", "web2")]));
        assert!(other.is_err());
        let assertion = ClientCredentials::read(None, &form(&[("client_id", "web"), ("client_assertion", "e30")]));
        assert_eq!(assertion.err().unwrap().code.as_str(), "invalid_client");
    }

    #[test]
    fn garbage_headers_authenticate_nobody() {
        for bad in [
            "",
            "Basic",
            "Basic !!!",
            "Bearer abc",
            &header("nocolon"),
            &header(":x"),
            &header("web:"),
            &header("a%FF:b"),
            &header("a%00:b"),
        ] {
            assert!(ClientCredentials::read(Some(bad), &form(&[])).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_the_reader_panic(text in ".{0,80}") {
            let _ = ClientCredentials::read(Some(&text), &form(&[])).is_ok();
            let _ = ClientCredentials::read(Some(&header(&text)), &form(&[])).is_ok();
        }
    }
}
