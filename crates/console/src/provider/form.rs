//! Conversion between the settings of a provider and the fields of its form.
//!
//! A kind has its own fields; all other settings are in one more field, as JSON, so that nothing is lost.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::views::ProviderValues;
use usher_domain::provider::setting::{CLIENT_ID, ID, ProviderSetting, Shape};
use usher_domain::provider::{ProviderFault, ProviderId, ProviderKind, ProviderKinds, ProviderSettings};
use usher_domain::secret::Secret;
use usher_i18n::Lang;
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::{FieldErrors, Message};

/// The submitted form. Its text fields are those of the kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProviderFields {
    client_secret: String,
    sign_up: bool,
    link_policy: String,
    email_trust: String,
    rest: String,
    pub(super) loaded: String,
    #[serde(flatten)]
    texts: HashMap<String, String>,
}

impl ProviderFields {
    /// The values, trimmed.
    pub(super) fn values(&self, kind: &ProviderKind, editing: bool) -> ProviderValues {
        let text = |name: &str| self.texts.get(name).map_or("", |text| text.trim()).to_owned();
        ProviderValues {
            texts: fields(kind, editing).map(|setting| (setting.name, text(setting.name))).collect(),
            sign_up: self.sign_up,
            link_policy: self.link_policy.clone(),
            email_trust: self.email_trust.clone(),
            rest: self.rest.trim().to_owned(),
        }
    }

    /// The new secret, if there is one.
    pub(super) fn secret(&self) -> Option<Secret<String>> {
        Some(self.client_secret.trim_ascii()).filter(|secret| !secret.is_empty()).map(Secret::from)
    }
}

/// Members of the settings that are not text fields.
const APART: [&str; 6] = ["id", "kind", "enabled", "sign_up", "link_policy", "email_trust"];

/// The text fields of a kind, in order. The id of an existing provider is fixed.
fn fields(kind: &ProviderKind, editing: bool) -> impl Iterator<Item = &'static ProviderSetting> {
    kind.form_fields().filter(move |setting| !editing || setting.name != ID.name)
}

/// The empty form for a kind.
pub(super) fn blank(kind: &ProviderKind) -> ProviderValues {
    let suggested =
        |setting: &ProviderSetting| if setting.name == ID.name { kind.name.to_owned() } else { String::new() };
    ProviderValues {
        texts: fields(kind, false).map(|setting| (setting.name, suggested(setting))).collect(),
        sign_up: true,
        link_policy: "confirm".to_owned(),
        email_trust: String::new(),
        rest: kind.other_settings.to_owned(),
    }
}

/// The form for these settings.
///
/// # Errors
/// If the settings cannot be serialized.
pub(super) fn of_settings(kind: &ProviderKind, settings: &ProviderSettings) -> serde_json::Result<ProviderValues> {
    let mut members = settings.members();
    let mut take = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let texts = fields(kind, true).map(|setting| (setting.name, take(setting.name))).collect();
    members.retain(|name, _| !APART.contains(&name.as_str()));
    Ok(ProviderValues {
        texts,
        sign_up: settings.sign_up,
        link_policy: settings.link_policy.as_str().to_owned(),
        email_trust: settings.email_trust.map_or("", |rule| rule.as_str()).to_owned(),
        rest: if members.is_empty() { String::new() } else { serde_json::to_string_pretty(&members)? },
    })
}

/// The fields of the form with their values.
pub(super) fn loaded(values: &ProviderValues) -> LoadedValues {
    let texts = values.texts.iter().map(|(name, value)| (*name, value.as_str()));
    let rest = [
        ("sign_up", flag(values.sign_up)),
        ("link_policy", &values.link_policy),
        ("email_trust", &values.email_trust),
        ("rest", &values.rest),
    ];
    LoadedValues::of(&texts.chain(rest).collect::<Vec<_>>())
}

