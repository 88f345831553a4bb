use super::*;
use crate::grant_type::samples::GRANT_TYPES;

fn sound() -> ClientMetadata {
    ClientMetadata {
        client_name: "Shop".into(),
        redirect_uris: vec!["https://rp.test/cb".into()],
        ..ClientMetadata::default()
    }
}

#[test]
fn a_sound_document_passes_and_survives_json() {
    let metadata = sound();
    assert_eq!(metadata.check(&GRANT_TYPES), Ok(()));
    let json = serde_json::to_string(&metadata).unwrap();
    assert_eq!(serde_json::from_str::<ClientMetadata>(&json).unwrap(), metadata);
}

#[test]
fn every_fault_is_named_at_once() {
    let metadata = ClientMetadata {
        redirect_uris: vec!["https://rp.test/cb#x".into(), "https://*.rp.test".into()],
        grant_types: vec!["implicit".into()],
        response_types: vec!["token".into()],
        logo_uri: Some("javascript:alert(1)".into()),
        id_token_signed_response_alg: "none".into(),
        ..ClientMetadata::default()
    };
    let faults = metadata.check(&GRANT_TYPES).unwrap_err();
    let members: Vec<_> = faults.iter().map(|fault| fault.member).collect();
    assert_eq!(
        members,
        ["grant_types", "response_types", "redirect_uris", "redirect_uris", "logo_uri", "id_token_signed_response_alg"]
    );
    assert_eq!(faults[2].code(), "invalid_redirect_uri");
}

#[test]
fn contacts_are_a_few_short_texts_of_one_line() {
    let with = |contacts: Vec<String>| ClientMetadata { contacts, ..sound() }.check(&GRANT_TYPES);
    assert_eq!(with(vec!["ops@shop.example".into(), "+55 11 5550 0143".into()]), Ok(()));
    for bad in [String::new(), "a\nb".into(), "a\u{2028}b".into(), "a".repeat(201)] {
        assert_eq!(with(vec![bad]).unwrap_err()[0].member, "contacts");
    }
    assert!(with(vec!["ops@shop.example".into(); 21]).is_err());
}

#[test]
fn a_stored_document_without_the_newer_members_keeps_its_behaviour() {
    let stored: ClientMetadata = serde_json::from_str(r#"{"client_name":"Shop","scope":"openid"}"#).unwrap();
    assert_eq!((stored.id_token_claims, stored.require_pkce), (IdTokenContent::Minimal, false));
    assert_eq!((stored.roles_claim.as_str(), stored.scope.to_string().as_str()), ("roles", "openid"));
}

#[test]
fn the_roles_claim_is_roles_groups_or_an_absolute_url() {
    let with = |name: &str| ClientMetadata { roles_claim: name.into(), ..sound() }.check(&GRANT_TYPES);
    for good in ["roles", "groups", "https://shop.example/claims/roles"] {
        assert_eq!(with(good), Ok(()), "{good}");
    }
    for bad in
        ["", "sub", "email", "Roles", "urn:roles", "https://", "javascript:x", &format!("https://{}", "a".repeat(200))]
    {
        assert_eq!(with(bad).unwrap_err()[0].member, "roles_claim", "{bad}");
    }
}

#[test]
fn a_misspelt_member_is_noticed() {
    assert!(serde_json::from_str::<ClientMetadata>(r#"{"client_nmae":"x"}"#).is_err());
    assert!(serde_json::from_str::<ClientMetadata>(r#"{"token_endpoint_auth_method":"tls_auth"}"#).is_err());
    assert!(serde_json::from_str::<ClientMetadata>("7").is_err());
}

#[test]
fn the_address_for_logout_is_https_or_loopback_without_a_fragment_or_placeholders() {
    let with = |uri: &str| ClientMetadata { backchannel_logout_uri: Some(uri.into()), ..sound() }.check(&GRANT_TYPES);
    for good in ["https://rp.test/logout?x=1", "http://localhost:9/logout", "http://127.0.0.1/l"] {
        assert_eq!(with(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "http://rp.test/l",
        "https://rp.test/#l",
        "ftp://rp.test",
        "com.example.app:/l",
        "https://u:p@rp.test/l",
        "https://rp.test/{sid}",
        "https://rp.test/${client_session_host}",
        "//rp.test/l",
        "/logout",
    ] {
        let faults = with(bad).unwrap_err();
        assert_eq!(faults[0].member, "backchannel_logout_uri", "{bad}");
    }
}

#[test]
fn a_machine_must_keep_a_secret() {
    let machine = ClientMetadata {
        grant_types: vec!["client_credentials".into()],
        response_types: vec![],
        redirect_uris: vec![],
        token_endpoint_auth_method: AuthMethod::None,
        ..sound()
    };
    assert_eq!(machine.check(&GRANT_TYPES).unwrap_err().len(), 1);
}
