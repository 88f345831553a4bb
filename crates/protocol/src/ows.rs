//! Optional white space in header fields (RFC 9110 §5.6.3): SP and HTAB, and nothing else that Unicode calls white space.
//!
//! `str::trim` would also remove U+2000, U+0085 and others, so that a name that a browser or proxy takes for another one
//! would be taken for ours: `U+2000__Host-usher` for `__Host-usher`, which any sibling domain can set.

/// `text` without the optional white space around it.
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
