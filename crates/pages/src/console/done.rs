//! What a page says of what was just done: the form that did it leads here, and names it in the address. And what a form
//! says of what was not done.

use crate::views::FieldErrors;
use usher_flows::{FlowError, Rejected};
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// The sentence for what was done, of those that the page knows: pairs of word and key.
pub fn words(query: &Params, lang: Lang, known: &[(&str, &str)]) -> Option<String> {
    let done = query.get("done").ok().flatten()?;
    known.iter().find(|(word, _)| *word == done).map(|(_, key)| lang.text(key))
}

/// The fields at fault, as `words` knows them.
///
/// # Errors
/// For what is no matter of the form.
pub fn faults(
    error: FlowError,
    lang: Lang,
    words: fn(&Rejected, Lang) -> Option<FieldErrors>,
) -> Result<FieldErrors, HttpProblem> {
    match error {
        FlowError::Rejected(refused) => words(&refused, lang).ok_or_else(|| FlowError::from(refused).into()),
        other => Err(other.into()),
    }
}
