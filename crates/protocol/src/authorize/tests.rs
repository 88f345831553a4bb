use super::*;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn checked(requires_pkce: bool, pairs: &[(&str, &str)]) -> Result<AuthorizeRequest, OAuthError> {
    let scope = Scope::of(["openid", "email", "offline_access"]);
    let rules = ClientRules {
        requires_pkce,
        transport: RequestTransport::default(),
        scope: &scope,
        scopes_of_apis: false,
        authorization_code: true,
        refresh_token: true,
    };
    let base = [("response_type", "code"), ("scope", "openid email")];
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in base.iter().filter(|(name, _)| pairs.iter().all(|(other, _)| other != name)).chain(pairs) {
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    AuthorizeRequest::check(&Params::from_pairs(all), RequestTransport::default(), &rules).map_err(|(error, _)| error)
}

fn code_of(requires_pkce: bool, pairs: &[(&str, &str)]) -> &'static str {
    checked(requires_pkce, pairs).map_or_else(|error| error.code.as_str(), |_| "accepted")
}

#[test]
fn an_ordinary_request_passes() {
    let request = checked(
        true,
        &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256"), ("state", "x y"), ("nonce", "n")],
    )
    .unwrap();
    assert_eq!(request.state.as_deref(), Some("x y"));
    assert!(request.code_challenge.is_some());
    assert_eq!(request.scope, Scope::of(["openid", "email"]));
}

#[test]
fn a_device_needs_a_scope_and_may_use_pkce() {
    let scope = Scope::of(["openid", "email", "offline_access"]);
    let rules = ClientRules {
        requires_pkce: true,
        transport: RequestTransport::default(),
        scope: &scope,
        scopes_of_apis: false,
        authorization_code: false,
        refresh_token: true,
    };
    let code_of = |pairs: &[(&str, &str)]| {
        let checked = AuthorizeRequest::check_device(&Params::from_pairs(pairs.iter().copied()), &rules);
        checked.map_or_else(|error| error.code.as_str(), |_| "accepted")
    };
    for (pairs, code) in [
        (&[("scope", "openid offline_access")][..], "accepted"),
        (&[("scope", "openid"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")], "accepted"),
        (&[("scope", "openid"), ("code_challenge", CHALLENGE)], "invalid_request"),
        (&[("scope", "openid"), ("scope", "email")], "invalid_request"),
        (&[("scope", "openid"), ("request", "e30")], "invalid_request"),
        (&[("scope", "openid"), ("resource", "https://api.test")], "accepted"),
        (&[("resource", "https://api.test")], "accepted"),
        (&[("scope", "openid"), ("resource", "orders")], "invalid_target"),
        (&[("scope", "unknown")], "invalid_scope"),
        (&[], "invalid_scope"),
    ] {
        assert_eq!(code_of(pairs), code, "{pairs:?}");
    }
}

#[test]
fn each_fault_has_its_own_code() {
    for (pairs, code) in [
        (&[("response_type", "token")][..], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_mode", "web_message")], "invalid_request"),
        (&[("response_mode", "query"), ("response_mode", "query")], "invalid_request"),
        (&[("response_mode", "fragment")], "accepted"),
        (&[("response_mode", "form_post")], "accepted"),
        (&[("dpop_jkt", "short")], "invalid_request"),
        (&[("dpop_jkt", CHALLENGE)], "accepted"),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("resource", "orders")], "invalid_target"),
        (&[("resource", "https://api.test#a")], "invalid_target"),
        (&[("resource", "https://api.test"), ("resource", "https://b.test")], "accepted"),
        (&[("resource", "https://api.test"), ("scope", "")], "accepted"),
        (&[("resource", "https://api.test"), ("scope", "admin")], "invalid_scope"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("scope", "open\"id")], "invalid_scope"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("max_age", "+1")], "invalid_request"),
        (&[("max_age", "abc")], "invalid_request"),
        (&[("max_age", "9223372036854775808")], "invalid_request"),
        (&[("display", "hologram")], "invalid_request"),
        (&[("claims", "[")], "invalid_request"),
        (&[("code_challenge", CHALLENGE)], "invalid_request"),
        (&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "S256")], "invalid_request"),
        (&[("state", "a"), ("state", "b")], "invalid_request"),
        (&[("nonce", "a"), ("nonce", "b")], "invalid_request"),
        (&[("extra", "foobar")], "accepted"),
        (&[("acr_values", "1 2"), ("ui_locales", "se"), ("display", "popup")], "accepted"),
    ] {
        assert_eq!(code_of(false, pairs), code, "{pairs:?}");
    }
}

