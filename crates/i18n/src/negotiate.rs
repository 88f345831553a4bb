//! Language negotiation between request, account, cookie and browser.

use super::Lang;

/// Longer lists are cut, so that a header cannot cause work.
const MAX_RANGES: usize = 32;

impl Lang {
    /// The language of the first candidate that names a supported one; [`Lang::En`] if none does.
    ///
    /// Each candidate is a list separated by spaces (`ui_locales`) or commas (`Accept-Language`), optionally with `;q=`
    /// weights. Callers pass them in order of priority: `ui_locales`, account, cookie, `Accept-Language`.
    pub fn negotiate(candidates: &[Option<&str>]) -> Self {
        candidates.iter().flatten().find_map(|list| preferred(list)).unwrap_or_default()
    }
}

/// The supported range with the highest weight; the first one if weights are equal.
fn preferred(list: &str) -> Option<Lang> {
    let mut best: Option<(Lang, u16)> = None;
    for (lang, weight) in ranges(list).take(MAX_RANGES) {
        if weight > 0 && best.is_none_or(|(_, heaviest)| weight > heaviest) {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

/// Every supported range, with its weight in thousandths.
fn ranges(list: &str) -> impl Iterator<Item = (Lang, u16)> {
    list.split(',').flat_map(|item| {
        let (tags, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight(parameters);
        tags.split_whitespace().filter_map(move |tag| Some((Lang::from_tag(tag)?, weight)))
    })
}

/// A quality value (RFC 9110 §12.4.2) in thousandths; zero if it is malformed.
fn weight(parameters: &str) -> u16 {
    let Some(value) = parameters.split(';').find_map(|p| p.trim().strip_prefix(['q', 'Q'])) else { return 1000 };
    let Some(value) = value.trim().strip_prefix('=') else { return 0 };
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    match (whole, digits) {
        ("1", true) if fraction.bytes().all(|b| b == b'0') => 1000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_source_that_names_a_known_language_wins() {
        assert_eq!(Lang::negotiate(&[None, Some("uk"), Some("pt-BR"), Some("en")]), Lang::Uk);
        assert_eq!(Lang::negotiate(&[Some("se"), None, Some("pt")]), Lang::PtBr);
        assert_eq!(Lang::negotiate(&[Some(""), Some("se, fr;q=0.5")]), Lang::En);
        assert_eq!(Lang::negotiate(&[]), Lang::En);
    }

    #[test]
    fn ui_locales_are_tried_in_their_order() {
        assert_eq!(Lang::negotiate(&[Some("fr-CA pt-PT uk")]), Lang::PtBr);
    }

    #[test]
    fn weights_decide_within_one_header() {
        assert_eq!(Lang::negotiate(&[Some("en;q=0.5, uk-UA;q=0.9, pt;q=0.7")]), Lang::Uk);
        assert_eq!(Lang::negotiate(&[Some("en;q=0, pt-BR;q=0.1")]), Lang::PtBr);
        assert_eq!(Lang::negotiate(&[Some("uk, en")]), Lang::Uk);
    }

    #[test]
    fn a_malformed_weight_weighs_nothing() {
        for bad in ["q=", "q", "q=2", "q=0.1234", "q=1.1", "q=-1", "q=x", "q=NaN"] {
            assert_eq!(Lang::negotiate(&[Some(&format!("uk;{bad}, pt;q=0.001"))]), Lang::PtBr, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(list in "\\PC*", header in "[a-zA-Z0-9;=,._* -]{0,80}") {
            Lang::negotiate(&[Some(&list), Some(&header)]);
        }
    }
}
