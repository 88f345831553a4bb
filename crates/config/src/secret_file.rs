//! Reads secrets from files.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// A larger file is not a secret.
const LONGEST_SECRET_FILE: u64 = 64 * 1024;

/// The secret in a file, without the trailing line break. The error never contains the file's content.
pub(crate) fn read_secret_file(path: &Path) -> Result<String, String> {
    let length = fs::metadata(path).map_err(|error| in_words(&error))?.len();
    if length > LONGEST_SECRET_FILE {
        return Err(format!("it holds {length} bytes, too many for a secret"));
    }
    let mut text = fs::read_to_string(path).map_err(|error| in_words(&error))?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    if text.is_empty() { Err(String::from("it is empty")) } else { Ok(text) }
}

/// The cause of a file error in words, without the path.
pub(crate) fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => String::from("no such file"),
        ErrorKind::InvalidData => String::from("not UTF-8 text"),
        ErrorKind::IsADirectory => String::from("it is a directory"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_file_loses_its_last_line_break_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        fs::write(&path, " hunter2 \r\n").unwrap();
        assert_eq!(read_secret_file(&path).unwrap(), " hunter2 ");
        fs::write(&path, "\n").unwrap();
        assert_eq!(read_secret_file(&path).unwrap_err(), "it is empty");
        fs::write(&path, vec![b'x'; 65 * 1024]).unwrap();
        assert!(read_secret_file(&path).unwrap_err().contains("too many"));
        fs::write(&path, [0xFF, 0xFE]).unwrap();
        assert_eq!(read_secret_file(&path).unwrap_err(), "not UTF-8 text");
        assert_eq!(read_secret_file(&dir.path().join("none")).unwrap_err(), "no such file");
    }
}
