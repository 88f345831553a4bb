//! The second factor at the API: required, and given in the same request.

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use super::{ANA, TOKEN_MODE};
use crate::factors::server_with_app;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{answer, payload};
use crate::harness::server::{PASSWORD, TestServer};

fn with(name: &str, value: &str) -> Value {
    json!({"email": ANA, "password": PASSWORD, name: value})
}

on_both_databases! {
    async fn without_a_code_it_says_which_kinds_there_are(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let due = server.post_json("auth/login", &json!({"email": ANA, "password": PASSWORD})).await;
        assert_eq!((due.status.as_u16(), due.problem()), (401, "SECOND_FACTOR_REQUIRED"));
        assert_eq!(due.json["error"]["details"]["kinds"], json!(["totp", "recovery_code"]));
        assert!(due.cookies().is_empty());
        let wrong = json!({"email": ANA, "password": "a wrong red door", "totp": app.code(server.now())});
        assert_eq!(server.post_json("auth/login", &wrong).await.problem(), "AUTH_INVALID");
        let code = app.code(server.now());
        let signed_in = server.post_json("auth/login", &with("totp", &code)).await;
        assert_eq!(signed_in.status, 200, "{signed_in:?}");
        let again = server.post_json("auth/login", &with("totp", &code)).await;
        assert_eq!((again.status.as_u16(), again.problem()), (401, "SECOND_FACTOR_INVALID"), "no code works twice");
    }

    async fn a_recovery_code_does_as_well_and_tokens_say_that_it_were_two_factors(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let request = || server.api(Method::POST, "auth/login").header(ACCEPT, TOKEN_MODE);
        let signed_in = answer(request().json(&with("recovery_code", &app.codes[0]))).await;
        assert_eq!(signed_in.status, 200, "{signed_in:?}");
        assert_eq!(payload(&signed_in.text("access_token"))["acr"], "aal2");
        let again = answer(request().json(&with("recovery_code", &app.codes[0]))).await;
        assert_eq!(again.problem(), "SECOND_FACTOR_INVALID", "once");
    }

    async fn a_code_of_the_wrong_kind_is_named(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for (body, field) in [
            (with("totp", "12345"), "totp"),
            (with("totp", "abcdef"), "totp"),
            (with("recovery_code", "123456"), "recovery_code"),
            (json!({"email": ANA, "password": PASSWORD, "totp": "123456", "recovery_code": "A"}), "recovery_code"),
        ] {
            let refused = server.post_json("auth/login", &body).await;
            assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec![field]), "{body}");
        }
    }

    async fn guessing_codes_ends_soon(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let right = app.code(server.now());
        let wrong = if right == "000000" { "111111" } else { "000000" };
        let mut last = 401;
        for _ in 0..30 {
            last = server.post_json("auth/login", &with("totp", wrong)).await.status.as_u16();
        }
        assert_eq!(last, 429);
    }
}
