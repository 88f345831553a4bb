use clap::Parser;
use serde_json::json;

use super::*;

fn merged(kind: ClientType, file: Value, typed: Value) -> Result<Value, String> {
    let object = |value: Value| value.as_object().cloned().unwrap();
    let metadata = merge(kind, &kind.defaults(), [object(file), object(typed)]).map_err(|error| error.to_string())?;
    Ok(serde_json::to_value(metadata).unwrap())
}

#[test]
fn what_is_typed_wins_over_the_file_and_the_file_over_the_type() {
    let file =
        json!({"client_name": "File", "redirect_uris": ["https://a.test/"], "id_token_signed_response_alg": "ES256"});
    let all = merged(ClientType::Spa, file, json!({"client_name": "Typed"})).unwrap();
    assert_eq!(all["client_name"], "Typed");
    assert_eq!(all["redirect_uris"], json!(["https://a.test/"]));
    assert_eq!(all["id_token_signed_response_alg"], "ES256");
    assert_eq!(all["token_endpoint_auth_method"], "none", "what suits the type stands where nobody says otherwise");
}

#[test]
fn null_goes_back_to_what_suits_the_type() {
    let file = json!({"client_uri": "https://a.test/", "id_token_claims": "minimal", "roles_claim": "groups"});
    let all = merged(ClientType::Web, file, json!({"client_uri": null, "id_token_claims": null})).unwrap();
    assert_eq!((all.get("client_uri"), &all["id_token_claims"]), (None, &json!("scopes")));
    assert_eq!(all["roles_claim"], "groups");
}

#[test]
fn a_misspelt_member_is_named() {
    for value in [json!(["x"]), Value::Null] {
        let error = merged(ClientType::Web, json!({"redirect_uri": value}), json!({})).unwrap_err();
        assert!(error.contains("redirect_uri"), "{error}");
    }
}

#[derive(Parser)]
struct TestCli {
    #[command(flatten)]
    settings: MetadataArgs,
}

#[test]
fn every_member_that_may_change_has_an_option() {
    let typed = TestCli::parse_from([
        "client",
        "--redirect-uri",
        "a",
        "--post-logout-redirect-uri",
        "b",
        "--backchannel-logout-uri",
        "c",
        "--web-origin",
        "k",
        "--scope",
        "openid",
        "--grant-type",
        "d",
        "--id-token-alg",
        "RS256",
        "--access-token-alg",
        "RS256",
        "--id-token-claims",
        "minimal",
        "--roles-claim",
        "groups",
        "--require-pkce=false",
        "--require-second-factor",
        "--first-party",
        "--refresh-rotation",
        "reuse",
        "--refresh-idle-seconds",
        "1",
        "--refresh-absolute-seconds",
        "2",
        "--default-max-age",
        "3",
        "--default-acr-value",
        "aal2",
        "--audience",
        "e",
        "--client-uri",
        "f",
        "--logo-uri",
        "g",
        "--policy-uri",
        "h",
        "--tos-uri",
        "i",
        "--contact",
        "j",
        "--auth",
        "private_key_jwt",
        "--auth-alg",
        "ES256",
        "--jwks-uri",
        "l",
        "--require-par",
        "--require-signed-request",
        "--request-alg",
        "PS256",
        "--request-uri",
        "m",
        "--security-profile",
        "fapi2",
        "--introspection-alg",
        "ES256",
        "--response-alg",
        "ES256",
        "--userinfo-alg",
        "ES256",
        "--initiate-login-uri",
        "n",
        "--subject-type",
        "pairwise",
        "--sector-identifier-uri",
        "o",
        "--dpop",
        "--tls-subject-dn",
        "p",
        "--tls-san-dns",
        "q",
        "--tls-san-uri",
        "r",
        "--tls-san-ip",
        "s",
        "--tls-san-email",
        "t",
        "--tls-bound",
        "--federated-credential",
        "issuer=https://k8s.test,subject=system:serviceaccount:shop:api,audience=usher,jwks_uri=https://k8s.test/k?a=b",
    ]);
    let mut typed = typed.settings.members(Some("Shop".into()));
    assert_eq!(typed.remove("jwks"), Some(Value::Null));
    let all: ClientMetadata = serde_json::from_value(Value::Object(typed.clone())).unwrap();
    // Decided when the client is made, or fixed: no option changes them.
    let fixed = ["response_types", "any_localhost_redirect", "backchannel_logout_session_required"];
    for (member, value) in object(&all).unwrap() {
        assert!(typed.get(&member) == Some(&value) || fixed.contains(&member.as_str()), "{member}");
    }
    assert_eq!(typed["require_pkce"], json!(false));
}

#[test]
fn a_jwk_set_is_read_from_a_file_and_replaces_a_url() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, r#"{"keys":[]}"#).unwrap();
    let typed = TestCli::try_parse_from(["client", "--jwks", path.to_str().unwrap()]).unwrap();
    let members = typed.settings.members(None);
    assert_eq!(Value::Object(members), json!({"jwks": {"keys": []}, "jwks_uri": null}));
    std::fs::write(&path, "{").unwrap();
    assert!(TestCli::try_parse_from(["client", "--jwks", path.to_str().unwrap()]).is_err());
    assert!(TestCli::try_parse_from(["client", "--jwks", "/nowhere"]).is_err());
}

#[test]
fn a_federated_credential_is_a_list_of_names() {
    let read = |text: &str| read_credential(text).map_err(|error| error.contains("expected"));
    assert_eq!(read("issuer=https://i.test,subject=a=b"), Ok(json!({"issuer": "https://i.test", "subject": "a=b"})));
    for bad in ["", "issuer", "sub=x", "issuer=a,,subject=b"] {
        assert_eq!(read(bad), Err(true), "{bad}");
    }
}

#[test]
fn an_empty_text_removes_a_member_and_empties_a_list() {
    let typed = TestCli::parse_from(["client", "--client-uri", "", "--contact", ""]);
    let members = typed.settings.members(None);
    assert_eq!(Value::Object(members), json!({"client_uri": null, "contacts": []}));
}
