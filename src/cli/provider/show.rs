//! Printing a provider. Its secret is never printed.

use serde_json::{Map, Value};

use crate::app::StoredProvider;
use crate::cli::table::fields;
use usher_domain::provider::ProviderKinds;

/// The settings, with further members.
pub(super) fn as_json(provider: &StoredProvider, callback: &str) -> Map<String, Value> {
    let mut view = provider.settings.members();
    view.insert("callback_url".to_owned(), callback.into());
    view.insert("has_secret".to_owned(), provider.secret.is_some().into());
    view.insert("managed".to_owned(), provider.managed.into());
    view.insert("updated_at".to_owned(), provider.updated_at.rfc3339().into());
    view
}

/// The state, in one word.
pub(super) fn state(provider: &StoredProvider) -> &'static str {
    if provider.settings.enabled { "enabled" } else { "disabled" }
}

/// Members that have a line of their own.
const SHOWN: [&str; 7] = ["id", "kind", "label", "enabled", "client_id", "scopes", "sign_up"];

/// The provider as text: the common members, then its other settings.
pub(super) fn in_words(kinds: &ProviderKinds, provider: &StoredProvider, callback: &str) -> String {
    let settings = &provider.settings;
    let scopes = kinds.of(settings).map_or_else(|_| settings.scopes.clone(), |kind| kind.scopes_of(settings));
    let word = |yes, then: &str, other: &str| if yes { then.to_owned() } else { other.to_owned() };
    let mut view = vec![
        ("id".to_owned(), settings.id.to_string()),
        ("kind".to_owned(), settings.kind.as_str().to_owned()),
        ("button".to_owned(), kinds.button(settings).to_owned()),
        ("state".to_owned(), state(provider).to_owned()),
        ("callback URL".to_owned(), callback.to_owned()),
        ("client_id".to_owned(), settings.client_id.clone()),
        ("client secret".to_owned(), word(provider.secret.is_some(), "kept, sealed", "none")),
        ("scopes".to_owned(), scopes.join(" ")),
        ("new accounts".to_owned(), word(settings.sign_up, "yes", "no")),
        ("managed by".to_owned(), word(provider.managed, "the configuration file", "commands and the console")),
        ("changed".to_owned(), provider.updated_at.rfc3339()),
    ];
    let further = settings.members().into_iter().filter(|(name, _)| !SHOWN.contains(&name.as_str()));
    view.extend(further.map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned))));
    fields(view.iter().map(|(name, value)| (name.as_str(), value.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::provider::ProviderSettings;
    use usher_domain::time::Timestamp;
    use usher_upstream::built_in_kinds;
    use usher_upstream::providers::google;

    #[test]
    fn a_provider_is_shown_without_its_secret() {
        let settings = ProviderSettings {
            enabled: false,
            ..ProviderSettings::new("work".parse().unwrap(), &google::KIND, "us").with(&google::HD, "corp.test\u{1b}")
        };
        let provider =
            StoredProvider { settings, secret: Some(b"5ec2e7".to_vec()), managed: true, updated_at: Timestamp(7) };
        let words = in_words(&built_in_kinds(), &provider, "https://id.test/upstream/work/callback");
        for part in [
            "button         Google\n",
            "state          disabled\n",
            "client secret  kept, sealed\n",
            "scopes         openid email profile\n",
            "managed by     the configuration file\n",
            "hd             corp.test\\u{1b}\n",
            "link_policy    confirm\n",
        ] {
            assert!(words.contains(part), "{part:?} is missing in\n{words}");
        }
        let view = Value::Object(as_json(&provider, "https://id.test/cb"));
        assert_eq!((&view["has_secret"], &view["callback_url"]), (&Value::Bool(true), &"https://id.test/cb".into()));
        let (five, bytes) = (view.to_string(), format!("{:?}", b"5ec2e7"));
        assert!(!five.contains("5ec2e7") && !five.contains(&bytes) && !words.contains("5ec2e7"));
    }
}
