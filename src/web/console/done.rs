//! What a page says of what was just done: the form that did it leads here, and names it in the address.

use crate::i18n::Lang;
use crate::protocol::params::Params;

/// The sentence for what was done, of those that the page knows: pairs of word and key.
pub fn words(query: &Params, lang: Lang, known: &[(&str, &str)]) -> Option<String> {
    let done = query.get("done").ok().flatten()?;
    known.iter().find(|(word, _)| *word == done).map(|(_, key)| lang.text(key))
}
