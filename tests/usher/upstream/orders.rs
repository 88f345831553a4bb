//! Any order of operations: no identity belongs to two users, no user is left without a sign-in method, and an
//! unverified address opens nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;
use usher_accounts::Account;
use usher_domain::id::UserId;
use usher_domain::page::Cursor;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{FACEBOOK, GOOGLE, Kind, Providers, X, server_with};
use crate::harness::server::TestServer;

/// The number of sequences on each database.
const CASES: usize = 24;
/// A user who must not be affected.
const VICTIM: &str = "victim@example.test";

/// The personas: provider, name, and whether the address is verified.
const PEOPLE: &[(Kind, &str, bool)] = &[
    (GOOGLE, "ana", true),
    (GOOGLE, "unverified", false),
    (X, "bob", true),
    (X, "no_email", false),
    (FACEBOOK, "eve", false),
];

/// An operation, in one of two browsers.
#[derive(Debug, Clone, Copy)]
enum Op {
    /// A sign-in with a provider; if an address is requested it is skipped, or the question is left open.
    Come(usize, usize, bool),
    /// The same, with the address of the victim, as far as the provider allows it.
    Pose(usize, usize),
    Link(usize, usize),
    Unlink(usize, usize),
    Merge(usize),
    Undo(usize),
    /// A sign-in with a changed address at the provider.
    Readdress(usize, usize),
    /// The account at Google was deleted.
    Gone(usize),
    SignOut(usize),
    Delete(usize),
    Wait(u64),
}

impl Op {
    /// The names of the operations that change identities.
    const fn name(self) -> &'static str {
        match self {
            Self::Come(..) => "come",
            Self::Pose(..) => "pose",
            Self::Readdress(..) => "readdress",
            Self::Link(..) => "link",
            Self::Unlink(..) => "unlink",
            Self::Merge(_) => "merge",
            Self::Undo(_) => "undo",
            Self::Gone(_) => "gone",
            Self::SignOut(_) => "sign out",
            Self::Delete(_) => "delete",
            Self::Wait(_) => "wait",
        }
    }
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let (browser, person) = (0..2_usize, 0..PEOPLE.len());
    let op = prop_oneof![
        8 => (browser.clone(), person.clone(), any::<bool>()).prop_map(|(at, who, skip)| Op::Come(at, who, skip)),
        2 => (browser.clone(), person.clone()).prop_map(|(at, who)| Op::Pose(at, who)),
        3 => (browser.clone(), person.clone()).prop_map(|(at, who)| Op::Readdress(at, who)),
        5 => (browser.clone(), person.clone()).prop_map(|(at, who)| Op::Link(at, who)),
        4 => (browser.clone(), 0..3_usize).prop_map(|(at, which)| Op::Unlink(at, which)),
        4 => browser.clone().prop_map(Op::Merge),
        3 => browser.clone().prop_map(Op::Undo),
        1 => (0..2_usize).prop_map(Op::Gone),
        1 => browser.clone().prop_map(Op::SignOut),
        1 => browser.prop_map(Op::Delete),
        2 => prop_oneof![Just(100), Just(400), Just(86_400), Just(31 * 86_400)].prop_map(Op::Wait),
    ];
    proptest::collection::vec(op, 6..24)
}

/// The user of each identity, by issuer and subject.
type Holders = BTreeMap<(String, String), UserId>;

async fn users(server: &TestServer) -> BTreeSet<UserId> {
    let mut all = BTreeSet::new();
    let mut after = Cursor::START;
    loop {
        let page = server.usher.users.list_users(after, 100).await.expect("the server answers");
        all.extend(page.items.iter().map(|user| user.id));
        match page.next {
            Some(next) => after = next,
            None => return all,
        }
    }
}

async fn holders(server: &TestServer) -> Holders {
    let mut all = Holders::new();
    for user in users(server).await {
        for one in server.database.store.list_identities(user).await.expect("the server answers") {
            let before = all.insert((one.issuer, one.subject), user);
            assert_eq!(before, None, "an identity of two people");
        }
    }
    all
}

/// One run, and its state.
struct Run<'h> {
    server: &'h TestServer,
    at: &'h Providers,
    browsers: [Browser<'h>; 2],
    /// The identity of each persona that was linked once.
    known: BTreeMap<usize, (String, String)>,
    /// How often each operation succeeded, and was not merely tried.
    done: &'h mut BTreeMap<&'static str, usize>,
}

