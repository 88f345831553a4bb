//! Provider × persona × fault: who signed in, with the provider's peculiarities, and nobody after a fault.

use serde_json::{Value, json};
use usher_domain::provider::ProviderSettings;
use usher_domain::user::identity::EmailState::{self, Absent, Authoritative, Relay, Unverified, Verified};
use usher_sim::CLIENT_SECRET;
use usher_upstream::providers::{google, microsoft};
use usher_upstream::{ProviderEventEndpoint, ProviderEventKind, ProviderEventRequest, UpstreamError};

use super::stage::{CALLBACK, Stage};
use crate::harness::providers::{APPLE, FACEBOOK, GITHUB, GOOGLE, Kind, MICROSOFT, OIDC, X};

/// Every provider.
const KINDS: &[Kind] = &[GOOGLE, FACEBOOK, X, GITHUB, APPLE, MICROSOFT, OIDC];
/// Providers with an ID token.
const OPENID: &[Kind] = &[GOOGLE, APPLE, MICROSOFT, OIDC];
/// Providers with a userinfo request, beyond the ID token if there is one.
const ASKED: &[Kind] = &[FACEBOOK, X, GITHUB];

#[tokio::test]
async fn what_each_provider_says_of_each_person_is_taken_for_what_it_is_worth() {
    let stage = Stage::start().await;
    let table: &[(Kind, &str, EmailState)] = &[
        (GOOGLE, "ana", Verified),
        (GOOGLE, "ana:ana@gmail.com", Authoritative),
        (GOOGLE, "unverified", Unverified),
        (GOOGLE, "no_email", Absent),
        (GOOGLE, "third_party_google", Verified),
        (GOOGLE, "workspace_hd", Authoritative),
        (GOOGLE, "partial_scopes", Absent),
        (FACEBOOK, "ana", Unverified),
        (FACEBOOK, "unverified", Unverified),
        (FACEBOOK, "no_email", Absent),
        (FACEBOOK, "partial_scopes", Absent),
        (X, "ana", Verified),
        (X, "ana:ana@gmail.com", Verified),
        (X, "unverified", Absent),
        (X, "no_email", Absent),
        (GITHUB, "ana", Verified),
        (GITHUB, "unverified", Absent),
        (GITHUB, "no_email", Absent),
        (GITHUB, "partial_scopes", Absent),
        (APPLE, "apple_first", Verified),
        (APPLE, "unverified", Unverified),
        (APPLE, "no_email", Absent),
        (APPLE, "relay", Relay),
        (APPLE, "partial_scopes", Absent),
        (MICROSOFT, "ana", Authoritative),
        (MICROSOFT, "verified", Authoritative),
        (MICROSOFT, "ana:ana@outlook.com", Authoritative),
        (MICROSOFT, "unverified", Unverified),
        (MICROSOFT, "ms_noauth_attacker", Unverified),
        (MICROSOFT, "ms_noauth_attacker:ana@example.test", Unverified),
        (MICROSOFT, "no_email", Absent),
        (OIDC, "ana", Verified),
        (OIDC, "unverified", Unverified),
        (OIDC, "no_email", Absent),
        (OIDC, "partial_scopes", Absent),
    ];
    for (kind, persona, expected) in table {
        let who = stage.sign_in(&stage.settings(kind), persona).await.unwrap();
        assert_eq!(who.email_state(), *expected, "{kind:?} {persona}");
        assert!(!who.subject.is_empty() && who.profile.display_name().is_some(), "{kind:?} {persona}");
    }
}

#[tokio::test]
async fn a_person_is_the_same_whatever_address_they_come_with() {
    let stage = Stage::start().await;
    for kind in KINDS {
        let settings = stage.settings(kind);
        let come = async |persona| stage.sign_in(&settings, persona).await.unwrap();
        let (one, two) = (come("changed_email_same_sub").await, come("changed_email_same_sub").await);
        assert_eq!((&one.issuer, &one.subject), (&two.issuer, &two.subject), "{kind:?}");
        assert_ne!(one.email, two.email, "{kind:?}");
        let (one, two) = (come("same_email_other_sub").await, come("same_email_other_sub").await);
        assert_ne!(one.subject, two.subject, "{kind:?}");
        assert_eq!(one.email, two.email, "{kind:?}");
    }
}

#[tokio::test]
async fn whoever_says_no_has_declined() {
    let stage = Stage::start().await;
    for kind in KINDS {
        assert_eq!(stage.sign_in(&stage.settings(kind), "denied").await, Err(UpstreamError::Denied), "{kind:?}");
    }
}

