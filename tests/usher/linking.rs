//! The linking rule as a table, compared with the function in every situation, and printed into `docs/linking.md`.

use std::fmt::Write as _;
use std::path::Path;

use usher_domain::provider::LinkPolicy::{self, Auto, Confirm, VerifyMail};
use usher_domain::user::linking::Address::{Authoritative, Relay, Unproven, Verified};
use usher_domain::user::linking::{Address, Decision, Holder, Intent, Owner, Situation, decide};

const INTENTS: [Intent; 4] = [Intent::SignIn, Intent::Link, Intent::LinkStale, Intent::LinkElsewhere];
const HOLDERS: [Holder; 5] =
    [Holder::Nobody, Holder::NobodySinceLately, Holder::User, Holder::SomebodyElse, Holder::Disabled];
const ADDRESSES: [Address; 4] = [Unproven, Relay, Verified, Authoritative];
const OWNERS: [Owner; 4] = [Owner::Nobody, Owner::Waiting, Owner::User, Owner::Guarded];
const POLICIES: [LinkPolicy; 3] = [Confirm, VerifyMail, Auto];

/// A row: the condition for each fact (empty for any), and the decision. The first matching row applies.
struct Row {
    intent: &'static [Intent],
    holder: &'static [Holder],
    address: &'static [Address],
    owner: &'static [Owner],
    policy: &'static [LinkPolicy],
    sign_up: Option<bool>,
    decision: Decision,
}

const ANY: Row = Row {
    intent: &[],
    holder: &[],
    address: &[],
    owner: &[],
    policy: &[],
    sign_up: None,
    decision: Decision::RefuseSession,
};
const NEW: &[Holder] = &[Holder::Nobody, Holder::NobodySinceLately];
const SIGN_IN: &[Intent] = &[Intent::SignIn];
const CHECKED: &[Address] = &[Verified, Authoritative];
const HAS_USER: &[Owner] = &[Owner::User, Owner::Guarded];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { intent: &[Intent::LinkElsewhere], decision: Decision::RefuseSession, ..ANY },
    Row { intent: &[Intent::LinkStale], decision: Decision::Reauthenticate, ..ANY },
    Row { intent: &[Intent::Link], holder: &[Holder::User], decision: Decision::AlreadyLinked, ..ANY },
    Row { intent: &[Intent::Link], holder: NEW, decision: Decision::Link, ..ANY },
    Row { intent: &[Intent::Link], decision: Decision::RefuseTaken, ..ANY },
    Row { intent: SIGN_IN, holder: &[Holder::User, Holder::SomebodyElse], decision: Decision::SignIn, ..ANY },
    Row { intent: SIGN_IN, holder: &[Holder::Disabled], decision: Decision::RefuseDisabled, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: &[Authoritative], owner: &[Owner::User], policy: &[Auto], decision: Decision::LinkToOwner, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: CHECKED, owner: HAS_USER, policy: &[VerifyMail], decision: Decision::ConfirmByMail, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: CHECKED, owner: HAS_USER, decision: Decision::ConfirmBySignIn, ..ANY },
    Row { intent: SIGN_IN, holder: &[Holder::NobodySinceLately], decision: Decision::RefuseLately, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, sign_up: Some(false), decision: Decision::RefuseClosed, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: &[Unproven], sign_up: Some(true), decision: Decision::AskAddress, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, owner: &[Owner::Nobody], sign_up: Some(true), decision: Decision::SignUp, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, owner: &[Owner::Waiting], sign_up: Some(true), decision: Decision::SignUpAndPurge, ..ANY },
    Row { intent: SIGN_IN, holder: NEW, address: &[Relay], owner: HAS_USER, sign_up: Some(true), decision: Decision::SignUpWithoutAddress, ..ANY },
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
    for s in every_situation().filter(|s| s.holder != Holder::User && s.holder != Holder::SomebodyElse) {
        if matches!(decide(s), Decision::SignIn | Decision::LinkToOwner) {
            assert_eq!((s.address, s.policy, s.owner), (Authoritative, Auto, Owner::User), "{s:?}");
        }
    }
}

#[test]
fn an_unproven_address_changes_nothing() {
    for s in every_situation().filter(|s| s.address == Unproven) {
        let nobody = Situation { owner: Owner::Nobody, ..s };
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

fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Nobody => "nobody",
        Holder::NobodySinceLately => "nobody, unlinked within a day",
        Holder::User => "a user (when linking: the same user)",
        Holder::SomebodyElse => "another user",
        Holder::Disabled => "a disabled user",
    }
}

fn address(address: Address) -> &'static str {
    match address {
        Unproven => "none or unverified",
        Relay => "relay",
        Verified => "verified",
        Authoritative => "authoritative",
    }
}

fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Nobody => "nobody",
        Owner::Waiting => "a pending registration",
        Owner::User => "a user",
        Owner::Guarded => "a user with a second factor",
    }
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::SignIn => "sign that user in",
        Decision::Link => "link it to that account",
        Decision::AlreadyLinked => "nothing: already linked",
        Decision::LinkToOwner => "link it to the owner of the address and sign them in",
        Decision::ConfirmBySignIn => "conflict page: link after sign-in to that account",
        Decision::ConfirmByMail => "conflict page: link after sign-in, or after a code sent to the address",
        Decision::AskAddress => "ask for an address and verify it by email, or continue without",
        Decision::SignUp => "new account with the address",
        Decision::SignUpAndPurge => "delete the pending registration, new account with the address",
        Decision::SignUpWithoutAddress => "new account without an address",
        Decision::Reauthenticate => "require a fresh sign-in first",
        Decision::RefuseTaken => "refuse: it belongs to another account",
        Decision::RefuseDisabled => "refuse: the account is disabled",
        Decision::RefuseSession => "refuse: start again",
        Decision::RefuseLately => "refuse: link it from the account, or sign in after a day",
        Decision::RefuseClosed => "refuse: no new accounts this way",
    }
}
