//! The change of a profile by one request: only the claims that it sets or removes (JSON Merge Patch, RFC 7396).
//!
//! A change is computed from the profile that the request saw, and applied to the profile as it is when stored, so that
//! two requests that change different claims both take effect.

use serde_json::{Map, Value};

use crate::user::profile::Profile;

/// A merge patch of a profile: `null` removes a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange(Map<String, Value>);

impl ProfileChange {
    /// The change from `old` to `new`.
    pub fn between(old: &Profile, new: &Profile) -> Self {
        Self(difference(&old.members(), &new.members()))
    }

    /// `profile` after this change.
    pub fn apply(&self, profile: &Profile) -> Profile {
        let mut changed = profile.members();
        merge(&mut changed, &self.0);
        // Every member comes from a profile, so the result deserializes.
        Profile::from_members(changed).unwrap_or_else(|| profile.clone())
    }
}

fn difference(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let removed = old.keys().filter(|name| !new.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    let set = new.iter().filter(|(name, value)| old.get(*name) != Some(value)).map(|(name, value)| {
        let value = match (old.get(name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => Value::Object(difference(old, new)),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    removed.chain(set).collect()
}

fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.remove(name)),
            Value::Object(patch) => {
                let mut inner = match target.remove(name) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                merge(&mut inner, patch);
                if !inner.is_empty() {
                    target.insert(name.clone(), Value::Object(inner));
                }
            }
            _ => drop(target.insert(name.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::user::profile::AddressClaim;

    fn text() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("[a-c]{1,2}")
    }

    fn profile() -> impl Strategy<Value = Profile> {
        let address = (text(), text())
            .prop_map(|(locality, country)| AddressClaim { locality, country, ..AddressClaim::default() })
            .prop_map(|address| Some(address).filter(|address| *address != AddressClaim::default()));
        (text(), text(), text(), any::<bool>(), address).prop_map(|(given_name, nickname, phone, verified, address)| {
            let phone_number_verified = verified && phone.is_some();
            let phone_number = phone;
            Profile { given_name, nickname, phone_number, phone_number_verified, address, ..Profile::default() }
        })
    }

    proptest! {
        #[test]
        fn a_change_leads_from_the_old_profile_to_the_new_one(old in profile(), new in profile()) {
            prop_assert_eq!(ProfileChange::between(&old, &new).apply(&old), new);
        }

        #[test]
        fn a_change_of_nothing_leaves_every_profile_as_it_is(old in profile(), other in profile()) {
            prop_assert_eq!(ProfileChange::between(&old, &old).apply(&other), other);
        }
    }

    #[test]
    fn changes_of_different_claims_both_hold_whichever_is_applied_first() {
        let old = Profile {
            nickname: Some("Ana".into()),
            address: Some(AddressClaim { locality: Some("Olinda".into()), ..AddressClaim::default() }),
            ..Profile::default()
        };
        let named = Profile { given_name: Some("Ana".into()), nickname: None, ..old.clone() };
        let mut moved = old.clone();
        moved.address.as_mut().unwrap().country = Some("BR".into());
        let (naming, moving) = (ProfileChange::between(&old, &named), ProfileChange::between(&old, &moved));
        let both = naming.apply(&moving.apply(&old));
        assert_eq!(both, moving.apply(&naming.apply(&old)));
        assert_eq!(both, Profile { address: moved.address, ..named });
    }
}
