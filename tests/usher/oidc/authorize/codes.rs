//! Authorization codes: valid once, for one client, for a minute.

use futures_util::future::join_all;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, CALLBACK, VERIFIER, count, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const REUSES: &str = "select count(*) from event where kind = 'code.reuse_detected'";

async fn first_party(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Web, |client| client.first_party = true).await
}

async fn code(server: &TestServer, browser: &mut Browser<'_>, client: &RegisteredClient) -> String {
    browser.go_through(&server.authorize_url(client, &[]), ANA).await.code()
}

async fn redeem(server: &TestServer, client: &RegisteredClient, code: &str, changes: &[(&str, &str)]) -> Answer {
    let usual =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let form: Vec<_> = kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect();
    server.call(client, "/oauth2/token", &form).await
}

on_both_databases! {
    /// CO-01
    async fn a_second_redemption_revokes_what_the_first_one_got(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let mut browser = server.browser();
        let code = code(&server, &mut browser, &client).await;
        let tokens = server.exchange(&client, &code).await;
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        server.wait(11);
        for _ in 0..3 {
            let again = server.exchange(&client, &code).await;
            assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"));
            let person = server.userinfo(&tokens.text("access_token")).await;
            assert_eq!((person.status.as_u16(), person.error()), (401, "invalid_token"));
            let refreshed = server.refresh(&client, &tokens.text("refresh_token")).await;
            assert_eq!((refreshed.status.as_u16(), refreshed.error()), (400, "invalid_grant"));
        }
        assert_eq!(server.database.count(REUSES).await, 1, "one event");
        let landing = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(landing.answer("code").is_some(), "the person stays signed in: the code was the client's to keep");
    }

    async fn the_same_request_sent_twice_within_ten_seconds_ends_nothing_and_later_it_does(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (client, spa) = (first_party(&server).await, server.client(ClientType::Spa, |spa| spa.first_party = true).await);
        for client in [client, spa] {
            for (later, ended) in [(0, false), (10, false), (11, true)] {
                let code = code(&server, &mut server.browser(), &client).await;
                let tokens = server.exchange(&client, &code).await;
                server.restart().await;
                server.wait(later);
                let again = server.exchange(&client, &code).await;
                assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"), "{later} s");
                let person = server.userinfo(&tokens.text("access_token")).await;
                assert_eq!(person.status == 401, ended, "{later} s");
            }
        }
        assert_eq!(server.database.count(REUSES).await, 2);
    }

    /// CO-02
    async fn an_invalid_redemption_revokes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (client, other) = (first_party(&server).await, first_party(&server).await);
        let code = code(&server, &mut server.browser(), &client).await;
        let tokens = server.exchange(&client, &code).await;
        let wrong = "x".repeat(43);
        assert_eq!(redeem(&server, &client, &code, &[("code_verifier", &wrong)]).await.error(), "invalid_grant");
        assert_eq!(redeem(&server, &client, &code, &[("code_verifier", "")]).await.error(), "invalid_grant");
        assert_eq!(redeem(&server, &client, &code, &[("redirect_uri", "https://rp.test/x")]).await.error(), "invalid_grant");
        assert_eq!(redeem(&server, &client, &code, &[("redirect_uri", "")]).await.error(), "invalid_grant");
        assert_eq!(server.exchange(&other, &code).await.error(), "invalid_grant");
        let stranger = RegisteredClient { secret: Some("wrong".into()), ..client.clone() };
        assert_eq!(server.exchange(&stranger, &code).await.error(), "invalid_client");
        let nameless = RegisteredClient { secret: None, ..client.clone() };
        assert_eq!(server.exchange(&nameless, &code).await.error(), "invalid_client");
        server.wait(61);
        assert_eq!(server.exchange(&client, &code).await.error(), "invalid_grant", "too late to mean anything");
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
        assert_eq!(server.database.count(REUSES).await, 0);
    }

    async fn of_many_redemptions_at_once_exactly_one_succeeds(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let mut browser = server.browser();
        let second = server.second_instance().await;
        for _ in 0..4 {
            let code = code(&server, &mut browser, &client).await;
            let tries = (0..30).map(|n| if n % 2 == 0 { &server } else { &second }.exchange(&client, &code));
            let answers = join_all(tries).await;
            assert_eq!((count(&answers, 200), count(&answers, 400)), (1, 29), "{answers:?}");
            let won = answers.iter().find(|answer| answer.status == 200).expect("a winner");
            assert_eq!(server.userinfo(&won.text("access_token")).await.status, 200, "a page that starts twice is no thief");
        }
        assert_eq!(server.database.count(REUSES).await, 0);
    }

    /// CO-04
    async fn a_code_of_one_client_is_nothing_to_another(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (client, other) = (first_party(&server).await, first_party(&server).await);
        let code = code(&server, &mut server.browser(), &client).await;
        assert_eq!(server.exchange(&other, &code).await.error(), "invalid_grant");
        assert_eq!(server.exchange(&client, &code).await.status, 200);
    }

    /// CO-07
    async fn a_code_lives_for_a_minute(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let mut browser = server.browser();
        for (seconds, status) in [(59, 200), (60, 400), (61, 400)] {
            let code = code(&server, &mut browser, &client).await;
            server.wait(seconds);
            assert_eq!(server.exchange(&client, &code).await.status, status, "after {seconds} s");
        }
    }

    async fn a_code_survives_a_restart_and_stays_spent_over_one(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let code = code(&server, &mut server.browser(), &client).await;
        server.restart().await;
        let tokens = server.exchange(&client, &code).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        server.restart().await;
        server.wait(11);
        assert_eq!(server.exchange(&client, &code).await.error(), "invalid_grant");
        server.restart().await;
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
    }
}

