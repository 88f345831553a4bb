//! Complete lives of refresh token families over HTTP, compared with a model: any sequence of operations.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::Answer;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const CASES: usize = 16;
const RETRY_WINDOW: u64 = 30;
const IDLE: u64 = 30 * 24 * 3_600;
const ACCESS_TTL: u64 = 600;

/// An operation on a family.
#[derive(Debug, Clone, Copy)]
enum Op {
    /// Presents a token: so many generations older than the newest ever issued.
    Present(usize),
    /// Uses the newest access token at userinfo.
    ShowAccess,
    /// The client revokes the token.
    Revoke,
    /// The user signs out.
    SignOut,
    /// Time passes.
    Wait(u64),
    /// The server restarts.
    Restart,
    /// From here on requests go to the other instance.
    Swap,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => Just(Op::Present(0)),
        4 => Just(Op::Present(1)),
        2 => (2..6_usize).prop_map(Op::Present),
        4 => Just(Op::ShowAccess),
        1 => Just(Op::Revoke),
        1 => Just(Op::SignOut),
        4 => prop_oneof![Just(1), Just(29), Just(31), 0..120_u64, Just(700), Just(IDLE)].prop_map(Op::Wait),
        1 => Just(Op::Restart),
        3 => Just(Op::Swap),
    ];
    proptest::collection::vec(op, 4..14)
}

/// The expected state of the family.
struct Model {
    alive: bool,
    /// Every generation issued so far and its age in seconds, oldest first; the last is the current one.
    issued: Vec<(String, u64)>,
    /// Was the access token of the current generation used?
    seen: bool,
    /// The newest access token, and its age in seconds.
    access: (String, u64),
}

/// The expected result of presenting a token.
#[derive(Debug, PartialEq)]
enum Verdict {
    Successor,
    TheLeafAgain,
    Rejected,
}

impl Model {
    fn present(&mut self, back: usize) -> Verdict {
        let leaf = self.issued.len() - 1;
        if !self.alive || self.issued[leaf].1 >= IDLE {
            return Verdict::Rejected;
        }
        match back {
            0 => return Verdict::Successor,
            1 if !self.seen => return Verdict::TheLeafAgain,
            // The oldest of the newer tokens is too old for a concurrent retry.
            _ if self.issued[leaf - back + 1].1 > RETRY_WINDOW => self.alive = false,
            _ => {}
        }
        Verdict::Rejected
    }

    fn learn(&mut self, verdict: &Verdict, answer: &Answer, why: &str) {
        if *verdict == Verdict::Rejected {
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_grant"), "{why}");
            return;
        }
        assert_eq!(answer.status, 200, "{why}: {answer:?}");
        let token = answer.text("refresh_token");
        self.access = (answer.text("access_token"), 0);
        if *verdict == Verdict::TheLeafAgain {
            assert_eq!(Some(&token), self.issued.last().map(|(leaf, _)| leaf), "{why}: the chain forked");
        } else {
            assert!(self.issued.iter().all(|(old, _)| *old != token), "{why}: an old token was issued again");
            self.issued.push((token, 0));
            self.seen = false;
        }
    }
}

/// Runs one sequence in a family of its own.
async fn live(server: &mut TestServer, second: &TestServer, client: &RegisteredClient, ops: &[Op]) {
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, client, ANA).await;
    let cookies = browser.cookies;
    let access = (tokens.text("access_token"), 0);
    let mut model = Model { alive: true, issued: vec![(tokens.text("refresh_token"), 0)], seen: false, access };
    let mut swapped = false;
    for (n, op) in ops.iter().enumerate() {
        let why = format!("step {n} of {ops:?}");
        let asked = if swapped { second } else { &*server };
        let leaf = model.issued.len() - 1;
        match *op {
            Op::Present(back) => {
                let back = back.min(leaf);
                let verdict = model.present(back);
                let answer = asked.refresh(client, &model.issued[leaf - back].0).await;
                model.learn(&verdict, &answer, &why);
            }
            Op::ShowAccess => {
                let good = model.alive && model.access.1 < ACCESS_TTL;
                assert_eq!(asked.userinfo(&model.access.0).await.status == 200, good, "{why}: the access token");
                model.seen |= good;
            }
            Op::Revoke => {
                let form = [("token", model.issued[leaf].0.as_str())];
                assert_eq!(asked.call(client, "/oauth2/revoke", &form).await.status, 200, "{why}");
                model.alive = false;
            }
            Op::SignOut => {
                let mark = usher_accounts::Browser::from_cookies(cookies.get("usher").map(String::as_str), None);
                if let Some(account) = asked.usher.accounts.current(&mark).await.expect("the server answers") {
                    asked.usher.sign_outs.sign_out(&account).await.expect("it can be done");
                    model.alive = false;
                }
            }
            Op::Wait(seconds) => {
                server.wait(seconds);
                model.access.1 += seconds;
                model.issued.iter_mut().for_each(|(_, age)| *age += seconds);
                // The job of each instance, which runs far more often than keys change.
                server.usher.signing_keys.tend_keys().await.expect("keys can be made");
                second.usher.signing_keys.tend_keys().await.expect("keys can be made");
            }
            Op::Restart => server.restart().await,
            Op::Swap => swapped = !swapped,
        }
    }
}

async fn live_through_many(db: TestDatabase) {
    let mut server = TestServer::on(db, &[]).await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let second = server.second_instance().await;
    let mut runner = TestRunner::default();
    for _ in 0..CASES {
        let case = ops().new_tree(&mut runner).expect("a case can be drawn").current();
        live(&mut server, &second, &client, &case).await;
    }
}

on_both_databases! {
    async fn a_family_does_what_the_model_says_whatever_happens(db: TestDatabase) {
        live_through_many(db).await;
    }
}
