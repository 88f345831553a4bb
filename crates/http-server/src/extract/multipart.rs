//! Forms with a file (`multipart/form-data`, RFC 7578), read as a whole.

use usher_protocol::params::Params;

/// The most parts of a form.
const MAX_PARTS: usize = 20;

/// A form with at most one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct UploadedForm {
    pub fields: Params,
    /// The content of the file; `None` if none was chosen.
    pub file: Option<Vec<u8>>,
}

/// The boundary that a `Content-Type` names; `None` if it is not that of a form with a file.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    let boundary = parameters.trim().strip_prefix("boundary=")?.trim_matches('"');
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    let fits = (1..=70).contains(&boundary.len()) && boundary.bytes().all(good);
    (kind.trim().eq_ignore_ascii_case("multipart/form-data") && fits).then_some(boundary)
}

/// Reads a form. `None` if it is malformed, or has more than one file.
pub fn read(body: &[u8], boundary: &str) -> Option<UploadedForm> {
    let delimiter = format!("--{boundary}");
    let between = format!("\r\n{delimiter}");
    let mut rest = body.strip_prefix(delimiter.as_bytes())?;
    let (mut texts, mut file) = (Vec::new(), None);
    for _ in 0..=MAX_PARTS {
        if rest.starts_with(b"--") {
            return Some(UploadedForm { fields: Params::from_pairs(texts), file });
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let (headers, content) = split(rest, b"\r\n\r\n")?;
        let (content, after) = split(content, between.as_bytes())?;
        rest = after;
        let disposition = disposition(std::str::from_utf8(headers).ok()?)?;
        let name = parameter(disposition, "name")?;
        if parameter(disposition, "filename").is_none() {
            texts.push((name.to_owned(), std::str::from_utf8(content).ok()?.to_owned()));
        } else if !content.is_empty() && file.replace(content.to_vec()).is_some() {
            return None;
        }
    }
    None
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let position = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..position], &bytes[position + at.len()..]))
}

pub(super) fn disposition(headers: &str) -> Option<&str> {
    let mut lines = headers.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    value.trim().strip_prefix("form-data;")
}

/// Browsers write quotes inside a value as `%22`.
pub(super) fn parameter<'a>(disposition: &'a str, name: &str) -> Option<&'a str> {
    let named = format!("{name}=\"");
    let is_whole = |at: usize| disposition[..at].chars().next_back().is_none_or(|before| matches!(before, ' ' | ';'));
    let (at, _) = disposition.match_indices(&named).find(|(at, _)| is_whole(*at))?;
    disposition[at + named.len()..].split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parts: &[(&str, &str)]) -> Vec<u8> {
        let parts = parts.iter().map(|(disposition, content)| {
            format!("--b\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: x/y\r\n\r\n{content}\r\n")
        });
        format!("{}--b--\r\n", parts.collect::<Vec<_>>().concat()).into_bytes()
    }

    #[test]
    fn fields_and_one_file_are_read() {
        let body = form(&[("name=\"csrf\"", "t"), ("name=\"logo\"; filename=\"a name=b.png\"", "\r\n--x\r\nbytes")]);
        let read = read(&body, "b").unwrap();
        assert_eq!(read.fields.get("csrf"), Ok(Some("t")));
        assert_eq!(read.file.as_deref(), Some(&b"\r\n--x\r\nbytes"[..]));
    }

    #[test]
    fn no_chosen_file_is_none() {
        let body = form(&[("name=\"logo\"; filename=\"\"", "")]);
        assert_eq!(read(&body, "b").unwrap().file, None);
    }

    #[test]
    fn a_malformed_form_is_refused() {
        let two = form(&[("name=\"a\"; filename=\"1\"", "x"), ("name=\"b\"; filename=\"2\"", "y")]);
        let many = form(&[("name=\"a\"", "x"); MAX_PARTS + 1]);
        for bad in [&two[..], &many, b"", b"--b", b"--b\r\n", b"--b\r\n\r\n\r\n--b--", b"--b\r\nX: y\r\n\r\nz\r\n--b--"]
        {
            assert_eq!(read(bad, "b"), None, "{}", bad.escape_ascii());
        }
        let good = form(&[("name=\"a\"", "x")]);
        for end in 0..good.len() - 4 {
            assert_eq!(read(&good[..end], "b"), None, "{end}");
        }
    }

    #[test]
    fn a_boundary_is_named_by_the_type() {
        assert_eq!(boundary("multipart/form-data; boundary=----WebKit1"), Some("----WebKit1"));
        assert_eq!(boundary("Multipart/Form-Data; boundary=\"a b\""), Some("a b"));
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        for bad in [
            "multipart/form-data",
            "multipart/mixed; boundary=a",
            "multipart/form-data; boundary=",
            &long,
            "",
            "\u{e9};",
        ] {
            assert_eq!(boundary(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn garbage_is_refused_without_panic(body in "[-b\r\n a-z=\":;\u{e9}]{0,200}", kind in "\\PC*") {
            let _ = read(body.as_bytes(), "b");
            let _ = boundary(&kind);
        }
    }
}
