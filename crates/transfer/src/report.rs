//! The report of an import as CSV: row, result, reasons. It names nobody.

use usher_domain::user::import::ImportedRow;

use crate::csv;

/// The header.
pub fn head() -> String {
    csv::line(["row", "result", "reasons"])
}

/// A row.
pub fn line(row: &ImportedRow) -> String {
    csv::line([row.row.to_string().as_str(), row.result.as_str(), row.reason.as_str()])
}
