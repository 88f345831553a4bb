//! What is counted for each day, so that statistics do not read the event log.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::id::ClientId;

/// What an event counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedAs {
    /// Nothing.
    Nothing,
    /// A sign-in, which is activity of its user.
    SignIn,
    /// A failed sign-in.
    FailedSignIn,
    /// A grant of its client, which is activity of its user.
    Grant,
    /// Activity of its user.
    Activity,
}

impl CountedAs {
    /// Whether its user was active.
    pub const fn is_activity(self) -> bool {
        matches!(self, Self::SignIn | Self::Grant | Self::Activity)
    }
}

/// A counter. Each has one number for each day, or one for each day and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    /// Sign-ins.
    SignedIn,
    /// Failed sign-ins.
    Failed,
    /// Sign-ins by authentication methods, joined by `+`.
    Means,
    /// Sign-ins by the way in: `password`, `passkey`, `code`, or the id of a provider.
    Way,
    /// Grants by client.
    Client,
    /// Users that were active on the day.
    Active,
    /// Users that were active on the day and not since.
    LastActive,
}

impl Counter {
    pub const ALL: [Self; 7] =
        [Self::SignedIn, Self::Failed, Self::Means, Self::Way, Self::Client, Self::Active, Self::LastActive];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::Failed => "failed",
            Self::Means => "means",
            Self::Way => "way",
            Self::Client => "client",
            Self::Active => "active",
            Self::LastActive => "last-active",
        }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no counter of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such counter")]
pub struct UnknownCounter;

impl FromStr for Counter {
    type Err = UnknownCounter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|counter| counter.as_str() == text).ok_or(UnknownCounter)
    }
}

/// The counters that grow by one with an event, and the names under which they do. Those of active users depend on what
/// the user did before, and are not among them.
pub fn counters_of(counted: CountedAs, client: Option<&ClientId>, data: &Map<String, Value>) -> Vec<(Counter, String)> {
    match (counted, client) {
        (CountedAs::SignIn, _) => vec![
            (Counter::SignedIn, String::new()),
            (Counter::Means, methods(data).join("+")),
            (Counter::Way, way_in(data).to_owned()),
        ],
        (CountedAs::FailedSignIn, _) => vec![(Counter::Failed, String::new())],
        (CountedAs::Grant, Some(client)) => vec![(Counter::Client, client.0.clone())],
        (CountedAs::Grant, None) | (CountedAs::Activity | CountedAs::Nothing, _) => Vec::new(),
    }
}

fn methods(data: &Map<String, Value>) -> Vec<&str> {
    let methods = data.get("amr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    methods.iter().filter_map(Value::as_str).collect()
}

/// The first method of a sign-in, as the person chose it: empty if the event does not say.
fn way_in(data: &Map<String, Value>) -> &str {
    if let Some(provider) = data.get("provider").and_then(Value::as_str) {
        return provider;
    }
    match methods(data).first() {
        Some(&"pwd") => "password",
        Some(&"pop") => "passkey",
        Some(&"otp") => "code",
        Some(&"fed") => "provider",
        _ => "",
    }
}

/// How many days the activity of a user is remembered for.
pub const DAYS_OF_ACTIVITY: i64 = 62;

/// The days on which a user was active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveDays {
    /// The last one.
    pub last: i64,
    /// Bit `n` is set if the user was active `n` days before the last one.
    pub bits: i64,
}

impl ActiveDays {
    /// Whether the user was active on a day. `true` for a day so long ago that it is not known.
    pub fn contains(self, day: i64) -> bool {
        match self.last.saturating_sub(day) {
            before if before < 0 => false,
            before if before < DAYS_OF_ACTIVITY => self.bits >> before & 1 == 1,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn counted(data: &Value) -> Vec<(Counter, String)> {
        counters_of(CountedAs::SignIn, None, data.as_object().unwrap())
    }

    #[test]
    fn a_sign_in_counts_by_its_methods_and_by_the_way_in() {
        let by = |amr: &[&str]| counted(&json!({ "amr": amr }));
        assert_eq!(
            by(&["pwd", "otp", "mfa"]),
            [
                (Counter::SignedIn, String::new()),
                (Counter::Means, "pwd+otp+mfa".into()),
                (Counter::Way, "password".into())
            ]
        );
        assert_eq!(by(&["pop", "user", "mfa"])[2].1, "passkey");
        assert_eq!(by(&["otp"])[2].1, "code");
        assert_eq!(by(&["fed"])[2].1, "provider");
        assert_eq!(counted(&json!({"amr": ["fed"], "provider": "google"}))[2].1, "google");
        assert_eq!(counted(&json!({}))[2].1, "", "an erased event says nothing");
    }

    #[test]
    fn a_grant_counts_for_its_client_and_a_failure_by_itself() {
        let nothing = Map::new();
        let shop = ClientId("shop".into());
        assert_eq!(counters_of(CountedAs::Grant, Some(&shop), &nothing), [(Counter::Client, "shop".into())]);
        assert_eq!(counters_of(CountedAs::FailedSignIn, None, &nothing), [(Counter::Failed, String::new())]);
        assert!(counters_of(CountedAs::Activity, Some(&shop), &nothing).is_empty());
    }

    #[test]
    fn counters_have_distinct_names_that_read_back() {
        for counter in Counter::ALL {
            assert_eq!(counter.as_str().parse(), Ok(counter));
        }
        assert_eq!("".parse::<Counter>(), Err(UnknownCounter));
    }

    #[test]
    fn days_of_activity_are_known_for_a_while() {
        let days = ActiveDays { last: 100, bits: 0b1001 };
        assert!(days.contains(100) && days.contains(97));
        assert!(!days.contains(101) && !days.contains(99) && !days.contains(39));
        assert!(days.contains(38), "too long ago to be counted again");
    }
}
