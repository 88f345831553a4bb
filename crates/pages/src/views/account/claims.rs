//! Names of claims.

use usher_i18n::Lang;

/// The name of a claim for display, or the claim itself if it has none.
pub fn claim_words(lang: Lang, claim: &str) -> String {
    let key = match claim {
        "sub" => "claim-sub",
        "name" => "claim-name",
        "given_name" => "given-name",
        "family_name" => "family-name",
        "middle_name" => "claim-middle-name",
        "nickname" => "nickname",
        "preferred_username" => "claim-preferred-username",
        "profile" => "claim-profile",
        "picture" => "claim-picture",
        "website" => "website",
        "gender" => "claim-gender",
        "birthdate" => "birthdate",
        "zoneinfo" => "zoneinfo",
        "locale" => "language",
        "email" => "email",
        "email_verified" => "claim-email-verified",
        "phone_number" => "phone-number",
        "phone_number_verified" => "claim-phone-verified",
        "address" => "claim-address",
        "roles" => "claim-roles",
        "updated_at" => "claim-updated-at",
        other => return other.to_owned(),
    };
    lang.text(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_without_words_keeps_its_name() {
        assert_eq!(claim_words(Lang::Uk, "shoe_size"), "shoe_size");
        assert_ne!(claim_words(Lang::Uk, "email"), "email");
    }
}
