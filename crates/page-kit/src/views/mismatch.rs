//! A redirect URI that did not match, compared with the registered ones.

/// Both sides of a failed comparison.
#[derive(Clone, Debug, Default)]
pub struct Mismatch {
    /// The URI that the client sent.
    pub sent: Vec<UriSegment>,
    /// The registered URIs.
    pub registered: Vec<Vec<UriSegment>>,
    /// The page to register the sent URI, for users who may.
    pub register_url: Option<String>,
    /// This request in the flight recorder, for users who may see it.
    pub attempts_url: Option<String>,
    /// Where the sent URI differs from the most similar registered one.
    pub difference: Option<UriDifference>,
}

/// Where two URIs differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UriDifference {
    /// The number of the first character that differs, from one.
    pub place: u32,
    /// What was sent from there on, until the end that both have.
    pub sent: String,
    /// What is registered there.
    pub registered: String,
}

/// A piece of a URI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UriSegment {
    /// The characters.
    pub text: String,
    /// Do they differ?
    pub differs: bool,
}

impl Mismatch {
    /// Compares the sent URI with all registered ones; its differences are marked against the most similar one.
    pub fn between(sent: &str, registered: &[String], register_url: Option<String>) -> Self {
        let nearest = registered.iter().max_by_key(|uri| {
            let (head, tail) = shared(sent, uri);
            head + tail
        });
        let difference = nearest.map(|nearest| difference(sent, nearest));
        Self {
            difference,
            sent: segments(sent, nearest.map_or("", String::as_str)),
            registered: registered.iter().map(|uri| segments(uri, sent)).collect(),
            register_url,
            attempts_url: None,
        }
    }
}

fn difference(sent: &str, registered: &str) -> UriDifference {
    let (head, tail) = shared(sent, registered);
    let place = u32::try_from(sent[..head].chars().count()).unwrap_or(u32::MAX);
    UriDifference {
        place: place.saturating_add(1),
        sent: sent[head..sent.len() - tail].to_owned(),
        registered: registered[head..registered.len() - tail].to_owned(),
    }
}

/// `text` in up to three pieces: the prefix it shares with `other`, the difference, the shared suffix.
fn segments(text: &str, other: &str) -> Vec<UriSegment> {
    let (head, tail) = shared(text, other);
    let (start, end) = (head, text.len() - tail);
    [(&text[..start], false), (&text[start..end], true), (&text[end..], false)]
        .into_iter()
        .filter(|(piece, _)| !piece.is_empty())
        .map(|(piece, differs)| UriSegment { text: piece.to_owned(), differs })
        .collect()
}

/// Lengths in bytes, on character boundaries, of the common prefix and the common suffix that does not overlap it.
fn shared(a: &str, b: &str) -> (usize, usize) {
    let head = common(a.chars(), b.chars());
    let tail = common(a[head..].chars().rev(), b[head..].chars().rev());
    (head, tail)
}

fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(segments: &[UriSegment]) -> String {
        segments.iter().map(|s| if s.differs { format!("[{}]", s.text) } else { s.text.clone() }).collect()
    }

    #[test]
    fn the_differing_part_is_marked_on_both_sides() {
        let registered = ["https://b.test/".to_owned(), "http://localhost:8081/cb".to_owned()];
        let found = Mismatch::between("http://localhost:3000/cb", &registered, None);
        assert_eq!(marked(&found.sent), "http://localhost:[3000]/cb");
        assert_eq!(marked(&found.registered[1]), "http://localhost:[8081]/cb");
    }

    #[test]
    fn a_missing_slash_is_marked_where_it_is() {
        let found = Mismatch::between("https://a.test/cb", &["https://a.test/cb/".to_owned()], None);
        assert_eq!(marked(&found.sent), "https://a.test/cb");
        assert_eq!(marked(&found.registered[0]), "https://a.test/cb[/]");
    }

    #[test]
    fn the_first_difference_is_counted_in_characters() {
        let found = Mismatch::between("https://ä.test/Cb", &["https://ä.test/cb".to_owned()], None).difference.unwrap();
        assert_eq!((found.place, found.sent.as_str(), found.registered.as_str()), (16, "C", "c"));
    }

    #[test]
    fn with_nothing_registered_everything_differs() {
        assert_eq!(marked(&Mismatch::between("x:/y", &[], None).sent), "[x:/y]");
    }

    proptest! {
        #[test]
        fn the_pieces_always_make_up_the_whole(sent in "\\PC{0,12}", registered in "\\PC{0,12}") {
            let found = Mismatch::between(&sent, std::slice::from_ref(&registered), None);
            let whole = |s: &[UriSegment]| s.iter().map(|s| s.text.as_str()).collect::<String>();
            prop_assert_eq!(whole(&found.sent), sent);
            prop_assert_eq!(whole(&found.registered[0]), registered);
        }
    }
}
