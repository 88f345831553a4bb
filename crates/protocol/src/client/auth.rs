//! Client authentication at the endpoints that clients call (RFC 6749 §2.3, RFC 7521 §4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cause::RejectionCause;
use crate::client::assertion::ClientAssertion;
use crate::client::certificate::ClientCertificate;
use crate::error::OAuthError;
use crate::ows;
use crate::params::Params;

/// The client credentials of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    sent: SentCredentials,
    certificate: Option<ClientCertificate>,
}

/// What header and form hold. The secret is a plain `String` only until it is hashed.
#[derive(Clone, PartialEq, Eq)]
enum SentCredentials {
    /// `client_secret_basic`: the Authorization header.
    Basic { client_id: String, secret: String },
    /// `client_secret_post`: the form.
    Post { client_id: String, secret: String },
    /// A JWT.
    Assertion(ClientAssertion),
    /// The client only names itself: it is public, or proves itself by its certificate.
    Name { client_id: String },
}

impl ClientCredentials {
    /// The methods that need no certificate, for the metadata.
    pub const METHODS: [&'static str; 5] =
        ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];

    /// The methods of confidential clients, for the metadata of endpoints that only they may call.
    pub const CONFIDENTIAL_METHODS: [&'static str; 4] =
        ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"];

    /// Reads the header and the form. A request uses one method (RFC 6749 §2.3).
    ///
    /// # Errors
    /// `invalid_client` for an unreadable header or assertion, `invalid_request` for two methods at once.
    pub fn read(authorization: Option<&str>, form: &Params) -> Result<Self, OAuthError> {
        Ok(Self { sent: SentCredentials::read(authorization, form)?, certificate: None })
    }

    /// The same from a connection with this certificate.
    #[must_use]
    pub fn with_certificate(self, certificate: Option<ClientCertificate>) -> Self {
        Self { certificate, ..self }
    }

    /// The certificate of the connection, whatever the client authenticates by.
    pub const fn certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.as_ref()
    }

    /// The client that the request names.
    pub fn client_id(&self) -> &str {
        match &self.sent {
            SentCredentials::Basic { client_id, .. }
            | SentCredentials::Post { client_id, .. }
            | SentCredentials::Name { client_id } => client_id,
            SentCredentials::Assertion(assertion) => assertion.client_id(),
        }
    }

    /// The name of the method in client metadata; `none` also for a client that proves itself by its certificate.
    pub const fn method(&self) -> &'static str {
        match &self.sent {
            SentCredentials::Basic { .. } => "client_secret_basic",
            SentCredentials::Post { .. } => "client_secret_post",
            SentCredentials::Assertion(assertion) => assertion.method(),
            SentCredentials::Name { .. } => "none",
        }
    }

    /// The secret, if it was sent.
    pub fn secret(&self) -> Option<&str> {
        match &self.sent {
            SentCredentials::Basic { secret, .. } | SentCredentials::Post { secret, .. } => Some(secret),
            SentCredentials::Assertion(_) | SentCredentials::Name { .. } => None,
        }
    }

    /// The assertion, if one was sent.
    pub const fn assertion(&self) -> Option<&ClientAssertion> {
        match &self.sent {
            SentCredentials::Assertion(assertion) => Some(assertion),
            _ => None,
        }
    }
}

impl SentCredentials {
    fn read(authorization: Option<&str>, form: &Params) -> Result<Self, OAuthError> {
        let get = |name: &'static str| form.get(name).map_err(|_| OAuthError::repeated(name));
        let (client_id, secret) = (get("client_id")?, get("client_secret")?);
        let (assertion, kind) = (get("client_assertion")?, get("client_assertion_type")?);
        let asserts = assertion.is_some() || kind.is_some();
        if [authorization.is_some(), secret.is_some(), asserts].into_iter().filter(|used| *used).count() > 1 {
            return Err(OAuthError::invalid_request("use one client authentication method, not two"));
        }
        if asserts {
            let read = ClientAssertion::read(assertion, kind, client_id).map_err(RejectionCause::Assertion)?;
            return Ok(Self::Assertion(read));
        }
        match (authorization, client_id, secret) {
            (Some(header), named, _) => {
                let (id, secret) = basic(header).ok_or(RejectionCause::UnreadableAuthorization)?;
                if named.is_some_and(|named| named != id) {
                    return Err(OAuthError::invalid_request("client_id differs from the authenticated client"));
                }
                Ok(Self::Basic { client_id: id, secret })
            }
            (None, Some(id), Some(secret)) => Ok(Self::Post { client_id: id.to_owned(), secret: secret.to_owned() }),
            (None, Some(id), None) => Ok(Self::Name { client_id: id.to_owned() }),
            (None, None, _) => Err(RejectionCause::NoClientNamed.into()),
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
    use crate::client::assertion::JWT_BEARER;

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
        let assertion = [("client_assertion", "e30"), ("client_assertion_type", JWT_BEARER)];
        for (header, secret) in [(Some(header("web:x")), None), (None, Some(("client_secret", "x")))] {
            let form = form(&assertion.into_iter().chain(secret).collect::<Vec<_>>());
            let both = ClientCredentials::read(header.as_deref(), &form);
            assert_eq!(both.err().unwrap().code.as_str(), "invalid_request");
        }
        let unreadable = ClientCredentials::read(None, &form(&assertion));
        assert_eq!(unreadable.err().unwrap().code.as_str(), "invalid_client");
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
