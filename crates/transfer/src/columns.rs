//! What a column of a file means: by its name in the exports of Usher, Auth0, Keycloak and Zitadel, or as an
//! administrator chose.

use std::collections::BTreeMap;

use usher_protocol::user_claims::UserClaims;

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnTarget {
    Sub,
    Email,
    EmailVerified,
    Disabled,
    /// The opposite of [`Self::Disabled`].
    Enabled,
    CreatedAt,
    /// The language of pages and emails.
    Language,
    /// An attribute, by the name of its row.
    Claim(&'static str),
    PhoneVerified,
    Identities,
    PasswordHash,
    /// The credentials of Keycloak.
    Credentials,
    /// `custom_password_hash` of Auth0.
    CustomHash,
}

use ColumnTarget as T;

/// The words of those that an administrator can choose, besides the attributes.
const CHOICES: [(&str, ColumnTarget); 10] = [
    ("sub", T::Sub),
    ("email", T::Email),
    ("email_verified", T::EmailVerified),
    ("disabled", T::Disabled),
    ("enabled", T::Enabled),
    ("created_at", T::CreatedAt),
    ("language", T::Language),
    ("phone_number_verified", T::PhoneVerified),
    ("identities", T::Identities),
    ("password_hash", T::PasswordHash),
];

/// The word by which a column is ignored.
pub const IGNORED: &str = "ignore";

/// Names without case, spaces and punctuation, and what they mean.
const NAMES: &[(&str, &str)] = &[
    ("id", "sub"),
    ("userid", "sub"),
    ("user.id", "sub"),
    ("emailaddress", "email"),
    ("mail", "email"),
    ("email.email", "email"),
    ("emailverified", "email_verified"),
    ("verified", "email_verified"),
    ("email.isemailverified", "email_verified"),
    ("email.isverified", "email_verified"),
    ("blocked", "disabled"),
    ("active", "enabled"),
    ("createdat", "created_at"),
    ("createdtimestamp", "created_at"),
    ("created", "created_at"),
    ("preferredlanguage", "language"),
    ("firstname", "given_name"),
    ("lastname", "family_name"),
    ("surname", "family_name"),
    ("displayname", "name"),
    ("fullname", "name"),
    ("username", "preferred_username"),
    ("phone", "phone_number"),
    ("mobile", "phone_number"),
    ("phone.phone", "phone_number"),
    ("phoneverified", "phone_number_verified"),
    ("phone.isphoneverified", "phone_number_verified"),
    ("phone.isverified", "phone_number_verified"),
    ("timezone", "zoneinfo"),
    ("birthday", "birthdate"),
    ("dateofbirth", "birthdate"),
    ("avatar", "picture"),
    ("avatarurl", "picture"),
    ("federatedidentities", "identities"),
    ("hashedpassword", "password_hash"),
    ("hashedpassword.value", "password_hash"),
];

/// Objects that hold what belongs to the user itself.
const WRAPPERS: [&str; 4] = ["user.", "human.", "profile.", "attributes."];

impl ColumnTarget {
    /// The word of a choice.
    pub fn word(self) -> &'static str {
        match self {
            Self::Claim(name) => name,
            Self::Credentials | Self::CustomHash => "password_hash",
            other => CHOICES.iter().find(|(_, target)| *target == other).map_or(IGNORED, |(word, _)| word),
        }
    }

    /// The meaning with this word.
    pub fn by_word(word: &str) -> Option<Self> {
        let chosen = CHOICES.iter().find(|(known, _)| *known == word).map(|(_, target)| *target);
        chosen.or_else(|| {
            UserClaims::STANDARD
                .attributes()
                .find(|(claim, _)| claim.name == word)
                .map(|(claim, _)| Self::Claim(claim.name))
        })
    }

    /// Every word that an administrator can choose.
    pub fn words() -> impl Iterator<Item = &'static str> {
        let claims = UserClaims::STANDARD.attributes().map(|(claim, _)| claim.name);
        CHOICES.iter().map(|(word, _)| *word).chain(claims)
    }

    /// What a column of this name means. Members of objects are named with dots.
    pub fn by_name(name: &str) -> Option<Self> {
        let name = bare(name);
        let mut name = name.as_str();
        loop {
            if let Some(known) = by_bare_name(name) {
                return Some(known);
            }
            name = WRAPPERS.iter().find_map(|wrapper| name.strip_prefix(wrapper))?;
        }
    }
}

fn by_bare_name(name: &str) -> Option<ColumnTarget> {
    match name {
        "credentials" => return Some(T::Credentials),
        "custompasswordhash" => return Some(T::CustomHash),
        _ => {}
    }
    let own = ColumnTarget::words().find(|word| bare(word) == name);
    own.or_else(|| NAMES.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)).and_then(T::by_word)
}

/// In lower case, without spaces and punctuation but the dot.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || *c == '.').flat_map(char::to_lowercase).collect()
}

/// What each column of a file means.
#[derive(Debug, Clone, Default)]
pub struct ColumnPlan {
    chosen: BTreeMap<String, String>,
}

impl ColumnPlan {
    /// With these choices of an administrator.
    pub fn new(chosen: &BTreeMap<String, String>) -> Self {
        Self { chosen: chosen.clone() }
    }

    /// The meaning of a column; `None` if it is ignored.
    pub fn target(&self, column: &str) -> Option<ColumnTarget> {
        match self.chosen.get(column) {
            Some(word) => ColumnTarget::by_word(word),
            None => ColumnTarget::by_name(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_known_exports_mean_what_they_say() {
        for (name, word) in [
            ("email", "email"),
            ("E-Mail", "email"),
            ("Given Name", "given_name"),
            ("user_id", "sub"),
            ("email_verified", "email_verified"),
            ("blocked", "disabled"),
            ("phone_verified", "phone_number_verified"),
            ("id", "sub"),
            ("emailVerified", "email_verified"),
            ("firstName", "given_name"),
            ("createdTimestamp", "created_at"),
            ("federatedIdentities", "identities"),
            ("attributes.locale", "locale"),
            ("credentials", "password_hash"),
            ("userId", "sub"),
            ("user.userName", "preferred_username"),
            ("user.profile.firstName", "given_name"),
            ("user.email.email", "email"),
            ("user.email.isEmailVerified", "email_verified"),
            ("user.hashedPassword.value", "password_hash"),
            ("passwordHash", "password_hash"),
            ("profile", "profile"),
            ("address.postal_code", "address.postal_code"),
        ] {
            assert_eq!(ColumnTarget::by_name(name).map(ColumnTarget::word), Some(word), "{name}");
        }
        for unknown in ["", "logins_count", "user_metadata.x", "requiredActions", "password", "user."] {
            assert_eq!(ColumnTarget::by_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_word_can_be_chosen() {
        for word in ColumnTarget::words() {
            assert_eq!(ColumnTarget::by_word(word).map(ColumnTarget::word), Some(word));
        }
        let plan =
            ColumnPlan::new(&[("Mail".to_owned(), IGNORED.to_owned()), ("x".to_owned(), "email".to_owned())].into());
        assert_eq!((plan.target("Mail"), plan.target("x")), (None, Some(ColumnTarget::Email)));
    }
}
