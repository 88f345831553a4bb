//! Searching users: what is asked for, by which terms a user is found, and where a page of results begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

use crate::id::{ProjectId, SessionId, UserId};
use crate::provider::ProviderId;
use crate::time::Timestamp;
use crate::user::{User, UserStatus};
use crate::wire_names::wire_names;

/// The longest term that is stored, in characters. Longer ones are found by their beginning.
const TERM: usize = 64;
/// Most words of a search; further ones are ignored.
const WORDS: usize = 8;

wire_names! {
    /// The order of a list of users.
    UserOrder, UnknownUserOrder, "order of users":
    /// By creation, the oldest first.
    Oldest = "oldest";
    /// By creation, the newest first.
    Newest = "newest";
    /// By the last use of a session, the latest first. Users without a session are left out.
    LastSeen = "last_seen";
}

/// The conditions that all listed users meet; `None` for any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    pub status: Option<UserStatus>,
    /// Whether they are administrators.
    pub admin: Option<bool>,
    /// Whether they have a verified email address.
    pub has_email: Option<bool>,
    /// Whether they have an authenticator app or a passkey.
    pub second_factor: Option<bool>,
    /// They have an identity of this provider.
    pub provider: Option<ProviderId>,
    /// They are members of this project.
    pub project: Option<ProjectId>,
    pub created_since: Option<Timestamp>,
    /// They used a session since then.
    pub seen_since: Option<Timestamp>,
}

/// A search: each word is the beginning of a term of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserQuery {
    words: Vec<String>,
    /// The email address begins with this, in lower case.
    email: Option<String>,
    pub filter: UserFilter,
    /// How results are ordered, unless words are searched for: these have the order of what was found.
    pub order: UserOrder,
}

impl UserQuery {
    pub fn new(text: &str, filter: UserFilter, order: UserOrder) -> Self {
        Self { words: words_of(text), email: None, filter, order }
    }

    /// Only users whose address begins with this.
    #[must_use]
    pub fn with_email(mut self, prefix: &str) -> Self {
        let prefix = prefix.trim().to_lowercase();
        self.words.insert(0, fold(&prefix));
        self.email = Some(prefix);
        self
    }

    /// The word that fewest users have, by its length.
    pub fn longest_word(&self) -> Option<&str> {
        // The first of the longest: `max_by_key` returns the last.
        self.words.iter().rev().max_by_key(|word| word.len()).map(String::as_str)
    }

    /// Whether a user has a term for every word.
    pub fn finds(&self, user: &User) -> bool {
        let has_prefix = self.email.as_ref().is_none_or(|prefix| user.email_text().starts_with(prefix.as_str()));
        if !has_prefix || self.words.is_empty() {
            return has_prefix;
        }
        let terms = search_terms(user);
        self.words.iter().all(|word| terms.iter().any(|term| term.starts_with(word.as_str())))
    }
}

/// The words of a search. A telephone number is one word, however it is grouped.
fn words_of(text: &str) -> Vec<String> {
    let text = text.trim();
    if let Some(number) = digits(text) {
        return vec![number];
    }
    let words = text.split_whitespace().map(|word| fold(word.trim_start_matches('@')));
    words.filter(|word| !word.is_empty()).take(WORDS).collect()
}

/// The terms by which a user is found: address and its domain, `sub`, id, telephone number, and each word of the names.
pub fn search_terms(user: &User) -> Vec<String> {
    let mut terms = vec![fold(&user.sub.0), user.id.to_string()];
    if let Some(email) = &user.email {
        terms.push(fold(email.as_str()));
        terms.extend(email.as_str().rsplit_once('@').map(|(_, domain)| fold(domain)));
    }
    let profile = &user.profile;
    let names = [
        &profile.given_name,
        &profile.middle_name,
        &profile.family_name,
        &profile.name,
        &profile.nickname,
        &profile.preferred_username,
    ];
    for word in names.into_iter().flatten().flat_map(|name| name.split_whitespace()) {
        terms.push(fold(word));
        terms.extend(word.split(|c: char| !c.is_alphanumeric()).map(fold));
    }
    terms.extend(profile.phone_number.as_deref().and_then(digits));
    terms.retain(|term| !term.is_empty());
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The digits of a telephone number; `None` for any other text.
fn digits(text: &str) -> Option<String> {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || "+ ()-.".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (is_number && (3..=15).contains(&digits.len())).then_some(digits)
}

/// Lower case without accents, so that `angela` finds Ângela.
pub(crate) fn fold(text: &str) -> String {
    let bare = text.nfd().filter(|c| !is_combining_mark(*c));
    bare.flat_map(char::to_lowercase).take(TERM).collect()
}

/// The place in a list of users after which a page begins. Opaque to callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserPosition {
    /// Of lists by creation.
    Id(UserId),
    /// Of lists by what was found.
    Term(String, UserId),
    /// Of lists by last use: the session that was used last.
    Seen(Timestamp, SessionId),
}

