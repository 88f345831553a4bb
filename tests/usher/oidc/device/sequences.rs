//! Complete lives of device codes over HTTP on two instances, compared with a model: any sequence of operations.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use usher_accounts::RegisteredClient;

use super::{ANA, television};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const CASES: usize = 12;
const LIFETIME: u64 = 600;
/// Seconds within which a second redemption is a repetition.
const REPEATED: u64 = 10;

/// An operation on a device code.
#[derive(Debug, Clone, Copy)]
enum Op {
    Poll,
    PollAsAnotherClient,
    Allow,
    Deny,
    Wait(u64),
    /// From here on requests go to the other instance.
    Swap,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => Just(Op::Poll),
        1 => Just(Op::PollAsAnotherClient),
        2 => Just(Op::Allow),
        1 => Just(Op::Deny),
        5 => prop_oneof![Just(1), Just(4), Just(5), Just(9), Just(10), Just(11), Just(15), Just(300), Just(599)]
            .prop_map(Op::Wait),
        3 => Just(Op::Swap),
    ];
    proptest::collection::vec(op, 4..16)
}

/// The expected state of the device code.
struct Model {
    age: u64,
    answer: Option<bool>,
    interval: u64,
    since_poll: Option<u64>,
    /// Seconds since the redemption.
    redeemed: Option<u64>,
    /// Did a second redemption end the grant?
    ended: bool,
}

impl Model {
    const NEW: Self = Self { age: 0, answer: None, interval: 5, since_poll: None, redeemed: None, ended: false };

    fn is_open(&self) -> bool {
        self.answer.is_none() && self.age < LIFETIME
    }

    fn wait(&mut self, seconds: u64) {
        self.age += seconds;
        for age in [&mut self.since_poll, &mut self.redeemed].into_iter().flatten() {
            *age += seconds;
        }
    }

    /// The error code that the device gets, or `ok`.
    fn poll(&mut self) -> &'static str {
        match self.answer {
            Some(false) => "access_denied",
            _ if self.age >= LIFETIME => "expired_token",
            None => {
                let early = self.since_poll.is_some_and(|age| age < self.interval);
                self.since_poll = Some(0);
                self.interval += if early { 5 } else { 0 };
                if early { "slow_down" } else { "authorization_pending" }
            }
            Some(true) => match self.redeemed {
                None => {
                    self.redeemed = Some(0);
                    "ok"
                }
                Some(age) => {
                    self.ended |= age > REPEATED;
                    "invalid_grant"
                }
            },
        }
    }
}

/// Types the code and answers; `true` if that was possible.
async fn answer(browser: &mut Browser<'_>, code: &str, decision: &str) -> bool {
    let page = browser.type_code(code, ANA).await;
    if !page.body.contains("name=\"decision\"") {
        assert_eq!(page.status, 400, "{page:?}");
        return false;
    }
    browser.submit(&page, &[("decision", decision)]).await.status == 200
}

/// Runs one sequence on a code of its own.
async fn live(servers: [&TestServer; 2], clients: [&RegisteredClient; 2], ops: &[Op]) {
    let [client, stranger] = clients;
    let asked = servers[0].device_asks(client).await;
    let (code, user_code) = (asked.text("device_code"), asked.text("user_code"));
    let (mut model, mut place, mut tokens) = (Model::NEW, 0, None);
    for (n, op) in ops.iter().enumerate() {
        let (why, server) = (format!("step {n} of {ops:?}"), servers[place]);
        match *op {
            Op::Poll => {
                let told = server.poll(client, &code).await;
                assert_eq!(told.error(), model.poll(), "{why}");
                if told.status == 200 {
                    tokens = Some(told.text("refresh_token"));
                }
            }
            Op::PollAsAnotherClient => {
                assert_eq!(server.poll(stranger, &code).await.error(), "invalid_grant", "{why}");
            }
            Op::Allow | Op::Deny => {
                let allow = matches!(op, Op::Allow);
                let decision = if allow { "allow" } else { "deny" };
                assert_eq!(answer(&mut server.browser(), &user_code, decision).await, model.is_open(), "{why}");
                if model.is_open() {
                    model.answer = Some(allow);
                }
            }
            Op::Wait(seconds) => {
                servers[0].wait(seconds);
                model.wait(seconds);
                for server in servers {
                    server.usher.signing_keys.tend_keys().await.expect("keys can be made");
                }
            }
            Op::Swap => place = 1 - place,
        }
    }
    if let Some(token) = tokens {
        let alive = servers[place].refresh(client, &token).await.status == 200;
        assert_eq!(alive, !model.ended, "the grant at the end of {ops:?}");
    }
}

on_both_databases! {
    async fn any_life_of_a_device_code_follows_the_model(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.device_code", "off"), ("limits.sign_in", "off")]).await;
        server.user(ANA).await;
        let second = server.second_instance().await;
        let (client, stranger) = (television(&server).await, television(&server).await);
        let mut runner = TestRunner::deterministic();
        for _ in 0..CASES {
            let ops = ops().new_tree(&mut runner).expect("a sequence").current();
            live([&server, &second], [&client, &stranger], &ops).await;
        }
    }
}
