use super::*;

fn google() -> ProviderSettings {
    ProviderSettings::new("google".parse().unwrap(), ProviderKind::Google, "id.apps.googleusercontent.com")
}

fn oidc() -> ProviderSettings {
    ProviderSettings {
        label: Some("Works".into()),
        issuer: Some("https://op.test".into()),
        ..ProviderSettings::new("works".parse().unwrap(), ProviderKind::Oidc, "usher")
    }
}

fn fields(settings: &ProviderSettings) -> Vec<&'static str> {
    settings.check().err().unwrap_or_default().iter().map(|fault| fault.field).collect()
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
fn every_kind_stands_with_the_essentials_alone() {
    for kind in [ProviderKind::Google, ProviderKind::Facebook, ProviderKind::X, ProviderKind::Github] {
        let settings = ProviderSettings::new("p".parse().unwrap(), kind, "id");
        assert_eq!(settings.check(), Ok(()), "{kind:?}");
        assert_eq!(settings.name(), kind.brand());
    }
    assert_eq!(oidc().check(), Ok(()));
    let apple = ProviderSettings {
        team_id: Some("ABCDE12345".into()),
        key_id: Some("12345ABCDE".into()),
        ..ProviderSettings::new("apple".parse().unwrap(), ProviderKind::Apple, "com.example.web")
    };
    assert_eq!(apple.check(), Ok(()));
    assert!(apple.posts_back());
}

#[test]
fn a_fault_names_the_field_that_has_it() {
    let p = google;
    let cases: Vec<(ProviderSettings, &str)> = vec![
        (ProviderSettings { client_id: String::new(), ..p() }, "client_id"),
        (ProviderSettings { label: Some(" ".into()), ..p() }, "label"),
        (ProviderSettings { base_url: Some("http://accounts.google.com".into()), ..p() }, "base_url"),
        (ProviderSettings { base_url: Some("https://a:b@x.test".into()), ..p() }, "base_url"),
        (ProviderSettings { hd: Some("not a domain".into()), ..p() }, "hd"),
        (ProviderSettings { scopes: vec!["email".into()], ..p() }, "scopes"),
        (ProviderSettings { issuer: Some("https://x.test".into()), ..p() }, "issuer"),
        (ProviderSettings { tenant: Some("common".into()), ..p() }, "tenant"),
        (ProviderSettings { email_trust: Some(EmailTrustRule::Authoritative), ..p() }, "email_trust"),
        (ProviderSettings { authoritative_domains: vec!["x".into()], ..p() }, "authoritative_domains"),
        (ProviderSettings { extra_params: [("state".into(), "1".into())].into(), ..p() }, "extra_params"),
        (ProviderSettings { graph_version: Some("25".into()), kind: ProviderKind::Facebook, ..p() }, "graph_version"),
        (
            ProviderSettings { email_trust: Some(EmailTrustRule::Verified), kind: ProviderKind::Facebook, ..p() },
            "email_trust",
        ),
        (
            ProviderSettings {
                team_id: Some("SHORT".into()),
                key_id: Some("12345ABCDE".into()),
                kind: ProviderKind::Apple,
                ..p()
            },
            "team_id",
        ),
        (ProviderSettings { tenant: Some("mine".into()), kind: ProviderKind::Microsoft, ..p() }, "tenant"),
        (ProviderSettings { label: None, ..oidc() }, "label"),
        (ProviderSettings { issuer: None, ..oidc() }, "issuer"),
        (ProviderSettings { algorithms: vec!["HS256".into()], ..oidc() }, "algorithms"),
        (ProviderSettings { algorithms: vec!["none".into()], ..oidc() }, "algorithms"),
        (ProviderSettings { token_url: Some("https://op.test/t".into()), ..oidc() }, "token_url"),
    ];
    for (settings, field) in cases {
        assert_eq!(fields(&settings), [field], "{settings:?}");
    }
}

