//! Raw request parameters: query strings and form bodies, decoded once and strictly.
//!
//! Nothing is repaired: what cannot be read exactly is refused, so that no two readers interpret it differently.

use std::fmt;

use thiserror::Error;

/// Maximum number of parameters in one request.
pub const MAX_PARAMS: usize = 100;

/// Maximum length of a decoded name or value, in bytes.
pub const MAX_VALUE: usize = 16 * 1024;

/// Parameters in the order of the request; repeated names are kept, and refused by the reader.
///
/// `{:?}` prints only names: values may be passwords, codes or tokens.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Why a query string or form body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// A `%` that is not followed by two hexadecimal digits.
    #[error("a parameter holds an incomplete percent-escape")]
    Escape,
    /// Invalid UTF-8.
    #[error("a parameter is not valid UTF-8")]
    Utf8,
    /// A NUL character, at which databases and C libraries cut off.
    #[error("a parameter holds a NUL character")]
    Nul,
    /// More than [`MAX_PARAMS`].
    #[error("the request carries more than {MAX_PARAMS} parameters")]
    TooMany,
    /// A name or value longer than [`MAX_VALUE`], or than its form allows.
    #[error("a parameter is too long: most have at most {MAX_VALUE} bytes")]
    TooLong,
}

/// A parameter was sent more than once (RFC 6749 §3.1).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the parameter {name} was sent more than once")]
pub struct DuplicateParam {
    /// The name of the parameter.
    pub name: String,
}

/// Why a required parameter is not available.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequireError {
    /// It was sent more than once.
    #[error(transparent)]
    Duplicate(#[from] DuplicateParam),
    /// It was not sent, or is empty.
    #[error("the parameter {name} is missing")]
    Missing {
        /// The name of the parameter.
        name: String,
    },
}

impl Params {
    /// Parses `application/x-www-form-urlencoded` bytes: a query string without its `?`, or a form body.
    pub fn decode(bytes: &[u8]) -> Result<Self, ParamsError> {
        Self::decode_up_to(bytes, MAX_VALUE)
    }

    /// As [`Self::decode`], with names and values of at most `longest` bytes.
    pub fn decode_up_to(bytes: &[u8], longest: usize) -> Result<Self, ParamsError> {
        let mut pairs = Vec::new();
        for segment in bytes.split(|byte| *byte == b'&').filter(|segment| !segment.is_empty()) {
            if pairs.len() == MAX_PARAMS {
                return Err(ParamsError::TooMany);
            }
            let mut halves = segment.splitn(2, |byte| *byte == b'=');
            let name = unescape(halves.next().unwrap_or_default(), longest)?;
            let value = unescape(halves.next().unwrap_or_default(), longest)?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Parameters of our own, for a redirect or a test.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of `name`. An empty value counts as absent (OAuth 2.1 §3.1); a repeated name is always an error.
    pub fn get(&self, name: &str) -> Result<Option<&str>, DuplicateParam> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(DuplicateParam { name: name.to_owned() });
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The value of `name`, which is required and must not be empty.
    pub fn require(&self, name: &str) -> Result<&str, RequireError> {
        self.get(name)?.ok_or_else(|| RequireError::Missing { name: name.to_owned() })
    }

    /// Every value of a name that may be repeated, such as `resource` (RFC 8707 §2).
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// All pairs in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The pairs in `application/x-www-form-urlencoded` form.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

impl From<Params> for String {
    fn from(params: Params) -> Self {
        params.encode()
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Decodes one name or value: `+` is a space, `%XX` a byte.
fn unescape(raw: &[u8], longest: usize) -> Result<String, ParamsError> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = bytes.next().and_then(hex_digit).ok_or(ParamsError::Escape)?;
                let low = bytes.next().and_then(hex_digit).ok_or(ParamsError::Escape)?;
                high << 4 | low
            }
            other => other,
        });
    }
    if decoded.len() > longest {
        return Err(ParamsError::TooLong);
    }
    if decoded.contains(&0) {
        return Err(ParamsError::Nul);
    }
    String::from_utf8(decoded).map_err(|_| ParamsError::Utf8)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_and_plus_signs_are_decoded_once() {
        let params = Params::decode(b"scope=openid+email&state=a%2Bb%2520c&flag&empty=").unwrap();
        assert_eq!(params.get("scope"), Ok(Some("openid email")));
        assert_eq!(params.get("state"), Ok(Some("a+b%20c")));
        assert_eq!(params.get("flag"), Ok(None));
        assert_eq!(params.get("empty"), Ok(None));
        assert_eq!(params.iter().count(), 4);
    }

