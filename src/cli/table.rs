//! Tables and lists as text.

use comfy_table::{Table, presets::NOTHING};

/// A table: headings, then rows in aligned columns. Ends with a line break.
pub fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    columns([heads.map(str::to_owned)].into_iter().chain(rows))
}

/// Names and values, one per line, aligned.
pub fn fields<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> String {
    columns(fields.into_iter().map(|(name, value)| [name.to_owned(), value]))
}

fn columns<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING).add_rows(rows.into_iter().map(|row| row.map(|cell| printable(&cell))));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt() + "\n"
}

/// Text with its control characters escaped: untrusted text must not control a terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["ana@example.test".to_owned(), "active".to_owned()], ["ö@b.c".to_owned(), "off".to_owned()]];
        assert_eq!(
            table(["EMAIL", "STATUS"], rows),
            "EMAIL             STATUS\nana@example.test  active\nö@b.c             off\n"
        );
        assert_eq!(table(["A"], []), "A\n");
    }

    #[test]
    fn nothing_in_a_cell_can_steer_the_terminal() {
        let text = table(["AGENT"], [["\u{1b}[2Jnice\nROOT".to_owned()]]);
        assert_eq!(text, "AGENT\n\\u{1b}[2Jnice\\nROOT\n");
        assert_eq!(fields([("a", "1".into()), ("long", "\t".into())]), "a     1\nlong  \\t\n");
    }
}