/// The submitted values. A field that was not edited keeps the value that is stored now, as does a member of the JSON
/// field. A new secret goes to the server that the form shows, whatever is stored.
pub(super) fn edited(
    kind: &ProviderKind,
    typed: &ProviderValues,
    loaded: &LoadedValues,
    stored: ProviderValues,
    with_secret: bool,
) -> ProviderValues {
    let pick = |name: &str, typed: &str, stored: String| {
        let is_typed = loaded.is_edited(name, typed) || with_secret && kind.names_server(name);
        if is_typed { typed.to_owned() } else { stored }
    };
    let texts = stored.texts.into_iter().map(|(name, stored)| {
        let typed = typed.texts.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        (name, pick(name, typed, stored))
    });
    ProviderValues {
        texts: texts.collect(),
        sign_up: !pick("sign_up", flag(typed.sign_up), flag(stored.sign_up).to_owned()).is_empty(),
        link_policy: pick("link_policy", &typed.link_policy, stored.link_policy),
        email_trust: pick("email_trust", &typed.email_trust, stored.email_trust),
        rest: if with_secret { typed.rest.clone() } else { edited_rest(&typed.rest, loaded, stored.rest) },
    }
}

fn flag(yes: bool) -> &'static str {
    if yes { "true" } else { "" }
}

fn edited_rest(typed: &str, loaded: &LoadedValues, stored: String) -> String {
    if !loaded.is_edited("rest", typed) {
        return stored;
    }
    let before = loaded.get("rest").map(object);
    let (Some(Some(before)), Some(now), Some(mut members)) = (before, object(typed), object(&stored)) else {
        return typed.to_owned();
    };
    members.retain(|name, _| now.contains_key(name) || !before.contains_key(name));
    members.extend(now.into_iter().filter(|(name, value)| before.get(name) != Some(value)));
    Value::Object(members).to_string()
}

