//! What happens to a row: one pure function.

use usher_domain::id::UserId;
use usher_domain::user::UserStatus;
use usher_domain::user::import::{ImportOptions, OnExisting};

use crate::reason::Reason;

/// A user whom the row may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownUser {
    pub id: UserId,
    pub status: UserStatus,
}

/// What a row says about who it is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFacts {
    pub has_email: bool,
    /// What the file says of the address.
    pub email_verified: Option<bool>,
    /// It has an identity of a provider that is set up.
    pub has_identity: bool,
    /// It has an id that cannot be a `sub`, and ids are kept.
    pub sub_is_invalid: bool,
}

/// What is known of the people of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// An earlier row about the same person.
    pub earlier_row: Option<u32>,
    /// The users with its address, its id or one of its identities.
    pub users: Vec<KnownUser>,
    /// Its id belonged to a user who was deleted.
    pub sub_is_buried: bool,
    /// Its id was given to another new user of this import.
    pub sub_is_taken: bool,
}

/// What happens to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowDecision {
    Create,
    Update(UserId),
    Skip(Reason),
    Fail(Reason),
}

/// Decides what happens to a row.
pub fn decide(facts: RowFacts, known: &Known, options: &ImportOptions) -> RowDecision {
    if let Some(row) = known.earlier_row {
        return RowDecision::Fail(Reason::about("duplicate", &row.to_string()));
    }
    if facts.sub_is_invalid {
        return RowDecision::Fail(Reason::new("sub-invalid"));
    }
    if facts.has_email && facts.email_verified != Some(true) && !options.vouch_for_emails {
        return RowDecision::Fail(Reason::new("email-unverified"));
    }
    let Some(first) = known.users.first() else { return decide_new(facts, known) };
    if known.users.iter().any(|other| other.id != first.id) {
        return RowDecision::Fail(Reason::new("two-users"));
    }
    match options.existing {
        _ if first.status == UserStatus::Merged => RowDecision::Fail(Reason::new("merged")),
        OnExisting::Skip => RowDecision::Skip(Reason::new("exists")),
        OnExisting::Refuse => RowDecision::Fail(Reason::new("exists")),
        OnExisting::Update => RowDecision::Update(first.id),
    }
}

/// A row about nobody who has an account.
fn decide_new(facts: RowFacts, known: &Known) -> RowDecision {
    if !facts.has_email && !facts.has_identity {
        return RowDecision::Fail(Reason::new("email-missing"));
    }
    if known.sub_is_buried {
        return RowDecision::Fail(Reason::new("sub-deleted"));
    }
    if known.sub_is_taken {
        return RowDecision::Fail(Reason::new("sub-taken"));
    }
    RowDecision::Create
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::random::SeededRandom;
    use usher_domain::time::Timestamp;

    fn user(seed: u64, status: UserStatus) -> KnownUser {
        KnownUser { id: UserId::new(Timestamp(1), &SeededRandom::new(seed)), status }
    }

    const VERIFIED: RowFacts =
        RowFacts { has_email: true, email_verified: Some(true), has_identity: false, sub_is_invalid: false };

    fn fails(facts: RowFacts, known: &Known, options: &ImportOptions) -> String {
        match decide(facts, known, options) {
            RowDecision::Fail(reason) => reason.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_counts_only_if_the_file_or_the_administrator_says_so() {
        let (nobody, careful) = (Known::default(), ImportOptions::default());
        let trusting = ImportOptions { vouch_for_emails: true, ..ImportOptions::default() };
        for said in [None, Some(false)] {
            let facts = RowFacts { email_verified: said, ..VERIFIED };
            assert_eq!(fails(facts, &nobody, &careful), "email-unverified");
            assert_eq!(decide(facts, &nobody, &trusting), RowDecision::Create);
        }
        assert_eq!(decide(VERIFIED, &nobody, &careful), RowDecision::Create);
        let linked = RowFacts { has_identity: true, ..RowFacts::default() };
        assert_eq!(decide(linked, &nobody, &careful), RowDecision::Create);
        assert_eq!(fails(RowFacts::default(), &nobody, &trusting), "email-missing");
    }

    #[test]
    fn who_has_an_account_is_handled_as_chosen() {
        let ana = user(1, UserStatus::Active);
        let known = Known { users: vec![ana, ana], ..Known::default() };
        let with = |existing| ImportOptions { existing, ..ImportOptions::default() };
        assert_eq!(decide(VERIFIED, &known, &with(OnExisting::Skip)), RowDecision::Skip(Reason::new("exists")));
        assert_eq!(decide(VERIFIED, &known, &with(OnExisting::Update)), RowDecision::Update(ana.id));
        assert_eq!(fails(VERIFIED, &known, &with(OnExisting::Refuse)), "exists");
        let merged = Known { users: vec![user(1, UserStatus::Merged)], ..Known::default() };
        let two = Known { users: vec![ana, user(2, UserStatus::Active)], ..Known::default() };
        for existing in OnExisting::ALL {
            assert_eq!(fails(VERIFIED, &merged, &with(*existing)), "merged");
            assert_eq!(fails(VERIFIED, &two, &with(*existing)), "two-users");
        }
    }

    #[test]
    fn an_id_is_given_once() {
        let options = ImportOptions::default();
        let buried = Known { sub_is_buried: true, ..Known::default() };
        assert_eq!(fails(VERIFIED, &buried, &options), "sub-deleted");
        let taken = Known { sub_is_taken: true, ..Known::default() };
        assert_eq!(fails(VERIFIED, &taken, &options), "sub-taken");
        let invalid = RowFacts { sub_is_invalid: true, ..VERIFIED };
        assert_eq!(fails(invalid, &Known::default(), &options), "sub-invalid");
        let again = Known { earlier_row: Some(7), ..Known::default() };
        assert_eq!(fails(VERIFIED, &again, &options), "duplicate:7");
    }
}
