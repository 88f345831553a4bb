//! Tables and lists as text.

use std::fmt::Write as _;

/// A table: headings, then rows in aligned columns. Ends with a line break.
pub fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| printable(&cell))).collect();
    let mut widths = heads.map(|head| head.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = line(heads, widths);
    for row in &rows {
        text.push_str(&line(row.each_ref().map(String::as_str), widths));
    }
    text
}

fn line<const N: usize>(cells: [&str; N], widths: [usize; N]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    format!("{}\n", padded.join("  ").trim_end())
}

/// Names and values, one per line, aligned.
pub fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let facts: Vec<(&str, String)> = facts.into_iter().collect();
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in facts {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{name:<width$}  {}", printable(&value));
    }
    text
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
        assert_eq!(facts([("a", "1".into()), ("long", "\t".into())]), "a     1\nlong  \\t\n");
    }
}
