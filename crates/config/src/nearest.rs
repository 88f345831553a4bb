//! Suggestions for misspelt names.

use strsim::damerau_levenshtein;

/// The most similar known key, if one is similar enough.
///
/// Dots and underscores are treated as equal, because `USHER_DATABASE__URL` for `USHER_DATABASE_URL` is the most common
/// mistake; the last words of a key without its section are found as well.
pub(super) fn nearest(unknown: &str, known: impl Iterator<Item = &'static str> + Clone) -> Option<&'static str> {
    let wanted = flat(unknown);
    let close = known
        .clone()
        .map(|key| (damerau_levenshtein(&wanted, &flat(key)), key))
        .min()
        .filter(|(distance, key)| *distance <= (key.len().min(wanted.len()) / 3).max(1))
        .map(|(_, key)| key);
    close.or_else(|| {
        let last = unknown.rsplit('.').next().filter(|last| last.len() > 2)?;
        known
            .map(|key| (damerau_levenshtein(last, key.rsplit('.').next().unwrap_or(key)), key))
            .min()
            .filter(|(distance, _)| *distance <= last.len() / 4)
            .map(|(_, key)| key)
    })
}

fn flat(key: &str) -> String {
    key.replace(['.', '-'], "_").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 6] =
        ["issuer", "database_url", "session.idle", "session.absolute", "mail.smtp_url", "log_format"];

    fn guess(unknown: &str) -> Option<&'static str> {
        nearest(unknown, KNOWN.into_iter())
    }

    #[test]
    fn a_misspelt_name_finds_the_nearest_one() {
        assert_eq!(guess("isuer"), Some("issuer"));
        assert_eq!(guess("database.url"), Some("database_url"));
        assert_eq!(guess("sesion.idel"), Some("session.idle"));
        assert_eq!(guess("log-format"), Some("log_format"));
    }

    #[test]
    fn a_forgotten_section_is_found_by_the_last_word() {
        assert_eq!(guess("smtp_url"), Some("mail.smtp_url"));
        assert_eq!(guess("mailer.smtp_url"), Some("mail.smtp_url"));
        assert_eq!(guess("absolute"), Some("session.absolute"));
    }

    #[test]
    fn nothing_near_is_nothing() {
        assert_eq!(guess("colour"), None);
        assert_eq!(guess(""), None);
        assert_eq!(guess("."), None);
    }
}
