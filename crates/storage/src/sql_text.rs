//! The text of a statement, made when the crate is compiled: indentation becomes single spaces, and `{NAME}` the list
//! of columns of that name. `{t.NAME}` is the same list with each column qualified: `t.id, t.name`.

/// Column lists, by the names that statements use.
pub type Lists = [(&'static str, &'static str)];

/// A text of `N` bytes. With `N` 0 it only counts.
pub struct Text<const N: usize> {
    bytes: [u8; N],
    pub length: usize,
    /// Whether white space precedes the next byte.
    space: bool,
}

impl<const N: usize> Text<N> {
    pub const fn as_str(&self) -> &str {
        match str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(_) => panic!("a statement is not UTF-8"),
        }
    }

    const fn push(&mut self, byte: u8) {
        if self.length < N {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }

    /// Appends the white space that was read, as one space.
    const fn push_space(&mut self) {
        if self.space {
            self.push(b' ');
        }
        self.space = false;
    }

    /// Appends a byte, with white space folded, and none inside of parentheses. `before` is the byte before it other
    /// than white space.
    const fn fold(&mut self, before: u8, byte: u8) {
        if byte.is_ascii_whitespace() {
            self.space = self.length > 0 && before != b'(';
            return;
        }
        self.space = self.space && byte != b')';
        self.push_space();
        self.push(byte);
    }

    /// Appends a list of columns, each qualified if `qualifier` is not empty.
    const fn list(&mut self, columns: &[u8], qualifier: &[u8]) {
        let (mut at, mut before) = (0, b',');
        while at < columns.len() {
            let byte = columns[at];
            if before == b',' && !byte.is_ascii_whitespace() {
                self.push_space();
                let mut place = 0;
                while place < qualifier.len() {
                    self.push(qualifier[place]);
                    place += 1;
                }
            }
            self.fold(before, byte);
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
            at += 1;
        }
    }
}

/// The text made of these parts.
pub const fn expand<const N: usize>(parts: &[&str], lists: &Lists) -> Text<N> {
    let mut text = Text { bytes: [0; N], length: 0, space: false };
    let mut part = 0;
    while part < parts.len() {
        let source = parts[part].as_bytes();
        let (mut at, mut before) = (0, b' ');
        while at < source.len() {
            if source[at] == b'{' {
                let end = find(source, at, b'}');
                let (qualifier, columns) = named(source.split_at(end).0.split_at(at + 1).1, lists);
                text.list(columns, qualifier);
                at = end;
            } else {
                text.fold(before, source[at]);
            }
            if !source[at].is_ascii_whitespace() {
                before = source[at];
            }
            at += 1;
        }
        text.space = text.length > 0;
        part += 1;
    }
    text
}

/// The qualifier with its dot, and the columns, that a placeholder stands for.
const fn named<'s>(placeholder: &'s [u8], lists: &Lists) -> (&'s [u8], &'static [u8]) {
    let dot = find(placeholder, 0, b'.');
    let qualified = dot < placeholder.len();
    let (qualifier, name) = placeholder.split_at(if qualified { dot + 1 } else { 0 });
    let mut at = 0;
    while at < lists.len() {
        if equal(lists[at].0.as_bytes(), name) {
            return (qualifier, lists[at].1.as_bytes());
        }
        at += 1;
    }
    panic!("a statement names a list of columns that its block does not");
}

/// The first place of a byte from `at` on; the length if there is none.
const fn find(text: &[u8], at: usize, byte: u8) -> usize {
    let mut at = at;
    while at < text.len() && text[at] != byte {
        at += 1;
    }
    at
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// [`expand`] for both lengths: `sql_text!(LISTS, "select {USER}", "for update")`.
macro_rules! sql_text {
    ($lists:expr, $($part:literal),+) => {{
        const PARTS: &[&str] = &[$($part),+];
        const LENGTH: usize = $crate::sql_text::expand::<0>(PARTS, $lists).length;
        const TEXT: &$crate::sql_text::Text<LENGTH> = &$crate::sql_text::expand(PARTS, $lists);
        TEXT.as_str()
    }};
}
pub(super) use sql_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_is_folded_and_lists_are_written_out() {
        const LISTS: &Lists = &[("USER", "id, name"), ("ONE", "kid")];
        let text = sql_text!(
            LISTS,
            "
            select {USER}, {u.USER}, {k.ONE}
            from users u
            where id in (
                select ({ONE})
                from key
            )
            ",
            "for update"
        );
        let whole = "select id, name, u.id, u.name, k.kid from users u where id in (select (kid) from key) for update";
        assert_eq!(text, whole);
        assert_eq!(sql_text!(LISTS, "select 'a', $1"), "select 'a', $1");
    }
}
