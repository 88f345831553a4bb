//! The authorization request that an application sends to a test issuer.

use url::Url;

use usher_protocol::authorize::redirect_uri;
use usher_protocol::params::Params;

/// How the response returns to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnMode {
    Query,
    FormPost,
}

/// An authorization request, as far as a test issuer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRequest {
    pub redirect_uri: Url,
    pub mode: ReturnMode,
    pub state: Option<String>,
    pub nonce: Option<String>,
    /// The `code_challenge`, if its method is `S256`.
    pub challenge: Option<String>,
}

/// Why no check-up is possible with this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// A parameter is missing or sent twice.
    Parameter(&'static str),
    /// Another `client_id`.
    Client(String),
    /// The redirect URI is at no origin of the client's.
    RedirectUri(String),
    /// Another response type or mode, or a request object.
    Unsupported(&'static str),
    /// The scope lacks `openid`.
    NoOpenId,
}

impl TestRequest {
    /// Reads the request of `client_id`, whose redirect URIs are at these origins.
    ///
    /// # Errors
    /// See [`RequestFault`].
    pub fn read(url: &Url, client_id: &str, origins: &[String]) -> Result<Self, RequestFault> {
        let params = Params::decode(url.query().unwrap_or_default().as_bytes());
        let params = params.map_err(|_| RequestFault::Parameter("client_id"))?;
        let get = |name: &'static str| match params.get(name) {
            Ok(value) => Ok(value.map(str::to_owned)),
            Err(_) => Err(RequestFault::Parameter(name)),
        };
        let require = |name| get(name)?.ok_or(RequestFault::Parameter(name));
        let sent = require("client_id")?;
        if sent != client_id {
            return Err(RequestFault::Client(sent));
        }
        for name in ["request", "request_uri"] {
            if get(name)?.is_some() {
                return Err(RequestFault::Unsupported(name));
            }
        }
        if require("response_type")? != "code" {
            return Err(RequestFault::Unsupported("response_type"));
        }
        if !require("scope")?.split(' ').any(|scope| scope == "openid") {
            return Err(RequestFault::NoOpenId);
        }
        let mode = match get("response_mode")?.as_deref() {
            None | Some("query") => ReturnMode::Query,
            Some("form_post") => ReturnMode::FormPost,
            Some(_) => return Err(RequestFault::Unsupported("response_mode")),
        };
        let sent = require("redirect_uri")?;
        let own = redirect_uri::origin(&sent).is_some_and(|origin| origins.contains(&origin));
        let redirect_uri = Url::parse(&sent).ok().filter(|_| own).ok_or(RequestFault::RedirectUri(sent))?;
        let s256 = get("code_challenge_method")?.as_deref() == Some("S256");
        let challenge = get("code_challenge")?.filter(|_| s256);
        Ok(Self { redirect_uri, mode, state: get("state")?, nonce: get("nonce")?, challenge })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: &[(&str, Option<&str>)]) -> Result<TestRequest, RequestFault> {
        let mut params = vec![
            ("client_id", "shop"),
            ("response_type", "code"),
            ("scope", "openid email"),
            ("redirect_uri", "https://rp.test/cb?x=1"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", "c"),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in change {
            params.retain(|(known, _)| known != name);
            params.extend(value.map(|value| (*name, value)));
        }
        let url = Url::parse_with_params("https://id.test/check-up/1/authorize", params).unwrap();
        TestRequest::read(&url, "shop", &["https://rp.test".to_owned()])
    }

    #[test]
    fn a_request_is_read_as_it_was_sent() {
        let request = read(&[]).unwrap();
        assert_eq!(request.redirect_uri.as_str(), "https://rp.test/cb?x=1");
        assert_eq!((request.mode, request.challenge.as_deref()), (ReturnMode::Query, Some("c")));
        let bare = read(&[("state", None), ("nonce", None), ("code_challenge_method", Some("plain"))]).unwrap();
        assert_eq!((bare.state, bare.nonce, bare.challenge), (None, None, None));
        assert_eq!(read(&[("response_mode", Some("form_post"))]).unwrap().mode, ReturnMode::FormPost);
    }

    #[test]
    fn a_request_of_another_client_or_to_another_site_is_refused() {
        assert_eq!(read(&[("client_id", Some("x"))]), Err(RequestFault::Client("x".into())));
        for uri in
            ["https://evil.test/cb", "https://rp.test.evil.test/cb", "https://rp.test:444/cb", "cb", "javascript:x"]
        {
            assert_eq!(read(&[("redirect_uri", Some(uri))]), Err(RequestFault::RedirectUri(uri.into())), "{uri}");
        }
        assert_eq!(read(&[("scope", Some("profile"))]), Err(RequestFault::NoOpenId));
        assert_eq!(read(&[("response_type", Some("token"))]), Err(RequestFault::Unsupported("response_type")));
        assert_eq!(read(&[("request_uri", Some("urn:x"))]), Err(RequestFault::Unsupported("request_uri")));
        assert_eq!(read(&[("redirect_uri", None)]), Err(RequestFault::Parameter("redirect_uri")));
    }
}
