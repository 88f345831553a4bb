//! A signing key and its life: next → active → retired → pruned → gone.
//!
//! Pure. What a key looks like inside is for `keys` to know; here is only when it is published, when it signs,
//! and how long it must stay published after it signed for the last time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// An algorithm Usher signs with (RFC 7518 §3.1). A key belongs to exactly one (RFC 8725 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256, RSA-2048: what every client must understand (OpenID Connect Core §15.1).
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256: the small and fast one.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PSS with SHA-256, RSA-2048.
    #[serde(rename = "PS256")]
    Ps256,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlg {
    /// Every algorithm that has a key from the first start.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::Ps256, Self::EdDsa];

    /// The JOSE name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for SigningAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Usher has no key for an algorithm of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signing algorithm of this house: use RS256, ES256, PS256 or EdDSA")]
pub struct UnknownAlg;

impl FromStr for SigningAlg {
    type Err = UnknownAlg;

    /// Exact and case-sensitive, as JOSE names are (RFC 7515 §4.1.1).
    fn from_str(name: &str) -> Result<Self, UnknownAlg> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name).ok_or(UnknownAlg)
    }
}

/// Where a key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published so that verifiers learn of it; signs nothing yet.
    Next,
    /// Signs.
    Active,
    /// Signs no more; still published for the tokens it signed.
    Retired,
    /// No longer published, its private half erased. Its public half still tells an `id_token_hint` of ours from others.
    Pruned,
}

impl KeyState {
    /// The name, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Pruned => "pruned",
        }
    }
}

/// A signing key as it is remembered: facts about its life, the public half, and the private half sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// The key ID: the key's own thumbprint (RFC 7638).
    pub kid: String,
    /// The one algorithm it signs with.
    pub alg: SigningAlg,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it began to sign.
    pub active_at: Option<Timestamp>,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
    /// From when on nobody can hold a living token of it.
    pub expires_at: Option<Timestamp>,
    /// When it was taken out of the published key set.
    pub pruned_at: Option<Timestamp>,
    /// The public JWK (RFC 7517), with `kid`, `alg` and `use`.
    pub public_jwk: serde_json::Value,
    /// The PKCS#8 private key, sealed under the master key; empty once the key is pruned.
    pub sealed_private: Vec<u8>,
}

/// A step was asked for that the key's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key that is {} cannot {wanted}", found.as_str())]
pub struct WrongState {
    /// The state the key is in.
    pub found: KeyState,
    /// The step that was wanted.
    pub wanted: &'static str,
}

impl SigningKeyRecord {
    /// The state, as the recorded facts tell it.
    pub const fn state(&self) -> KeyState {
        match (self.active_at, self.retired_at, self.pruned_at) {
            (_, _, Some(_)) => KeyState::Pruned,
            (_, Some(_), None) => KeyState::Retired,
            (Some(_), None, None) => KeyState::Active,
            (None, None, None) => KeyState::Next,
        }
    }

    /// Begins to sign. Only a key that is next may.
    pub fn activate(self, now: Timestamp) -> Result<Self, WrongState> {
        match self.state() {
            KeyState::Next => Ok(Self { active_at: Some(now), ..self }),
            found => Err(WrongState { found, wanted: "become active" }),
        }
    }

    /// Stops signing, and stays published for `keep_after`. Only an active key may.
    pub fn retire(self, now: Timestamp, keep_after: Duration) -> Result<Self, WrongState> {
        match self.state() {
            KeyState::Active => Ok(Self { retired_at: Some(now), expires_at: Some(now + keep_after), ..self }),
            found => Err(WrongState { found, wanted: "retire" }),
        }
    }

    /// Is no longer published, and can never sign again. Only a retired key may.
    ///
    /// # Errors
    /// [`WrongState`] if it is not retired.
    pub fn prune(self, now: Timestamp) -> Result<Self, WrongState> {
        match self.state() {
            KeyState::Retired => Ok(Self { pruned_at: Some(now), sealed_private: Vec::new(), ..self }),
            found => Err(WrongState { found, wanted: "be pruned" }),
        }
    }

    /// Whether every token it signed has died. The longer of the promise made when it retired and the rule of today counts.
    pub fn may_be_pruned(&self, now: Timestamp, keep_after: Duration) -> bool {
        let Some(retired_at) = self.retired_at else { return false };
        let last_death = (retired_at + keep_after).max(self.expires_at.unwrap_or(retired_at));
        self.state() == KeyState::Retired && now > last_death
    }

