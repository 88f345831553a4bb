//! Messages after a form: of a completed action, whose word is in the URL, and of validation errors.

use crate::views::FieldErrors;
use usher_flows::{FlowError, Rejected};
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// The message for the word in the URL, if the page knows it: `known` has pairs of word and key.
pub fn words(query: &Params, lang: Lang, known: &[(&str, &str)]) -> Option<String> {
    let done = query.get("done").ok().flatten()?;
    known.iter().find(|(word, _)| *word == done).map(|(_, key)| lang.text(key))
}

/// The validation errors, by `words`.
///
/// # Errors
/// If the error is not a validation error.
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
