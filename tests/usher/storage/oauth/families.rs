//! Refresh token families in the database, compared with the model of `domain::oauth::grant`: any order of operations
//! of clients, attackers, users, operators and time, on either of two instances.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Runtime;

use crate::harness::database::TestDatabase;
use crate::storage::samples::{LIMITS, NOW, event_of, grant_in, in_tx, presented, stored_session_of, stored_user};
use usher_domain::oauth::grant::{Grant, Refresh};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::session::EndReason;
use usher_storage::Store;
use usher_storage::grants::{Presented, Spend};

/// A step; the flag selects one of the two instances.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The client presents its newest token; the response may be lost.
    Refresh { reply_arrives: bool, second: bool },
    /// A token so many generations older than the client's newest is presented.
    Replay { age: u32, second: bool },
    /// The client uses the access token that came with its newest token.
    ShowAccess { second: bool },
    /// The client's newest token is presented several times at once.
    Crowd,
    /// The grant is revoked.
    Revoke { second: bool },
    /// The user signs out.
    SignOut { second: bool },
    /// Time passes, in seconds.
    Wait(u64),
    /// The first instance restarts.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (any::<bool>(), any::<bool>()).prop_map(|(reply_arrives, second)| Step::Refresh { reply_arrives, second }),
        3 => (1..9_u32, any::<bool>()).prop_map(|(age, second)| Step::Replay { age, second }),
        2 => any::<bool>().prop_map(|second| Step::ShowAccess { second }),
        1 => Just(Step::Crowd),
        1 => any::<bool>().prop_map(|second| Step::Revoke { second }),
        1 => any::<bool>().prop_map(|second| Step::SignOut { second }),
        4 => prop_oneof![Just(1), Just(29), Just(31), 0..120_u64, Just(700), Just(999)].prop_map(Step::Wait),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..20)
}

/// One family: its model, the client's tokens, and the instances.
struct Family<'d> {
    database: &'d mut TestDatabase,
    second: Store,
    model: Grant,
    now: Timestamp,
    held: u32,
    /// Generations that were rotated away.
    spent: HashSet<u32>,
}

