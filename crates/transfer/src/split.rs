//! Splits a file into rows as its bytes arrive, in bounded memory.

use usher_domain::user::import::ImportFormat;

use crate::document::DocumentSplitter;
use crate::row::{RawRow, RowBuffer, RowFault};

/// Splits a file of any format.
pub enum RowSplitter {
    Csv(CsvSplitter),
    Lines(LineSplitter),
    Document(DocumentSplitter),
}

impl RowSplitter {
    pub fn new(format: ImportFormat) -> Self {
        match format {
            ImportFormat::Csv | ImportFormat::CsvSemicolon | ImportFormat::CsvTab => {
                Self::Csv(CsvSplitter::new(delimiter(format)))
            }
            ImportFormat::JsonLines => Self::Lines(LineSplitter::default()),
            ImportFormat::JsonDocument => Self::Document(DocumentSplitter::default()),
        }
    }

    /// Takes the next bytes and adds the rows that they complete.
    pub fn feed(&mut self, bytes: &[u8], rows: &mut Vec<RawRow>) {
        match self {
            Self::Csv(csv) => bytes.iter().for_each(|byte| csv.feed(*byte, rows)),
            Self::Lines(lines) => bytes.iter().for_each(|byte| lines.feed(*byte, rows)),
            Self::Document(document) => bytes.iter().for_each(|byte| document.feed(*byte, rows)),
        }
    }

    /// The file has ended: adds the last row.
    pub fn finish(&mut self, rows: &mut Vec<RawRow>) {
        match self {
            Self::Csv(csv) => csv.finish(rows),
            Self::Lines(lines) => lines.end_row(rows),
            Self::Document(document) => document.finish(rows),
        }
    }
}

/// The sign between two cells.
pub const fn delimiter(format: ImportFormat) -> char {
    match format {
        ImportFormat::CsvSemicolon => ';',
        ImportFormat::CsvTab => '\t',
        _ => ',',
    }
}

/// Splits CSV. The first row is the header. A quotation may contain line breaks; one that never ends is one row.
pub struct CsvSplitter {
    delimiter: u8,
    buffer: RowBuffer,
    row: u32,
    place: CellPlace,
    after_return: bool,
}

/// Where in a cell the next sign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellPlace {
    Start,
    Plain,
    Quoted,
    /// After the end of a quotation, which another quote would continue.
    Closed,
}

impl CsvSplitter {
    fn new(delimiter: char) -> Self {
        Self {
            delimiter: u8::try_from(delimiter).unwrap_or(b','),
            buffer: RowBuffer::default(),
            row: 0,
            place: CellPlace::Start,
            after_return: false,
        }
    }

    fn feed(&mut self, byte: u8, rows: &mut Vec<RawRow>) {
        let after_return = std::mem::take(&mut self.after_return);
        match (byte, self.place) {
            (b'"', CellPlace::Quoted) => self.place = CellPlace::Closed,
            (b'"', CellPlace::Start | CellPlace::Closed) => self.place = CellPlace::Quoted,
            (_, CellPlace::Quoted) => {}
            (b'\n', _) if after_return => return,
            (b'\n' | b'\r', _) => {
                self.after_return = byte == b'\r';
                return self.end_row(rows);
            }
            (byte, _) if byte == self.delimiter => self.place = CellPlace::Start,
            _ => self.place = CellPlace::Plain,
        }
        self.buffer.push(byte);
    }

    fn end_row(&mut self, rows: &mut Vec<RawRow>) {
        self.place = CellPlace::Start;
        self.row += 1;
        let blank = self.buffer.is_blank();
        let text = self.buffer.take();
        if !blank {
            rows.push(RawRow { row: self.row, text });
        }
    }

    fn finish(&mut self, rows: &mut Vec<RawRow>) {
        if self.place == CellPlace::Quoted {
            self.row += 1;
            let text = self.buffer.take().and(Err(RowFault::CutOff));
            rows.push(RawRow { row: self.row, text });
        } else {
            self.end_row(rows);
        }
    }
}

/// Splits a file of lines.
#[derive(Default)]
pub struct LineSplitter {
    buffer: RowBuffer,
    row: u32,
}

impl LineSplitter {
    fn feed(&mut self, byte: u8, rows: &mut Vec<RawRow>) {
        if byte == b'\n' { self.end_row(rows) } else { self.buffer.push(byte) }
    }

