//! The trace id of a request.

use std::fmt;

use axum::http::HeaderMap;

const TRACE_PARENT: &str = "traceparent";

/// The W3C trace id of a request: 16 bytes, not all zero (Trace Context §3.2.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(pub [u8; 16]);

impl TraceId {
    /// The trace id of one well-formed `traceparent`, if the caller sent one.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACE_PARENT).iter();
        let (only, None) = (values.next()?, values.next()) else { return None };
        Self::from_traceparent(only.to_str().ok()?)
    }

    /// Reads `version-traceid-parentid-flags`, all lower-case hexadecimal (Trace Context §3.2).
    pub(super) fn from_traceparent(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split('-').collect();
        let (&[version, trace, parent, flags], rest) = fields.split_first_chunk::<4>()?;
        let version = read_hex::<1>(version)?[0];
        let longer_is_fine = version > 0;
        if version == 0xff || !(rest.is_empty() || longer_is_fine) || read_hex::<1>(flags).is_none() {
            return None;
        }
        let (trace, parent) = (read_hex::<16>(trace)?, read_hex::<8>(parent)?);
        (trace != [0; 16] && parent != [0; 8]).then_some(Self(trace))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn read_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}
