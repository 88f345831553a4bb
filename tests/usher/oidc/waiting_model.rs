//! What a request goes through that a person answers elsewhere, of a device or of CIBA: operations, and the expected state.

use proptest::prelude::*;

const LIFETIME: u64 = 600;
/// Seconds within which a second redemption is a repetition.
const REPEATED: u64 = 10;

/// An operation on a request.
#[derive(Debug, Clone, Copy)]
pub enum Op {
    Poll,
    PollAsAnotherClient,
    Allow,
    Deny,
    Wait(u64),
    /// From here on requests go to the other instance.
    Swap,
}

pub fn ops() -> impl Strategy<Value = Vec<Op>> {
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

/// The expected state.
pub struct Model {
    age: u64,
    pub answer: Option<bool>,
    interval: u64,
    since_poll: Option<u64>,
    /// Seconds since the redemption.
    redeemed: Option<u64>,
    /// Did a second redemption end the grant?
    pub ended: bool,
}

impl Model {
    pub const NEW: Self = Self { age: 0, answer: None, interval: 5, since_poll: None, redeemed: None, ended: false };

    pub fn is_open(&self) -> bool {
        self.answer.is_none() && self.age < LIFETIME
    }

    pub fn wait(&mut self, seconds: u64) {
        self.age += seconds;
        for age in [&mut self.since_poll, &mut self.redeemed].into_iter().flatten() {
            *age += seconds;
        }
    }

    /// The error code that the client gets, or `ok`.
    pub fn poll(&mut self) -> &'static str {
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
