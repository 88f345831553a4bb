//! The parameters of a request as the flight recorder keeps them. What is not in the list is not kept.

use std::collections::BTreeMap;

use usher_protocol::params::Params;

/// The longest value that is kept, in characters.
const MAX_VALUE: usize = 500;

/// How a parameter is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeptAs {
    /// As sent, cut.
    Value,
    /// That it was sent, and how long it is.
    Presence,
}

use KeptAs::{Presence, Value};

/// The parameters that are kept.
const PARAMETERS: &[(&str, KeptAs)] = &[
    ("acr_values", Value),
    ("actor_token_type", Value),
    ("audience", Value),
    ("client_assertion_type", Value),
    ("code_challenge_method", Value),
    ("display", Value),
    ("grant_type", Value),
    ("max_age", Value),
    ("post_logout_redirect_uri", Value),
    ("prompt", Value),
    ("redirect_uri", Value),
    ("requested_expiry", Value),
    ("requested_token_type", Value),
    ("resource", Value),
    ("response_mode", Value),
    ("response_type", Value),
    ("scope", Value),
    ("subject_token_type", Value),
    ("ui_locales", Value),
    ("actor_token", Presence),
    ("assertion", Presence),
    ("auth_req_id", Presence),
    ("binding_message", Presence),
    ("claims", Presence),
    ("client_assertion", Presence),
    ("client_notification_token", Presence),
    ("client_secret", Presence),
    ("code", Presence),
    ("code_challenge", Presence),
    ("code_verifier", Presence),
    ("device_code", Presence),
    ("dpop_jkt", Presence),
    ("id_token_hint", Presence),
    ("login_hint", Presence),
    ("nonce", Presence),
    ("refresh_token", Presence),
    ("request", Presence),
    ("request_uri", Presence),
    ("state", Presence),
    ("subject_token", Presence),
];

/// The text that stands for a value of this length which is not kept.
pub fn presence(value: &str) -> String {
    format!("present, {} characters", value.chars().count())
}

/// A text without control characters, cut.
pub fn shown(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(MAX_VALUE).collect()
}

/// The parameters that are kept, each once.
pub fn kept(params: &Params) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in params.iter() {
        let Some((name, how)) = PARAMETERS.iter().find(|(known, _)| *known == name) else { continue };
        let text = match how {
            Value => shown(value),
            Presence => presence(value),
        };
        found.insert((*name).to_owned(), text);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_unknown_parameters_and_hints_are_not_kept() {
        let canary = "canary-0123456789";
        let all = PARAMETERS.iter().filter(|(_, how)| *how == Presence).map(|(name, _)| (*name, canary));
        let foreign = [("password", canary), ("username", canary), ("anything", canary)];
        let kept = kept(&Params::from_pairs(all.chain(foreign)));
        assert!(!format!("{kept:?}").contains(canary), "{kept:?}");
        assert_eq!(kept["client_secret"], "present, 17 characters");
        assert!(!kept.contains_key("password"));
    }

    #[test]
    fn a_value_is_cut_and_has_no_control_characters() {
        let kept = kept(&Params::from_pairs([("scope", format!("a\u{0}\n{}", "x".repeat(2_000)).as_str())]));
        assert_eq!(kept["scope"].chars().count(), MAX_VALUE);
        assert!(kept["scope"].starts_with("ax"));
    }
}
