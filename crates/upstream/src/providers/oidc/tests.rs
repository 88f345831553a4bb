use serde_json::json;

use super::*;
use crate::testing::{NOW, StubProvider, TestKey, context};
use crate::{PendingAuthorization, Provider};
use usher_domain::user::identity::EmailState;

/// A testing that behaves as an OpenID Provider, and a relying party of it.
struct OidcFixture {
    testing: StubProvider,
    key: TestKey,
    op: Box<dyn Provider>,
}

impl OidcFixture {
    async fn with(change: impl FnOnce(&mut ProviderSettings)) -> Self {
        let (testing, key) = (StubProvider::start().await, TestKey::new("one"));
        let base = testing.base.clone();
        let mut settings = ProviderSettings {
            issuer: Some(base.clone()),
            algorithms: vec!["ES256".into()],
            ..ProviderSettings::new("works".parse().unwrap(), &KIND, "us")
        };
        change(&mut settings);
        let metadata = json!({"issuer": base, "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"), "userinfo_endpoint": format!("{base}/userinfo"),
            "jwks_uri": format!("{base}/jwks"), "end_session_endpoint": format!("{base}/bye"), "response_types_supported": []});
        testing.on("/.well-known/openid-configuration", 200, metadata).on("/jwks", 200, json!({"keys": [key.jwk()]}));
        let op = connect(context(&KIND, settings));
        Self { testing, key, op }
    }

    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    fn claims(&self, kept: &PendingAuthorization) -> Value {
        json!({"iss": self.testing.base, "aud": "us", "sub": "1f", "iat": NOW, "exp": NOW + 300, "nonce": kept.nonce,
               "email": "ana@x.test", "email_verified": true, "name": "Ana"})
    }

    fn give(&self, token: &str) {
        self.testing.only("/token", 200, json!({"access_token": "at", "token_type": "Bearer", "id_token": token}));
    }

    async fn departed(&self) -> PendingAuthorization {
        let request = StartRequest { redirect_uri: "https://id.test/cb".into(), ..StartRequest::default() };
        self.op.start(&request).await.unwrap().1
    }

    async fn arrived(&self, kept: &PendingAuthorization) -> Result<Vouched, UpstreamError> {
        let callback = Callback::parse(&format!("code=c%2F1&state={}", kept.state)).unwrap();
        self.op.finish(&callback, kept).await
    }
}

#[tokio::test]
async fn a_person_goes_and_comes_back_with_one_document_of_each_kind_fetched() {
    let fair = OidcFixture::start().await;
    for _ in 0..2 {
        let kept = fair.departed().await;
        fair.give(&fair.key.token(&fair.claims(&kept)));
        let who = fair.arrived(&kept).await.unwrap();
        assert_eq!((who.subject.as_str(), who.email_state()), ("1f", EmailState::Verified));
    }
    assert_eq!(fair.testing.count("/.well-known/openid-configuration"), 1);
    assert_eq!(fair.testing.count("/jwks"), 1);
    let asked = fair.testing.asked().into_iter().find(|asked| asked.line.starts_with("POST /token")).unwrap();
    assert!(asked.body.contains("code=c%2F1") && asked.body.contains("code_verifier="), "{}", asked.body);
    assert!(asked.headers["authorization"].starts_with("Basic "));
    assert!(!asked.line.contains("hush") && !asked.body.contains("hush"));
}

#[tokio::test]
async fn whatever_is_wrong_with_the_id_token_nobody_has_come() {
    let fair = OidcFixture::start().await;
    let changes: Vec<(&str, Value)> = vec![
        ("iss", json!("https://evil.test")),
        ("iss", json!(null)),
        ("aud", json!("them")),
        ("aud", json!(["us", "them"])),
        ("exp", json!(NOW - 3600)),
        ("iat", json!(NOW + 3600)),
        ("nonce", json!("other")),
        ("nonce", json!(null)),
        ("sub", json!(null)),
        ("sub", json!("")),
        ("sub", json!(0)),
        ("at_hash", json!("AAAA")),
    ];
    for (name, value) in changes {
        let fair = OidcFixture::start().await;
        let kept = fair.departed().await;
        let mut claims = fair.claims(&kept);
        claims[name] = value;
        fair.give(&fair.key.token(&claims));
        assert_eq!(fair.arrived(&kept).await.unwrap_err().word(), "misbehaved", "{claims}");
    }
    let kept = fair.departed().await;
    let claims = fair.claims(&kept);
    for token in [
        fair.key.sign(&json!({"alg": "none"}), &claims),
        fair.key.sign(&json!({"alg": "HS256"}), &claims),
        TestKey::new("one").token(&claims),
    ] {
        let fresh = OidcFixture::start().await;
        fresh.give(&token);
        let kept = PendingAuthorization { nonce: kept.nonce.clone(), ..fresh.departed().await };
        assert_eq!(fresh.arrived(&kept).await.unwrap_err().word(), "misbehaved");
    }
}

