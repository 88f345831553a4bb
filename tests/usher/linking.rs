//! The linking rule as a table, compared with the function in every situation, and printed into `docs/linking.md`.

use std::fmt::Write as _;
use std::path::Path;

use usher_domain::provider::LinkPolicy::{self, Auto, Confirm, VerifyMail};
use usher_domain::user::linking::EmailEvidence::{Authoritative, Relay, Unproven, Verified};
use usher_domain::user::linking::{
    AddressOwner, EmailEvidence, IdentityOwner, Intent, LinkDecision, Situation, decide,
};

const INTENTS: [Intent; 4] = [Intent::SignIn, Intent::Link, Intent::LinkStale, Intent::LinkElsewhere];
const HOLDERS: [IdentityOwner; 5] = [
    IdentityOwner::Nobody,
    IdentityOwner::NobodySinceLately,
    IdentityOwner::User,
    IdentityOwner::SomebodyElse,
    IdentityOwner::Disabled,
];
const ADDRESSES: [EmailEvidence; 4] = [Unproven, Relay, Verified, Authoritative];
const OWNERS: [AddressOwner; 4] =
    [AddressOwner::Nobody, AddressOwner::Waiting, AddressOwner::User, AddressOwner::Guarded];
const POLICIES: [LinkPolicy; 3] = [Confirm, VerifyMail, Auto];

/// A row: the condition for each fact (empty for any), and the decision. The first matching row applies.
struct Row {
    intent: &'static [Intent],
    holder: &'static [IdentityOwner],
    address: &'static [EmailEvidence],
    owner: &'static [AddressOwner],
    policy: &'static [LinkPolicy],
    sign_up: Option<bool>,
    decision: LinkDecision,
}

const ANY: Row = Row {
    intent: &[],
    holder: &[],
    address: &[],
    owner: &[],
    policy: &[],
    sign_up: None,
    decision: LinkDecision::RefuseSession,
};
const NEW: &[IdentityOwner] = &[IdentityOwner::Nobody, IdentityOwner::NobodySinceLately];
const SIGN_IN: &[Intent] = &[Intent::SignIn];
const CHECKED: &[EmailEvidence] = &[Verified, Authoritative];
const HAS_USER: &[AddressOwner] = &[AddressOwner::User, AddressOwner::Guarded];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { intent: &[Intent::LinkElsewhere], decision: LinkDecision::RefuseSession, ..ANY },
    Row { intent: &[Intent::LinkStale], decision: LinkDecision::Reauthenticate, ..ANY },
    Row { intent: &[Intent::Link], holder: &[IdentityOwner::User], decision: LinkDecision::AlreadyLinked, ..ANY },
    Row { intent: &[Intent::Link], holder: NEW, decision: LinkDecision::Link, ..ANY },
    Row { intent: &[Intent::Link], decision: LinkDecision::RefuseTaken, ..ANY },
    Row { intent: SIGN_IN, holder: &[IdentityOwner::User, IdentityOwner::SomebodyElse], decision: LinkDecision::SignIn, ..ANY },
    Row { intent: SIGN_IN, holder: &[IdentityOwner::Disabled], decision: LinkDecision::RefuseDisabled, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: &[Authoritative], owner: &[AddressOwner::User], policy: &[Auto], decision: LinkDecision::LinkToOwner, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: CHECKED, owner: HAS_USER, policy: &[VerifyMail], decision: LinkDecision::ConfirmByMail, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: CHECKED, owner: HAS_USER, decision: LinkDecision::ConfirmBySignIn, ..ANY },
    Row { intent: SIGN_IN, holder: &[IdentityOwner::NobodySinceLately], decision: LinkDecision::RefuseLately, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, sign_up: Some(false), decision: LinkDecision::RefuseClosed, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: &[Unproven], sign_up: Some(true), decision: LinkDecision::AskAddress, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, owner: &[AddressOwner::Nobody], sign_up: Some(true), decision: LinkDecision::SignUp, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, owner: &[AddressOwner::Waiting], sign_up: Some(true), decision: LinkDecision::SignUpAndPurge, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: &[Relay], owner: HAS_USER, sign_up: Some(true), decision: LinkDecision::SignUpWithoutAddress, ..ANY },
];

fn every_situation() -> impl Iterator<Item = Situation> {
    INTENTS.into_iter().flat_map(|intent| {
        HOLDERS.into_iter().flat_map(move |holder| {
            ADDRESSES.into_iter().flat_map(move |address| {
                OWNERS.into_iter().flat_map(move |owner| {
                    POLICIES.into_iter().flat_map(move |policy| {
                        [false, true].map(|sign_up| Situation { intent, holder, address, owner, policy, sign_up })
                    })
                })
            })
        })
    })
}

impl Row {
    fn fits(&self, s: Situation) -> bool {
        let of = |wanted: bool, any: bool| wanted || any;
        of(self.intent.contains(&s.intent), self.intent.is_empty())
            && of(self.holder.contains(&s.holder), self.holder.is_empty())
            && of(self.address.contains(&s.address), self.address.is_empty())
            && of(self.owner.contains(&s.owner), self.owner.is_empty())
            && of(self.policy.contains(&s.policy), self.policy.is_empty())
            && self.sign_up.is_none_or(|wanted| wanted == s.sign_up)
    }
}

