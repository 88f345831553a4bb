//! CSV (RFC 4180): one row as cells, and cells as a row.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a tab for a formula. Such a cell is written with an
//! apostrophe before it, as is one that begins with an apostrophe. Reading takes an apostrophe away only where one of
//! these signs follows, so what was written is read as it was.

use crate::row::RowFault;

/// The signs that a cell is protected from.
const RISKY: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// A row of cells, with the line break.
pub fn line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| cell_text(cell.as_ref())).collect();
    cells.join(",") + "\r\n"
}

/// A cell in quotes where it needs them, protected from being taken for a formula.
fn cell_text(cell: &str) -> String {
    let guard = if cell.starts_with(RISKY) { "'" } else { "" };
    if guard.is_empty() && !cell.contains([',', ';', '\t', '"', '\r', '\n']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

/// A cell without the apostrophe that protects it.
fn unprotected(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(RISKY) => rest.to_owned(),
        _ => cell,
    }
}

/// The cells of a row without its line break.
pub fn cells(row: &str, delimiter: char) -> Result<Vec<String>, RowFault> {
    let mut cells = Vec::new();
    let mut rest = row;
    loop {
        let (cell, after) = if rest.starts_with('"') { quoted(rest, delimiter)? } else { plain(rest, delimiter) };
        cells.push(unprotected(cell));
        match after {
            Some(next) => rest = next,
            None => return Ok(cells),
        }
    }
}

/// A cell without quotes, and what follows the delimiter.
fn plain(text: &str, delimiter: char) -> (String, Option<&str>) {
    match text.split_once(delimiter) {
        Some((cell, rest)) => (cell.to_owned(), Some(rest)),
        None => (text.to_owned(), None),
    }
}

/// A cell in quotes, and what follows the delimiter.
fn quoted(text: &str, delimiter: char) -> Result<(String, Option<&str>), RowFault> {
    let mut cell = String::new();
    let mut rest = &text[1..];
    loop {
        let (inside, after) = rest.split_once('"').ok_or(RowFault::Quotes)?;
        cell.push_str(inside);
        if let Some(more) = after.strip_prefix('"') {
            cell.push('"');
            rest = more;
        } else if after.is_empty() {
            return Ok((cell, None));
        } else {
            return Ok((cell, Some(after.strip_prefix(delimiter).ok_or(RowFault::Quotes)?)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_csv_or_a_spreadsheet_needs_it() {
        assert_eq!(line(["ana", "a,b", "a\"b", "a\nb", ""]), "ana,\"a,b\",\"a\"\"b\",\"a\nb\",\r\n");
        assert_eq!(
            line(["=1+1", "+351", "-1", "@x", "\tx", "'x"]),
            "\"'=1+1\",\"'+351\",\"'-1\",\"'@x\",\"'\tx\",\"''x\"\r\n"
        );
    }

    #[test]
    fn what_another_program_protected_is_read_too() {
        assert_eq!(cells("'+351,O'Neil,'tis", ','), Ok(vec!["+351".into(), "O'Neil".into(), "'tis".into()]));
    }

    #[test]
    fn quotes_that_do_not_fit_are_a_fault() {
        for bad in ["\"a", "\"a\"b", "a,\"b\"c,d", "\"", "\"a\"\""] {
            assert_eq!(cells(bad, ','), Err(RowFault::Quotes), "{bad}");
        }
        // In a cell without quotes they are text.
        assert_eq!(cells("5\" disk", ','), Ok(vec!["5\" disk".into()]));
        assert_eq!(cells("", ','), Ok(vec![String::new()]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(row in proptest::collection::vec("[=+@'\t\r\n\",;a-c\u{e9}-]{0,8}", 1..6)) {
            let text = line(&row);
            proptest::prop_assert_eq!(cells(text.strip_suffix("\r\n").unwrap(), ','), Ok(row));
        }

        #[test]
        fn garbage_never_panics(row in "\\PC{0,80}", delimiter in "[,;\t]") {
            let _ = cells(&row, delimiter.chars().next().unwrap());
        }
    }
}