/// CO-05
#[tokio::test]
async fn a_code_with_any_byte_changed_is_no_code() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = first_party(&server).await;
    let mut browser = server.browser();
    let (one, two) = (code(&server, &mut browser, &client).await, code(&server, &mut browser, &client).await);
    assert!(one.is_ascii() && one.len() >= 128 && one != two);
    let changed = |at: usize| {
        let other = if one.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{other}{}", &one[..at], &one[at + 1..])
    };
    let mut bad: Vec<String> = (0..one.len()).step_by(5).chain([one.len() - 1]).map(changed).collect();
    let half = one.len() / 2;
    bad.extend([
        format!("{}{}", &one[..half], &two[half..]),
        format!("{one}="),
        format!("{one}A"),
        one[1..].to_owned(),
    ]);
    for chunk in bad.chunks(20) {
        let answers = join_all(chunk.iter().map(|bad| server.exchange(&client, bad))).await;
        assert!(answers.iter().all(|answer| answer.error() == "invalid_grant"), "{answers:?}");
    }
    assert_eq!(server.exchange(&client, &one).await.status, 200, "nothing happened to the real one");
}

/// CO-06
#[tokio::test]
async fn nothing_else_passes_for_a_code_and_a_code_for_nothing_else() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = first_party(&server).await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &client, ANA).await;
    let page = browser.open(&server.authorize_url(&client, &[("prompt", "login")])).await;
    let interaction = page.answer("interaction").expect("an interaction");
    let others = ["access_token", "refresh_token", "id_token"].map(|name| tokens.text(name));
    for other in others.iter().chain([&interaction]) {
        assert_eq!(server.exchange(&client, other).await.error(), "invalid_grant");
    }
    let code = code(&server, &mut browser, &client).await;
    assert_eq!(server.refresh(&client, &code).await.error(), "invalid_grant");
    assert_eq!(server.userinfo(&code).await.status, 401);
    assert!(!server.is_active(&client, &code).await);
    let hint = browser.open(&server.authorize_url(&client, &[("id_token_hint", &code)])).await;
    assert!(hint.url.contains("/login?interaction="), "it names nobody: {}", hint.url);
    let page = browser.open(&server.at(&format!("/login?interaction={code}"))).await;
    assert_eq!(page.status, 400, "{page:?}");
    assert_eq!(server.exchange(&client, &code).await.status, 200);
}

/// CO-09
#[tokio::test]
async fn codes_redeemed_crosswise_stay_with_their_own_person() {
    let server = TestServer::start().await;
    let (ana, ben) = (server.user(ANA).await, server.user("ben@example.test").await);
    let client = first_party(&server).await;
    let first = server.browser().go_through(&server.authorize_url(&client, &[("nonce", "hers")]), ANA).await;
    server.wait(3);
    let second =
        server.browser().go_through(&server.authorize_url(&client, &[("nonce", "his")]), "ben@example.test").await;
    for (landing, user, nonce, ago) in [(second, ben, "his", 0), (first, ana, "hers", 3)] {
        let tokens = server.exchange(&client, &landing.code()).await;
        let id_token = payload(&tokens.text("id_token"));
        assert_eq!(id_token["sub"], user.sub.0);
        assert_eq!(id_token["nonce"], nonce);
        assert_eq!(id_token["auth_time"], server.now().0 - ago);
    }
}

/// CO-08
#[tokio::test]
async fn forms_redirect_by_303_without_referrer() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = first_party(&server).await;
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[])).await;
    let answer = server.http.get(&page.url).send().await.expect("the server answers");
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    // The test browser follows no other redirect than 303.
    assert!(browser.sign_in(&page, ANA).await.answer("code").is_some());
    let own = page.body.split(['"', '\'']).filter(|text| text.starts_with("http") && !text.starts_with(&server.url));
    assert_eq!(own.collect::<Vec<_>>(), Vec::<&str>::new(), "no page loads anything from elsewhere");
}
