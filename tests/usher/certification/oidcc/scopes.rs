//! The claims of scopes, and of the parameter `claims`.

use serde_json::Value;

use super::party::{Mode, Party, Tokens, server};

const PROFILE: [&str; 14] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "preferred_username",
];
const EMAIL: [&str; 2] = ["email", "email_verified"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

/// The userinfo response for these scopes has these claims, none of which is empty.
async fn releases(mode: Mode, scope: &str, claims: &[&str]) -> (Tokens, Value) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let tokens = party.flow(&mut server.browser(), &[("scope", scope)]).await;
    tokens.assert_bare();
    let person = party.userinfo(&tokens).await;
    for name in claims {
        let value = &person[name];
        assert!(!value.is_null() && value != "" && value != "null", "{name} in {person}");
    }
    assert_eq!(person.as_object().expect("an object").len(), claims.len() + 1, "nothing else: {person}");
    (tokens, person)
}

pub async fn oidcc_scope_profile(mode: Mode) {
    let (_, person) = releases(mode, "openid profile", &PROFILE).await;
    assert!(person["updated_at"].as_i64().is_some_and(|time| time > 1_000_000_000), "{person}");
    let born = person["birthdate"].as_str().expect("a date");
    assert!(born.len() == 10 && born.split('-').map(str::len).eq([4, 2, 2]), "{born}");
}

pub async fn oidcc_scope_email(mode: Mode) {
    let (_, person) = releases(mode, "openid email", &EMAIL).await;
    assert!(person["email_verified"].is_boolean() && person.get("name").is_none(), "{person}");
}

pub async fn oidcc_scope_address(mode: Mode) {
    let (_, person) = releases(mode, "openid address", &["address"]).await;
    assert!(person["address"].is_object(), "{person}");
}

pub async fn oidcc_scope_phone(mode: Mode) {
    let (_, person) = releases(mode, "openid phone", &PHONE).await;
    assert!(person["phone_number_verified"].is_boolean(), "{person}");
}

pub async fn oidcc_scope_all(mode: Mode) {
    let all: Vec<_> = PROFILE.into_iter().chain(EMAIL).chain(PHONE).chain(["address"]).collect();
    releases(mode, "openid profile email address phone", &all).await;
}

pub async fn oidcc_claims_essential(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let tokens = party.flow(&mut server.browser(), &[("claims", claims)]).await;
    tokens.assert_bare();
    assert_eq!(party.userinfo(&tokens).await["name"], "Ana Luz Souza");
}