impl Family<'_> {
    fn store(&self, second: bool) -> Store {
        if second { self.second.clone() } else { self.database.store.clone() }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Refresh { reply_arrives, second } => self.present(self.held, second, reply_arrives).await,
            Step::Replay { age, second } => self.present(self.held.saturating_sub(age).max(1), second, false).await,
            Step::ShowAccess { second } => self.show_access(second).await,
            Step::Crowd => self.crowd().await,
            Step::Revoke { second } => self.revoke(second, EndReason::RevokedByClient).await,
            Step::SignOut { second } => self.sign_out(second).await,
            Step::Wait(seconds) => self.now = self.now + Duration::from_secs(seconds),
            Step::Restart => self.database.restart().await,
        }
        // Whatever happened, both instances agree with the model.
        for second in [false, true] {
            let known = self.store(second).find_grant(self.model.id).await.unwrap().unwrap().grant;
            assert_eq!(known, self.model);
            let standing = self.store(second).find_standing_grant(self.model.id, "jti").await.unwrap();
            assert_eq!(standing.is_some(), self.model.revoked_at.is_none());
            let unseen = self.model.refresh.filter(|family| !family.is_leaf_used()).map(|family| family.generation);
            assert_eq!(
                standing.and_then(|standing| standing.unseen),
                unseen.filter(|_| self.model.revoked_at.is_none())
            );
        }
    }

    async fn present(&mut self, generation: u32, second: bool, reply_arrives: bool) {
        let verdict = self.model.present(generation, self.now, &LIMITS);
        let moved = rotate(self.store(second), presented(&self.model, generation, self.now)).await;
        match verdict {
            Refresh::Rotate { to } => {
                assert_eq!(moved.and_then(|grant| grant.refresh).map(|family| family.generation), Some(to));
                self.moved(generation, to);
                if reply_arrives {
                    self.held = to;
                }
            }
            Refresh::Retry { leaf } => {
                assert_eq!(moved, None, "a retry makes no second leaf");
                if reply_arrives {
                    self.held = leaf;
                }
            }
            Refresh::Reuse => {
                assert_eq!(moved, None);
                self.revoke(second, EndReason::TokenReuse).await;
            }
            Refresh::Straggler | Refresh::Dead => assert_eq!(moved, None),
        }
    }

    /// Uses an access token of the client's newest generation; those of older ones prove nothing.
    async fn show_access(&mut self, second: bool) {
        let (store, id, shown) = (self.store(second), self.model.id, self.held);
        in_tx!(store, |tx| tx.mark_seen(id, shown).await).unwrap();
        let family = self.model.refresh.as_mut().unwrap();
        if shown >= family.generation {
            family.seen_generation = family.seen_generation.max(shown);
        }
    }

    async fn crowd(&mut self) {
        let verdict = self.model.present(self.held, self.now, &LIMITS);
        let racers: Vec<_> = (0..8)
            .map(|racer| tokio::spawn(rotate(self.store(racer % 2 == 0), presented(&self.model, self.held, self.now))))
            .collect();
        let mut won = Vec::new();
        for racer in racers {
            won.extend(racer.await.unwrap().and_then(|grant| grant.refresh));
        }
        if let Refresh::Rotate { to } = verdict {
            assert_eq!(won.iter().map(|family| family.generation).collect::<Vec<_>>(), [to], "one winner");
            self.moved(self.held, to);
            self.held = to;
        } else {
            assert_eq!(won, []);
        }
    }

    /// Applies a rotation to the model.
    fn moved(&mut self, from: u32, to: u32) {
        assert!(self.spent.insert(from), "generation {from} was rotated twice");
        let family = self.model.refresh.as_mut().unwrap();
        *family = family.rotated(from, self.now, LIMITS.idle);
        assert_eq!(family.generation, to);
    }

    async fn revoke(&mut self, second: bool, reason: EndReason) {
        let (store, id, now) = (self.store(second), self.model.id, self.now);
        let revoked = in_tx!(store, |tx| tx.revoke_grant(id, now, reason).await).unwrap();
        assert_eq!(revoked.is_some(), self.model.revoked_at.is_none());
        self.model.revoked_at.get_or_insert(now);
    }

    async fn sign_out(&mut self, second: bool) {
        let (store, session, now) = (self.store(second), self.model.session_id, self.now);
        let revoked = in_tx!(store, |tx| {
            tx.end_session(session, now, EndReason::SignOut).await?;
            tx.revoke_grants_of_session(session, now, EndReason::SignOut).await
        });
        assert_eq!(revoked.unwrap().len(), usize::from(self.model.revoked_at.is_none()));
        self.model.revoked_at.get_or_insert(now);
        let late =
            Grant { id: usher_domain::id::GrantId::new(now, crate::storage::samples::random()), ..self.model.clone() };
        assert_eq!(self.second.spend_code(late.clone(), event_of(&late)).await.unwrap(), Spend::NoLonger);
    }
}

async fn rotate(store: Store, presented: Presented) -> Option<Grant> {
    let moved = in_tx!(store, |tx| tx.rotate(&presented).await);
    moved.unwrap().map(|moved| moved.grant)
}

async fn live_through(database: &mut TestDatabase, user: &User, steps: Vec<Step>) {
    let session = stored_session_of(&database.store, user).await;
    let model = grant_in(&session);
    assert_eq!(database.store.spend_code(model.clone(), event_of(&model)).await.unwrap(), Spend::Done);
    let second = database.second_store().await;
    let mut family = Family { database, second, model, now: NOW, held: 1, spent: HashSet::new() };
    for step in steps {
        family.step(step).await;
    }
}

fn run(runtime: &Runtime, mut database: TestDatabase, cases: u32) {
    let user = runtime.block_on(stored_user(&database.store));
    let database = std::cell::RefCell::new(&mut database);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let lived = runner.run(&steps(), |steps| {
        let mut database = database.borrow_mut();
        let living = std::panic::AssertUnwindSafe(|| runtime.block_on(live_through(&mut database, &user, steps)));
        std::panic::catch_unwind(living).map_err(|fault| {
            let said = fault.downcast_ref::<String>().cloned().unwrap_or_else(|| "it panicked".to_owned());
            TestCaseError::fail(said)
        })
    });
    lived.unwrap_or_else(|fault| panic!("{fault}"));
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn on_sqlite_a_family_lives_as_its_model_does() {
    let runtime = runtime();
    let database = runtime.block_on(TestDatabase::sqlite());
    run(&runtime, database, 64);
}

#[test]
fn on_postgres_a_family_lives_as_its_model_does() {
    let runtime = runtime();
    if let Some(database) = runtime.block_on(TestDatabase::postgres()) {
        run(&runtime, database, 24);
    }
}