#[tokio::test]
async fn trouble_on_the_wire_brings_nobody_and_is_called_by_its_name() {
    for kind in KINDS {
        for (fault, endpoint, word) in [
            ("html_502", "token", "unavailable"),
            ("html_502", "userinfo", "unavailable"),
            ("slow", "token", "unavailable"),
            ("down", "token", "unavailable"),
            ("error_200", "token", "replayed"),
            ("huge_body", "token", "misbehaved"),
            ("redirect", "token", "misbehaved"),
            ("redirect", "userinfo", "misbehaved"),
        ] {
            if endpoint == "userinfo" && !ASKED.contains(kind) {
                continue;
            }
            let stage = Stage::start().await;
            stage.fault(json!({"fault": fault, "endpoint": endpoint})).await;
            let came = stage.sign_in(&stage.settings(kind), "ana").await;
            // Facebook's own error format is an object: an error that is a string is not Facebook's.
            let word = if *kind == FACEBOOK && fault == "error_200" { "misbehaved" } else { word };
            assert_eq!(came.map_err(|error| error.word()), Err(word), "{kind:?} {fault} {endpoint}");
            // A redirect is not followed, whatever its content.
            assert!(
                stage.journal().await.iter().all(|entry| !entry["provider"].is_null()),
                "{kind:?} {fault}: led astray"
            );
        }
    }
}

#[tokio::test]
async fn trouble_with_the_id_token_brings_nobody() {
    let faults = ["wrong_nonce", "wrong_aud", "wrong_iss", "alg_none", "expired", "unknown_kid", "wrong_at_hash"];
    for fault in faults {
        let stage = Stage::start().await;
        stage.fault(json!({ "fault": fault })).await;
        for kind in OPENID {
            let came = stage.sign_in(&stage.settings(kind), "ana").await;
            assert_eq!(came.map_err(|error| error.word()), Err("misbehaved"), "{kind:?} {fault}");
        }
    }
}

#[tokio::test]
async fn userinfo_about_somebody_else_brings_nobody() {
    let stage = Stage::start().await;
    stage.fault(json!({"fault": "userinfo_sub"})).await;
    // Without an address in the ID token userinfo is requested.
    assert_eq!(stage.sign_in(&stage.settings(OIDC), "no_email").await.unwrap_err().word(), "misbehaved");
}

#[tokio::test]
async fn the_issuer_in_the_callback_may_be_absent_but_never_another_or_twice() {
    let stage = Stage::start().await;
    stage.fault(json!({"fault": "no_iss"})).await;
    for kind in [GOOGLE, GITHUB] {
        assert!(stage.sign_in(&stage.settings(kind), "ana").await.is_ok(), "{kind:?}");
    }
    let stage = Stage::start().await;
    stage.fault(json!({"fault": "duplicate_iss"})).await;
    for kind in [GOOGLE, GITHUB, OIDC] {
        assert_eq!(stage.sign_in(&stage.settings(kind), "ana").await.unwrap_err().word(), "malformed", "{kind:?}");
    }
    assert!(stage.journal().await.iter().all(|entry| entry["endpoint"] != "token"));
}

#[tokio::test]
async fn googles_issuer_without_its_scheme_is_the_same_one() {
    let stage = Stage::start().await;
    let settings = stage.settings(GOOGLE);
    let one = stage.sign_in(&settings, "ana").await.unwrap();
    stage.fault(json!({"fault": "bare_issuer"})).await;
    let two = stage.sign_in(&settings, "ana").await.unwrap();
    assert_eq!((one.issuer, one.subject), (two.issuer, two.subject));
}

