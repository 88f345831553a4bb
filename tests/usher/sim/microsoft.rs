//! Microsoft's rules.

use serde_json::{Value, json};

use super::journey::{Answer, CALLBACK, CHALLENGE, Journey, Pairs, VERIFIER, changed};

const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const TENANT: &str = "11111111-2222-4333-8444-555555555555";

async fn authorize(journey: &Journey, tenant: &str, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", "a-state-that-is-long-enough"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("login_hint", "persona:ana"),
    ];
    journey.get(&format!("/microsoft/{tenant}/oauth2/v2.0/authorize"), &[], &changed(&usual, changes)).await
}

async fn token(journey: &Journey, tenant: &str, code: &str, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    journey.post(&format!("/microsoft/{tenant}/oauth2/v2.0/token"), &[], &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, tenant: &str, hint: &str) -> Value {
    let code = authorize(journey, tenant, &[("login_hint", hint)]).await.sent("code");
    token(journey, tenant, &code, &[]).await.claims()
}

#[tokio::test]
async fn metadata_of_many_tenants_names_a_template() {
    let journey = Journey::start().await;
    let origin = journey.origin();
    for (tenant, issuer) in
        [("common", "{tenantid}"), ("organizations", "{tenantid}"), ("consumers", CONSUMERS), (TENANT, TENANT)]
    {
        let path = format!("/microsoft/{tenant}/v2.0/.well-known/openid-configuration");
        let metadata = journey.get(&path, &[], &[]).await;
        assert_eq!(metadata.text("issuer"), format!("{origin}/microsoft/{issuer}/v2.0"));
        let expected = format!("{origin}/microsoft/{tenant}/oauth2/v2.0/token");
        assert_eq!(metadata.text("token_endpoint"), expected);
    }
    let nobody = journey.get("/microsoft/nonsense/v2.0/.well-known/openid-configuration", &[], &[]).await;
    assert_eq!(nobody.error(), (400, "invalid_tenant"));
}

#[tokio::test]
async fn tokens_name_the_persons_own_tenant() {
    let journey = Journey::start().await;
    let ana = sign_in(&journey, "common", "persona:ana").await;
    let tenant = ana["tid"].as_str().unwrap();
    assert_eq!(ana["iss"], format!("{}/microsoft/{tenant}/v2.0", journey.origin()));
    assert!(ana["oid"] != ana["sub"] && ana["nonce"] == "n0nce", "{ana}");
    let here = sign_in(&journey, TENANT, "persona:ana").await;
    assert_eq!((&here["tid"], &here["oid"]), (&json!(TENANT), &ana["oid"]));
    assert_eq!(sign_in(&journey, "consumers", "persona:ana").await["tid"], CONSUMERS);
    assert_eq!(sign_in(&journey, "common", "persona:bea:bea@outlook.com").await["tid"], CONSUMERS);
}

#[tokio::test]
async fn only_xms_edov_says_that_an_address_is_verified_in_three_ways() {
    let journey = Journey::start().await;
    for (persona, says) in [
        ("ana", json!(true)),
        ("verified", json!("1")),
        ("workspace_hd", json!(1)),
        ("unverified", json!(null)),
        ("ms_noauth_attacker:victim@example.test", json!(null)),
    ] {
        let claims = sign_in(&journey, "common", &format!("persona:{persona}")).await;
        assert_eq!((&claims["xms_edov"], &claims["email_verified"]), (&says, &json!(null)), "{persona}");
        assert!(claims["email"].is_string());
    }
}

#[tokio::test]
async fn an_account_of_another_kind_of_tenant_is_not_let_in() {
    let journey = Journey::start().await;
    for (tenant, hint) in [
        (TENANT, "persona:ms_noauth_attacker"),
        ("consumers", "persona:ms_noauth_attacker"),
        ("organizations", "persona:bea:bea@hotmail.com"),
        (TENANT, "persona:bea:bea@live.com"),
    ] {
        let page = authorize(&journey, tenant, &[("login_hint", hint)]).await;
        assert!(page.status == 400 && page.body.contains("AADSTS50020"), "{tenant} {hint}");
    }
}

#[tokio::test]
async fn refusals_are_numbered() {
    let journey = Journey::start().await;
    let code = authorize(&journey, "common", &[]).await.sent("code");
    for (name, value, error, number) in [
        ("code", "nonsense", (400, "invalid_grant"), 9_002_313),
        ("code_verifier", "wrong", (400, "invalid_grant"), 501_481),
        ("code_verifier", "", (400, "invalid_grant"), 50_148),
        ("redirect_uri", "http://localhost:1/", (400, "invalid_grant"), 500_112),
        ("client_secret", "wrong", (401, "invalid_client"), 7_000_215),
        ("client_secret", "", (401, "invalid_client"), 7_000_218),
        ("grant_type", "password", (400, "unsupported_grant_type"), 70_003),
    ] {
        let answer = token(&journey, "common", &code, &[(name, value)]).await;
        assert_eq!((answer.error(), &answer.json["error_codes"]), (error, &json!([number])), "{name}={value}");
        assert!(answer.text("error_description").contains("\r\n"));
    }
    assert_eq!(token(&journey, "common", &code, &[]).await.status, 200);
    assert_eq!(token(&journey, "common", &code, &[]).await.json["error_codes"], json!([54_005]));
    let denied = authorize(&journey, "common", &[("login_hint", "persona:denied")]).await;
    assert_eq!((denied.sent("error").as_str(), denied.sent("error_subcode").as_str()), ("access_denied", "cancel"));
}

#[tokio::test]
async fn an_old_refresh_token_stays_good_and_userinfo_speaks_of_the_pairwise_subject() {
    let journey = Journey::start().await;
    let code = authorize(&journey, "common", &[("scope", "openid email offline_access")]).await.sent("code");
    let answer = token(&journey, "common", &code, &[]).await;
    let refresh = answer.text("refresh_token");
    let changes = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let first = token(&journey, "common", "", &changes).await;
    assert_ne!(first.text("refresh_token"), refresh);
    assert_eq!(token(&journey, "common", "", &changes).await.status, 200);
    let userinfo = journey.get_as(&first.text("access_token"), "/microsoft/common/oidc/userinfo", &[]).await;
    assert_eq!(userinfo.json["sub"], answer.claims()["sub"]);
}

#[tokio::test]
async fn signing_out_leads_back_to_registered_addresses_only() {
    let journey = Journey::start().await;
    let path = "/microsoft/common/oauth2/v2.0/logout";
    let back = journey.get(path, &[], &[("post_logout_redirect_uri", CALLBACK), ("state", "s")]).await;
    assert_eq!(back.location(), format!("{CALLBACK}?state=s"));
    let page = journey.get(path, &[], &[("post_logout_redirect_uri", "https://rp.example/")]).await;
    assert_eq!((page.status, page.location()), (200, ""));
}
