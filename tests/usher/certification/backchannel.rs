//! OpenID Connect Back-Channel Logout OP.

use std::collections::BTreeSet;

use serde_json::json;

use super::oidcc::party::{Mode, Party, server};
use crate::harness::relying_party::{answer, header, payload};
use crate::hooks::receiver::Receiver;
use crate::hooks::run_job;

#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let server = server().await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    for member in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(metadata[member], true, "{member}");
    }
    assert!(metadata["end_session_endpoint"].is_string());
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let (server, receiver) = (server().await, Receiver::start().await);
    let party =
        Party::with(&server, Mode::Query, |client| client.backchannel_logout_uri = Some(receiver.url.clone())).await;
    let mut browser = server.browser();
    let tokens = party.flow(&mut browser, &[]).await;
    let query = [
        ("id_token_hint", tokens.id_token.as_str()),
        ("post_logout_redirect_uri", "https://rp.test/out"),
        ("state", "s"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let landing = browser.open(&format!("{}?{query}", server.at("/oauth2/logout"))).await;
    assert_eq!((landing.status.as_u16(), landing.url.as_str()), (303, "https://rp.test/out?state=s"));
    for job in ["tell_facts", "send_logouts"] {
        run_job(&server.usher, job).await;
    }
    let calls = receiver.calls();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    let token = call.logout_token();
    assert!(server.is_published(&token).await);
    assert_eq!(header(&token)["alg"], header(&tokens.id_token)["alg"]);
    let (claims, now) = (payload(&token), server.now().0);
    let names: BTreeSet<_> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"]));
    for claim in ["iss", "sub", "sid"] {
        assert_eq!(claims[claim], tokens.claims[claim], "{claim}");
    }
    assert_eq!((&claims["aud"], &claims["iat"]), (&json!(party.client.client.id), &json!(now)));
    assert_eq!(claims["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    let reply = party.authorize(&mut browser, &[("prompt", "none")]).await;
    assert_eq!(reply.get("error"), Some("login_required"));
}