    fn end_row(&mut self, rows: &mut Vec<RawRow>) {
        self.row += 1;
        let blank = self.buffer.is_blank();
        let text = self.buffer.take();
        if !blank {
            rows.push(RawRow { row: self.row, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::MAX_ROW;

    /// The rows of a file, fed in pieces of `size` bytes.
    fn rows(format: ImportFormat, file: &[u8], size: usize) -> Vec<RawRow> {
        let (mut splitter, mut rows) = (RowSplitter::new(format), Vec::new());
        file.chunks(size).for_each(|piece| splitter.feed(piece, &mut rows));
        splitter.finish(&mut rows);
        rows
    }

    fn texts(format: ImportFormat, file: &str) -> Vec<(u32, String)> {
        let found = rows(format, file.as_bytes(), 3);
        found.into_iter().map(|row| (row.row, row.text.unwrap_or_else(|fault| format!("{fault:?}")))).collect()
    }

    fn found(expected: &[(u32, &str)]) -> Vec<(u32, String)> {
        expected.iter().map(|(row, text)| (*row, (*text).to_owned())).collect()
    }

    #[test]
    fn rows_of_csv_end_at_line_breaks_outside_of_quotes() {
        let file = "email,name\r\na@x.test,\"A\r\n\"\"B\"\"\"\n\nb@x.test,5\" disk\rc@x.test,C";
        let expected = found(&[
            (1, "email,name"),
            (2, "a@x.test,\"A\r\n\"\"B\"\"\""),
            (4, "b@x.test,5\" disk"),
            (5, "c@x.test,C"),
        ]);
        assert_eq!(texts(ImportFormat::Csv, file), expected);
    }

    #[test]
    fn a_quotation_that_never_ends_swallows_no_row_silently() {
        let file = "email\n\"a@x.test\nb@x.test\n";
        assert_eq!(texts(ImportFormat::Csv, file), found(&[(1, "email"), (2, "CutOff")]));
    }

    #[test]
    fn each_line_of_json_lines_is_a_row() {
        let file = "{\"a\":1}\r\n\n{\"b\":2}";
        assert_eq!(texts(ImportFormat::JsonLines, file), found(&[(1, "{\"a\":1}\r"), (3, "{\"b\":2}")]));
    }

    #[test]
    fn the_users_of_a_document_are_its_rows_wherever_they_stand() {
        let keycloak =
            r#"{"realm":"x","users":[ {"id":"1","s":"}]\"{"},{"id":"2","a":[{"b":[]}]} ],"roles":[{"r":1}]}"#;
        let expected = found(&[(1, r#"{"id":"1","s":"}]\"{"}"#), (2, r#"{"id":"2","a":[{"b":[]}]}"#)]);
        assert_eq!(texts(ImportFormat::JsonDocument, keycloak), expected);
        let zitadel = r#"{"orgs":[{"orgId":"1","humanUsers":[{"userId":"1","user":{}}]}]}"#;
        assert_eq!(texts(ImportFormat::JsonDocument, zitadel), found(&[(1, r#"{"userId":"1","user":{}}"#)]));
        assert_eq!(texts(ImportFormat::JsonDocument, "[{\"a\":1} , {}]"), found(&[(1, "{\"a\":1}"), (2, "{}")]));
        assert_eq!(texts(ImportFormat::JsonDocument, "{\"other\":[{\"a\":1}]}"), found(&[]));
        let cut = r#"{"users":[{"id":"1"},{"id":"#;
        assert_eq!(texts(ImportFormat::JsonDocument, cut), found(&[(1, r#"{"id":"1"}"#), (2, "CutOff")]));
    }

    #[test]
    fn a_row_that_is_too_long_or_no_utf_8_is_one_fault_and_the_next_is_read() {
        for (format, open, close) in [
            (ImportFormat::Csv, "x\n\"", "\"\n"),
            (ImportFormat::JsonLines, "{\"a\":\"", "\"}\n"),
            (ImportFormat::JsonDocument, "[{\"a\":\"", "\"},"),
        ] {
            let next = if format == ImportFormat::JsonDocument { "{}]" } else { "{}" };
            let long = format!("{open}{}{close}{next}", "x".repeat(4 * MAX_ROW));
            let read = rows(format, long.as_bytes(), 4096);
            let last = &read[read.len() - 2..];
            assert_eq!((&last[0].text, &last[1].text), (&Err(RowFault::TooLong), &Ok("{}".to_owned())), "{format:?}");
            let bad = [open.as_bytes(), b"\xff\xfe", close.as_bytes(), next.as_bytes()].concat();
            let read = rows(format, &bad, 4096);
            let last = &read[read.len() - 2..];
            assert_eq!((&last[0].text, &last[1].text), (&Err(RowFault::NotUtf8), &Ok("{}".to_owned())), "{format:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_size_of_the_pieces_does_not_matter(file in "[\\[\\]{}\",:\\\\\r\na-b\u{e9}]{0,120}", size in 1_usize..40) {
            for format in ImportFormat::ALL {
                proptest::prop_assert_eq!(rows(*format, file.as_bytes(), size), rows(*format, file.as_bytes(), 1000));
            }
        }

        #[test]
        fn a_row_of_csv_is_one_row_however_it_is_quoted(cells in proptest::collection::vec("[\",\r\na-c]{1,6}", 1..5)) {
            let line = crate::csv::line(&cells);
            let found = rows(ImportFormat::Csv, line.repeat(2).as_bytes(), 7);
            let text = line.strip_suffix("\r\n").unwrap().to_owned();
            proptest::prop_assert_eq!(found.into_iter().map(|row| row.text).collect::<Vec<_>>(), vec![Ok(text); 2]);
        }
    }
}
