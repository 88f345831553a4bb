//! The profile of a user (AD-05).

use reqwest::StatusCode;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const GOOD: [(&str, &str); 8] = [
    ("given_name", " Ana Maria "),
    ("family_name", "Souza"),
    ("nickname", "Nana"),
    ("website", "https://ana.example"),
    ("birthdate", "1990-02-28"),
    ("zoneinfo", "America/Sao_Paulo"),
    ("phone_number", "+5511987654321"),
    ("locale", "pt-BR"),
];

on_both_databases! {
    async fn what_is_saved_is_shown_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/profile")).await;
        let saved = browser.submit(&page, &GOOD).await;
        assert_eq!((saved.status, saved.url.as_str()), (StatusCode::OK, server.at("/account/profile?done=1").as_str()));
        for (name, value) in &GOOD[..7] {
            assert_eq!(saved.value(name), value.trim(), "{name}");
        }
        assert!(saved.body.contains("<html lang=\"pt-BR\""), "and the page speaks the language that was chosen");
    }

    /// A form that was open while the profile was changed elsewhere writes only the fields that were edited in it.
    async fn a_form_that_was_open_meanwhile_undoes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let mut other = server.signed_in(ANA).await;
        let open = browser.open(&server.at("/account/profile")).await;
        let page = other.open(&server.at("/account/profile")).await;
        other.submit(&page, &[("nickname", "Nana"), ("given_name", "Anabela")]).await;
        let refused = browser.submit(&open, &[("website", "nonsense"), ("given_name", "ana")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let saved = browser.submit(&refused, &[("website", "https://ana.example"), ("given_name", "ana")]).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        assert_eq!(
            ["website", "nickname", "given_name"].map(|name| saved.value(name)),
            ["https://ana.example", "Nana", "Anabela"]
        );
        let cleared = browser.submit(&saved, &[("nickname", ""), ("given_name", "Anabela")]).await;
        assert_eq!(cleared.value("nickname"), "", "an edited field is emptied");
    }

    async fn a_bad_value_is_refused_at_its_field_and_nothing_is_saved(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/profile")).await;
        let long = "x".repeat(2_000);
        for (field, bad) in [
            ("website", "javascript:alert(1)"),
            ("website", "ana.example"),
            ("birthdate", "1990-02-30"),
            ("birthdate", "yesterday"),
            ("zoneinfo", "half past nine"),
            ("phone_number", "12"),
            ("given_name", long.as_str()),
            ("nickname", "a\u{7}b"),
        ] {
            let mut form = GOOD.to_vec();
            form.retain(|(name, _)| *name != field);
            form.push((field, bad));
            let again = browser.submit(&page, &form).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {bad:?}");
            assert!(!again.text(&format!("#{field}-error")).is_empty(), "{field} {bad:?}: {}", again.body);
            assert_eq!(again.value("given_name"), if field == "given_name" { bad } else { " Ana Maria " });
        }
        let kept = browser.open(&server.at("/account/profile")).await;
        assert_eq!((kept.value("given_name"), kept.value("nickname")), ("ana".to_owned(), String::new()));
    }

    /// AD-05: users cannot grant themselves rights.
    async fn fields_that_are_not_on_the_page_change_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let before = server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/profile")).await;
        let mut form = vec![
            ("admin", "true"),
            ("is_admin", "true"),
            ("role", "admin"),
            ("email_verified", "true"),
            ("id", "1"),
            ("sub", "x"),
            ("email", "boss@example.test"),
            ("status", "active"),
            ("created_at", "0"),
            ("phone_number_verified", "true"),
            ("password", "pwned pwned"),
        ];
        form.extend(GOOD);
        assert_eq!(browser.submit(&page, &form).await.status, StatusCode::OK);
        let after = server.usher.users.load_user(ANA).await.expect("she is still there");
        assert_eq!(
            (after.admin, &after.sub, &after.email, after.created_at),
            (false, &before.sub, &before.email, before.created_at)
        );
        assert!(!after.profile.phone_number_verified);
        assert_eq!(browser.open(&server.at("/console/users")).await.status, StatusCode::FORBIDDEN);
    }

    async fn nobody_signed_in_is_sent_to_sign_in_and_changes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut nobody = server.browser();
        let csrf = nobody.open(&server.at("/login")).await.value("csrf");
        for path in ["/account/profile", "/account/security", "/account/apps", "/account/email"] {
            let sign_in = format!("/login?next={}", path.replace('/', "%2F"));
            let reply = server.get_as(&nobody, path).await;
            assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, sign_in.as_str()), "{path}");
            let form = [("csrf", csrf.as_str()), ("given_name", "Eve"), ("email", "eve@example.test"), ("everywhere", "true")];
            let reply = server.post_as(&nobody, path, &form).await;
            if ["/account/profile", "/account/email"].contains(&path) {
                assert!(reply.body.contains("eve@example.test"), "{path}: {}", reply.body);
                assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "what was typed is kept");
                continue;
            }
            let repeat = format!("{sign_in}%3Fdone%3Drepeat");
            assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, repeat.as_str()), "{path}");
        }
        let ana = server.usher.users.load_user(ANA).await.expect("she is there");
        assert_eq!(ana.profile.given_name.as_deref(), Some("ana"));
    }
}