impl UserPosition {
    /// As text.
    pub fn encode(&self) -> String {
        let text = match self {
            Self::Id(id) => format!("i{}", id.0.simple()),
            Self::Term(term, id) => format!("t{}{term}", id.0.simple()),
            Self::Seen(at, session) => format!("s{}{}", session.0.simple(), at.0),
        };
        URL_SAFE_NO_PAD.encode(text)
    }

    /// From text; `None` for anything that [`Self::encode`] did not write.
    pub fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (kind, rest) = text.split_at_checked(1)?;
        let (id, rest) = rest.split_at_checked(32)?;
        let id = Uuid::try_parse(id).ok()?;
        match kind {
            "i" if rest.is_empty() => Some(Self::Id(UserId(id))),
            "t" if rest.chars().count() <= TERM && !rest.contains('\0') => {
                Some(Self::Term(rest.to_owned(), UserId(id)))
            }
            "s" => Some(Self::Seen(Timestamp(rest.parse().ok()?), SessionId(id))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::user::source::AttributeSources;
    use crate::user::{Profile, Sub};

    fn user() -> User {
        User {
            id: UserId(Uuid::from_u128(7)),
            sub: Sub("AbC".into()),
            email: Some(Email::parse("ana.souza@shop.test").unwrap()),
            status: UserStatus::Active,
            admin: false,
            locale: None,
            profile: Profile {
                given_name: Some("Ângela Anne-Marie".into()),
                family_name: Some("Коваль".into()),
                phone_number: Some("+55 (11) 5550-100".into()),
                ..Profile::default()
            },
            sources: AttributeSources::default(),
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
            factors_frozen_until: None,
        }
    }

    fn finds(text: &str) -> bool {
        UserQuery::new(text, UserFilter::default(), UserOrder::Newest).finds(&user())
    }

    #[test]
    fn a_user_is_found_by_the_beginning_of_each_word() {
        for text in [
            "",
            "angela",
            "ÂNG",
            "marie",
            "anne-m",
            "коваль ang",
            "ana.souza@shop.test",
            "@shop.test",
            "abc",
            "+55 11 5550",
            "55115550100",
            "00000000-0000-0000-0000-000000000007",
        ] {
            assert!(finds(text), "{text}");
        }
        for text in ["souza", "angela bob", "%", "_", "5550", "'", "\0"] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn an_email_prefix_matches_addresses_only() {
        let query = |prefix: &str| UserQuery::new("", UserFilter::default(), UserOrder::Oldest).with_email(prefix);
        assert!(query("Ana.").finds(&user()));
        assert!(!query("angela").finds(&user()));
        assert_eq!(query("ana.").longest_word(), Some("ana."));
    }

    #[test]
    fn a_position_survives_its_text_and_garbage_does_not_become_one() {
        let (id, session) = (UserId(Uuid::from_u128(7)), SessionId(Uuid::from_u128(8)));
        for position in [
            UserPosition::Id(id),
            UserPosition::Term("ана".into(), id),
            UserPosition::Seen(Timestamp(1_800_000_000), session),
        ] {
            assert_eq!(UserPosition::decode(&position.encode()), Some(position));
        }
        let long = URL_SAFE_NO_PAD.encode(format!("t{}{}", id.0.simple(), "x".repeat(65)));
        for bad in ["", "AA", "%%%", "aQ", long.as_str(), &URL_SAFE_NO_PAD.encode(format!("s{}x", id.0.simple()))] {
            assert_eq!(UserPosition::decode(bad), None, "{bad}");
        }
    }
}