/// The number of situations that each row decides; panics if table and function differ.
fn count() -> Vec<usize> {
    let mut counts = vec![0; TABLE.len()];
    for situation in every_situation() {
        let row = TABLE.iter().position(|row| row.fits(situation)).unwrap_or_else(|| panic!("no row: {situation:?}"));
        assert_eq!(decide(situation), TABLE[row].decision, "{situation:?}");
        counts[row] += 1;
    }
    counts
}

#[test]
fn the_table_and_the_function_agree_on_every_situation() {
    let counts = count();
    assert_eq!(counts.iter().sum::<usize>(), 4 * 5 * 4 * 4 * 3 * 2);
    assert!(counts.iter().all(|count| *count > 0), "a row that never holds: {counts:?}");
}

#[test]
fn an_address_alone_opens_an_account_only_where_its_authority_vouches_and_the_operator_agrees() {
    for s in every_situation().filter(|s| s.holder != IdentityOwner::User && s.holder != IdentityOwner::SomebodyElse) {
        if matches!(decide(s), LinkDecision::SignIn | LinkDecision::LinkToOwner) {
            assert_eq!((s.address, s.policy, s.owner), (Authoritative, Auto, AddressOwner::User), "{s:?}");
        }
    }
}

#[test]
fn an_unproven_address_changes_nothing() {
    for s in every_situation().filter(|s| s.address == Unproven) {
        let nobody = Situation { owner: AddressOwner::Nobody, ..s };
        assert_eq!(decide(s), decide(nobody), "{s:?}");
    }
}

#[test]
fn the_table_is_the_one_in_the_documentation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/linking.md");
    let (begin, end) = ("<!-- the table -->\n", "<!-- end -->\n");
    let text = std::fs::read_to_string(&path).expect("docs/linking.md is there");
    let (before, rest) = text.split_once(begin).expect("the page says where the table begins");
    let (_, after) = rest.split_once(end).expect("the page says where the table ends");
    let fresh = format!("{before}{begin}{}{end}{after}", markdown());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(&path, &fresh).expect("the page can be written");
    }
    assert_eq!(text, fresh, "docs/linking.md is out of date: run this test with UPDATE_DOCS=1");
}

fn markdown() -> String {
    let mut table = String::from(
        "| # | intent | holder of the identity | address at the provider | owner of the address | policy | new accounts | decision | cases |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for (at, (row, count)) in TABLE.iter().zip(count()).enumerate() {
        let sign_up = row.sign_up.map_or("any", |open| if open { "open" } else { "closed" });
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {sign_up} | {} | {count} |",
            at + 1,
            cell(row.intent, intent),
            cell(row.holder, holder),
            cell(row.address, address),
            cell(row.owner, owner),
            cell(row.policy, LinkPolicy::as_str),
            decision(row.decision),
        );
    }
    table
}

fn cell<T: Copy>(values: &[T], word: impl Fn(T) -> &'static str) -> String {
    if values.is_empty() {
        return "any".to_owned();
    }
    values.iter().map(|value| word(*value)).collect::<Vec<_>>().join(" or ")
}

fn intent(intent: Intent) -> &'static str {
    match intent {
        Intent::SignIn => "to sign in",
        Intent::Link => "to link",
        Intent::LinkStale => "to link, not freshly authenticated",
        Intent::LinkElsewhere => "to link, the session has ended",
    }
}

fn holder(holder: IdentityOwner) -> &'static str {
    match holder {
        IdentityOwner::Nobody => "nobody",
        IdentityOwner::NobodySinceLately => "nobody, unlinked within a day",
        IdentityOwner::User => "a user (when linking: the same user)",
        IdentityOwner::SomebodyElse => "another user",
        IdentityOwner::Disabled => "a disabled user",
    }
}

fn address(address: EmailEvidence) -> &'static str {
    match address {
        Unproven => "none or unverified",
        Relay => "relay",
        Verified => "verified",
        Authoritative => "authoritative",
    }
}

fn owner(owner: AddressOwner) -> &'static str {
    match owner {
        AddressOwner::Nobody => "nobody",
        AddressOwner::Waiting => "a pending registration",
        AddressOwner::User => "a user",
        AddressOwner::Guarded => "a user with a second factor",
    }
}

fn decision(decision: LinkDecision) -> &'static str {
    match decision {
        LinkDecision::SignIn => "sign that user in",
        LinkDecision::Link => "link it to that account",
        LinkDecision::AlreadyLinked => "nothing: already linked",
        LinkDecision::LinkToOwner => "link it to the owner of the address and sign them in",
        LinkDecision::ConfirmBySignIn => "conflict page: link after sign-in to that account",
        LinkDecision::ConfirmByMail => "conflict page: link after sign-in, or after a code sent to the address",
        LinkDecision::AskAddress => "ask for an address and verify it by email, or continue without",
        LinkDecision::SignUp => "new account with the address",
        LinkDecision::SignUpAndPurge => "delete the pending registration, new account with the address",
        LinkDecision::SignUpWithoutAddress => "new account without an address",
        LinkDecision::Reauthenticate => "require a fresh sign-in first",
        LinkDecision::RefuseTaken => "refuse: it belongs to another account",
        LinkDecision::RefuseDisabled => "refuse: the account is disabled",
        LinkDecision::RefuseSession => "refuse: start again",
        LinkDecision::RefuseLately => "refuse: link it from the account, or sign in after a day",
        LinkDecision::RefuseClosed => "refuse: no new accounts this way",
    }
}
