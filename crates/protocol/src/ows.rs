//! Optional white space in header fields (RFC 9110 §5.6.3): only SP and HTAB.
//!
//! `str::trim` would also remove U+2000, U+0085 and others, so that a cookie name that browsers distinguish from ours
//! would be accepted as ours: `U+2000__Host-usher`, which any sibling domain can set, for `__Host-usher`.

/// `text` without surrounding optional white space.
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_and_tab_alone_are_white_space() {
        assert_eq!(trim(" \ta b\t "), "a b");
        for kept in ["\u{2000}a", "a\u{00A0}", "\u{0085}a", "a\u{000B}", "\u{000C}a", "\r\na", "\u{FEFF}a"] {
            assert_eq!(trim(kept), kept);
        }
    }
}
