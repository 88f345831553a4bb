//! What a file is, by its beginning.

use serde_json::{Map, Value};
use usher_domain::user::import::ImportFormat;

/// As many bytes of the beginning as are looked at.
pub const SNIFFED: usize = 64 * 1024;

/// Why a file cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It has no rows.
    #[error("the file contains no users")]
    Empty,
    /// It is compressed: gzip, ZIP, or a spreadsheet such as `.xlsx`.
    #[error("the file is compressed: unpack it, or save the spreadsheet as CSV")]
    Compressed,
    /// It is UTF-16, or its header is no UTF-8.
    #[error("the file is not in UTF-8")]
    NotUtf8,
    /// The header of a CSV file has quotes that do not fit, or names a column twice.
    #[error("the first row is no header: each column needs a name of its own")]
    Header,
}

impl FileFault {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Compressed => "compressed",
            Self::NotUtf8 => "not-utf8",
            Self::Header => "header",
        }
    }
}

/// The beginning without a byte order mark.
pub fn without_mark(start: &[u8]) -> &[u8] {
    start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start)
}

/// The format of a file with this beginning.
pub fn detect(start: &[u8]) -> Result<ImportFormat, FileFault> {
    if start.starts_with(b"\x1F\x8B") || start.starts_with(b"PK\x03\x04") {
        return Err(FileFault::Compressed);
    }
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
        return Err(FileFault::NotUtf8);
    }
    let start = without_mark(start).trim_ascii_start();
    match start.first() {
        None => Err(FileFault::Empty),
        Some(b'[') => Ok(ImportFormat::JsonDocument),
        Some(b'{') => Ok(json(start)),
        Some(_) => Ok(csv(start)),
    }
}

/// A line that is a whole object without a list of users is one of many.
fn json(start: &[u8]) -> ImportFormat {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    let is_list = |object: &Map<String, Value>, name| object.get(name).is_some_and(Value::is_array);
    match serde_json::from_slice::<Map<String, Value>>(line) {
        Ok(object) if ["users", "humanUsers", "orgs"].iter().any(|name| is_list(&object, *name)) => {
            ImportFormat::JsonDocument
        }
        Ok(_) => ImportFormat::JsonLines,
        Err(_) => ImportFormat::JsonDocument,
    }
}

/// By the sign that stands most often in the first line.
fn csv(start: &[u8]) -> ImportFormat {
    let line = start.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or(start);
    let count = |sign: u8| line.split(|byte| *byte == sign).count();
    let (commas, semicolons, tabs) = (count(b','), count(b';'), count(b'\t'));
    if tabs > commas && tabs >= semicolons {
        ImportFormat::CsvTab
    } else if semicolons > commas {
        ImportFormat::CsvSemicolon
    } else {
        ImportFormat::Csv
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_beginning() {
        for (start, format) in [
            ("email,name\n", ImportFormat::Csv),
            ("email", ImportFormat::Csv),
            ("\u{feff}email;name,x;y\n", ImportFormat::CsvSemicolon),
            ("email\tname\r\n", ImportFormat::CsvTab),
            ("{\"email\":\"a@x.test\"}\n{", ImportFormat::JsonLines),
            ("\u{feff} {\"email\":\"a@x.test\"}", ImportFormat::JsonLines),
            ("{\"users\":[{}]}", ImportFormat::JsonDocument),
            ("{\n  \"realm\": \"x\",", ImportFormat::JsonDocument),
            ("[{}]", ImportFormat::JsonDocument),
        ] {
            assert_eq!(detect(start.as_bytes()), Ok(format), "{start}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_reason() {
        for (start, fault) in [
            (&b""[..], FileFault::Empty),
            (b" \r\n", FileFault::Empty),
            (b"\x1F\x8B\x08", FileFault::Compressed),
            (b"PK\x03\x04", FileFault::Compressed),
            (b"\xFF\xFEe\0", FileFault::NotUtf8),
        ] {
            assert_eq!(detect(start), Err(fault), "{start:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(start in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = detect(&start);
        }
    }
}
