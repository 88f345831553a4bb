//! The path of a request, parsed once and the same way everywhere.
//!
//! Ambiguous paths are refused, and the request is denied.

/// The path is ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path has more than one reading")]
pub struct Ambiguous;

/// The segments of a path, percent-decoded once. Anything after `?` or `#`, and one slash at the end, is ignored.
///
/// # Errors
/// [`Ambiguous`] for a path that does not start with `/`; empty segments, `.` and `..`; a backslash, a control
/// character, `%2f` or `%5c`; escapes that do not decode to UTF-8, and nested escapes.
pub fn segments(raw: &str) -> Result<Vec<String>, Ambiguous> {
    let path = raw.split(['?', '#']).next().unwrap_or_default();
    let inner = path.strip_prefix('/').ok_or(Ambiguous)?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if inner.is_empty() {
        return if path == "/" { Ok(Vec::new()) } else { Err(Ambiguous) };
    }
    inner.split('/').map(segment).collect()
}

fn segment(raw: &str) -> Result<String, Ambiguous> {
    let text = decode(raw)?;
    let odd = |c: char| c.is_control() || c == '/' || c == '\\';
    if text.is_empty() || text == "." || text == ".." || text.contains(odd) || holds_escape(&text) {
        return Err(Ambiguous);
    }
    Ok(text)
}

fn decode(raw: &str) -> Result<String, Ambiguous> {
    let mut bytes = raw.bytes();
    let mut decoded = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' { hex(bytes.next())? << 4 | hex(bytes.next())? } else { byte });
    }
    String::from_utf8(decoded).map_err(|_| Ambiguous)
}

fn hex(digit: Option<u8>) -> Result<u8, Ambiguous> {
    let value = digit.and_then(|byte| char::from(byte).to_digit(16)).ok_or(Ambiguous)?;
    u8::try_from(value).map_err(|_| Ambiguous)
}

/// Whether decoding it again would change it.
fn holds_escape(text: &str) -> bool {
    text.as_bytes().windows(3).any(|w| w[0] == b'%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_once() {
        for (raw, read) in [
            ("/", vec![]),
            ("/orders", vec!["orders"]),
            ("/orders/", vec!["orders"]),
            ("/orders/4%32?x=/../", vec!["orders", "42"]),
            ("/%D0%B7%D0%B0", vec!["за"]),
            ("/за/...", vec!["за", "..."]),
            ("/100%25", vec!["100%"]),
            ("/a;b=c/d", vec!["a;b=c", "d"]),
        ] {
            assert_eq!(segments(raw).unwrap(), read, "{raw}");
        }
    }

    #[test]
    fn whatever_has_two_readings_is_refused() {
        for raw in [
            "",
            "orders",
            "//",
            "//admin",
            "/a//b",
            "/a//",
            "/./a",
            "/a/..",
            "/a/../b",
            "/%2e%2e/b",
            "/%2E/b",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/a%00b",
            "/a\0b",
            "/a%0ab",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/%c0%ae",
            "/%252e%252e",
            "/a%25%32f",
            "?x",
            "#x",
            "http://h/a",
        ] {
            assert_eq!(segments(raw), Err(Ambiguous), "{raw}");
        }
    }
}
