//! Where the response of a plain OAuth 2 server holds the profile: JSON Pointers (RFC 6901), fixed in the
//! configuration.
//!
//! Nothing is guessed at run time: a second choice of subject could confuse two people.

use serde::{Deserialize, Serialize};

use crate::wire_names::wire_names;

wire_names! {
    /// The JSON type of the subject. It is configured, so that `1` and `"1"` cannot be two people with one key.
    SubjectType, UnknownSubjectType, "type of subject":
    /// A text.
    String = "string";
    /// A whole number.
    Integer = "integer";
}

wire_names! {
    /// The format of a token response.
    TokenForm, UnknownTokenForm, "form of token answers":
    /// JSON, as in RFC 6749.
    Json = "json";
    /// `application/x-www-form-urlencoded`.
    Form = "form";
}

wire_names! {
    /// Which address of a list is used.
    EmailPick, UnknownEmailPick, "choice of address":
    /// The one that is both verified and primary.
    VerifiedPrimary = "verified&&primary";
}

/// JSON Pointers to the members of a userinfo response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserMap {
    /// The stable id of the person.
    pub subject: String,
    /// The type of that id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    /// The handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether it is verified; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<EmailVerified>,
}

impl UserMap {
    /// Every pointer with the name of its field.
    pub fn pointers(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("map.username", &self.username),
            ("map.name", &self.name),
            ("map.given_name", &self.given_name),
            ("map.family_name", &self.family_name),
            ("map.picture", &self.picture),
            ("map.locale", &self.locale),
            ("map.email", &self.email),
        ];
        let pointers = optional.into_iter().filter_map(|(field, pointer)| Some((field, pointer.as_deref()?)));
        let verified = match &self.email_verified {
            Some(EmailVerified::Flag(pointer) | EmailVerified::Present { present: pointer }) => {
                Some(("map.email_verified", pointer.as_str()))
            }
            Some(EmailVerified::Always(_)) | None => None,
        };
        [("map.subject", self.subject.as_str())].into_iter().chain(pointers).chain(verified).collect()
    }
}

/// What says that the address is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EmailVerified {
    /// The same for every address.
    Always(bool),
    /// A flag at this pointer.
    Flag(String),
    /// The presence of a value at this pointer.
    Present {
        /// The pointer.
        present: String,
    },
}

/// A second request that lists addresses, as at GitHub: `[{"email","primary","verified"}]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailList {
    /// The URL.
    pub url: String,
    /// Which address is used.
    pub pick: EmailPick,
}

/// How the access token is sent to the userinfo endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum UserinfoAuth {
    /// `Authorization: Bearer` (RFC 6750 §2.1).
    #[default]
    Bearer,
    /// `Authorization` with another scheme: `header:token`.
    Scheme(String),
    /// A query parameter: `query:access_token`.
    Query(String),
}

/// The text names no way of sending an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be bearer, header:SCHEME or query:NAME")]
pub struct UnknownUserinfoAuth;

impl TryFrom<String> for UserinfoAuth {
    type Error = UnknownUserinfoAuth;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_word = |word: &str| {
            (1..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        };
        match text.split_once(':') {
            None if text == "bearer" => Ok(Self::Bearer),
            Some(("header", scheme)) if is_word(scheme) => Ok(Self::Scheme(scheme.to_owned())),
            Some(("query", name)) if is_word(name) => Ok(Self::Query(name.to_owned())),
            _ => Err(UnknownUserinfoAuth),
        }
    }
}

impl From<UserinfoAuth> for String {
    fn from(way: UserinfoAuth) -> Self {
        match way {
            UserinfoAuth::Bearer => Self::from("bearer"),
            UserinfoAuth::Scheme(scheme) => format!("header:{scheme}"),
            UserinfoAuth::Query(name) => format!("query:{name}"),
        }
    }
}