#[tokio::test]
async fn a_key_that_is_not_known_is_looked_for_once_a_minute_and_no_more() {
    let fair = OidcFixture::start().await;
    let kept = fair.departed().await;
    fair.give(&TestKey::new("never-published").token(&fair.claims(&kept)));
    for _ in 0..5 {
        assert!(fair.arrived(&kept).await.is_err());
    }
    // The set was fetched less than a minute ago.
    assert_eq!(fair.testing.count("/jwks"), 1);
}

#[tokio::test]
async fn what_the_id_token_leaves_out_is_asked_for_and_believed_only_about_the_same_person() {
    for (userinfo, expected) in [
        (json!({"sub": "1f", "email": "ana@x.test", "email_verified": true, "name": "Ana"}), Ok(EmailTrust::Verified)),
        (json!({"sub": "1f", "email": "ana@x.test", "name": "Ana"}), Ok(EmailTrust::Unverified)),
        (json!({"sub": "2", "email": "ana@x.test", "email_verified": true}), Err("misbehaved")),
        (json!({"email": "ana@x.test", "email_verified": true}), Err("misbehaved")),
    ] {
        let fair = OidcFixture::start().await;
        let kept = fair.departed().await;
        // The flag of one document says nothing about the address of another (CVE-2026-14781).
        let claims = json!({"iss": fair.testing.base, "aud": "us", "sub": "1f", "iat": NOW, "exp": NOW + 300, "nonce": kept.nonce,
                            "email_verified": true});
        fair.give(&fair.key.token(&claims));
        fair.testing.on("/userinfo", 200, userinfo.clone());
        let words = fair.arrived(&kept).await.map(|who| who.email.unwrap().trust).map_err(|error| error.word());
        assert_eq!(words, expected, "{userinfo}");
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_taken() {
    let fair = OidcFixture::with(|settings| settings.issuer = settings.issuer.take().map(|issuer| issuer + "/")).await;
    let request = StartRequest { redirect_uri: "https://id.test/cb".into(), ..StartRequest::default() };
    assert_eq!(fair.op.start(&request).await.unwrap_err().word(), "misconfigured");
    let steps = fair.op.check("https://id.test/cb").await;
    assert_eq!((steps.len(), steps[0].step, steps[0].outcome.is_err()), (1, "metadata", true));
}

#[tokio::test]
async fn a_provider_test_distinguishes_a_wrong_secret_from_a_wrong_code() {
    for (error, word) in
        [("invalid_grant", None), ("invalid_client", Some("misconfigured")), ("server_error", Some("unavailable"))]
    {
        let fair = OidcFixture::start().await;
        fair.testing.on("/token", 400, json!({ "error": error }));
        let steps = fair.op.check("https://id.test/cb").await;
        let words: Vec<_> = steps.iter().map(|step| step.outcome.as_ref().err().map(UpstreamError::word)).collect();
        assert_eq!(words, [None, None, word]);
    }
}

#[tokio::test]
async fn a_logout_token_is_proven_like_any_other_and_is_no_id_token() {
    let fair = OidcFixture::start().await;
    let good = json!({"iss": fair.testing.base, "aud": "us", "iat": NOW, "exp": NOW + 120, "jti": "j1", "sub": "1f", "sid": "s",
                      "events": {LOGOUT_EVENT: {}}});
    let notified = async |header: Value, claims: &Value| {
        let body = format!("logout_token={}", fair.key.sign(&header, claims)).into_bytes();
        fair.op.notice(&ProviderEventRequest { endpoint: ProviderEventEndpoint::BackchannelLogout, body }).await
    };
    let typed = json!({"alg": "ES256", "typ": "logout+jwt"});
    let notice = notified(typed.clone(), &good).await.unwrap().remove(0);
    assert_eq!(
        (notice.kind, notice.id.as_str(), notice.sid.as_deref()),
        (ProviderEventKind::SignedOut, "j1", Some("s"))
    );
    assert_eq!(notice.forget_after.0, NOW + 180);
    for (name, value) in [
        ("iss", json!("https://evil.test")),
        ("aud", json!("them")),
        ("iat", json!(NOW + 600)),
        ("exp", json!(NOW - 600)),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("nonce", json!("n")),
        ("events", json!({})),
        ("events", json!({LOGOUT_EVENT: true})),
        ("events", json!(null)),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(notified(typed.clone(), &bad).await.is_err(), "{bad}");
    }
    let mut nobody = good.clone();
    nobody["sub"] = json!(null);
    nobody["sid"] = json!(null);
    assert!(notified(typed, &nobody).await.is_err());
    assert!(notified(json!({"alg": "ES256", "typ": "at+jwt"}), &good).await.is_err());
    for body in ["", "logout_token=x", "logout_token=a&logout_token=b", "x=y"] {
        let request = ProviderEventRequest { endpoint: ProviderEventEndpoint::BackchannelLogout, body: body.into() };
        assert!(fair.op.notice(&request).await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn signing_out_there_leads_back_here() {
    let fair = OidcFixture::start().await;
    let url = fair.op.end_session_url("https://id.test/bye").await.unwrap().unwrap();
    assert!(url.as_str().ends_with("/bye?client_id=us&post_logout_redirect_uri=https%3A%2F%2Fid.test%2Fbye"), "{url}");
}
