//! A row of a file as it was found, not yet read.

use serde::{Deserialize, Serialize};

/// The longest row, in bytes.
pub const MAX_ROW: usize = 256 * 1024;

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// It is longer than [`MAX_ROW`].
    #[error("the row is too long")]
    TooLong,
    #[error("the row is not UTF-8")]
    NotUtf8,
    /// It is no JSON object.
    #[error("the row is no JSON object")]
    NotJson,
    /// A quotation does not end, or text follows it.
    #[error("the quotes of the row do not fit")]
    Quotes,
    /// It has more cells than the header.
    #[error("the row has more cells than the header")]
    Cells,
    /// The file ends within it.
    #[error("the file ends within this row")]
    CutOff,
}

/// A row and its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub row: u32,
    pub text: Result<String, RowFault>,
}

/// The bytes of a row that is not complete yet.
#[derive(Debug, Default)]
pub struct RowBuffer {
    bytes: Vec<u8>,
    too_long: bool,
}

impl RowBuffer {
    pub fn push(&mut self, byte: u8) {
        if self.bytes.len() < MAX_ROW {
            self.bytes.push(byte);
        } else {
            self.too_long = true;
        }
    }

    pub fn is_blank(&self) -> bool {
        !self.too_long && self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// The row; the buffer is then empty.
    pub fn take(&mut self) -> Result<String, RowFault> {
        let bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.too_long) {
            return Err(RowFault::TooLong);
        }
        String::from_utf8(bytes).map_err(|_| RowFault::NotUtf8)
    }
}