#[test]
fn a_public_client_must_send_a_challenge() {
    assert_eq!(code_of(true, &[]), "invalid_request");
    assert_eq!(code_of(false, &[]), "accepted");
}

#[test]
fn offline_access_needs_openid_or_an_api() {
    assert!(!checked(false, &[("scope", "email offline_access")]).unwrap().scope.contains("offline_access"));
    assert!(checked(false, &[("scope", "openid offline_access")]).unwrap().scope.contains("offline_access"));
    let at_api = [("scope", "email offline_access"), ("resource", "https://api.example")];
    assert!(checked(false, &at_api).unwrap().scope.contains("offline_access"));
}

#[test]
fn free_texts_are_bounded_together() {
    let (state, hint) = ("s".repeat(MAX_STATE), "h".repeat(MAX_TOGETHER - MAX_STATE));
    assert_eq!(code_of(false, &[("state", &state), ("login_hint", &hint)]), "accepted");
    assert_eq!(code_of(false, &[("state", &state), ("login_hint", &hint), ("nonce", "n")]), "invalid_request");
    let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, "x".repeat(MAX_TOGETHER + 1));
    assert_eq!(code_of(false, &[("claims", &claims)]), "invalid_request");
}

/// The rules of a client that need not send a challenge.
fn without_pkce(scope: &Scope) -> ClientRules<'_> {
    ClientRules {
        scopes_of_apis: false,
        requires_pkce: false,
        transport: RequestTransport::default(),
        scope,
        authorization_code: true,
        refresh_token: true,
    }
}

#[test]
fn every_error_returns_in_the_mode_that_was_asked_for() {
    let scope = Scope::of(["openid"]);
    let rules = without_pkce(&scope);
    for (pairs, mode) in [
        (vec![("response_mode", "form_post"), ("state", "a"), ("state", "b")], ResponseMode::FormPost),
        (vec![("response_mode", "fragment"), ("response_type", "token")], ResponseMode::Fragment),
        (vec![("response_mode", "unknown")], ResponseMode::Query),
    ] {
        let (_, request) =
            AuthorizeRequest::check(&Params::from_pairs(pairs), RequestTransport::default(), &rules).unwrap_err();
        assert_eq!(request.response_mode, mode);
    }
}

#[test]
fn the_state_is_returned_with_the_error() {
    let scope = Scope::of(["openid"]);
    let rules = without_pkce(&scope);
    let params = Params::from_pairs(vec![
        ("state".to_owned(), "kept".to_owned()),
        ("response_type".to_owned(), "token".to_owned()),
    ]);
    let (_, request) = AuthorizeRequest::check(&params, RequestTransport::default(), &rules).unwrap_err();
    assert_eq!(request.state.as_deref(), Some("kept"));
}

#[test]
fn a_repeated_destination_has_nowhere_to_go() {
    let pairs = |names: &[&str]| Params::from_pairs(names.iter().map(|name| (*name, "x")));
    assert!(Destination::read(&pairs(&["client_id", "redirect_uri"])).is_ok());
    for bad in [&["redirect_uri"][..], &["client_id", "client_id"], &["client_id", "redirect_uri", "redirect_uri"]] {
        assert!(Destination::read(&pairs(bad)).is_err(), "{bad:?}");
    }
}
