//! Rules for short texts, such as names.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, ExtendedPictographic, JoiningType, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';
const BLACK_FLAG: char = '\u{1F3F4}';

/// The rule that a text breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextRule {
    /// Nothing visible is left.
    #[error("must not be empty")]
    Empty,
    /// Too many characters.
    #[error("must not be longer than {max} characters")]
    TooLong {
        /// The limit.
        max: u32,
    },
    /// A line break, a tab or another control character.
    #[error("must not contain line breaks, tabs or other control characters")]
    ControlCharacters,
}

/// A text that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {field} {rule}")]
pub struct TextFault {
    /// The field that it was sent in.
    pub field: &'static str,
    pub rule: TextRule,
}

impl TextRule {
    /// The fault of a text in this field.
    pub const fn broken_by(self, field: &'static str) -> TextFault {
        TextFault { field, rule: self }
    }
}

/// A name of 1 to `max` characters, trimmed and without invisible characters.
pub fn check_name(typed: &str, max: u32) -> Result<String, TextRule> {
    let name = check_line(typed, max)?;
    if name.is_empty() { Err(TextRule::Empty) } else { Ok(name) }
}

/// A line of at most `max` characters, trimmed and without invisible characters. It may be empty.
pub fn check_line(typed: &str, max: u32) -> Result<String, TextRule> {
    let line = without_invisible(typed).trim().to_owned();
    if line.chars().any(is_control) {
        return Err(TextRule::ControlCharacters);
    }
    let fits = u32::try_from(line.chars().count()).is_ok_and(|count| count <= max);
    if fits { Ok(line) } else { Err(TextRule::TooLong { max }) }
}

/// Whether it is a control character, or a separator of lines or paragraphs.
pub fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Removes the characters that Unicode displays as nothing: bidirectional marks and overrides, zero-width spaces,
/// soft hyphens, fillers (`Default_Ignorable_Code_Point`).
///
/// Joiners and non-joiners that a script needs (RFC 5892 Appendix A) or that build an emoji (UTS #51), variation
/// selectors, and the tags of a flag are kept.
pub fn without_invisible(text: &str) -> String {
    let candidates: Vec<char> = text.chars().filter(|&c| !is_ignorable(c) || depends_on_context(c)).collect();
    let mut kept = Vec::with_capacity(candidates.len());
    for (at, &c) in candidates.iter().enumerate() {
        if !is_ignorable(c) || has_effect(c, &kept, &candidates[at + 1..]) {
            kept.push(c);
        }
    }
    kept.into_iter().collect()
}

fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn is_variation_selector(c: char) -> bool {
    CodePointSetData::new::<VariationSelector>().contains(c)
}

const fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007F}')
}

fn depends_on_context(c: char) -> bool {
    matches!(c, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER) || is_variation_selector(c) || is_tag(c)
}

/// Whether an ignorable character changes how the adjacent ones are displayed.
fn has_effect(c: char, before: &[char], after: &[char]) -> bool {
    let Some(&last) = before.last() else { return false };
    match c {
        ZERO_WIDTH_JOINER => is_at_virama(last, after) || joins_emoji(before, after),
        ZERO_WIDTH_NON_JOINER => is_at_virama(last, after) || separates_letters(before, after),
        _ if is_tag(c) => last == BLACK_FLAG || is_tag(last),
        _ => !last.is_whitespace() && !is_ignorable(last),
    }
}

/// Conjuncts of Indic scripts: the joiner follows the virama or, in Bengali, precedes it.
fn is_at_virama(last: char, after: &[char]) -> bool {
    let is_virama =
        |c: char| CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama;
    is_virama(last) || after.first().is_some_and(|&next| is_virama(next))
}

fn joins_emoji(before: &[char], after: &[char]) -> bool {
    let is_pictograph = |c: char| CodePointSetData::new::<ExtendedPictographic>().contains(c);
    let is_modifier = |c: char| is_variation_selector(c) || matches!(c, '\u{1F3FB}'..='\u{1F3FF}');
    let base = before.iter().rev().find(|&&c| !is_modifier(c));
    base.is_some_and(|&c| is_pictograph(c)) && after.first().is_some_and(|&c| is_pictograph(c))
}

/// Letters of a cursive script that would be connected without the non-joiner, as in Persian.
fn separates_letters(before: &[char], after: &[char]) -> bool {
    let joining = |c: &char| CodePointMapData::<JoiningType>::new().get(*c);
    let is_seen = |joining: &JoiningType| *joining != JoiningType::Transparent;
    let left = before.iter().rev().map(joining).find(is_seen);
    let right = after.iter().map(joining).find(is_seen);
    matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_removed() {
        for (typed, kept) in [
            ("\u{200E}Ana\u{200F}", "Ana"),
            ("\u{061C}سارة", "سارة"),
            ("evil\u{202E}txt\u{202C}", "eviltxt"),
            ("\u{2066}Ana\u{2069} \u{2067}Souza\u{2069}", "Ana Souza"),
            ("A\u{200B}n\u{2060}a\u{FEFF}", "Ana"),
            ("So\u{00AD}uza", "Souza"),
            ("A\u{200D}n\u{200C}a\u{FE0F}\u{FE0F}", "Ana\u{FE0F}"),
            ("\u{3164}\u{115F}", ""),
            ("Ana\u{E0041}\u{E0042}", "Ana"),
        ] {
            assert_eq!(without_invisible(typed), kept, "{typed:?}");
        }
    }

    #[test]
    fn what_scripts_and_emoji_need_is_kept() {
        for name in [
            "می\u{200C}خواهم",                                          // Persian: the letters must not connect
            "ശ്രീനിവാസന്\u{200D}",                                         // Malayalam: a chillu, at the end of the word
            "ක්\u{200D}රිස්ටි",                                             // Sinhala: a conjunct
            "র\u{200D}্যাব",                                              // Bengali: the joiner stands before the virama
            "👩🏽\u{200D}🚀",                                             // astronaut with a skin tone
            "👨\u{200D}👩\u{200D}👧",                                   // family
            "❤\u{FE0F}\u{200D}🔥",                                      // heart on fire
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}", // flag of Scotland
            "辻\u{E0100}",                                              // a variant of a Kanji
            "Олена-Марія",
            "Zoë",
            "李小龍",
            "محمد علی",
        ] {
            assert_eq!(without_invisible(name), name);
        }
    }

    #[test]
    fn a_rejected_name_says_why() {
        assert_eq!(check_name(" \u{202D}Shop\u{202C} ", 100), Ok("Shop".to_owned()));
        assert_eq!(check_name(" \u{200B} ", 100), Err(TextRule::Empty));
        for control in ["a\nb", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\u{1b}b"] {
            assert_eq!(check_name(control, 100), Err(TextRule::ControlCharacters), "{control:?}");
        }
        assert_eq!(check_name(&format!("a{}b", " ".repeat(50_000)), 100), Err(TextRule::TooLong { max: 100 }));
        assert_eq!(check_line(" \u{200B} ", 100), Ok(String::new()));
        assert_eq!(check_name(&"é".repeat(100), 100).as_deref().map(str::len), Ok(200));
        assert_eq!(check_name(&"é".repeat(101), 100), Err(TextRule::TooLong { max: 100 }));
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(
            text in "[a-c \u{645}\u{94D}\u{1F469}\u{1F3FD}\u{1F3F4}\u{200B}-\u{200F}\u{FE0F}\u{E0067}\u{2066}]{0,12}"
        ) {
            let once = without_invisible(&text);
            proptest::prop_assert_eq!(without_invisible(&once), once);
        }
    }
}
