use serde_json::json;

use super::setting::{BASE_URL, ISSUER, SCOPES};
use super::*;

const REGION: ProviderSetting = ProviderSetting::text("region", "").naming_the_server();
const TEAMS: ProviderSetting = ProviderSetting::list("teams", "");

/// A kind with settings of its own.
static BRANDED: ProviderKind = ProviderKind {
    settings: &[&REGION, &TEAMS, &BASE_URL],
    fields: &[&REGION, &TEAMS, &SCOPES],
    ..ProviderKind::openid("branded", KindTitle::Brand("Specimen"))
};

/// A kind without a brand.
static GENERIC: ProviderKind = ProviderKind {
    settings: &[&ISSUER],
    required: &[&ISSUER],
    secret: SecretNeed::UnlessPublic,
    trust_limit: TrustLimit::Authoritative,
    ..ProviderKind::openid("generic", KindTitle::Message("provider-kind-oidc"))
};

/// A kind whose addresses are never verified.
static UNCHECKED: ProviderKind = ProviderKind {
    trust_limit: TrustLimit::Never("it does not check them"),
    ..ProviderKind::oauth("unchecked", KindTitle::Brand("Unchecked"))
};

fn kinds() -> ProviderKinds {
    [&BRANDED, &GENERIC, &UNCHECKED].into_iter().collect()
}

fn of(kind: &ProviderKind) -> ProviderSettings {
    ProviderSettings::new("p".parse().unwrap(), kind, "usher")
}

fn works() -> ProviderSettings {
    ProviderSettings { label: Some("Works".into()), issuer: Some("https://op.test".into()), ..of(&GENERIC) }
}

fn fields(settings: &ProviderSettings) -> Vec<String> {
    let faults = kinds().check(settings).err().unwrap_or_default();
    faults.iter().map(|fault| fault.field.to_string()).collect()
}

fn read(value: &serde_json::Value) -> Result<ProviderSettings, String> {
    kinds().read(value.as_object().unwrap().clone()).map_err(|error| error.to_string())
}

#[test]
fn a_provider_is_named_by_a_short_plain_word() {
    for good in ["google", "x", "acme-2", "0", "a".repeat(32).as_str()] {
        assert!(good.parse::<ProviderId>().is_ok(), "{good}");
    }
    for bad in ["", "-a", "Google", "a_b", "a/b", "a.b", "é", "..", "a".repeat(33).as_str()] {
        assert!(bad.parse::<ProviderId>().is_err(), "{bad}");
    }
    assert!(serde_json::from_str::<ProviderId>("\"../x\"").is_err());
}

#[test]
fn a_kind_says_how_its_providers_are_called_and_what_they_request() {
    assert_eq!(BRANDED.button(&of(&BRANDED)), "Specimen");
    assert_eq!(BRANDED.button(&ProviderSettings { label: Some("Ours".into()), ..of(&BRANDED) }), "Ours");
    assert_eq!(GENERIC.button(&works()), "Works");
    assert_eq!(BRANDED.scopes_of(&of(&BRANDED)), ["openid", "email", "profile"]);
    assert_eq!(BRANDED.scopes_of(&ProviderSettings { scopes: vec!["openid".into()], ..of(&BRANDED) }), ["openid"]);
    assert!(BRANDED.needs_secret(&of(&BRANDED)) && GENERIC.needs_secret(&works()));
    assert!(!GENERIC.needs_secret(&ProviderSettings { client_auth: Some(ClientAuth::None), ..works() }));
    let unknown = ProviderSettings::new("other".parse().unwrap(), &ProviderKind::oauth("?", KindTitle::Brand("?")), "");
    assert_eq!(kinds().button(&unknown), "other", "a kind of another version of Usher");
}

#[test]
fn a_fault_names_the_field_that_has_it() {
    let (b, u) = (|| of(&BRANDED), || of(&UNCHECKED));
    let cases: Vec<(ProviderSettings, &str)> = vec![
        (ProviderSettings { client_id: String::new(), ..b() }, "client_id"),
        (ProviderSettings { label: Some(" ".into()), ..b() }, "label"),
        (ProviderSettings { base_url: Some("http://accounts.google.com".into()), ..b() }, "base_url"),
        (ProviderSettings { base_url: Some("https://a:b@x.test".into()), ..b() }, "base_url"),
        (ProviderSettings { scopes: vec!["email".into()], ..b() }, "scopes"),
        (ProviderSettings { issuer: Some("https://x.test".into()), ..b() }, "issuer"),
        (u().with(&REGION, "eu"), "region"),
        (ProviderSettings { email_trust: Some(EmailTrustRule::Authoritative), ..b() }, "email_trust"),
        (ProviderSettings { authoritative_domains: vec!["x".into()], ..b() }, "authoritative_domains"),
        (ProviderSettings { extra_params: [("state".into(), "1".into())].into(), ..b() }, "extra_params"),
        (ProviderSettings { email_trust: Some(EmailTrustRule::Verified), ..u() }, "email_trust"),
        (ProviderSettings { authoritative_domains: vec!["x.test".into()], ..u() }, "authoritative_domains"),
        (ProviderSettings { label: None, ..works() }, "label"),
        (ProviderSettings { issuer: None, ..works() }, "issuer"),
        (ProviderSettings { base_url: Some("https://op.test".into()), ..works() }, "base_url"),
    ];
    for (settings, field) in cases {
        assert_eq!(fields(&settings), [field], "{settings:?}");
    }
    for sound in [b().with(&REGION, "eu"), works(), u()] {
        assert_eq!(fields(&sound), Vec::<String>::new(), "{sound:?}");
    }
}

