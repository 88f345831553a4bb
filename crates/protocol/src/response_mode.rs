//! How the response to an authorization request is delivered (OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
//! OAuth 2.0 Form Post Response Mode).

use serde::{Deserialize, Serialize};

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
}

impl ResponseMode {
    /// Every mode, by its name.
    pub const VALUES: [(&str, Self); 3] =
        [("query", Self::Query), ("fragment", Self::Fragment), ("form_post", Self::FormPost)];

    /// The mode of this name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::VALUES.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)
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
    /// Whether it has a code.
    pub fn is_success(&self) -> bool {
        self.parameters.iter().any(|(name, _)| *name == "code")
    }

    /// How the browser delivers it.
    pub fn deliver(self) -> ResponseDelivery {
        let pairs = self.parameters.iter().map(|(name, value)| (*name, value.as_str()));
        match self.mode {
            ResponseMode::Query => ResponseDelivery::Redirect(with_query(&self.redirect_uri, pairs)),
            // A registered redirect URI has no fragment (RFC 6749 §3.1.2).
            ResponseMode::Fragment => ResponseDelivery::Redirect(format!("{}#{}", self.redirect_uri, encode(pairs))),
            ResponseMode::FormPost => ResponseDelivery::FormPost { action: self.redirect_uri, fields: self.parameters },
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
        let delivered = |mode| {
            let parameters = vec![("code", "a b".to_owned()), ("state", "&".to_owned())];
            AuthorizationResponse { redirect_uri: "https://rp.test/cb?x=1".to_owned(), mode, parameters }.deliver()
        };
        let redirect = |to: &str| ResponseDelivery::Redirect(to.to_owned());
        assert_eq!(delivered(ResponseMode::Query), redirect("https://rp.test/cb?x=1&code=a+b&state=%26"));
        assert_eq!(delivered(ResponseMode::Fragment), redirect("https://rp.test/cb?x=1#code=a+b&state=%26"));
        let fields = vec![("code", "a b".to_owned()), ("state", "&".to_owned())];
        let form = ResponseDelivery::FormPost { action: "https://rp.test/cb?x=1".to_owned(), fields };
        assert_eq!(delivered(ResponseMode::FormPost), form);
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(ResponseMode::parse("form_post"), Some(ResponseMode::FormPost));
        for unknown in ["", "Query", "web_message", "jwt", "query.jwt", "form_post.jwt"] {
            assert_eq!(ResponseMode::parse(unknown), None, "{unknown}");
        }
    }
}