    /// Whether every session that an ID token of it may name is over.
    pub fn may_be_forgotten(&self, now: Timestamp, hint_after: Duration) -> bool {
        self.state() == KeyState::Pruned && self.retired_at.is_some_and(|retired_at| now > retired_at + hint_after)
    }
}

/// How long the parts of a key's life last.
///
/// `rotate_after` of zero plans a rotation at once that still publishes first;
/// with `publish_before` of zero as well the next key signs immediately, for the day a private key has leaked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRules {
    /// How long a key signs.
    pub rotate_after: Duration,
    /// How long a key is published before it signs: at least the time verifiers may cache the key set.
    pub publish_before: Duration,
    /// How long a key stays published after it signed for the last time:
    /// at least the longest life of a token and the time a node may hold on to an old keyring.
    pub keep_after: Duration,
    /// How long its ID tokens are known as hints after it signed for the last time: at least the longest life of a session.
    pub hint_after: Duration,
}

/// One thing to do to the set of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStep {
    /// Make a key that is next.
    Generate {
        /// For this algorithm.
        alg: SigningAlg,
    },
    /// Let this key sign.
    Activate {
        /// The key.
        kid: String,
    },
    /// Let this key sign no more.
    Retire {
        /// The key.
        kid: String,
    },
    /// Publish this key no more and erase its private half; keep the public half for hints.
    Prune {
        /// The key.
        kid: String,
    },
    /// Delete what is left of this key.
    Forget {
        /// The key.
        kid: String,
    },
}

/// What to do now so that every algorithm has exactly one active key, and its successor in time.
///
/// Apply the steps in their order and in one transaction, then plan again until nothing is left to do:
/// a key just generated for an algorithm that had none is activated by the second plan.
pub fn plan(now: Timestamp, keys: &[SigningKeyRecord], rules: RotationRules) -> Vec<KeyStep> {
    let mut steps: Vec<KeyStep> = SigningAlg::ALL.into_iter().flat_map(|alg| plan_one(now, alg, keys, rules)).collect();
    let dead = keys.iter().filter(|key| key.may_be_pruned(now, rules.keep_after));
    steps.extend(dead.map(|key| KeyStep::Prune { kid: key.kid.clone() }));
    let useless = keys.iter().filter(|key| key.may_be_forgotten(now, rules.hint_after));
    steps.extend(useless.map(|key| KeyStep::Forget { kid: key.kid.clone() }));
    steps
}

fn plan_one(now: Timestamp, alg: SigningAlg, keys: &[SigningKeyRecord], rules: RotationRules) -> Vec<KeyStep> {
    let in_state = |state| keys.iter().filter(move |key| key.alg == alg && key.state() == state);
    let next = in_state(KeyState::Next).min_by_key(|key| (key.created_at, &key.kid));
    let Some(active) = in_state(KeyState::Active).max_by_key(|key| (key.active_at, &key.kid)) else {
        // Nothing signs: waiting for verifiers to learn of the key would only mean more time without one.
        return vec![next.map_or(KeyStep::Generate { alg }, |key| KeyStep::Activate { kid: key.kid.clone() })];
    };
    // Two nodes that raced left two active keys: the newest stays.
    let mut steps: Vec<KeyStep> = in_state(KeyState::Active)
        .filter(|key| key.kid != active.kid)
        .map(|key| KeyStep::Retire { kid: key.kid.clone() })
        .collect();

    let age = now.seconds_since(active.active_at.unwrap_or(active.created_at));
    let due = age.saturating_add(rules.publish_before.as_secs()) >= rules.rotate_after.as_secs();
    match next {
        // A key activated in this very second is never replaced, so that planning comes to an end under any rules.
        _ if age == 0 => {}
        None if due => steps.push(KeyStep::Generate { alg }),
        // It was made because its time comes, or because somebody asked for it: either way it signs once it is known.
        Some(next) if next.created_at + rules.publish_before <= now => {
            steps.push(KeyStep::Retire { kid: active.kid.clone() });
            steps.push(KeyStep::Activate { kid: next.kid.clone() });
        }
        _ => {}
    }
    steps
}

#[cfg(test)]
mod tests;