/// The object in the JSON field; an empty field is an empty one.
fn object(rest: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(if rest.trim().is_empty() { "{}" } else { rest }) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// The submitted settings, for the provider `before`, or for the one named in the form.
pub(super) fn settings(
    kinds: &ProviderKinds,
    kind: &ProviderKind,
    before: Option<&ProviderSettings>,
    values: &ProviderValues,
    lang: Lang,
) -> Result<ProviderSettings, FieldErrors> {
    let fault = |field: &str, words: String| FieldErrors::from_iter([(field, words)]);
    let Some(mut members) = object(&values.rest) else {
        return Err(fault("rest", lang.text("provider-rest-object")));
    };
    members.retain(|name, _| !APART.contains(&name.as_str()));
    for (name, value) in &values.texts {
        members.remove(*name);
        let is_list = fields(kind, false).any(|setting| setting.name == *name && setting.shape == Shape::List);
        if is_list {
            members.insert((*name).to_owned(), value.split_whitespace().collect());
        } else if !value.is_empty() || *name == CLIENT_ID.name {
            members.insert((*name).to_owned(), value.as_str().into());
        }
    }
    let typed = values.texts.iter().find(|(name, _)| *name == ID.name).map_or("", |(_, id)| id);
    let id: Result<ProviderId, _> = before.map_or_else(|| typed.parse(), |before| Ok(before.id.clone()));
    let Ok(id) = id else { return Err(fault("id", lang.text("provider-id-hint"))) };
    members.insert("id".to_owned(), id.as_str().into());
    members.insert("kind".to_owned(), kind.name.into());
    members.insert("enabled".to_owned(), before.is_none_or(|before| before.enabled).into());
    members.insert("sign_up".to_owned(), values.sign_up.into());
    for (name, value) in [("link_policy", &values.link_policy), ("email_trust", &values.email_trust)] {
        if !value.is_empty() {
            members.insert(name.to_owned(), value.as_str().into());
        }
    }
    kinds.read(members).map_err(|error| fault("rest", error.to_string()))
}

/// Each fault at its field; those without a field at the JSON field.
pub(super) fn words(faults: &[ProviderFault], values: &ProviderValues, lang: Lang) -> FieldErrors {
    let word = |fault: &ProviderFault| {
        let field = fault.field.as_ref();
        match values.texts.iter().find(|(name, _)| *name == field) {
            Some((_, value)) if value.is_empty() => (field.to_owned(), Message::Required.text(lang)),
            Some(_) => (field.to_owned(), fault.why.to_string()),
            None if ["link_policy", "email_trust"].contains(&field) => (field.to_owned(), fault.why.to_string()),
            None => ("rest".to_owned(), fault.to_string()),
        }
    };
    faults.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::provider::setting::{COMMON, SHARED};
    use usher_upstream::built_in_kinds;
    use usher_upstream::providers::{google, oidc};

    #[test]
    fn no_setting_is_lost_between_a_form_and_the_next() {
        let kinds = built_in_kinds();
        for kind in kinds.iter() {
            let mut before = ProviderSettings {
                label: Some("Works".into()),
                scopes: vec!["openid".into(), "email".into()],
                enabled: false,
                trust_factors: true,
                authoritative_domains: vec!["corp.test".into()],
                extra_params: [("a".to_owned(), "b".to_owned())].into(),
                ..ProviderSettings::new("p".parse().unwrap(), kind, "us")
            };
            for setting in
                kind.fields.iter().filter(|setting| !COMMON.iter().chain(SHARED).any(|s| s.name == setting.name))
            {
                before = match setting.shape {
                    Shape::List => before.with(setting, vec!["a".to_owned(), "b".to_owned()]),
                    Shape::Text | Shape::Other => before.with(setting, "a"),
                };
            }
            let values = of_settings(kind, &before).unwrap();
            assert_eq!(settings(&kinds, kind, Some(&before), &values, Lang::En).unwrap(), before, "{}", kind.name);
        }
    }

    #[test]
    fn unreadable_values_are_reported_at_their_field() {
        let (kinds, kind) = (built_in_kinds(), &google::KIND);
        let faulty = |change: fn(&mut ProviderValues)| {
            let mut values = blank(kind);
            change(&mut values);
            let errors = settings(&kinds, kind, None, &values, Lang::En).unwrap_err();
            errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(faulty(|values| values.rest = "[1]".into()), ["rest"]);
        assert_eq!(faulty(|values| values.rest = "{\"lable\": 1}".into()), ["rest"]);
        assert_eq!(faulty(|values| values.texts[0].1 = "No Good".into()), ["id"]);
        assert_eq!(faulty(|values| values.link_policy = "always".into()), ["rest"]);
    }

    #[test]
    fn what_was_not_edited_stays_as_it_is_stored() {
        let values = |label: &str, rest: &str| ProviderValues {
            texts: vec![("label", label.to_owned()), ("scopes", "openid".to_owned())],
            rest: rest.to_owned(),
            sign_up: true,
            ..blank(&oidc::KIND)
        };
        let before = values("Works", r#"{"pkce":"off","require_iss":true,"discovery":"strict"}"#);
        let loaded = LoadedValues::decode(&loaded(&before).encode());
        let stored = ProviderValues {
            sign_up: false,
            ..values("Renamed", r#"{"pkce":"off","discovery":"lenient","trust_factors":true,"require_iss":true}"#)
        };
        let result = edited(&oidc::KIND, &before, &loaded, stored.clone(), false);
        assert_eq!((result.texts.clone(), result.sign_up), (stored.texts.clone(), false));
        assert_eq!(object(&result.rest), object(&stored.rest));
        let typed = ProviderValues {
            texts: vec![("label", "Works".to_owned()), ("scopes", "openid email".to_owned())],
            ..values("", r#"{"pkce":"s256","discovery":"strict"}"#)
        };
        let result = edited(&oidc::KIND, &typed, &loaded, stored, false);
        assert_eq!(result.texts, [("label", "Renamed".to_owned()), ("scopes", "openid email".to_owned())]);
        let expected = r#"{"pkce":"s256","discovery":"lenient","trust_factors":true}"#;
        assert_eq!(object(&result.rest), object(expected), "{}", result.rest);
        let result = edited(&oidc::KIND, &values("", "[1]"), &loaded, before, false);
        assert_eq!(result.rest, "[1]", "what is no object is refused as typed");
    }

    #[test]
    fn a_new_secret_goes_to_the_server_that_the_form_shows() {
        let values = |issuer: &str, label: &str| ProviderValues {
            texts: vec![("issuer", issuer.to_owned()), ("label", label.to_owned())],
            ..blank(&oidc::KIND)
        };
        let shown = values("https://op.test", "Works");
        let loaded = LoadedValues::decode(&loaded(&shown).encode());
        let stored = values("https://other.test", "Renamed");
        let result = edited(&oidc::KIND, &shown, &loaded, stored, true);
        assert_eq!(result.texts, values("https://op.test", "Renamed").texts);
    }
}
