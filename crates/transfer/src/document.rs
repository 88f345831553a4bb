//! Finds the users in a JSON document as its bytes arrive: the objects of a list that is the document itself, or the
//! member `users` (Keycloak) or `humanUsers` (Zitadel) of any object.

use crate::row::{RawRow, RowBuffer, RowFault};

/// The deepest nesting. What is deeper is not looked into.
const DEEPEST: usize = 64;
/// The names of lists of users.
const LISTS: [&[u8]; 2] = [b"users", b"humanUsers"];
/// As much of a name as is compared.
const NAME: usize = 16;

/// The state between two bytes.
#[derive(Default)]
pub struct DocumentSplitter {
    /// The open lists and objects: `Some(true)` for a list of users, `Some(false)` for another list, `None` for an
    /// object.
    open: Vec<Option<bool>>,
    /// Brackets beyond [`DEEPEST`].
    deeper: usize,
    in_string: bool,
    escaped: bool,
    /// The last string, as far as it may be a name.
    name: Vec<u8>,
    buffer: RowBuffer,
    /// How many brackets were open before the row began.
    row_depth: Option<usize>,
    row: u32,
}

impl DocumentSplitter {
    pub fn feed(&mut self, byte: u8, rows: &mut Vec<RawRow>) {
        let begins =
            self.row_depth.is_none() && !self.in_string && byte == b'{' && self.open.last() == Some(&Some(true));
        if begins {
            self.row_depth = Some(self.depth());
        }
        if self.row_depth.is_some() {
            self.buffer.push(byte);
        }
        if self.in_string {
            return self.feed_string(byte);
        }
        match byte {
            b'"' => {
                self.in_string = true;
                self.name.clear();
            }
            b'{' => self.push(None),
            b'[' => self.push(Some(self.open.is_empty() || LISTS.contains(&&*self.name))),
            b'}' | b']' => self.pop(rows),
            b',' => self.name.clear(),
            _ => {}
        }
    }

    pub fn finish(&mut self, rows: &mut Vec<RawRow>) {
        if self.row_depth.is_some() || self.depth() > 0 {
            self.row += 1;
            rows.push(RawRow { row: self.row, text: Err(RowFault::CutOff) });
        }
    }

    fn feed_string(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_string = false,
            _ => {}
        }
        if self.in_string && self.name.len() < NAME {
            self.name.push(byte);
        }
    }

    const fn depth(&self) -> usize {
        self.open.len() + self.deeper
    }

    fn push(&mut self, bracket: Option<bool>) {
        self.name.clear();
        if self.open.len() < DEEPEST { self.open.push(bracket) } else { self.deeper += 1 }
    }

    fn pop(&mut self, rows: &mut Vec<RawRow>) {
        self.name.clear();
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.open.pop();
        }
        if self.row_depth.is_some_and(|depth| self.depth() <= depth) {
            self.row_depth = None;
            self.row += 1;
            rows.push(RawRow { row: self.row, text: self.buffer.take() });
        }
    }
}