#[tokio::test]
async fn a_workspace_is_let_in_by_the_claim_and_not_by_the_hint() {
    let stage = Stage::start().await;
    let settings = stage.settings(GOOGLE).with(&google::HD, String::from("example.test"));
    assert!(stage.sign_in(&settings, "workspace_hd").await.is_ok());
    assert_eq!(stage.sign_in(&settings, "ana").await.unwrap_err().word(), "not_allowed");
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_own_flow() {
    for kind in KINDS {
        let stage = Stage::start().await;
        let provider = stage.provider(&stage.settings(kind));
        let (callback, kept) = stage.visit(&*provider, "ana").await.unwrap();
        assert!(provider.finish(&callback, &kept).await.is_ok(), "{kind:?}");
        assert_eq!(provider.finish(&callback, &kept).await, Err(UpstreamError::Replayed), "{kind:?}");
        let (_, other) = stage.visit(&*provider, "ana").await.unwrap();
        assert_eq!(provider.finish(&callback, &other).await, Err(UpstreamError::StateMismatch), "{kind:?}");
    }
}

#[tokio::test]
async fn an_answer_of_one_provider_is_not_taken_at_another() {
    let stage = Stage::start().await;
    let (google, x) = (stage.provider(&stage.settings(GOOGLE)), stage.provider(&stage.settings(X)));
    let (callback, kept) = stage.visit(&*google, "ana").await.unwrap();
    assert_eq!(x.finish(&callback, &kept).await, Err(UpstreamError::StateMismatch));
}

#[tokio::test]
async fn a_key_that_was_changed_meanwhile_is_found_after_a_minute_at_most() {
    let stage = Stage::start().await;
    stage.rotate_keys().await;
    assert!(stage.sign_in(&stage.settings(GOOGLE), "ana").await.is_ok());
    let keys = |journal: &[Value]| journal.iter().filter(|entry| entry["endpoint"] == "keys").count();
    assert!(stage.sign_in(&stage.settings(GOOGLE), "ana").await.is_ok());
    assert_eq!(keys(&stage.journal().await), 1);
}

#[tokio::test]
async fn what_goes_over_the_wire_is_what_each_provider_asks_for_and_no_more() {
    let stage = Stage::start().await;
    for kind in KINDS {
        stage.sign_in(&stage.settings(kind), "ana").await.unwrap();
    }
    let journal = stage.journal().await;
    let of = |provider: &str, endpoint: &str| -> Vec<&Value> {
        journal.iter().filter(|entry| entry["provider"] == provider && entry["endpoint"] == endpoint).collect()
    };
    let asked = [("google", 0), ("facebook", 1), ("x", 1), ("github", 2), ("apple", 0), ("microsoft", 0), ("oidc", 0)];
    for (provider, userinfo) in asked {
        assert_eq!(of(provider, "token").len(), 1, "{provider}");
        assert_eq!(of(provider, "userinfo").len(), userinfo, "{provider}");
    }
    let proof = of("facebook", "userinfo")[0]["query"]["appsecret_proof"].as_str().unwrap();
    assert!(proof.len() == 64 && proof.bytes().all(|b| b.is_ascii_hexdigit()), "{proof}");
    assert!(of("x", "token")[0]["headers"]["authorization"].as_str().unwrap().starts_with("Basic "));
    assert!(of("x", "token")[0]["body"]["client_secret"].is_null());
    for entry in &journal {
        let (query, agent) = (entry["query"].to_string(), &entry["headers"]["user-agent"]);
        assert!(!query.contains(CLIENT_SECRET) && !query.contains("access_token"), "{entry}");
        assert!(agent.as_str().unwrap().starts_with("usher/") && entry["headers"]["cookie"].is_null(), "{entry}");
    }
}

#[tokio::test]
async fn an_app_of_x_that_may_not_ask_for_addresses_still_signs_people_in() {
    let stage = Stage::start().await;
    stage.fault(json!({"fault": "no_email_access"})).await;
    assert_eq!(stage.sign_in(&stage.settings(X), "ana").await.unwrap().email, None);
    stage.fault(json!({"fault": "rate_limit"})).await;
    assert_eq!(stage.sign_in(&stage.settings(X), "ana").await.unwrap_err().word(), "unavailable");
}

#[tokio::test]
async fn facebook_lets_us_in_where_it_demands_the_proof() {
    let stage = Stage::start().await;
    stage.fault(json!({"fault": "require_proof"})).await;
    stage.fault(json!({"fault": "no_expires_in"})).await;
    assert!(stage.sign_in(&stage.settings(FACEBOOK), "ana").await.is_ok());
}

#[tokio::test]
async fn apple_sends_a_name_only_once() {
    let stage = Stage::start().await;
    let settings = stage.settings(APPLE);
    assert_eq!(stage.sign_in(&settings, "ana").await.unwrap().profile.given_name.as_deref(), Some("Ana"));
    assert_eq!(stage.sign_in(&settings, "ana").await.unwrap().profile.given_name, None);
}

#[tokio::test]
async fn a_tenant_that_is_not_let_in_stays_out() {
    const HOME: &str = "5a1b7c3e-0000-4000-8000-00000000cafe";
    let stage = Stage::start().await;
    let settings = stage.settings(MICROSOFT).with(&microsoft::ALLOWED_TENANTS, vec![HOME.to_owned()]);
    let ana = stage.sign_in(&settings, "ana").await.unwrap();
    assert!(ana.subject.starts_with(&format!("{HOME}:")) && ana.issuer.ends_with(&format!("/{HOME}/v2.0")), "{ana:?}");
    assert_eq!(stage.sign_in(&settings, "ms_noauth_attacker").await.unwrap_err().word(), "not_allowed");
    let work = stage.settings(MICROSOFT).with(&microsoft::TENANT, "organizations");
    let work = ProviderSettings { base_url: work.base_url.map(|url| url.replace("/common", "")), ..work };
    assert!(stage.sign_in(&work, "ana").await.is_ok());
}

#[tokio::test]
async fn events_of_providers_are_verified_and_concern_the_user_who_signed_in() {
    let stage = Stage::start().await;
    let table = [
        (GOOGLE, "google_risc", "account-disabled", ProviderEventEndpoint::Account, ProviderEventKind::Disabled),
        (GOOGLE, "google_risc", "sessions-revoked", ProviderEventEndpoint::Account, ProviderEventKind::SignedOut),
        (GOOGLE, "google_risc", "tokens-revoked", ProviderEventEndpoint::Account, ProviderEventKind::Gone),
        (GOOGLE, "google_risc", "account-purged", ProviderEventEndpoint::Account, ProviderEventKind::Gone),
        (FACEBOOK, "facebook_deauthorize", "", ProviderEventEndpoint::Account, ProviderEventKind::Gone),
        (FACEBOOK, "facebook_data_deletion", "", ProviderEventEndpoint::DataDeletion, ProviderEventKind::DataDeletion),
        (APPLE, "apple_notification", "consent-revoked", ProviderEventEndpoint::Account, ProviderEventKind::Gone),
        (
            APPLE,
            "apple_notification",
            "email-disabled",
            ProviderEventEndpoint::Account,
            ProviderEventKind::EmailDisabled,
        ),
        (OIDC, "oidc_backchannel_logout", "", ProviderEventEndpoint::BackchannelLogout, ProviderEventKind::SignedOut),
    ];
    for (kind, sent, event, endpoint, expected) in table {
        let settings = stage.settings(kind);
        let ana = stage.sign_in(&settings, "ana").await.unwrap();
        let provider = stage.provider(&settings);
        let order = |claims: Value| match event {
            "" => json!({"kind": sent, "persona": "ana", "claims": claims}),
            event => json!({"kind": sent, "persona": "ana", "event": event, "claims": claims}),
        };
        let body = stage.told(order(json!({}))).await;
        let notices = provider.notice(&ProviderEventRequest { endpoint, body }).await.unwrap();
        assert_eq!(notices.len(), 1, "{sent} {event}");
        let notice = &notices[0];
        assert_eq!((notice.kind, notice.subject.as_ref()), (expected, Some(&ana.subject)), "{sent} {event}");
        assert_eq!((&notice.issuer, &notice.provider), (&ana.issuer, &ana.provider), "{sent} {event}");
        assert!(!notice.id.is_empty() && notice.forget_after.0 > 1_800_000_000, "{sent} {event}");
        let foreign: &[Value] = match kind.name {
            "facebook" => &[json!({"algorithm": "none"}), json!({"user_id": null}), json!({"issued_at": 1})],
            _ => &[
                json!({"aud": "them"}),
                json!({"iss": "https://evil.test"}),
                json!({"jti": null}),
                json!({"iat": 1, "exp": 2}),
            ],
        };
        for claims in foreign {
            let body = stage.told(order(claims.clone())).await;
            assert!(provider.notice(&ProviderEventRequest { endpoint, body }).await.is_err(), "{sent} {claims}");
        }
    }
}

#[tokio::test]
async fn trying_a_provider_out_says_what_is_wrong_with_it() {
    for kind in KINDS {
        let stage = Stage::start().await;
        let provider = stage.provider(&stage.settings(kind));
        let steps = provider.check(CALLBACK).await;
        assert!(steps.iter().all(|step| step.outcome.is_ok()), "{kind:?} {steps:?}");
        stage.fault(json!({"fault": "down"})).await;
        let steps = provider.check(CALLBACK).await;
        assert_eq!(steps.last().unwrap().outcome.as_ref().unwrap_err().word(), "unavailable", "{kind:?}");
    }
}