impl Run<'_> {
    async fn account(&self, at: usize) -> Option<Account> {
        let cookie = self.browsers[at].cookies.get("usher").map(String::as_str);
        let browser = usher_accounts::Browser::from_cookies(cookie, None);
        self.server.usher.accounts.current(&browser).await.expect("the server answers")
    }

    async fn do_one(&mut self, op: Op, why: &str) {
        let (before, people) = (holders(self.server).await, users(self.server).await);
        match op {
            Op::Come(at, who, skip) => self.come(at, who, skip, why).await,
            Op::Pose(at, who) => {
                let (kind, name, vouched) = PEOPLE[who];
                if !vouched {
                    self.browsers[at].come_by(self.at, kind, &format!("{name}:{VICTIM}")).await;
                }
            }
            Op::Readdress(at, who) => self.readdress(at, who, why).await,
            Op::Link(at, who) => self.link(at, who, why).await,
            Op::Unlink(at, which) => {
                let page = self.identities(at).await;
                let ids = page.values("unlink");
                if let Some(id) = ids.get(which) {
                    self.browsers[at].submit(&page, &[("unlink", id)]).await;
                }
            }
            Op::Merge(at) => self.press(at, "merge").await,
            Op::Undo(at) => self.press(at, "undo").await,
            Op::Gone(who) => {
                let to = format!("{}/upstream/google/notices", self.server.url);
                let order =
                    json!({"kind": "google_risc", "persona": PEOPLE[who].1, "event": "account-purged", "to": to});
                assert_eq!(self.at.send_event(order).await["status"], 202, "{why}");
            }
            Op::SignOut(at) => {
                if let Some(account) = self.account(at).await {
                    self.server.usher.sign_outs.sign_out(&account).await.expect("it can be done");
                }
            }
            Op::Delete(at) => {
                if let Some(account) = self.account(at).await
                    && account.is_fresh(self.server.now())
                {
                    let typed = account.user.confirmation().to_owned();
                    self.server.usher.account_deletion.delete_account(&account, &typed).await.expect("it can be done");
                }
            }
            Op::Wait(seconds) => self.server.wait(seconds),
        }
        let after = holders(self.server).await;
        let moved = before.iter().any(|(key, user)| after.get(key).is_some_and(|now| now != user));
        assert!(!moved || matches!(op, Op::Merge(_) | Op::Undo(_)), "{why}: an identity changed hands");
        let fewer = before.keys().any(|key| !after.contains_key(key));
        assert!(!fewer || matches!(op, Op::Unlink(..) | Op::Gone(_) | Op::Delete(_)), "{why}: an identity was lost");
        let all = users(self.server).await;
        let new = all.difference(&people).count();
        assert!(new == 0 || new == 1 && matches!(op, Op::Come(..) | Op::Readdress(..)), "{why}: {new} new people");
        if after != before || all != people {
            *self.done.entry(op.name()).or_default() += 1;
        }
        self.check(why).await;
    }

    async fn check(&self, why: &str) {
        let shut_out = "select count(*) from users where status = 'active' \
                        and not exists (select 1 from password where password.user_id = users.id) \
                        and not exists (select 1 from passkey where passkey.user_id = users.id) \
                        and not exists (select 1 from identity where identity.user_id = users.id)";
        assert_eq!(self.server.database.count(shut_out).await, 0, "{why}: somebody has no way in");
        let taken = "select count(*) from identity join users on users.id = identity.user_id \
                     where users.email = 'victim@example.test'";
        assert_eq!(self.server.database.count(taken).await, 0, "{why}: the victim's account has a second door");
        let unproven = "select count(*) from users join identity on identity.user_id = users.id \
                        where users.email = identity.email_at_link and identity.email_state in ('unverified', 'absent') \
                        and identity.linked_how = 'sign_up'";
        assert_eq!(
            self.server.database.count(unproven).await,
            0,
            "{why}: an address that nobody checked is somebody's"
        );
    }

    async fn come(&mut self, at: usize, who: usize, skip: bool, why: &str) {
        let (before, people) = (holders(self.server).await, users(self.server).await);
        let (kind, persona, vouched) = PEOPLE[who];
        let mut landing = self.browsers[at].come_by(self.at, kind, persona).await;
        let held = self.known.get(&who).and_then(|key| before.get(key));
        if let Some(user) = held {
            assert!(landing.url.ends_with("/account/profile"), "{why}: {} {}", landing.url, landing.body);
            assert_eq!(self.account(at).await.map(|account| account.user.id), Some(*user), "{why}: somebody else");
            return;
        }
        if landing.body.contains("/upstream/ask/skip?") {
            assert_eq!(holders(self.server).await, before, "{why}: a question links nothing");
            if !skip {
                return;
            }
            landing = self.browsers[at].press(&landing, "skip", &[]).await;
        } else {
            assert!(
                vouched || !landing.url.ends_with("/account/profile"),
                "{why}: an address nobody checked let them in"
            );
        }
        if landing.url.ends_with("/account/profile") {
            let account = self.account(at).await.expect("somebody is in");
            assert!(!people.contains(&account.user.id), "{why}: whoever is new is new");
            self.learn(who, &before, account.user.id, why).await;
        }
    }

    /// A known user keeps the identity and the address here, whatever address the provider sends now; and nobody else
    /// gets access by it.
    async fn readdress(&mut self, at: usize, who: usize, why: &str) {
        let (before, addresses) = (holders(self.server).await, self.addresses().await);
        let (kind, persona, vouched) = PEOPLE[who];
        let landing =
            self.browsers[at].come_by(self.at, kind, &format!("{persona}:other.{persona}@example.test")).await;
        let held = self.known.get(&who).and_then(|key| before.get(key)).copied();
        let now = self.addresses().await;
        assert!(addresses.iter().all(|known| now.contains(known)), "{why}: an address changed by itself");
        let account = self.account(at).await;
        if let Some(user) = held {
            assert_eq!(account.map(|account| account.user.id), Some(user), "{why}: somebody else");
        } else if landing.url.ends_with("/account/profile") {
            assert!(vouched, "{why}: an address nobody checked let them in");
            let account = account.expect("somebody is in");
            self.learn(who, &before, account.user.id, why).await;
        }
    }

    async fn addresses(&self) -> BTreeSet<(UserId, String)> {
        let page = self.server.usher.users.list_users(Cursor::START, 100).await.expect("the server answers");
        page.items.iter().map(|user| (user.id, user.email_text().to_owned())).collect()
    }

    async fn link(&mut self, at: usize, who: usize, why: &str) {
        let Some(account) = self.account(at).await else { return };
        let before = holders(self.server).await;
        let (kind, persona, _) = PEOPLE[who];
        let landing = self.browsers[at].link(self.at, kind, persona).await;
        let held = self.known.get(&who).and_then(|key| before.get(key)).copied();
        if landing.url.ends_with("done=linked") {
            assert!(held.is_none_or(|user| user == account.user.id), "{why}: it was another's");
            if held.is_none() {
                self.learn(who, &before, account.user.id, why).await;
            }
        } else {
            assert_eq!(holders(self.server).await, before, "{why}");
        }
    }

    /// Asserts that exactly one identity is new, and belongs to this user.
    async fn learn(&mut self, who: usize, before: &Holders, user: UserId, why: &str) {
        let after = holders(self.server).await;
        let new: Vec<_> = after.iter().filter(|(key, _)| !before.contains_key(*key)).collect();
        assert!(new.len() == 1 && *new[0].1 == user, "{why}: {new:?}");
        let key = new[0].0.clone();
        let known = self.known.insert(who, key.clone());
        assert!(known.is_none_or(|known| known == key), "{why}: it became another one");
    }

    async fn identities(&mut self, at: usize) -> Landing {
        self.browsers[at].open(&self.server.at("/account/identities")).await
    }

    async fn press(&mut self, at: usize, button: &str) {
        let page = self.identities(at).await;
        if let Some(value) = page.values(button).first() {
            self.browsers[at].submit(&page, &[(button, value)]).await;
        }
    }
}