#[test]
fn a_plain_oauth_server_is_described_by_pointers() {
    let settings: ProviderSettings = serde_json::from_value(serde_json::json!({
        "id": "forge", "kind": "oauth2", "label": "Forge", "client_id": "usher", "issuer": "https://forge.test",
        "authorize_url": "https://forge.test/authorize", "token_url": "https://forge.test/token",
        "userinfo_url": "https://forge.test/me", "userinfo_auth": "header:token",
        "map": {"subject": "/data/id", "subject_type": "integer", "email": "/data/mail",
                "email_verified": {"present": "/data/mail"}},
        "emails": {"url": "https://forge.test/emails", "pick": "verified&&primary"}
    }))
    .unwrap();
    assert_eq!(settings.check(), Ok(()));
    assert_eq!(settings.userinfo_auth, Some(UserinfoAuth::Scheme("token".into())));
    let back: ProviderSettings = serde_json::from_value(serde_json::to_value(&settings).unwrap()).unwrap();
    assert_eq!(back, settings);
    let broken = ProviderSettings { map: Some(UserMap { subject: "id".into(), ..UserMap::default() }), ..settings };
    assert_eq!(fields(&broken), ["map.subject"]);
}

#[test]
fn a_field_nobody_knows_is_not_passed_over() {
    let text = r#"{"id":"g","kind":"google","client_id":"x","client_secret":"y"}"#;
    assert!(serde_json::from_str::<ProviderSettings>(text).is_err());
    assert!(serde_json::from_str::<ProviderSettings>(r#"{"id":"g","kind":"myspace","client_id":"x"}"#).is_err());
    for text in ["", "bearer ", "query:", "header:a b", "cookie:x"] {
        assert!(UserinfoAuth::try_from(text.to_owned()).is_err(), "{text}");
    }
}

#[test]
fn an_operator_lowers_trust_or_names_domains_but_never_makes_an_unchecked_address_checked() {
    use EmailTrust::{Authoritative, Unverified, Verified};
    let email = Email::parse("a@corp.test").unwrap();
    let with = |rule, domains: &[&str]| ProviderSettings {
        email_trust: rule,
        authoritative_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        ..oidc()
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
    let before = oidc();
    assert!(!ProviderSettings { label: Some("New".into()), ..oidc() }.sends_secret_elsewhere(&before));
    assert!(ProviderSettings { issuer: Some("https://evil.test".into()), ..oidc() }.sends_secret_elsewhere(&before));
    assert!(ProviderSettings { token_url: Some("https://evil.test".into()), ..oidc() }.sends_secret_elsewhere(&before));
}

#[test]
fn a_microsoft_address_may_be_given_with_the_tenant_or_without() {
    let id = "5a1b7c3e-0000-4000-8000-00000000cafe";
    let settled = |kind, base: &str, tenant: Option<&str>| {
        let settings = ProviderSettings {
            base_url: Some(base.to_owned()),
            tenant: tenant.map(str::to_owned),
            ..ProviderSettings::new("p".parse().unwrap(), kind, "sim")
        };
        let settled = settings.canonical();
        assert_eq!(settled.clone().canonical(), settled, "{base}");
        (settled.base_url.unwrap(), settled.tenant)
    };
    let base = "http://127.0.0.1:9400/microsoft";
    for (given, tenant, expected) in [
        (base.to_owned(), None, None),
        (format!("{base}/"), None, None),
        (format!("{base}/common"), None, Some("common")),
        (format!("{base}/{id}/"), None, Some(id)),
        (format!("{base}/{id}"), Some(id), Some(id)),
        (base.to_owned(), Some("consumers"), Some("consumers")),
    ] {
        let expected = (base.to_owned(), expected.map(str::to_owned));
        assert_eq!(settled(ProviderKind::Microsoft, &given, tenant), expected, "{given}");
    }
    let other = settled(ProviderKind::Microsoft, &format!("{base}/common"), Some(id));
    assert_eq!(other, (format!("{base}/common"), Some(id.to_owned())), "a contradiction is not settled in silence");
    assert_eq!(settled(ProviderKind::Google, "https://x.test/common/", None), ("https://x.test/common".into(), None));
}
