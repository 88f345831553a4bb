use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn key(kid: &str, alg: SigningAlg, created_at: i64) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: kid.to_owned(),
        alg,
        created_at: Timestamp(created_at),
        active_at: None,
        retired_at: None,
        expires_at: None,
        pruned_at: None,
        public_jwk: serde_json::Value::Null,
        sealed_private: Vec::new(),
    }
}

/// A key set that applies plans as storage does.
#[derive(Default)]
struct KeyStore {
    keys: Vec<SigningKeyRecord>,
    made: usize,
}

impl KeyStore {
    fn apply(&mut self, step: KeyStep, now: Timestamp, rules: RotationRules) {
        match step {
            KeyStep::Generate { alg } => {
                self.made += 1;
                self.keys.push(key(&format!("k{}", self.made), alg, now.0));
            }
            KeyStep::Activate { kid } => self.change(&kid, |key| key.activate(now).unwrap()),
            KeyStep::Retire { kid } => self.change(&kid, |key| key.retire(now, rules.keep_after).unwrap()),
            KeyStep::Prune { kid } => self.change(&kid, |key| key.prune(now).unwrap()),
            KeyStep::Forget { kid } => self.keys.retain(|key| key.kid != kid),
        }
    }

    fn change(&mut self, kid: &str, step: impl Fn(SigningKeyRecord) -> SigningKeyRecord) {
        let place = self.keys.iter().position(|key| key.kid == kid).unwrap();
        self.keys[place] = step(self.keys[place].clone());
    }

    /// Plans and applies until nothing is left; more than three rounds would be a loop.
    fn apply_plans(&mut self, now: Timestamp, rules: RotationRules) {
        for _ in 0..3 {
            for step in plan(now, &self.keys, rules) {
                self.apply(step, now, rules);
            }
        }
        assert_eq!(plan(now, &self.keys, rules), [], "planning comes to an end");
    }

    fn active(&self, alg: SigningAlg) -> Vec<&SigningKeyRecord> {
        self.keys.iter().filter(|key| key.alg == alg && key.state() == KeyState::Active).collect()
    }
}

const RULES: RotationRules = RotationRules {
    rotate_after: Duration::from_secs(1000),
    publish_before: Duration::from_secs(100),
    keep_after: Duration::from_secs(50),
    hint_after: Duration::from_secs(500),
};

#[test]
fn algorithms_are_named_exactly_as_jose_names_them() {
    for alg in SigningAlg::ALL {
        assert_eq!(alg.as_str().parse(), Ok(alg));
        assert_eq!(serde_json::to_value(alg).unwrap(), alg.as_str());
    }
    for wrong in ["", "none", "HS256", "es256", "ES256 ", "ES384", "RS256\0"] {
        assert_eq!(wrong.parse::<SigningAlg>(), Err(UnknownAlg), "{wrong:?}");
    }
}

#[test]
fn a_key_lives_forward_only() {
    let next = key("k", SigningAlg::Es256, 1);
    assert!(next.clone().retire(Timestamp(2), Duration::ZERO).is_err());
    let active = next.activate(Timestamp(2)).unwrap();
    assert_eq!(active.state(), KeyState::Active);
    let refusal = active.clone().activate(Timestamp(3)).unwrap_err();
    assert_eq!(refusal.to_string(), "a key that is active cannot become active");
    let retired = active.retire(Timestamp(3), Duration::from_secs(10)).unwrap();
    assert_eq!((retired.state(), retired.expires_at), (KeyState::Retired, Some(Timestamp(13))));
    assert!(retired.clone().activate(Timestamp(4)).is_err());
    assert!(retired.clone().retire(Timestamp(4), Duration::ZERO).is_err());
    let pruned = SigningKeyRecord { sealed_private: vec![1], ..retired }.prune(Timestamp(14)).unwrap();
    assert_eq!((pruned.state(), pruned.sealed_private.as_slice()), (KeyState::Pruned, &[][..]));
    assert!(pruned.clone().prune(Timestamp(15)).is_err() && pruned.activate(Timestamp(15)).is_err());
}

#[test]
fn the_first_start_makes_one_active_key_for_each_algorithm() {
    let mut store = KeyStore::default();
    store.apply_plans(Timestamp(1), RULES);
    assert_eq!(store.keys.len(), SigningAlg::ALL.len());
    for alg in SigningAlg::ALL {
        assert_eq!(store.active(alg).len(), 1);
    }
}

