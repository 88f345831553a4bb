use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json};

use super::{Algorithm, Keys};
use crate::refusal::Reason;

/// Headers that bring a key with the token, or demand extensions (RFC 7515 §4.1.11).
const REFUSED_HEADERS: [&str; 5] = ["jku", "jwk", "x5u", "x5c", "crit"];

/// The deepest nesting of a header and of claims.
const DEEPEST: usize = 16;

/// A compact JWS (RFC 7515 §7.1), parsed and not verified.
pub(crate) struct Jws<'a> {
    pub(super) header: Map<String, Json>,
    /// What was signed: header and payload as they were sent.
    pub(super) input: &'a str,
    pub(crate) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    pub(crate) fn parse(text: &'a str, max_length: usize) -> Result<Self, Reason> {
        Self::read(text, max_length).ok_or(Reason::TokenMalformed)
    }

    fn read(text: &'a str, max_length: usize) -> Option<Self> {
        if text.len() > max_length {
            return None;
        }
        let (input, signature) = text.rsplit_once('.')?;
        let (header, payload) = input.split_once('.').filter(|(_, payload)| !payload.contains('.'))?;
        let signature = match decode(signature) {
            Some(signature) => signature,
            // A text that was cut may not decode.
            None if is_base64url(signature) => Vec::new(),
            None => return None,
        };
        Some(Self { header: object(&decode(header)?)?, input, payload: decode(payload)?, signature })
    }

    fn word(&self, name: &str) -> &str {
        self.header.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// The id of the key, not verified.
    pub(crate) fn kid(&self) -> &str {
        self.word("kid")
    }

    /// Checks header and signature; gives the id of the key that signed.
    pub(crate) fn verify(&self, keys: &Keys, algorithms: &[Algorithm], typ: &str) -> Result<&str, Reason> {
        if REFUSED_HEADERS.iter().any(|name| self.header.contains_key(*name)) {
            return Err(Reason::HeaderRefused);
        }
        let algorithm = self.word("alg").parse().ok().filter(|found| algorithms.contains(found));
        let algorithm = algorithm.ok_or(Reason::AlgorithmRefused)?;
        // Media types are compared without case, and without `application/` (RFC 7515 §4.1.9).
        let found = self.word("typ").to_ascii_lowercase();
        if found.strip_prefix("application/").unwrap_or(&found) != typ {
            return Err(Reason::TypeRefused);
        }
        let key = keys.find(self.kid(), algorithm).ok_or(Reason::KeyUnknown)?;
        if key.verifies(self.input.as_bytes(), &self.signature) {
            Ok(self.kid())
        } else {
            Err(Reason::SignatureInvalid)
        }
    }
}

/// Base64url without padding; bits that do not belong to a byte are zero.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

pub(super) fn is_base64url(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

pub(super) fn object(bytes: &[u8]) -> Option<Map<String, Json>> {
    let text = std::str::from_utf8(bytes).ok()?;
    serde_json::from_str(text).ok().filter(|_| is_strict(text))
}

/// Whether the text is a JSON object in UTF-8, whatever its values.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    let is_json = |text: &str| text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok();
    std::str::from_utf8(bytes).is_ok_and(|text| is_json(text) && is_strict(text))
}

/// Whether valid JSON has no member twice and is not nested too deeply: parsers that choose different ones of two members with
/// one name see different tokens (RFC 7519 §4).
fn is_strict(text: &str) -> bool {
    // The names of each open object; nothing for a list.
    let mut open: Vec<Option<HashSet<String>>> = vec![];
    let (mut rest, mut is_name) = (text, false);
    while let Some(at) = rest.find(['"', '{', '}', '[', ']', ',']) {
        let mark = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        match mark {
            b'{' | b'[' if open.len() == DEEPEST => return false,
            b'{' | b'[' => {
                open.push((mark == b'{').then(HashSet::new));
                is_name = mark == b'{';
            }
            b'}' | b']' => {
                open.pop();
                is_name = false;
            }
            b',' => is_name = open.last().is_some_and(Option::is_some),
            _ => {
                let end = end_of_text(rest);
                let name = serde_json::from_str(&format!("\"{}\"", &rest[..end])).unwrap_or_default();
                if let Some(Some(names)) = open.last_mut().filter(|_| is_name)
                    && !names.insert(name)
                {
                    return false;
                }
                rest = rest.get(end + 1..).unwrap_or_default();
                is_name = false;
            }
        }
    }
    true
}

/// Where the quotation mark is that ends a text.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(text.len())
}