    #[test]
    fn a_name_sent_twice_is_refused_even_when_one_value_is_empty() {
        for query in ["code=a&code=b", "code=a&code=", "code=&c%6fde=a"] {
            let params = Params::decode(query.as_bytes()).unwrap();
            assert_eq!(params.get("code"), Err(DuplicateParam { name: "code".into() }), "{query}");
        }
        let params = Params::decode(b"resource=a&resource=b").unwrap();
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_required_parameter_must_be_there() {
        let params = Params::from_pairs([("a", "1"), ("b", "")]);
        assert_eq!(params.require("a"), Ok("1"));
        assert_eq!(params.require("b"), Err(RequireError::Missing { name: "b".into() }));
        assert_eq!(params.require("c").unwrap_err().to_string(), "the parameter c is missing");
    }

    #[test]
    fn what_cannot_be_read_exactly_is_refused() {
        for (raw, error) in [
            (&b"a=%"[..], ParamsError::Escape),
            (b"a=%4", ParamsError::Escape),
            (b"a=%zz", ParamsError::Escape),
            (b"%+1=a", ParamsError::Escape),
            (b"a=%ff", ParamsError::Utf8),
            (b"a=\xc3", ParamsError::Utf8),
            (b"a=%ed%a0%80", ParamsError::Utf8),
            (b"a=x%00y", ParamsError::Nul),
            (b"\0=x", ParamsError::Nul),
        ] {
            assert_eq!(Params::decode(raw), Err(error), "{}", raw.escape_ascii());
        }
    }

    #[test]
    fn the_limits_are_kept_to_the_last_parameter_and_byte() {
        let many = |count| vec!["a=1"; count].join("&");
        assert!(Params::decode(many(MAX_PARAMS).as_bytes()).is_ok());
        assert_eq!(Params::decode(many(MAX_PARAMS + 1).as_bytes()), Err(ParamsError::TooMany));
        let long = |length| format!("a={}", "x".repeat(length));
        assert!(Params::decode(long(MAX_VALUE).as_bytes()).is_ok());
        assert_eq!(Params::decode(long(MAX_VALUE + 1).as_bytes()), Err(ParamsError::TooLong));
        assert!(Params::decode_up_to(long(MAX_VALUE + 1).as_bytes(), MAX_VALUE + 1).is_ok());
        assert_eq!(Params::decode_up_to(long(11).as_bytes(), 10), Err(ParamsError::TooLong));
        assert_eq!(Params::decode("x".repeat(MAX_VALUE + 1).as_bytes()), Err(ParamsError::TooLong));
    }

    #[test]
    fn printing_shows_no_value() {
        let params = Params::from_pairs([("password", "hunter2")]);
        assert_eq!(format!("{params:?}"), r#"["password"]"#);
    }

    proptest! {
        #[test]
        fn encoding_and_decoding_are_inverse(pairs in proptest::collection::vec(("[^\0]{0,20}", "[^\0]{0,40}"), 0..20)) {
            let params = Params::from_pairs(pairs);
            prop_assert_eq!(Params::decode(params.encode().as_bytes()), Ok(params.clone()));
            prop_assert_eq!(String::from(params.clone()), params.encode());
        }

        #[test]
        fn any_bytes_are_either_refused_or_stable(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(params) = Params::decode(&bytes) {
                prop_assert_eq!(Params::decode(params.encode().as_bytes()), Ok(params));
            }
        }
    }
}