#[test]
fn a_successor_is_published_first_and_the_old_key_outlives_its_last_token() {
    let mut store = KeyStore::default();
    store.apply_plans(Timestamp(0), RULES);
    let states = |store: &KeyStore| -> Vec<KeyState> {
        store.keys.iter().filter(|key| key.alg == SigningAlg::Es256).map(SigningKeyRecord::state).collect()
    };
    for (at, expected) in [
        (899, vec![KeyState::Active]),
        (900, vec![KeyState::Active, KeyState::Next]),
        (999, vec![KeyState::Active, KeyState::Next]),
        (1000, vec![KeyState::Retired, KeyState::Active]),
        (1050, vec![KeyState::Retired, KeyState::Active]),
        (1051, vec![KeyState::Pruned, KeyState::Active]),
        (1500, vec![KeyState::Pruned, KeyState::Active]),
        (1501, vec![KeyState::Active]),
    ] {
        store.apply_plans(Timestamp(at), RULES);
        assert_eq!(states(&store), expected, "at {at}");
    }
}

#[test]
fn of_two_active_keys_the_newest_stays() {
    let older = key("a", SigningAlg::Es256, 1).activate(Timestamp(1)).unwrap();
    let newer = key("b", SigningAlg::Es256, 2).activate(Timestamp(2)).unwrap();
    let steps = plan(Timestamp(3), &[newer, older], RULES);
    assert!(steps.contains(&KeyStep::Retire { kid: "a".to_owned() }));
    assert!(!steps.contains(&KeyStep::Retire { kid: "b".to_owned() }));
}

#[test]
fn a_leaked_key_can_be_replaced_at_once() {
    let mut store = KeyStore::default();
    store.apply_plans(Timestamp(0), RULES);
    let leaked = store.active(SigningAlg::Es256)[0].kid.clone();
    let at_once = RotationRules { rotate_after: Duration::ZERO, publish_before: Duration::ZERO, ..RULES };
    store.apply_plans(Timestamp(5), at_once);
    assert_ne!(store.active(SigningAlg::Es256)[0].kid, leaked);
}

/// How late the job may run in the trials, in seconds.
const LONGEST_TICK: i64 = 2_500;

fn rules() -> impl Strategy<Value = RotationRules> {
    (0_u64..5_000, 0_u64..2_000, 0_u64..3_000, 0_u64..3_000).prop_map(|(rotate, publish, keep, hint)| RotationRules {
        rotate_after: Duration::from_secs(rotate),
        publish_before: Duration::from_secs(publish),
        keep_after: Duration::from_secs(keep),
        hint_after: Duration::from_secs(keep + hint),
    })
}

proptest! {
    #[test]
    fn whatever_the_rules_and_however_late_the_job(rules in rules(), ticks in prop::collection::vec(1..=LONGEST_TICK, 1..60)) {
        let mut store = KeyStore::default();
        let mut now = Timestamp(1_000_000);
        let mut last_signed: BTreeMap<String, Timestamp> = BTreeMap::new();
        let mut first: BTreeMap<SigningAlg, String> = BTreeMap::new();
        store.apply_plans(now, rules);
        for tick in ticks {
            for alg in SigningAlg::ALL {
                let active = store.active(alg);
                prop_assert_eq!(active.len(), 1, "exactly one active key");
                let active = active[0];
                let was_first = first.entry(alg).or_insert_with(|| active.kid.clone());
                prop_assert!(
                    *was_first == active.kid
                        || active.active_at.unwrap() >= active.created_at + rules.publish_before,
                    "published before it signs"
                );
                let longest = rules.rotate_after.max(rules.publish_before).as_secs() + 2 * LONGEST_TICK.unsigned_abs();
                prop_assert!(now.seconds_since(active.active_at.unwrap()) <= longest, "rotates in time");
                // It signs until the next round.
                last_signed.insert(active.kid.clone(), Timestamp(now.0 + tick));
            }
            now = Timestamp(now.0 + tick);
            store.apply_plans(now, rules);
            for (kid, signed) in &last_signed {
                if now.seconds_since(*signed) <= rules.keep_after.as_secs() {
                    let published = |key: &&SigningKeyRecord| key.kid == *kid && key.state() != KeyState::Pruned;
                    prop_assert!(store.keys.iter().any(|key| published(&key)), "a living token lost its key");
                }
                if now.seconds_since(*signed) <= rules.hint_after.as_secs() {
                    prop_assert!(store.keys.iter().any(|key| key.kid == *kid), "a hint of a living session lost its key");
                }
            }
        }
        let retired = store.keys.iter().filter(|key| key.state() == KeyState::Retired);
        prop_assert!(retired.clone().all(|key| !key.may_be_pruned(now, rules.keep_after)), "the dead are forgotten");
    }
}
