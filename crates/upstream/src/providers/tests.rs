//! Every kind with its rules.

use serde_json::json;

use super::{CONNECTORS, apple, facebook, github, google, microsoft, oauth2, oidc, x};
use crate::built_in_kinds;
use usher_domain::provider::{EmailTrustRule, ProviderKind, ProviderSettings, UserMap, UserinfoAuth};

fn of(kind: &ProviderKind) -> ProviderSettings {
    ProviderSettings::new("p".parse().unwrap(), kind, "id")
}

fn works() -> ProviderSettings {
    ProviderSettings { label: Some("Works".into()), issuer: Some("https://op.test".into()), ..of(&oidc::KIND) }
}

fn fields(settings: &ProviderSettings) -> Vec<String> {
    let faults = built_in_kinds().check(settings).err().unwrap_or_default();
    faults.iter().map(|fault| fault.field.to_string()).collect()
}

#[test]
fn a_kind_is_listed_once_and_its_lists_agree() {
    for connector in CONNECTORS {
        let kind = connector.kind;
        assert_eq!(CONNECTORS.iter().filter(|one| one.kind.name == kind.name).count(), 1, "{}", kind.name);
        assert!(kind.fields.iter().all(|setting| kind.takes(setting.name) && setting.field.is_some()), "{}", kind.name);
        assert!(kind.required.iter().all(|setting| kind.takes(setting.name)), "{}", kind.name);
        assert!(kind.metadata_at.is_none_or(|setting| kind.takes(setting.name)), "{}", kind.name);
    }
}

#[test]
fn every_kind_stands_with_the_essentials_alone() {
    for kind in [&google::KIND, &facebook::KIND, &x::KIND, &github::KIND, &microsoft::KIND] {
        let settings = of(kind);
        assert_eq!(fields(&settings), Vec::<String>::new(), "{}", kind.name);
        assert_eq!(Some(kind.button(&settings)), kind.brand());
    }
    assert_eq!(fields(&works()), Vec::<String>::new());
    let apple = of(&apple::KIND).with(&apple::TEAM_ID, "ABCDE12345").with(&apple::KEY_ID, "12345ABCDE");
    assert_eq!(fields(&apple), Vec::<String>::new());
    assert!(apple::KIND.posts_back(&apple));
}

#[test]
fn a_fault_names_the_field_that_has_it() {
    let (google, facebook) = (|| of(&google::KIND), || of(&facebook::KIND));
    let cases: Vec<(ProviderSettings, &str)> = vec![
        (google().with(&google::HD, "not a domain"), "hd"),
        (google().with(&microsoft::TENANT, "common"), "tenant"),
        (facebook().with(&facebook::GRAPH_VERSION, "25"), "graph_version"),
        (ProviderSettings { email_trust: Some(EmailTrustRule::Verified), ..facebook() }, "email_trust"),
        (ProviderSettings { scopes: vec!["users.read".into()], ..of(&x::KIND) }, "scopes"),
        (of(&apple::KIND).with(&apple::TEAM_ID, "SHORT").with(&apple::KEY_ID, "12345ABCDE"), "team_id"),
        (of(&microsoft::KIND).with(&microsoft::TENANT, "mine"), "tenant"),
        (of(&microsoft::KIND).with(&microsoft::ALLOWED_TENANTS, vec!["common".to_owned()]), "allowed_tenants"),
        (ProviderSettings { label: None, ..works() }, "label"),
        (ProviderSettings { issuer: None, ..works() }, "issuer"),
        (ProviderSettings { algorithms: vec!["HS256".into()], ..works() }, "algorithms"),
        (ProviderSettings { algorithms: vec!["none".into()], ..works() }, "algorithms"),
        (ProviderSettings { token_url: Some("https://op.test/t".into()), ..works() }, "token_url"),
    ];
    for (settings, field) in cases {
        assert_eq!(fields(&settings), [field], "{settings:?}");
    }
}

#[test]
fn a_plain_oauth_server_is_described_by_pointers() {
    let written = json!({
        "id": "forge", "kind": "oauth2", "label": "Forge", "client_id": "usher", "issuer": "https://forge.test",
        "authorize_url": "https://forge.test/authorize", "token_url": "https://forge.test/token",
        "userinfo_url": "https://forge.test/me", "userinfo_auth": "header:token",
        "map": {"subject": "/data/id", "subject_type": "integer", "email": "/data/mail",
                "email_verified": {"present": "/data/mail"}},
        "emails": {"url": "https://forge.test/emails", "pick": "verified&&primary"}
    });
    let settings = built_in_kinds().read(written.as_object().unwrap().clone()).unwrap();
    assert_eq!(oauth2::KIND.checked(&settings), Ok(()));
    assert_eq!(settings.userinfo_auth, Some(UserinfoAuth::Scheme("token".into())));
    let back = built_in_kinds().read(settings.members()).unwrap();
    assert_eq!(back, settings);
    let broken = ProviderSettings { map: Some(UserMap { subject: "id".into(), ..UserMap::default() }), ..settings };
    assert_eq!(fields(&broken), ["map.subject"]);
}

#[test]
fn a_microsoft_address_may_be_given_with_the_tenant_or_without() {
    let id = "5a1b7c3e-0000-4000-8000-00000000cafe";
    let canonical = |kind: &ProviderKind, base: &str, tenant: Option<&str>| {
        let settings = ProviderSettings { base_url: Some(base.to_owned()), ..of(kind) };
        let settings = tenant.map_or(settings.clone(), |tenant| settings.with(&microsoft::TENANT, tenant));
        let canonical = kind.canonical(settings);
        assert_eq!(kind.canonical(canonical.clone()), canonical, "{base}");
        (canonical.base_url.clone().unwrap(), canonical.text(&microsoft::TENANT).map(str::to_owned))
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
        assert_eq!(canonical(&microsoft::KIND, &given, tenant), expected, "{given}");
    }
    let other = canonical(&microsoft::KIND, &format!("{base}/common"), Some(id));
    assert_eq!(other, (format!("{base}/common"), Some(id.to_owned())), "a contradiction is not resolved silently");
    assert_eq!(canonical(&google::KIND, "https://x.test/common/", None), ("https://x.test/common".into(), None));
}
