//! Cookie mode: the session cookie of the pages, which scripts cannot read and other sites cannot use.

use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::json;

use super::ANA;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

on_both_databases! {
    async fn whoever_signs_in_is_the_same_at_the_api_and_on_the_pages(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let signed_in = server.post_json("auth/login", &json!({"email": ANA, "password": PASSWORD})).await;
        assert_eq!((signed_in.status.as_u16(), signed_in.json["user"]["email"].as_str()), (200, Some(ANA)));
        assert!(signed_in.json.get("access_token").is_none());
        let cookie = signed_in.cookies();
        let me = answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await;
        assert_eq!((me.status.as_u16(), &me.json["roles"]), (200, &json!(["user"])));
        let page = server.http.get(server.at("/account/profile")).header(COOKIE, &cookie).send().await;
        assert_eq!(page.expect("the server answers").status(), 200);
        let out = answer(server.api(Method::POST, "auth/logout").header(COOKIE, &cookie)).await;
        assert_eq!((out.status.as_u16(), &out.json["ended_sessions"]), (200, &json!(1)));
        let me = answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await;
        assert_eq!((me.status.as_u16(), me.problem()), (401, "AUTH_REQUIRED"));
    }

    /// SE-01
    async fn se_01_the_cookie_is_host_only_and_hidden_from_scripts(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let signed_in = server.post_json("auth/login", &json!({"email": ANA, "password": PASSWORD})).await;
        for cookie in signed_in.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("plain text");
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"));
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }

    /// SE-02
    async fn se_02_every_step_gives_a_new_secret_and_the_old_one_is_dead(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let planted = format!("usher={}", "a".repeat(43));
        let body = json!({"email": ANA, "password": PASSWORD});
        let request = server.api(Method::POST, "auth/login").header(COOKIE, &planted);
        let first = answer(request.json(&body)).await.cookies();
        assert!(!first.contains(&planted["usher=".len()..]), "{first}");
        let again = answer(server.api(Method::POST, "auth/login").header(COOKIE, &first).json(&body)).await;
        let second = format!("{}; {first}", again.cookies());
        assert_ne!(again.cookies(), first);
        let change = json!({"current_password": PASSWORD, "new_password": "a loud yellow window"});
        let second = second.split("; ").find(|pair| pair.starts_with("usher=")).expect("a session").to_owned();
        let request = server.api(Method::POST, "auth/change-password").header(COOKIE, &second);
        let changed = answer(request.json(&change)).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let third = changed.cookies();
        assert!(!third.is_empty() && third != second);
        for (cookie, status) in [(&first, 401), (&second, 401), (&third, 200)] {
            let me = answer(server.api(Method::GET, "me").header(COOKIE, cookie)).await;
            assert_eq!(me.status, status, "{cookie}");
        }
    }

    /// SE-06: login CSRF, and all other requests that a page of another site could make a browser send.
    async fn se_06_no_other_site_signs_anybody_in_or_acts_for_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let cookie = server.cookie_of(ANA).await;
        let body = json!({"email": ANA, "password": PASSWORD});
        for path in ["auth/login", "auth/logout", "auth/change-password", "auth/register"] {
            for (header, value) in [
                ("origin", "null"),
                ("origin", "https://evil.test"),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
            ] {
                let request = server.api(Method::POST, path).header(COOKIE, &cookie).header(header, value);
                let refused = answer(request.json(&body)).await;
                assert_eq!((refused.status.as_u16(), refused.problem()), (403, "CROSS_SITE"), "{path} {header} {value}");
                assert!(refused.cookies().is_empty(), "{path}");
            }
            let request = server.api(Method::POST, path).header(COOKIE, &cookie).header("content-type", "text/plain");
            let refused = answer(request.body(body.to_string())).await;
            assert_eq!((refused.status.as_u16(), refused.cookies()), (415, String::new()), "{path}");
            let got = answer(server.api(Method::GET, path).header(COOKIE, &cookie)).await;
            assert_eq!((got.status.as_u16(), got.cookies()), (405, String::new()), "{path}");
        }
        let me = answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await;
        assert_eq!(me.status, 200, "nobody was signed out");
    }

    async fn an_unknown_member_is_named_and_every_missing_one_as_well(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let strange = server.post_json("auth/login", &json!({"email": ANA, "admin": true, "otp": "1"})).await;
        assert_eq!((strange.status.as_u16(), strange.problem()), (400, "FIELD_NOT_SETTABLE"));
        assert_eq!(strange.fields(), ["admin", "otp"]);
        let missing = server.post_json("auth/login", &json!({"email": 7})).await;
        assert_eq!((missing.status.as_u16(), missing.problem()), (422, "VALIDATION_FAILED"));
        assert_eq!(missing.fields(), ["email", "password"]);
        for garbage in ["", "7", "[]", "{\"email\":1,\"email\":2}", "{"] {
            let request = server.api(Method::POST, "auth/login").header("content-type", "application/json");
            let refused = answer(request.body(garbage)).await;
            assert_eq!(refused.status, 400, "{garbage}");
        }
    }

    /// PW-01, PW-03: responses do not reveal who has an account, and guessing is limited.
    async fn pw_01_a_failed_sign_in_looks_the_same_for_everybody(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let disabled = server.user("dora@example.test").await;
        server.usher.users.set_user_enabled(&disabled, false).await.expect("it can be done");
        let mut seen = Vec::new();
        for email in [ANA, "dora@example.test", "nobody@example.test", "no address"] {
            let refused = server.post_json("auth/login", &json!({"email": email, "password": "a wrong red door"})).await;
            let error = &refused.json["error"];
            seen.push((refused.status, error["code"].clone(), error["message"].clone(), error["details"].clone(), refused.cookies()));
        }
        assert_eq!(seen[0].0, 401);
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
        let mut last = 401;
        for _ in 0..20 {
            let body = json!({"email": ANA, "password": "a wrong red door"});
            last = server.post_json("auth/login", &body).await.status.as_u16();
        }
        assert_eq!(last, 429);
    }
}
