//! Conversion between the settings of a provider and the fields of its form.
//!
//! A kind has its own fields; all other settings are in one more field, as JSON, so that nothing is lost.

use serde_json::{Map, Value};

use crate::login::sign_in::text;
use crate::views::{FieldErrors, Message, ProviderValues};
use usher_domain::provider::{ProviderFault, ProviderId, ProviderKind, ProviderSettings};
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// Fields with lists.
const LISTS: [&str; 2] = ["scopes", "allowed_tenants"];
/// Members of the settings that are not text fields.
const APART: [&str; 6] = ["id", "kind", "enabled", "sign_up", "link_policy", "email_trust"];

/// The text fields of a kind, in order.
pub(super) fn fields(kind: ProviderKind, editing: bool) -> Vec<&'static str> {
    let own: &[&str] = match kind {
        ProviderKind::Google => &["hd", "scopes", "base_url"],
        ProviderKind::Facebook => &["graph_version", "scopes", "base_url"],
        ProviderKind::X | ProviderKind::Github => &["scopes", "base_url"],
        ProviderKind::Apple => &["team_id", "key_id", "scopes", "base_url"],
        ProviderKind::Microsoft => &["tenant", "allowed_tenants", "scopes", "base_url"],
        ProviderKind::Oidc => &["issuer", "scopes"],
        ProviderKind::Oauth2 => &["issuer", "authorize_url", "token_url", "userinfo_url", "scopes"],
    };
    let first: &[&str] = if editing { &["label", "client_id"] } else { &["id", "label", "client_id"] };
    [first, own].concat()
}

/// The empty form for a kind.
pub(super) fn blank(kind: ProviderKind) -> ProviderValues {
    let suggested = |name| if name == "id" { kind.as_str().to_owned() } else { String::new() };
    ProviderValues {
        texts: fields(kind, false).into_iter().map(|name| (name, suggested(name))).collect(),
        sign_up: true,
        link_policy: "confirm".to_owned(),
        email_trust: String::new(),
        rest: if kind == ProviderKind::Oauth2 { "{\"map\": {\"subject\": \"/id\"}}".to_owned() } else { String::new() },
    }
}

/// The form for these settings.
///
/// # Errors
/// If the settings cannot be serialized.
pub(super) fn of_settings(settings: &ProviderSettings) -> serde_json::Result<ProviderValues> {
    let mut members = match serde_json::to_value(settings)? {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let mut take = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let texts = fields(settings.kind, true).into_iter().map(|name| (name, take(name))).collect();
    members.retain(|name, _| !APART.contains(&name.as_str()));
    Ok(ProviderValues {
        texts,
        sign_up: settings.sign_up,
        link_policy: settings.link_policy.as_str().to_owned(),
        email_trust: settings.email_trust.map_or("", |rule| rule.as_str()).to_owned(),
        rest: if members.is_empty() { String::new() } else { serde_json::to_string_pretty(&members)? },
    })
}

/// The submitted form.
pub(super) fn of_form(kind: ProviderKind, editing: bool, form: &Params) -> ProviderValues {
    ProviderValues {
        texts: fields(kind, editing).into_iter().map(|name| (name, text(form, name).trim().to_owned())).collect(),
        sign_up: !text(form, "sign_up").is_empty(),
        link_policy: text(form, "link_policy"),
        email_trust: text(form, "email_trust"),
        rest: text(form, "rest").trim().to_owned(),
    }
}

/// The submitted settings, for the provider `id`, or for the one named in the form.
pub(super) fn settings(
    kind: ProviderKind,
    before: Option<&ProviderSettings>,
    values: &ProviderValues,
    lang: Lang,
) -> Result<ProviderSettings, FieldErrors> {
    let fault = |field: &str, words: String| FieldErrors::from_iter([(field, words)]);
    let rest = if values.rest.is_empty() { "{}" } else { &values.rest };
    let Ok(Value::Object(mut members)) = serde_json::from_str(rest) else {
        return Err(fault("rest", lang.text("provider-rest-object")));
    };
    members.retain(|name, _| !APART.contains(&name.as_str()));
    for (name, value) in &values.texts {
        members.remove(*name);
        if LISTS.contains(name) {
            members.insert((*name).to_owned(), value.split_whitespace().collect());
        } else if !value.is_empty() || *name == "client_id" {
            members.insert((*name).to_owned(), value.as_str().into());
        }
    }
    let typed = values.texts.iter().find(|(name, _)| *name == "id").map_or("", |(_, id)| id);
    let id: Result<ProviderId, _> = before.map_or_else(|| typed.parse(), |before| Ok(before.id.clone()));
    let Ok(id) = id else { return Err(fault("id", lang.text("provider-id-hint"))) };
    members.insert("id".to_owned(), id.as_str().into());
    members.insert("kind".to_owned(), kind.as_str().into());
    members.insert("enabled".to_owned(), before.is_none_or(|before| before.enabled).into());
    members.insert("sign_up".to_owned(), values.sign_up.into());
    for (name, value) in [("link_policy", &values.link_policy), ("email_trust", &values.email_trust)] {
        if !value.is_empty() {
            members.insert(name.to_owned(), value.as_str().into());
        }
    }
    serde_json::from_value(Value::Object(members)).map_err(|error| fault("rest", error.to_string()))
}

/// Each fault at its field; those without a field at the JSON field.
pub(super) fn words(faults: &[ProviderFault], values: &ProviderValues, lang: Lang) -> FieldErrors {
    let word = |fault: &ProviderFault| {
        let shown = values.texts.iter().find(|(name, _)| *name == fault.field);
        match shown {
            Some((name, value)) if value.is_empty() => ((*name).to_owned(), Message::Required.text(lang)),
            Some((name, _)) => ((*name).to_owned(), fault.why.to_owned()),
            None if ["link_policy", "email_trust"].contains(&fault.field) => {
                (fault.field.to_owned(), fault.why.to_owned())
            }
            None => ("rest".to_owned(), fault.to_string()),
        }
    };
    faults.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_is_lost_between_a_form_and_the_next() {
        for kind in ProviderKind::ALL {
            let before = ProviderSettings {
                label: Some("Works".into()),
                scopes: vec!["openid".into(), "email".into()],
                enabled: false,
                trust_factors: true,
                authoritative_domains: vec!["corp.test".into()],
                extra_params: [("a".to_owned(), "b".to_owned())].into(),
                tenant: Some("common".into()),
                ..ProviderSettings::new("p".parse().unwrap(), *kind, "us")
            };
            let values = of_settings(&before).unwrap();
            assert_eq!(settings(*kind, Some(&before), &values, Lang::En).unwrap(), before, "{kind:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_field() {
        let kind = ProviderKind::Google;
        let told = |change: fn(&mut ProviderValues)| {
            let mut values = blank(kind);
            change(&mut values);
            let errors = settings(kind, None, &values, Lang::En).unwrap_err();
            errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(told(|values| values.rest = "[1]".into()), ["rest"]);
        assert_eq!(told(|values| values.rest = "{\"lable\": 1}".into()), ["rest"]);
        assert_eq!(told(|values| values.texts[0].1 = "No Good".into()), ["id"]);
        assert_eq!(told(|values| values.link_policy = "always".into()), ["rest"]);
    }
}
