//! Check-ups: what a correct application gets, what each missing check costs, and who may start one.

mod application;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::project::member::Role;
use usher_flows::check_ups::{
    ApplicationUrls, CaseFinding, CaseVerdict, CheckCase, CheckUp, Grade, Obstacle, Phase, Progress, RequestFault,
    application_origins,
};
use usher_protocol::client::metadata::ClientMetadata;

use self::application::{Application, Configuration};
use super::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// Each check of the application, and the cases that fail without it.
const CHECKS: &[(&str, &[CheckCase])] = &[
    ("pkce", &[CheckCase::Pkce]),
    ("keys", &[CheckCase::RotatedKey]),
    ("state", &[CheckCase::WrongState, CheckCase::NoState]),
    ("browser", &[CheckCase::OtherBrowser]),
    ("once", &[CheckCase::ReplayedState]),
    ("response-iss", &[CheckCase::WrongResponseIssuer, CheckCase::NoResponseIssuer]),
    ("token-error", &[CheckCase::UsedCode]),
    ("id-token", &[CheckCase::NoIdToken]),
    ("iss", &[CheckCase::WrongIssuer]),
    ("aud", &[CheckCase::WrongAudience]),
    ("azp", &[CheckCase::ForeignAudience]),
    ("exp", &[CheckCase::Expired]),
    ("iat", &[CheckCase::IssuedInFuture]),
    ("nbf", &[CheckCase::NotYetValid]),
    ("sub", &[CheckCase::NoSubject]),
    ("signature", &[CheckCase::BadSignature]),
    ("alg", &[CheckCase::Unsigned]),
    ("nonce", &[CheckCase::WrongNonce, CheckCase::NoNonce, CheckCase::ReplayedNonce]),
    ("userinfo", &[CheckCase::OtherUserinfo]),
    ("logout", &[CheckCase::GoodLogout]),
    ("logout-alg", &[CheckCase::UnsignedLogout]),
    ("logout-iss", &[CheckCase::WrongIssuerLogout]),
    ("logout-aud", &[CheckCase::WrongAudienceLogout]),
    ("logout-exp", &[CheckCase::ExpiredLogout]),
    ("logout-nonce", &[CheckCase::NonceInLogout]),
    ("logout-event", &[CheckCase::NoEventLogout]),
];

/// A client of this application, whose ID tokens are signed with ES256; with back-channel logout or without.
async fn client_of(server: &TestServer, application: &Application, logout: bool) -> Client {
    let origin = application.origin.clone();
    let change = |metadata: &mut ClientMetadata| {
        metadata.redirect_uris = vec![format!("{origin}/cb")];
        metadata.post_logout_redirect_uris = Vec::new();
        metadata.backchannel_logout_uri = logout.then(|| format!("{origin}/logout"));
        metadata.id_token_signed_response_alg = "ES256".into();
    };
    server.client(ClientType::Web, change).await.client
}

async fn prepare(server: &TestServer, client: &Client, sign_in: &str, protected: &str) -> Arc<CheckUp> {
    let urls =
        ApplicationUrls::read(sign_in, protected, &application_origins(client)).expect("URLs of the application");
    server.usher.check_ups.prepare_check_up(client, urls).await.expect("it is prepared");
    server.usher.check_ups.check_up_of(client).expect("it is there")
}

/// What the application must be configured with.
fn configuration(check_up: &CheckUp) -> Configuration {
    let issuer = &check_up.issuer;
    Configuration {
        issuer: issuer.issuer.clone(),
        client_id: issuer.client_id.clone(),
        client_secret: issuer.client_secret.clone().expect("a secret"),
    }
}

async fn ended(check_up: &CheckUp) -> Progress {
    while check_up.is_running() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    check_up.progress()
}

async fn run(server: &TestServer, client: &Client, check_up: &CheckUp) -> Progress {
    server.usher.check_ups.start_check_up(client).await.expect("it starts");
    ended(check_up).await
}

/// Why a check-up has no grade.
async fn obstacle(server: &TestServer, client: &Client, check_up: &CheckUp) -> Obstacle {
    match run(server, client, check_up).await.phase {
        Phase::Stopped(obstacle) => obstacle,
        other => panic!("no obstacle: {other:?}"),
    }
}

fn cases(progress: &Progress, verdict: CaseVerdict) -> Vec<CheckCase> {
    let mut found: Vec<_> =
        progress.results.iter().filter(|one| one.finding.verdict() == verdict).map(|one| one.case).collect();
    found.sort_by_key(|case| CheckCase::ALL.iter().position(|known| known == case));
    found
}

fn finding(progress: &Progress, case: CheckCase) -> CaseFinding {
    progress.results.iter().find(|one| one.case == case).expect("it was tried").finding
}

