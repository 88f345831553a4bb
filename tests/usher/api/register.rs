//! Registration and verifying the address.

use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};

use super::{ANA, TOKEN_MODE};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::{PASSWORD, TestServer};

const UNA: &str = "una@example.test";

fn una(email: &str) -> Value {
    json!({"given_name": "Una", "family_name": "Noether", "email": email, "password": PASSWORD})
}

async fn code(server: &TestServer) -> String {
    server.emails().await[0].code().expect("a code").to_owned()
}

async fn verify(server: &TestServer, registered: &Answer, code: &str) -> Answer {
    let body = json!({"verification_id": registered.text("verification_id"), "code": code});
    server.post_json("auth/verify-email", &body).await
}

on_both_databases! {
    async fn the_code_makes_the_user_and_signs_them_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let registered = server.post_json("auth/register", &una(UNA)).await;
        assert_eq!((registered.status.as_u16(), &registered.json["expires_in"]), (202, &json!(900)));
        let early = server.post_json("auth/login", &json!({"email": UNA, "password": PASSWORD})).await;
        assert_eq!((early.status.as_u16(), early.problem()), (403, "EMAIL_NOT_VERIFIED"));
        assert_eq!(early.json["error"]["details"]["verification_id"], registered.json["verification_id"]);
        let wrong = verify(&server, &registered, "0").await;
        assert_eq!((wrong.status.as_u16(), wrong.fields()), (422, vec!["code"]));
        let code = code(&server).await;
        let verified = verify(&server, &registered, &code).await;
        assert_eq!((verified.status.as_u16(), verified.json["user"]["given_name"].as_str()), (200, Some("Una")));
        let me = answer(server.api(Method::GET, "me").header(COOKIE, verified.cookies())).await;
        assert_eq!((me.json["email"].as_str(), &me.json["email_verified"]), (Some(UNA), &json!(true)));
        let again = verify(&server, &registered, &code).await;
        assert_eq!((again.status.as_u16(), again.problem()), (410, "LINK_EXPIRED"));
    }

    async fn in_token_mode_the_code_gives_tokens_and_no_cookie(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let request = |path| server.api(Method::POST, path).header(ACCEPT, TOKEN_MODE);
        let registered = answer(request("auth/register").json(&una(UNA))).await;
        assert!(registered.cookies().is_empty(), "{registered:?}");
        let body = json!({"verification_id": registered.text("verification_id"), "code": code(&server).await});
        let verified = answer(request("auth/verify-email").json(&body)).await;
        assert_eq!((verified.status.as_u16(), verified.cookies()), (200, String::new()));
        assert_eq!(server.me(&verified.text("access_token")).await.json["email"], UNA);
    }

    async fn the_link_needs_the_password_but_in_the_browser_that_registered(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let token = async || {
            let emails = server.emails().await;
            emails[0].link().and_then(|link| link.split("token=").nth(1)).expect("a link").to_owned()
        };
        server.post_json("auth/register", &una(UNA)).await;
        let elsewhere = server.post_json("auth/verify-email", &json!({"token": token().await})).await;
        assert_eq!((elsewhere.status.as_u16(), elsewhere.problem()), (401, "AUTH_INVALID"));
        let body = json!({"token": token().await, "password": PASSWORD});
        assert_eq!(server.post_json("auth/verify-email", &body).await.status, 200);
        let here = server.post_json("auth/register", &una("eva@example.test")).await.cookies();
        let request = server.api(Method::POST, "auth/verify-email").header(COOKIE, here);
        assert_eq!(answer(request.json(&json!({"token": token().await}))).await.status, 200);
    }

    /// PW-01: the response does not reveal which addresses have an account.
    async fn pw_01_an_address_that_is_taken_looks_the_same(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut seen = Vec::new();
        for email in [ANA, UNA] {
            let registered = server.post_json("auth/register", &una(email)).await;
            let id = registered.text("verification_id");
            let body = registered.json.to_string().replace(&id, "…");
            let names: Vec<String> = registered.headers.keys().map(ToString::to_string).collect();
            let wrong = verify(&server, &registered, "00000000").await;
            seen.push((registered.status, body, names, wrong.status, wrong.problem().to_owned()));
        }
        assert_eq!(seen[0], seen[1]);
        let emails = server.emails().await;
        let to_ana: Vec<_> = emails.iter().filter(|email| email.to() == ANA).collect();
        assert!(to_ana.len() == 1 && to_ana[0].code().is_none(), "the owner is notified, and gets no code");
    }

    async fn one_name_is_enough(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let registered = server
            .post_json("auth/register", &json!({"given_name": "Suharto", "email": UNA, "password": PASSWORD}))
            .await;
        assert_eq!(registered.status.as_u16(), 202, "{registered:?}");
        let verified = verify(&server, &registered, &code(&server).await).await;
        let user = &verified.json["user"];
        assert_eq!((user["given_name"].as_str(), user.get("family_name")), (Some("Suharto"), None));
    }

    async fn a_rejected_name_names_the_rule_that_it_breaks(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for (name, why) in [
            ("x\ty".to_owned(), "line breaks, tabs or other control characters"),
            ("x".repeat(301), "longer than 300 characters"),
            ("\u{200e}\u{200b}".to_owned(), "missing"),
        ] {
            let mut body = una(UNA);
            body["given_name"] = json!(name);
            let refused = server.post_json("auth/register", &body).await;
            assert_eq!(refused.fields(), ["given_name"]);
            let said = refused.json["error"]["details"]["fields"]["given_name"].to_string();
            assert!(said.contains(why), "{name:?}: {said}");
        }
    }

    async fn a_likely_mistake_in_the_address_is_named(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let registered = server.post_json("auth/register", &una("una@gmial.com")).await;
        let meant = registered.json["probably_meant"].as_str();
        assert_eq!((registered.status.as_u16(), meant), (202, Some("una@gmail.com")));
        let registered = server.post_json("auth/register", &una(UNA)).await;
        assert_eq!(registered.json.get("probably_meant"), None);
    }

    async fn all_faults_are_reported_together(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let refused = server.post_json("auth/register", &json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (422, "VALIDATION_FAILED"));
        assert_eq!(refused.fields(), ["email", "given_name", "password"]);
        let body = json!({"given_name": " ", "family_name": "x\u{7}y", "email": "una@", "password": "short"});
        let refused = server.post_json("auth/register", &body).await;
        assert_eq!(refused.fields(), ["email", "family_name", "given_name", "password"], "{refused:?}");
        assert!(!refused.json.to_string().contains("short\""), "no password is repeated");
        let mut body = una(UNA);
        body["role"] = json!("admin");
        let refused = server.post_json("auth/register", &body).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (400, vec!["role"]));
        assert!(server.emails().await.is_empty());
    }

    async fn registrations_from_one_source_are_limited(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.register", "2/hour")]).await;
        let mut statuses = Vec::new();
        for n in 0..3 {
            statuses.push(server.post_json("auth/register", &una(&format!("una{n}@example.test"))).await.status.as_u16());
        }
        assert_eq!(statuses, [202, 202, 429]);
    }

    async fn where_registration_is_closed_nobody_registers(db: TestDatabase) {
        let server = TestServer::on(db, &[("sign_up.enabled", "false")]).await;
        let refused = server.post_json("auth/register", &una(UNA)).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (403, "REGISTRATION_CLOSED"));
    }
}
