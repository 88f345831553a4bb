//! Second requests in the same browser.

use super::party::{Mode, Party, Tokens, server};

/// A 128-character state with every character that RFC 3986 leaves unreserved.
fn long_state() -> String {
    "aZ09-._~".repeat(16)
}

/// Asserts that both tokens are about one sign-in of one person.
fn assert_same_sign_in(first: &Tokens, second: &Tokens) {
    assert_eq!(first.claims["sub"], second.claims["sub"]);
    assert_eq!(first.claims["auth_time"], second.claims["auth_time"]);
}

/// The second request asks to sign in again, and the second token tells when.
async fn asks_again(mode: Mode, parameter: (&str, &str), seconds: u64) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let mut browser = server.browser();
    let first = party.flow(&mut browser, &[]).await;
    server.wait(seconds);
    let reply = party.authorize(&mut browser, &[parameter]).await;
    assert!(reply.signed_in, "{reply:?}");
    let second = party.redeem(&reply).await;
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert_eq!(second.claims["auth_time"], server.now().0);
    assert!(first.claims["auth_time"].as_i64() < second.claims["auth_time"].as_i64());
}

/// The second request is answered without a page.
async fn is_silent(mode: Mode, first: &[(&str, &str)], second: &[(&str, &str)]) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let mut browser = server.browser();
    let before = party.flow(&mut browser, first).await;
    server.wait(2);
    let hint = [("id_token_hint", before.id_token.as_str())];
    let hinted = second.iter().any(|(name, _)| *name == "id_token_hint");
    let changes: Vec<_> = second
        .iter()
        .copied()
        .filter(|(name, _)| *name != "id_token_hint")
        .chain(hint.into_iter().filter(|_| hinted))
        .collect();
    let reply = party.authorize(&mut browser, &changes).await;
    assert!(!reply.signed_in && !reply.consented, "{reply:?}");
    assert_same_sign_in(&before, &party.redeem(&reply).await);
}

pub async fn oidcc_prompt_login(mode: Mode) {
    asks_again(mode, ("prompt", "login"), 1).await;
}

pub async fn oidcc_max_age_1(mode: Mode) {
    asks_again(mode, ("max_age", "1"), 2).await;
}

pub async fn oidcc_max_age_10000(mode: Mode) {
    is_silent(mode, &[("max_age", "15000")], &[("max_age", "10000")]).await;
}

pub async fn oidcc_prompt_none_logged_in(mode: Mode) {
    is_silent(mode, &[], &[("prompt", "none")]).await;
}

pub async fn oidcc_id_token_hint(mode: Mode) {
    is_silent(mode, &[], &[("prompt", "none"), ("id_token_hint", "that of the first token")]).await;
}

pub async fn oidcc_prompt_none_not_logged_in(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let state = long_state();
    let reply = party.authorize(&mut server.browser(), &[("prompt", "none"), ("state", &state)]).await;
    assert_eq!((reply.get("error"), reply.get("code")), (Some("login_required"), None));
}
