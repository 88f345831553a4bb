//! Names of claims.

use usher_i18n::Lang;
use usher_protocol::user_claims::UserClaims;

/// The name of a claim for display, or the claim itself if it has none.
pub fn claim_words(lang: Lang, claim: &str) -> String {
    match UserClaims::STANDARD.find(claim) {
        Some(row) => lang.text(row.label),
        None if claim == "sub" => lang.text("claim-sub"),
        None => claim.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_has_a_name_in_every_language() {
        for lang in Lang::ALL {
            for row in UserClaims::STANDARD.claims() {
                assert_ne!(claim_words(lang, row.name), row.label, "{}", row.name);
            }
        }
    }

    #[test]
    fn a_claim_without_words_keeps_its_name() {
        assert_eq!(claim_words(Lang::Uk, "shoe_size"), "shoe_size");
    }
}
