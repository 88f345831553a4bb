//! OpenID Connect RP-Initiated Logout OP.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::oidcc::party::{Mode, Party, Tokens, server};
use crate::harness::browser::{Browser, Landing};
use crate::harness::client_key::TestKey;
use crate::harness::relying_party::{answer, payload};
use crate::harness::server::TestServer;

const OUT: &str = "https://rp.test/out";
/// 50 characters from VSCHAR.
const STATE: &str = "~!@#$%^&*()_+-={}|[]\\:\";'<>?,./0123456789abcdefABC";

/// A flow in a browser, after which the relying party sends it to the logout endpoint.
struct Scene<'s> {
    party: Party<'s>,
    browser: Browser<'s>,
    tokens: Tokens,
}

impl<'s> Scene<'s> {
    async fn on(server: &'s TestServer) -> Self {
        let (party, mut browser) = (Party::new(server, Mode::Query).await, server.browser());
        let tokens = party.flow(&mut browser, &[]).await;
        Self { party, browser, tokens }
    }

    async fn leave(&mut self, parameters: &[(&str, &str)]) -> Landing {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.browser.open(&format!("{}?{query}", self.party.server.at("/oauth2/logout"))).await
    }

    /// Whether a request with `prompt=none` is answered with a code.
    async fn is_signed_in(&mut self) -> bool {
        let reply = self.party.authorize(&mut self.browser, &[("prompt", "none")]).await;
        assert!(reply.get("code").is_some() || reply.get("error") == Some("login_required"), "{reply:?}");
        reply.get("code").is_some()
    }

    /// The page asks, and never leads to this address.
    async fn assert_asks(&mut self, page: &Landing) {
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.url.starts_with(&self.party.server.url) && page.body.contains("name=\"logout\""), "{page:?}");
        assert!(self.is_signed_in().await, "nobody is signed out by asking");
    }

    /// The person confirms, and sees that they are signed out.
    async fn confirm(&mut self, page: &Landing) {
        let done = self.browser.submit(page, &[("logout", "yes")]).await;
        assert!(done.status == 200 && done.url.starts_with(&self.party.server.url), "{done:?}");
        assert!(!self.is_signed_in().await);
    }
}

/// Signs out with these parameters beside the hint, and returns the parameters of the redirect.
async fn signed_out_with(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    let server = server().await;
    let mut scene = Scene::on(&server).await;
    let hint = scene.tokens.id_token.clone();
    let all: Vec<_> = [("id_token_hint", hint.as_str())].into_iter().chain(parameters.iter().copied()).collect();
    let landing = scene.leave(&all).await;
    assert_eq!(landing.status, 303, "{landing:?}");
    let url = url::Url::parse(&landing.url).expect("a URL");
    assert_eq!(landing.url.split('?').next(), Some(OUT));
    assert!(!scene.is_signed_in().await);
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// A request with these parameters asks, whatever they hold.
async fn asks_with(parameters: impl FnOnce(&Scene<'_>) -> Vec<(&'static str, String)>) {
    let server = server().await;
    let mut scene = Scene::on(&server).await;
    let parameters = parameters(&scene);
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = scene.leave(&parameters).await;
    scene.assert_asks(&page).await;
}

/// A request with these parameters signs the person out, who stays here.
async fn stays_here_with(parameters: &[(&str, &str)]) {
    let server = server().await;
    let mut scene = Scene::on(&server).await;
    let page = scene.leave(parameters).await;
    scene.assert_asks(&page).await;
    scene.confirm(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let server = server().await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    assert_eq!(metadata["end_session_endpoint"], format!("{}/oauth2/logout", server.url));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    assert_eq!(STATE.len(), 50);
    let parameters = signed_out_with(&[("post_logout_redirect_uri", OUT), ("state", STATE)]).await;
    assert_eq!(parameters, [("state".to_owned(), STATE.to_owned())]);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    assert_eq!(signed_out_with(&[("post_logout_redirect_uri", OUT)]).await, []);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    asks_with(|scene| {
        let bad = format!("{OUT}/tAvMqWbKxg");
        vec![
            ("id_token_hint", scene.tokens.id_token.clone()),
            ("post_logout_redirect_uri", bad),
            ("state", STATE.into()),
        ]
    })
    .await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    asks_with(|scene| {
        let bad = format!("{OUT}?foo=bar");
        vec![
            ("id_token_hint", scene.tokens.id_token.clone()),
            ("post_logout_redirect_uri", bad),
            ("state", STATE.into()),
        ]
    })
    .await;
}

/// Changed to `alg` `none`.
#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    asks_with(|scene| {
        let claims = scene.tokens.id_token.split('.').nth(1).expect("a payload");
        let hint = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(json!({"alg": "none"}).to_string()));
        vec![("id_token_hint", hint), ("post_logout_redirect_uri", OUT.into()), ("state", STATE.into())]
    })
    .await;
}

/// Signed by the relying party.
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    asks_with(|scene| {
        let hint = TestKey::new("k1").token(&payload(&scene.tokens.id_token));
        vec![("id_token_hint", hint), ("post_logout_redirect_uri", OUT.into()), ("state", STATE.into())]
    })
    .await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    asks_with(|_| vec![("post_logout_redirect_uri", OUT.into()), ("state", STATE.into())]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    stays_here_with(&[]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    stays_here_with(&[("state", STATE)]).await;
}

/// With a hint of this session nothing has to be asked.
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let server = server().await;
    let mut scene = Scene::on(&server).await;
    let hint = scene.tokens.id_token.clone();
    let done = scene.leave(&[("id_token_hint", &hint), ("state", STATE)]).await;
    assert!(done.status == 200 && done.url.starts_with(&server.url), "{done:?}");
    assert!(!scene.is_signed_in().await);
}