#[test]
fn settings_of_a_kind_are_members_like_all_others() {
    let written = json!({"id": "p", "kind": "branded", "client_id": "usher", "region": "eu", "teams": ["a", "b"]});
    let settings = read(&written).unwrap();
    assert_eq!((settings.text(&REGION), settings.list(&TEAMS)), (Some("eu"), &["a".to_owned(), "b".to_owned()][..]));
    let members = settings.members();
    for (name, value) in written.as_object().unwrap() {
        assert_eq!(members.get(name), Some(value), "{name}");
    }
    let stored: ProviderSettings = serde_json::from_value(serde_json::Value::Object(members)).unwrap();
    assert_eq!(stored, settings);
    let empty = json!({"id": "p", "kind": "branded", "client_id": "usher", "region": null, "teams": []});
    assert_eq!(read(&empty).unwrap(), of(&BRANDED), "what is empty is not set");
}

#[test]
fn what_cannot_be_read_is_named() {
    let all = json!({"id": "p", "kind": "branded", "client_id": "x"});
    let with = |name: &str, value: serde_json::Value| {
        let mut all = all.clone();
        all[name] = value;
        read(&all).unwrap_err()
    };
    let error = with("client_secret", "y".into());
    assert!(error.starts_with("unknown field `client_secret`, expected one of `id`, `kind`, `label`"), "{error}");
    assert!(error.contains("`base_url`") && error.ends_with("`region`, `teams`"), "{error}");
    assert_eq!(
        with("kind", "myspace".into()),
        "unknown variant `myspace`, expected one of `branded`, `generic`, `unchecked`"
    );
    assert_eq!(with("region", 5.into()), "invalid type: integer `5`, expected a string");
    assert_eq!(with("teams", "a".into()), "invalid type: string \"a\", expected a sequence");
    assert_eq!(read(&json!({"id": "p", "kind": "branded"})).unwrap_err(), "missing field `client_id`");
    for text in ["", "bearer ", "query:", "header:a b", "cookie:x"] {
        assert!(UserinfoAuth::try_from(text.to_owned()).is_err(), "{text}");
    }
}

#[test]
fn every_setting_that_several_kinds_take_is_a_field() {
    for setting in setting::COMMON.iter().chain(setting::SHARED) {
        let members = json!({"id": "p", "kind": "generic", "client_id": "x", setting.name: {"not": "such a value"}});
        let read = serde_json::from_value::<ProviderSettings>(members);
        // A value of the wrong type is refused, where a name that is no field would be kept as the kind's own.
        assert!(
            read.as_ref().map_or(true, |settings| !settings.own.contains_key(setting.name)),
            "{} {read:?}",
            setting.name
        );
    }
    assert!(!kinds().settings().is_empty());
}

#[test]
fn an_operator_lowers_trust_or_names_domains_but_never_makes_an_unchecked_address_checked() {
    use EmailTrust::{Authoritative, Unverified, Verified};
    let email = Email::parse("a@corp.test").unwrap();
    let with = |rule, domains: &[&str]| ProviderSettings {
        email_trust: rule,
        authoritative_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        ..works()
    };
    let cases = [
        (None, &[][..], [Unverified, Verified, Authoritative]),
        (Some(EmailTrustRule::Never), &["corp.test"][..], [Unverified, Unverified, Unverified]),
        (Some(EmailTrustRule::Verified), &[][..], [Unverified, Verified, Verified]),
        (Some(EmailTrustRule::Authoritative), &[][..], [Unverified, Authoritative, Authoritative]),
        (None, &["Corp.Test"][..], [Unverified, Authoritative, Authoritative]),
        (None, &["other.test"][..], [Unverified, Verified, Authoritative]),
        (Some(EmailTrustRule::Verified), &["corp.test"][..], [Unverified, Authoritative, Authoritative]),
    ];
    for (rule, domains, expected) in cases {
        let settings = with(rule, domains);
        assert_eq!([Unverified, Verified, Authoritative].map(|claimed| settings.judge(&email, claimed)), expected);
    }
}

#[test]
fn a_secret_is_asked_for_again_before_it_goes_to_another_address() {
    let elsewhere = |kind: &ProviderKind, now: ProviderSettings, before: &ProviderSettings| {
        kind.sends_secret_elsewhere(&now, before)
    };
    let before = works();
    assert!(!elsewhere(&GENERIC, ProviderSettings { label: Some("New".into()), ..works() }, &before));
    for other in [
        ProviderSettings { issuer: Some("https://evil.test".into()), ..works() },
        ProviderSettings { token_url: Some("https://evil.test".into()), ..works() },
    ] {
        assert!(elsewhere(&GENERIC, other, &before));
    }
    assert!(elsewhere(&BRANDED, of(&BRANDED).with(&REGION, "eu"), &of(&BRANDED)));
    assert!(!elsewhere(&BRANDED, of(&BRANDED).with(&TEAMS, vec!["a".to_owned()]), &of(&BRANDED)));
}

#[test]
fn settings_are_saved_in_canonical_form() {
    let typed = ProviderSettings {
        label: Some(" The\u{200b} Works ".into()),
        base_url: Some("https://op.test/x/".into()),
        ..of(&BRANDED)
    };
    let canonical = BRANDED.canonical(typed);
    assert_eq!(
        (canonical.label.as_deref(), canonical.base_url.as_deref()),
        (Some("The Works"), Some("https://op.test/x"))
    );
    assert_eq!(BRANDED.canonical(canonical.clone()), canonical);
}