on_both_databases! {
    async fn nothing_that_happens_in_any_order_takes_or_gives_an_account_wrongly(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, X]).await;
        let (mut runner, mut done) = (TestRunner::default(), BTreeMap::new());
        for _ in 0..CASES {
            empty(&server).await;
            server.user(VICTIM).await;
            let case = ops().new_tree(&mut runner).expect("a case can be drawn").current();
            let browsers = [server.browser(), server.browser()];
            let mut run = Run { server: &server, at: &at, browsers, known: BTreeMap::new(), done: &mut done };
            for (n, op) in case.iter().enumerate() {
                run.do_one(*op, &format!("step {n} of {case:?}")).await;
            }
        }
        // The property must not hold because nothing ever happened.
        for name in ["come", "link"] {
            assert!(done.contains_key(name), "{name} never came about: {done:?}");
        }
        for name in ["pose", "sign out", "wait"] {
            assert!(!done.contains_key(name), "{name} changed who has what: {done:?}");
        }
    }

    /// Each operation once, in an order in which it succeeds: the elements of the sequences above.
    async fn each_thing_that_may_happen_does(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, X]).await;
        server.user(VICTIM).await;
        let mut done = BTreeMap::new();
        let browsers = [server.browser(), server.browser()];
        let mut run = Run { server: &server, at: &at, browsers, known: BTreeMap::new(), done: &mut done };
        let case = [
            Op::Come(0, 0, false),
            Op::Link(0, 4),
            Op::Pose(1, 1),
            Op::Readdress(1, 0),
            Op::SignOut(1),
            Op::Come(0, 2, false),
            Op::Merge(0),
            Op::Undo(0),
            Op::Come(1, 0, false),
            Op::Link(1, 3),
            Op::Unlink(1, 0),
            Op::Link(1, 1),
            Op::Gone(1),
            Op::Delete(1),
            Op::Wait(100),
        ];
        for (n, op) in case.into_iter().enumerate() {
            run.do_one(op, &format!("step {n}: {op:?}")).await;
        }
        let changed: Vec<&str> = done.keys().copied().collect();
        assert_eq!(changed, ["come", "delete", "gone", "link", "merge", "undo", "unlink"]);
    }
}

/// Deletes all users, and everything that is stored about them.
async fn empty(server: &TestServer) {
    for sql in [
        "delete from users",
        "delete from unlinked",
        "delete from journey",
        "delete from proof",
        "delete from throttle",
    ] {
        server.database.execute(sql).await;
    }
}