on_both_databases! {
    async fn a_correct_application_gets_full_marks_and_each_missing_check_fails_exactly_its_cases(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.check_ups", "off")]).await;
        let application = Application::start(server.clock.clone()).await;
        let client = client_of(&server, &application, true).await;
        let check_up = prepare(&server, &client, &format!("{}/login", application.origin), "").await;
        application.restart(configuration(&check_up), &[]);
        let progress = run(&server, &client, &check_up).await;
        let Phase::Graded(tally, Grade::Full) = progress.phase else { panic!("{progress:#?}") };
        assert_eq!(usize::try_from(tally.passed).expect("few"), CheckCase::ALL.len(), "{progress:#?}");
        for (check, failing) in CHECKS {
            application.restart(configuration(&check_up), &[check]);
            let progress = run(&server, &client, &check_up).await;
            assert_eq!(cases(&progress, CaseVerdict::Failed), *failing, "without {check}: {progress:#?}");
            assert!(matches!(progress.phase, Phase::Graded(_, Grade::Unsafe | Grade::Advice)), "without {check}");
            let unknown = cases(&progress, CaseVerdict::NotDetermined);
            assert_eq!(unknown.is_empty(), *check != "logout", "without {check}: {unknown:?}");
        }
        let checked: Vec<_> = CHECKS.iter().flat_map(|(_, failing)| *failing).collect();
        let unchecked = CheckCase::ALL.iter().filter(|case| !checked.contains(case)).collect::<Vec<_>>();
        assert_eq!(unchecked, [&CheckCase::GoodSignIn], "every case can fail");
    }

    async fn without_a_good_sign_in_there_is_a_reason_and_no_grade(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.check_ups", "off")]).await;
        let application = Application::start(server.clock.clone()).await;
        let client = client_of(&server, &application, true).await;
        let (login, fixed) = (format!("{}/login", application.origin), format!("{}/static", application.origin));
        let check_up = prepare(&server, &client, &login, "").await;
        let good = configuration(&check_up);
        application.restart(Configuration { issuer: server.url.clone(), ..good.clone() }, &[]);
        assert_eq!(obstacle(&server, &client, &check_up).await, Obstacle::Left(server.url.clone()));
        application.restart(Configuration { client_id: "other".into(), ..good.clone() }, &[]);
        assert_eq!(obstacle(&server, &client, &check_up).await, Obstacle::Request(RequestFault::Client("other".into())));
        application.restart(Configuration { client_secret: "other".into(), ..good }, &[]);
        assert!(matches!(obstacle(&server, &client, &check_up).await, Obstacle::Token(_)));
        let check_up = prepare(&server, &client, &fixed, "").await;
        let nowhere = Obstacle::NoRequest { url: fixed.clone(), status: 200 };
        assert_eq!(obstacle(&server, &client, &check_up).await, nowhere);
        let check_up = prepare(&server, &client, &login, &fixed).await;
        application.restart(configuration(&check_up), &[]);
        assert_eq!(obstacle(&server, &client, &check_up).await, Obstacle::NoDifference { url: fixed });
    }

    async fn a_client_without_a_logout_uri_does_not_use_logout(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let application = Application::start(server.clock.clone()).await;
        let client = client_of(&server, &application, false).await;
        let origin = &application.origin;
        let check_up = prepare(&server, &client, &format!("{origin}/login"), &format!("{origin}/me")).await;
        application.restart(configuration(&check_up), &[]);
        let progress = run(&server, &client, &check_up).await;
        assert!(matches!(progress.phase, Phase::Graded(_, Grade::Full)), "{progress:#?}");
        assert_eq!(finding(&progress, CheckCase::GoodLogout), CaseFinding::NoLogoutUri);
    }

    async fn a_test_issuer_signs_nobody_in_and_is_gone_after_an_hour(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let application = Application::start(server.clock.clone()).await;
        let client = client_of(&server, &application, true).await;
        let check_up = prepare(&server, &client, &format!("{}/login", application.origin), "").await;
        let issuer = &check_up.issuer.issuer;
        let get = async |path: &str| server.http.get(format!("{issuer}{path}")).send().await.expect("an answer");
        let metadata: serde_json::Value = get("/.well-known/openid-configuration").await.json().await.expect("JSON");
        assert_eq!(metadata["issuer"], issuer.as_str());
        assert_eq!(metadata["jwks_uri"], format!("{issuer}/jwks"));
        let keys = get("/jwks").await.text().await.expect("a text");
        let own = server.http.get(server.at("/oauth2/jwks")).send().await.expect("an answer").text().await.expect("a text");
        let kid = keys.split("\"kid\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a kid");
        assert!(!own.contains(kid) && !keys.contains("\"d\""), "{keys}");
        let query = format!("client_id={}&redirect_uri={}/cb&response_type=code&scope=openid", client.id, application.origin);
        let asked = get(&format!("/authorize?{query}")).await;
        assert_eq!((asked.status(), asked.headers().get("location")), (StatusCode::FORBIDDEN, None));
        let form = [("grant_type", "authorization_code"), ("code", "x"), ("client_id", client.id.0.as_str())];
        let refused = server.http.post(format!("{issuer}/token")).form(&form).send().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert_eq!(get("/userinfo").await.status(), StatusCode::UNAUTHORIZED);
        server.wait(3_601);
        for path in ["/.well-known/openid-configuration", "/jwks", "/authorize", "/userinfo"] {
            assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert!(server.usher.check_ups.start_check_up(&client).await.is_err(), "it cannot be started any more");
    }

    async fn a_developer_runs_a_check_up_on_the_page_and_a_viewer_reads_its_report(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let application = Application::start(server.clock.clone()).await;
        let client = client_of(&server, &application, true).await;
        let path = format!("/console/projects/{}/clients/{}/check-up", server.project, client.id);
        for (email, role) in [("dan@example.test", Role::Developer), ("vera@example.test", Role::Viewer)] {
            server.user(email).await;
            server.usher.members.add_member(server.project, email, role).await.expect("a member");
        }
        let mut dan = server.signed_in("dan@example.test").await;
        let page = dan.open(&server.at(&path)).await;
        let wrong = dan.press(&page, "check-up", &[("sign_in_url", "https://evil.test/login"), ("protected_url", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
        assert!(wrong.body.contains("sign_in_url-error") && wrong.body.contains("protected_url-error"), "{}", wrong.body);
        let sign_in = format!("{}/login", application.origin);
        let ready = dan.press(&page, "check-up", &[("sign_in_url", &sign_in)]).await;
        assert!(ready.body.contains("OIDC_ISSUER=") && ready.body.contains("OIDC_CLIENT_SECRET="), "{}", ready.body);
        let check_up = server.usher.check_ups.check_up_of(&client).expect("it is there");
        application.restart(configuration(&check_up), &["exp"]);
        dan.press(&ready, "start", &[]).await;
        ended(&check_up).await;
        let report = dan.open(&server.at(&path)).await;
        assert!(report.body.contains("The application accepts what it must refuse"), "{}", report.body);
        assert_eq!(report.body.matches("<li class=\"failed\"").count(), 1, "{}", report.body);
        assert!(report.body.contains("<li class=\"failed\" data-case=\"expired\">"), "{}", report.body);
        let mut vera = server.signed_in("vera@example.test").await;
        let read = vera.open(&server.at(&path)).await;
        assert!(read.body.contains("data-case=\"expired\""), "{}", read.body);
        assert!(!read.body.contains("OIDC_CLIENT_SECRET") && !read.body.contains("/check-up/start"), "{}", read.body);
        let events = server.database.count("select count(*) from event where kind = 'client.check_up_started'").await;
        assert_eq!(events, 1);
        let gone = dan.press(&report, "end", &[]).await;
        assert!(!gone.body.contains("OIDC_ISSUER") && !gone.body.contains("data-case"), "{}", gone.body);
    }

    async fn an_application_that_only_a_person_can_drive_is_not_guessed_at(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        for kind in [ClientType::Spa, ClientType::Native] {
            let client = server.client(kind, |_| {}).await.client;
            let path = format!("/console/projects/{}/clients/{}/check-up", server.project, client.id);
            let page = boss.open(&server.at(&path)).await;
            assert!(page.body.contains("cannot be checked from here"), "{}", page.body);
            let urls = ApplicationUrls { sign_in: "https://rp.test/login".parse().expect("a URL"), protected: None };
            assert!(server.usher.check_ups.prepare_check_up(&client, urls).await.is_err());
        }
    }

    async fn an_application_on_a_closed_address_is_refused_and_too_many_check_ups_are(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.check_ups", "2/hour")]).await;
        let inside = |metadata: &mut ClientMetadata| metadata.redirect_uris = vec!["https://10.1.2.3/cb".into()];
        let client = server.client(ClientType::Web, inside).await.client;
        let mut boss = administrator(&server).await;
        let path = format!("/console/projects/{}/clients/{}/check-up", server.project, client.id);
        let page = boss.open(&server.at(&path)).await;
        let closed = boss.press(&page, "check-up", &[("sign_in_url", "https://10.1.2.3/login")]).await;
        assert_eq!(closed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", closed.body);
        assert!(closed.body.contains("outbound.allow"), "{}", closed.body);
        let check_up = prepare(&server, &client, "https://10.1.2.3/login", "").await;
        let rejected = Obstacle::Outbound(usher_flows::check_ups::OutboundError::Rejected);
        assert_eq!(obstacle(&server, &client, &check_up).await, rejected);
        let third = server.usher.check_ups.start_check_up(&client).await.expect_err("too many");
        assert!(third.to_string().contains("too many"), "{third}");
    }
}
