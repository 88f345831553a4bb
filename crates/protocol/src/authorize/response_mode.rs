//! How the response to an authorization request is delivered (OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
//! OAuth 2.0 Form Post Response Mode), plain or as a signed JWT (JARM: JWT Secured Authorization Response Mode).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How long a signed response may be used, in seconds: ten minutes at most (JARM §4.1).
const SIGNED_LIFETIME: i64 = 600;

/// `response_mode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI: the default of `response_type=code`.
    #[default]
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts to it.
    FormPost,
    /// As [`Self::Query`], with one parameter: a JWT.
    QueryJwt,
    /// As [`Self::Fragment`], with one parameter: a JWT.
    FragmentJwt,
    /// As [`Self::FormPost`], with one parameter: a JWT.
    FormPostJwt,
}

impl ResponseMode {
    /// Every mode, by its name. `jwt` is the default of `response_type=code`, signed (JARM §2.3.4).
    pub const VALUES: [(&str, Self); 7] = [
        ("query", Self::Query),
        ("fragment", Self::Fragment),
        ("form_post", Self::FormPost),
        ("jwt", Self::QueryJwt),
        ("query.jwt", Self::QueryJwt),
        ("fragment.jwt", Self::FragmentJwt),
        ("form_post.jwt", Self::FormPostJwt),
    ];

    /// The mode of this name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::VALUES.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)
    }

    /// Whether the response is a signed JWT.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt)
    }
}

/// The response to an authorization request: a code or an error, and the redirect URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// The registered redirect URI.
    pub redirect_uri: String,
    /// The response mode.
    pub mode: ResponseMode,
    /// The parameters.
    pub parameters: Vec<(&'static str, String)>,
    /// Whether it has a code.
    pub is_success: bool,
}

/// How the browser delivers an [`AuthorizationResponse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseDelivery {
    /// A redirect to this URL.
    Redirect(String),
    /// A form that the browser posts.
    FormPost {
        /// The URL of the form.
        action: String,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
    },
}

impl AuthorizationResponse {
    /// The claims of the JWT that a signed response consists of (JARM §2.1). `now` is in seconds since the epoch.
    pub fn claims(&self, issuer: &str, client_id: &str, now: i64) -> Map<String, Value> {
        let about = [("iss", json!(issuer)), ("aud", json!(client_id)), ("exp", json!(now + SIGNED_LIFETIME))];
        let parameters = self.parameters.iter().map(|(name, value)| (*name, json!(value)));
        // The parameter `iss` (RFC 9207) is the same claim.
        parameters.chain(about).chain([("iat", json!(now))]).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The response that consists of this JWT.
    #[must_use]
    pub fn as_jwt(self, jwt: String) -> Self {
        Self { parameters: vec![("response", jwt)], ..self }
    }

    /// How the browser delivers it.
    pub fn deliver(self) -> ResponseDelivery {
        let pairs = self.parameters.iter().map(|(name, value)| (*name, value.as_str()));
        match self.mode {
            ResponseMode::Query | ResponseMode::QueryJwt => {
                ResponseDelivery::Redirect(with_query(&self.redirect_uri, pairs))
            }
            // A registered redirect URI has no fragment (RFC 6749 §3.1.2).
            ResponseMode::Fragment | ResponseMode::FragmentJwt => {
                ResponseDelivery::Redirect(format!("{}#{}", self.redirect_uri, encode(pairs)))
            }
            ResponseMode::FormPost | ResponseMode::FormPostJwt => {
                ResponseDelivery::FormPost { action: self.redirect_uri, fields: self.parameters }
            }
        }
    }
}

fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Adds parameters to a URI and keeps its own query (RFC 6749 §3.1.2).
pub fn with_query<'a>(uri: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let joint = match uri.find('?') {
        None => "?",
        Some(at) if at + 1 == uri.len() => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{}", encode(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(mode: ResponseMode) -> AuthorizationResponse {
        let parameters = vec![("code", "a b".to_owned()), ("state", "&".to_owned())];
        AuthorizationResponse { redirect_uri: "https://rp.test/cb?x=1".to_owned(), mode, parameters, is_success: true }
    }

    #[test]
    fn a_registered_query_is_kept() {
        for (uri, answer) in [
            ("https://rp.test/cb", "https://rp.test/cb?code=a+b%26"),
            ("https://rp.test/cb?", "https://rp.test/cb?code=a+b%26"),
            ("https://rp.test/cb?x=1", "https://rp.test/cb?x=1&code=a+b%26"),
        ] {
            assert_eq!(with_query(uri, [("code", "a b&")]), answer);
        }
    }

    #[test]
    fn each_mode_carries_the_parameters_in_its_own_place() {
        let delivered = |mode| response(mode).deliver();
        let redirect = |to: &str| ResponseDelivery::Redirect(to.to_owned());
        assert_eq!(delivered(ResponseMode::Query), redirect("https://rp.test/cb?x=1&code=a+b&state=%26"));
        assert_eq!(delivered(ResponseMode::Fragment), redirect("https://rp.test/cb?x=1#code=a+b&state=%26"));
        let fields = vec![("code", "a b".to_owned()), ("state", "&".to_owned())];
        let form = ResponseDelivery::FormPost { action: "https://rp.test/cb?x=1".to_owned(), fields };
        assert_eq!(delivered(ResponseMode::FormPost), form);
    }

    #[test]
    fn a_signed_response_is_one_parameter_with_the_others_as_claims() {
        let claims = response(ResponseMode::QueryJwt).claims("https://id.test", "web", 1_000);
        let expected = json!({
            "iss": "https://id.test", "aud": "web", "iat": 1_000, "exp": 1_600, "code": "a b", "state": "&",
        });
        assert_eq!(Value::Object(claims), expected);
        let delivered = |mode| response(mode).as_jwt("h.p.s".to_owned()).deliver();
        let redirect = |to: &str| ResponseDelivery::Redirect(to.to_owned());
        assert_eq!(delivered(ResponseMode::QueryJwt), redirect("https://rp.test/cb?x=1&response=h.p.s"));
        assert_eq!(delivered(ResponseMode::FragmentJwt), redirect("https://rp.test/cb?x=1#response=h.p.s"));
        let fields = vec![("response", "h.p.s".to_owned())];
        let form = ResponseDelivery::FormPost { action: "https://rp.test/cb?x=1".to_owned(), fields };
        assert_eq!(delivered(ResponseMode::FormPostJwt), form);
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(ResponseMode::parse("form_post"), Some(ResponseMode::FormPost));
        assert_eq!(ResponseMode::parse("jwt"), Some(ResponseMode::QueryJwt));
        for unknown in ["", "Query", "web_message", "JWT", "query.JWT", "web_message.jwt"] {
            assert_eq!(ResponseMode::parse(unknown), None, "{unknown}");
        }
    }
}
