//! A signing key and its lifecycle: next → active → retired → pruned → deleted.
//!
//! Pure. The crate `keys` knows the key material; this module decides when a key is published, when it signs, and how
//! long it stays published after its last signature.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::ClientId;
use super::time::Timestamp;

/// An algorithm Usher signs with (RFC 7518 §3.1). A key belongs to exactly one (RFC 8725 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256, RSA-2048: every client must support it (OpenID Connect Core §15.1).
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256: small and fast.
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
    /// Every algorithm; each has a key from the first start.
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

/// A client that presented a token of a key that no longer signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub kid: String,
    /// The client that the token was issued to.
    pub client_id: ClientId,
    /// When it was last presented.
    pub last_used_at: Timestamp,
}

/// No supported algorithm has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a supported signing algorithm: use RS256, ES256, PS256 or EdDSA")]
pub struct UnknownAlg;

impl FromStr for SigningAlg {
    type Err = UnknownAlg;

    /// Exact and case-sensitive, as JOSE names are (RFC 7515 §4.1.1).
    fn from_str(name: &str) -> Result<Self, UnknownAlg> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name).ok_or(UnknownAlg)
    }
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published so that verifiers can fetch it; does not sign yet.
    Next,
    /// Signs.
    Active,
    /// No longer signs; still published for the tokens that it signed.
    Retired,
    /// No longer published, its private key erased. Its public key still verifies `id_token_hint`s.
    Pruned,
}

impl KeyState {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Pruned => "pruned",
        }
    }
}

/// A signing key as it is stored: dates of its lifecycle, the public key, and the sealed private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// The key ID: its thumbprint (RFC 7638).
    pub kid: String,
    /// Its algorithm.
    pub alg: SigningAlg,
    /// When it was created and published.
    pub created_at: Timestamp,
    /// When it started to sign.
    pub active_at: Option<Timestamp>,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
    /// When its last token expires.
    pub expires_at: Option<Timestamp>,
    /// When it was removed from the published key set.
    pub pruned_at: Option<Timestamp>,
    /// The public JWK (RFC 7517), with `kid`, `alg` and `use`.
    pub public_jwk: serde_json::Value,
    /// The PKCS#8 private key, sealed under the master key; empty once the key is pruned.
    pub sealed_private: Vec<u8>,
}

/// The transition is not allowed in the key's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key that is {} cannot {wanted}", found.as_str())]
pub struct WrongState {
    /// The present state.
    pub found: KeyState,
    /// The requested transition.
    pub wanted: &'static str,
}

impl SigningKeyRecord {
    /// The state that follows from the stored dates.
    pub const fn state(&self) -> KeyState {
        match (self.active_at, self.retired_at, self.pruned_at) {
            (_, _, Some(_)) => KeyState::Pruned,
            (_, Some(_), None) => KeyState::Retired,
            (Some(_), None, None) => KeyState::Active,
            (None, None, None) => KeyState::Next,
        }
    }

    /// Starts signing. The key must be next.
    pub fn activate(self, now: Timestamp) -> Result<Self, WrongState> {
        match self.state() {
            KeyState::Next => Ok(Self { active_at: Some(now), ..self }),
            found => Err(WrongState { found, wanted: "become active" }),
        }
    }

    /// Stops signing, and stays published for `keep_after`. The key must be active.
    pub fn retire(self, now: Timestamp, keep_after: Duration) -> Result<Self, WrongState> {
        match self.state() {
            KeyState::Active => Ok(Self { retired_at: Some(now), expires_at: Some(now + keep_after), ..self }),
            found => Err(WrongState { found, wanted: "retire" }),
        }
    }

    /// Stops being published, and can never sign again. The key must be retired.
    ///
    /// # Errors
    /// [`WrongState`] if it is not retired.
    pub fn prune(self, now: Timestamp) -> Result<Self, WrongState> {
        match self.state() {
            KeyState::Retired => Ok(Self { pruned_at: Some(now), sealed_private: Vec::new(), ..self }),
            found => Err(WrongState { found, wanted: "be pruned" }),
        }
    }

    /// Whether every token that it signed has expired. The longer of the stored expiry and today's rule counts.
    pub fn may_be_pruned(&self, now: Timestamp, keep_after: Duration) -> bool {
        let Some(retired_at) = self.retired_at else { return false };
        let last_death = (retired_at + keep_after).max(self.expires_at.unwrap_or(retired_at));
        self.state() == KeyState::Retired && now > last_death
    }

    /// Whether every session that its ID tokens may name has expired.
    pub fn may_be_forgotten(&self, now: Timestamp, hint_after: Duration) -> bool {
        self.state() == KeyState::Pruned && self.retired_at.is_some_and(|retired_at| now > retired_at + hint_after)
    }
}

/// Durations of the lifecycle.
///
/// With `rotate_after` of zero, a rotation is planned at once, still publishing the new key first; with
/// `publish_before` of zero as well, the new key signs immediately, as after a leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRules {
    /// How long a key signs.
    pub rotate_after: Duration,
    /// How long a key is published before it signs: at least as long as verifiers may cache the key set.
    pub publish_before: Duration,
    /// How long a key stays published after its last signature: at least the longest lifetime of a token plus the time
    /// that an instance may use an old keyring.
    pub keep_after: Duration,
    /// How long its ID tokens are accepted as hints after its last signature: at least the longest lifetime of a
    /// session.
    pub hint_after: Duration,
}

/// One change of the set of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStep {
    /// Create a next key.
    Generate {
        /// Its algorithm.
        alg: SigningAlg,
    },
    /// Activate this key.
    Activate {
        /// The key.
        kid: String,
    },
    /// Retire this key.
    Retire {
        /// The key.
        kid: String,
    },
    /// Stop publishing this key and erase its private key; keep the public key for hints.
    Prune {
        /// The key.
        kid: String,
    },
    /// Delete this key.
    Forget {
        /// The key.
        kid: String,
    },
}

/// The steps to take now so that every algorithm has exactly one active key, and a successor in time.
///
/// Apply the steps in order and in one transaction, then plan again until there are none: the second plan activates a
/// key that was just created for an algorithm without one.
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
        // No key signs: waiting until verifiers have fetched the new key would only prolong this.
        return vec![next.map_or(KeyStep::Generate { alg }, |key| KeyStep::Activate { kid: key.kid.clone() })];
    };
    // Two instances raced and left two active keys: the newest stays.
    let mut steps: Vec<KeyStep> = in_state(KeyState::Active)
        .filter(|key| key.kid != active.kid)
        .map(|key| KeyStep::Retire { kid: key.kid.clone() })
        .collect();

    let age = now.seconds_since(active.active_at.unwrap_or(active.created_at));
    let due = age.saturating_add(rules.publish_before.as_secs()) >= rules.rotate_after.as_secs();
    match next {
        // A key activated in this second is never replaced, so that planning terminates under any rules.
        _ if age == 0 => {}
        None if due => steps.push(KeyStep::Generate { alg }),
        // The next key signs once it was published long enough, whoever requested it.
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
