//! Registration: there is no user until the address is verified.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::server::{PASSWORD, TestServer};

const UNA: &str = "una@example.test";

async fn register(server: &TestServer, browser: &mut Browser<'_>, email: &str, password: &str) -> Landing {
    let page = browser.open(&server.at("/register")).await;
    fill_in(browser, &page, email, password).await
}

async fn fill_in(browser: &mut Browser<'_>, page: &Landing, email: &str, password: &str) -> Landing {
    let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", email), ("password", password)];
    browser.submit(page, &form).await
}

/// The newest email's code and link.
async fn email(server: &TestServer) -> (String, String) {
    let emails = server.emails().await;
    let newest = emails.first().expect("an email");
    (newest.code().expect("a code").to_owned(), newest.link().expect("a link").to_owned())
}

async fn users(server: &TestServer) -> i64 {
    server.database.count("select count(*) from users").await
}

async fn knows(server: &TestServer, email: &str, password: &str) -> bool {
    let mut browser = server.browser();
    let page = browser.open(&server.at("/login")).await;
    browser.submit(&page, &[("email", email), ("password", password)]).await.url == server.at("/account/profile")
}

on_both_databases! {
    async fn the_code_makes_the_user_and_signs_them_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, UNA, PASSWORD).await;
        assert!(page.body.contains(UNA), "it says where the email went");
        assert_eq!(users(&server).await, 0, "an unproven registration owns nothing");
        let (code, _) = email(&server).await;
        let landing = browser.submit(&page, &[("code", &code)]).await;
        assert_eq!(landing.url, server.at("/account/profile"));
        assert!(landing.body.contains("Noether"));
        assert!(knows(&server, UNA, PASSWORD).await);
    }

    async fn the_link_shows_a_button_and_the_button_makes_the_user(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        register(&server, &mut browser, UNA, PASSWORD).await;
        let (code, link) = email(&server).await;
        let page = browser.open(&link).await;
        assert_eq!((page.status, users(&server).await), (StatusCode::OK, 0), "mail programs open links by themselves");
        assert!(!page.body.contains("name=\"password\""), "in the browser that registered one click is enough");
        assert_eq!(browser.press(&page, "link", &[]).await.url, server.at("/account/profile"));
        let again = browser.open(&link).await;
        assert_eq!(again.status, StatusCode::GONE, "once");
        let mut other = server.browser();
        let csrf = other.open(&server.at("/login")).await.value("csrf");
        let path = link.trim_start_matches(&server.url).replace("/verify?", "/verify/link?");
        let reply = server.post_as(&other, &path, &[("csrf", &csrf), ("code", &code)]).await;
        assert_eq!(reply.status, StatusCode::GONE);
        assert_eq!(users(&server).await, 1);
    }

    /// The link in another browser: its user may not be the one who registered.
    async fn in_another_browser_the_link_asks_for_the_password(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        register(&server, &mut server.browser(), UNA, PASSWORD).await;
        let (_, link) = email(&server).await;
        let mut phone = server.browser();
        let page = phone.open(&link).await;
        assert!(page.body.contains("name=\"password\""), "{}", page.body);
        let wrong = phone.submit(&page, &[("password", "not what was chosen")]).await;
        assert_eq!((wrong.status, users(&server).await), (StatusCode::UNPROCESSABLE_ENTITY, 0));
        assert!(!wrong.text("[role=alert]").is_empty());
        let landing = phone.submit(&wrong, &[("password", PASSWORD)]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
    }

    /// Pre-hijacking (USENIX Security 2022): an address that somebody else registered first or last belongs to the one
    /// who verifies it, with their own password.
    async fn of_two_registrations_of_one_address_the_owner_gets_the_account_with_their_own_password(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut owner, mut attacker) = (server.browser(), server.browser());
        register(&server, &mut attacker, UNA, "the door of an attacker").await;
        let (_, early) = email(&server).await;
        register(&server, &mut owner, UNA, PASSWORD).await;
        assert_eq!(owner.open(&early).await.status, StatusCode::GONE, "the newest registration alone waits");
        register(&server, &mut attacker, UNA, "the door of an attacker").await;
        let (_, theirs) = email(&server).await;
        let page = owner.open(&theirs).await;
        let landing = owner.submit(&page, &[("password", PASSWORD)]).await;
        assert_eq!(users(&server).await, 0, "a click on the attacker's email makes nothing: {}", landing.body);
        let page = register(&server, &mut owner, UNA, PASSWORD).await;
        let (code, _) = email(&server).await;
        assert_eq!(owner.submit(&page, &[("code", &code)]).await.url, server.at("/account/profile"));
        assert!(knows(&server, UNA, PASSWORD).await);
        assert!(!knows(&server, UNA, "the door of an attacker").await);
    }

    /// Anybody can use up the limit of emails to an address.
    async fn a_registration_for_which_no_email_may_be_sent_spoils_no_code_that_was_mailed(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "1/h"), ("limits.register", "off")]).await;
        let mut owner = server.browser();
        let page = register(&server, &mut owner, UNA, PASSWORD).await;
        let (code, link) = email(&server).await;
        register(&server, &mut server.browser(), UNA, "the door of a stranger").await;
        let resent = owner.press(&page, "resend", &[]).await;
        assert_eq!(server.emails().await.len(), 1, "no other email may be sent");
        assert!(resent.text("main .notice").starts_with("No email was sent"), "{}", resent.body);
        assert_eq!(owner.open(&link).await.status, StatusCode::OK, "the link is good");
        let landing = owner.submit(&resent, &[("code", &code)]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "and so is the code, on the page that asks for it: {}", landing.body);
        assert!(knows(&server, UNA, PASSWORD).await);
    }

    async fn five_wrong_codes_kill_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let mut page = register(&server, &mut browser, UNA, PASSWORD).await;
        let (code, _) = email(&server).await;
        let wrong = if code == "00000000" { "11111111" } else { "00000000" };
        for _ in 0..5 {
            page = browser.submit(&page, &[("code", wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let dead = browser.submit(&page, &[("code", &code)]).await;
        assert_ne!(dead.url, server.at("/account/profile"));
        assert!(dead.status.is_client_error() && users(&server).await == 0);
        let page = browser.press(&page, "resend", &[]).await;
        let (code, _) = email(&server).await;
        assert_eq!(
            browser.submit(&page, &[("code", &code)]).await.url,
            server.at("/account/profile"),
            "a new one is good"
        );
    }

    async fn wrong_codes_at_the_same_moment_are_all_counted(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, UNA, PASSWORD).await;
        let (code, _) = email(&server).await;
        let (csrf, path) = (page.value("csrf"), page.url.trim_start_matches(&server.url).to_owned());
        let wrong = if code == "00000000" { "11111111" } else { "00000000" };
        let form = [("csrf", csrf.as_str()), ("code", wrong)];
        let tries = (0..20).map(|_| server.post_as(&browser, &path, &form));
        let replies = futures_util::future::join_all(tries).await;
        assert!(replies.iter().all(|reply| reply.status.is_client_error()));
        assert!(browser.submit(&page, &[("code", &code)]).await.status.is_client_error(), "it is dead");
    }

    async fn a_code_can_be_typed_in_groups_and_is_good_for_a_quarter_of_an_hour(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, UNA, PASSWORD).await;
        let (code, link) = email(&server).await;
        server.wait(15 * 60);
        assert!(browser.submit(&page, &[("code", &code)]).await.status.is_client_error());
        assert_eq!(browser.open(&link).await.status, StatusCode::GONE);
        let page = browser.press(&page, "resend", &[]).await;
        let (code, _) = email(&server).await;
        let grouped = format!(" {} {} ", &code[..4], &code[4..]);
        assert_eq!(browser.submit(&page, &[("code", &grouped)]).await.url, server.at("/account/profile"));
    }

    async fn a_new_code_kills_the_old_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, UNA, PASSWORD).await;
        let (old_code, old_link) = email(&server).await;
        let renewed = browser.press(&page, "resend", &[]).await;
        assert_ne!(renewed.url, page.url);
        let (code, _) = email(&server).await;
        assert_ne!(code, old_code);
        assert_eq!(browser.open(&old_link).await.status, StatusCode::GONE);
        assert!(browser.submit(&page, &[("code", &old_code)]).await.status.is_client_error());
        assert!(browser.submit(&renewed, &[("code", &old_code)]).await.status.is_client_error());
        assert_eq!(browser.submit(&renewed, &[("code", &code)]).await.url, server.at("/account/profile"));
    }

    async fn of_two_proofs_at_the_same_moment_one_makes_the_user(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, UNA, PASSWORD).await;
        let (code, link) = email(&server).await;
        let csrf = page.value("csrf");
        let (here, there) = (page.url.trim_start_matches(&server.url), link.trim_start_matches(&server.url));
        let form = [("csrf", csrf.as_str()), ("code", code.as_str())];
        let tries = [here, there, here, there, here, there].map(|path| server.post_as(&browser, path, &form));
        let replies = futures_util::future::join_all(tries).await;
        let opened = replies.iter().filter(|reply| reply.status == StatusCode::SEE_OTHER).count();
        assert_eq!((opened, users(&server).await), (1, 1), "{replies:#?}");
        assert!(replies.iter().all(|reply| reply.status.is_redirection() || reply.status.is_client_error()));
    }

    /// PW-01: a taken address looks like any other; only its owner is notified.
    async fn a_taken_address_looks_like_any_other_and_is_never_proven(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("own@e.test").await;
        let mut browser = server.browser();
        let csrf = browser.open(&server.at("/register")).await.value("csrf");
        let mut answers = Vec::new();
        for email in ["own@e.test", "new@e.test"] {
            let before = server.usher.core.password_pool.taken_on();
            let form = [
                ("csrf", csrf.as_str()),
                ("given_name", "Una"),
                ("family_name", "N"),
                ("email", email),
                ("password", "the door of an attacker"),
            ];
            let begun = server.post_as(&browser, "/register", &form).await;
            let hashed = server.usher.core.password_pool.taken_on() - before;
            let proof = begun.location().to_owned();
            let page = server.get_as(&browser, &proof).await;
            let wrong = server.post_as(&browser, &proof, &[("csrf", &csrf), ("code", "12345678")]).await;
            let known = [("csrf", csrf.as_str()), ("email", email), ("password", "the door of an attacker")];
            let signed_in = server.post_as(&browser, "/login", &known).await;
            let resent = server.post_as(&browser, &proof.replace("/verify", "/verify/resend"), &[("csrf", &csrf)]).await;
            let id = |reply: &crate::web::wire::Reply| {
                reply.location().split(['=', '&']).nth(1).unwrap_or_default().to_owned()
            };
            let renewed = id(&resent);
            let (old, fresh) = (id(&begun), renewed.as_str());
            let print = |reply: &crate::web::wire::Reply| {
                let (status, headers, body) = reply.fingerprint(email);
                let plain = |text: &str| text.replace(&old, "…").replace(fresh, "…");
                (
                    status,
                    headers.into_iter().map(|(name, value)| (name, plain(&value))).collect::<Vec<_>>(),
                    plain(&body),
                )
            };
            let replies = [&begun, &page, &wrong, &signed_in, &resent].map(print);
            answers.push((replies, hashed));
        }
        assert_eq!(answers[0], answers[1]);
        let emails = server.emails().await;
        let to_owner: Vec<_> = emails.iter().filter(|email| email.to() == "own@e.test").collect();
        assert!(!to_owner.is_empty() && to_owner.iter().all(|email| email.code().is_none()));
        assert!(to_owner.iter().all(|email| !email.text().contains("/verify")), "no email proves anything");
        assert!(knows(&server, "own@e.test", PASSWORD).await);
        assert!(!knows(&server, "own@e.test", "the door of an attacker").await);
    }

    async fn a_registration_goes_on_with_the_sign_in_that_it_was_part_of(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[("prompt", "create")])).await;
        assert!(page.url.starts_with(&server.at("/register?")), "{}", page.url);
        let page = fill_in(&mut browser, &page, UNA, PASSWORD).await;
        let (code, _) = email(&server).await;
        let consent = browser.submit(&page, &[("code", &code)]).await;
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn in_another_browser_the_sign_in_is_not_gone_on_with(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[("prompt", "create")])).await;
        fill_in(&mut browser, &page, UNA, PASSWORD).await;
        let (_, link) = email(&server).await;
        let mut phone = server.browser();
        let page = phone.open(&link).await;
        let landing = phone.submit(&page, &[("password", PASSWORD)]).await;
        assert!(landing.body.contains("Continue in the window where you began"), "{}", landing.body);
        assert!(!landing.body.contains("interaction") && landing.answer("code").is_none());
    }

    async fn faults_stand_at_their_fields_and_what_was_typed_stays(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/register")).await;
        for (field, value) in [
            ("given_name", "  "),
            ("given_name", "\u{200f}"),
            ("email", "una"),
            ("email", "una@"),
            ("password", "short"),
            ("given_name", "x\u{7}y"),
        ] {
            let mut form =
                vec![("given_name", "Una"), ("family_name", "Noether"), ("email", UNA), ("password", PASSWORD)];
            form.retain(|(name, _)| *name != field);
            form.push((field, value));
            let again = browser.submit(&page, &form).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value:?}");
            assert!(!again.text(&format!("#{field}-error")).is_empty(), "{field}: {}", again.body);
            assert!(!again.body.contains(PASSWORD), "no password stands on a page");
            for (name, typed) in form.iter().filter(|(name, _)| *name != "password") {
                assert_eq!(again.value(name), *typed, "{field}");
            }
        }
        assert!(server.emails().await.is_empty());
    }

    async fn one_name_is_enough_and_invisible_marks_are_removed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/register")).await;
        let form = [("given_name", "\u{200f}سارة\u{202c}"), ("family_name", ""), ("email", UNA), ("password", PASSWORD)];
        let page = browser.submit(&page, &form).await;
        let (code, _) = email(&server).await;
        let landing = browser.submit(&page, &[("code", &code)]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!((landing.value("given_name"), landing.value("family_name")), ("سارة".to_owned(), String::new()));
        let kept = server.usher.users.load_user(UNA).await.expect("the user").profile;
        assert_eq!((kept.given_name.as_deref(), kept.family_name), (Some("سارة"), None));
    }

    async fn a_rejected_name_is_explained_in_every_language(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        for (lang, control, length) in [
            ("en", "control characters", "300 characters"),
            ("pt-BR", "caracteres de controle", "300 caracteres"),
            ("uk", "керівні символи", "300 символів"),
        ] {
            let page = browser.open(&server.at(&format!("/register?ui_locales={lang}"))).await;
            for (name, why) in [("x\ty".to_owned(), control), ("x".repeat(301), length)] {
                let form = [("given_name", name.as_str()), ("email", UNA), ("password", PASSWORD)];
                let again = browser.submit(&page, &form).await;
                let said = again.text("#given_name-error");
                assert!(said.contains(why), "{lang} {name:?}: {said}");
            }
        }
    }

    async fn a_mistyped_address_is_changed_and_the_earlier_email_is_worth_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, "una@gmial.com", PASSWORD).await;
        assert!(page.body.contains("una@gmial.com") && page.body.contains("una@gmail.com"), "{}", page.body);
        let (old_code, old_link) = email(&server).await;
        let refused = browser.submit(&page, &[("email", "una")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.text("#email-error").is_empty(), "{}", refused.body);
        let changed = browser.submit(&page, &[("email", "una@gmail.com")]).await;
        assert_ne!(changed.url, page.url);
        assert!(changed.body.contains("una@gmail.com") && !changed.body.contains("gmial"), "{}", changed.body);
        let (code, _) = email(&server).await;
        assert_eq!(server.emails().await[0].to(), "una@gmail.com");
        assert!(browser.submit(&page, &[("code", &old_code)]).await.status.is_client_error());
        assert_eq!(browser.open(&old_link).await.status, StatusCode::GONE);
        assert_eq!(browser.submit(&changed, &[("code", &code)]).await.url, server.at("/account/profile"));
        assert!(knows(&server, "una@gmail.com", PASSWORD).await, "the password of the form is kept");
        assert_eq!(users(&server).await, 1);
    }

    async fn an_address_that_looks_mistyped_is_accepted_all_the_same(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, "una@gmial.com", PASSWORD).await;
        let (code, _) = email(&server).await;
        assert_eq!(browser.submit(&page, &[("code", &code)]).await.url, server.at("/account/profile"));
        assert!(server.usher.users.load_user("una@gmial.com").await.is_ok());
    }

    async fn only_the_browser_that_registered_changes_the_address(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let page = register(&server, &mut server.browser(), UNA, PASSWORD).await;
        let mut other = server.browser();
        let seen = other.open(&page.url).await;
        let refused = other.submit(&seen, &[("email", "eve@example.test")]).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        assert_eq!(server.emails().await.len(), 1);
    }

    async fn a_rejected_address_is_explained_in_every_language(db: TestDatabase) {
        let server = TestServer::in_production(db).await;
        let mut browser = server.browser();
        for lang in ["en", "pt-BR", "uk"] {
            let page = browser.open(&server.at(&format!("/register?ui_locales={lang}"))).await;
            let mut reasons = std::collections::BTreeSet::new();
            let long = format!("u@{}x.test", "abcdefghi.".repeat(26));
            for address in ["", "una", "ú@x.test", "una@x..test", "una@localhost", &long] {
                let form = [("given_name", "Una"), ("password", PASSWORD), ("email", address)];
                let again = browser.submit(&page, &form).await;
                assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
                reasons.insert(again.text("#email-error"));
            }
            assert_eq!(reasons.len(), 6, "each has a sentence of its own: {reasons:?}");
        }
    }

    async fn a_domain_of_another_script_is_one_address_however_it_is_typed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = register(&server, &mut browser, "una@Bücher.test", PASSWORD).await;
        assert!(page.body.contains("una@bücher.test"), "{}", page.body);
        assert_eq!(server.emails().await[0].to(), "una@xn--bcher-kva.test");
        let (code, _) = email(&server).await;
        assert_eq!(browser.submit(&page, &[("code", &code)]).await.url, server.at("/account/profile"));
        for typed in ["una@bücher.test", "una@xn--bcher-kva.test", "UNA@BÜCHER.TEST", "una@bu\u{308}cher.test"] {
            assert!(knows(&server, typed, PASSWORD).await, "{typed}");
        }
    }

    async fn in_development_a_domain_needs_no_dot(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let page = register(&server, &mut server.browser(), "una@localhost", PASSWORD).await;
        assert!(page.url.contains("/verify"), "{}", page.body);
    }

    async fn somebody_whose_address_has_no_dot_still_signs_in(db: TestDatabase) {
        let server = TestServer::in_production(db).await;
        server.user(UNA).await;
        server.database.execute("update users set email = 'una@intranet' where email = 'una@example.test'").await;
        assert!(knows(&server, "una@intranet", PASSWORD).await);
    }

    async fn emails_to_one_address_are_limited_whoever_asks_for_them(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "3/hour")]).await;
        for _ in 0..5 {
            register(&server, &mut server.browser(), UNA, PASSWORD).await;
        }
        assert_eq!(server.emails().await.len(), 3);
        let page = register(&server, &mut server.browser(), "other@example.test", PASSWORD).await;
        assert!(page.url.contains("/verify"), "other addresses are written to");
        assert_eq!(server.emails().await.len(), 4);
    }

    async fn registrations_from_one_source_are_limited(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.register", "3/hour")]).await;
        let mut browser = server.browser();
        let csrf = browser.open(&server.at("/register")).await.value("csrf");
        for n in 0..4 {
            let email = format!("una{n}@example.test");
            let form = [
                ("csrf", csrf.as_str()),
                ("given_name", "U"),
                ("family_name", "N"),
                ("email", &email),
                ("password", PASSWORD),
            ];
            let reply = server.post_as(&browser, "/register", &form).await;
            assert_eq!(reply.status.as_u16(), if n < 3 { 303 } else { 429 });
            assert_eq!(reply.retry_after().is_some(), n == 3);
        }
    }
}

#[tokio::test]
async fn where_registration_is_closed_there_is_no_way_in() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("sign_up.enabled", "false")]).await;
    let mut browser = server.browser();
    let page = browser.open(&server.at("/login")).await;
    assert!(!page.body.contains("/register"), "nothing leads there");
    assert_eq!(browser.open(&server.at("/register")).await.status, StatusCode::FORBIDDEN);
    let csrf = page.value("csrf");
    let form =
        [("csrf", csrf.as_str()), ("given_name", "U"), ("family_name", "N"), ("email", UNA), ("password", PASSWORD)];
    assert_eq!(server.post_as(&browser, "/register", &form).await.status, StatusCode::FORBIDDEN);
    assert!(server.emails().await.is_empty());
}

/// XS-03: a name is text everywhere, also in emails.
#[tokio::test]
async fn a_hostile_name_is_text_on_pages_and_in_emails() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.open(&server.at("/register")).await;
    let name = "<b>Una</b> \u{202e}evil";
    let form = [("given_name", name), ("family_name", "N"), ("email", UNA), ("password", PASSWORD)];
    let page = browser.submit(&page, &form).await;
    let (code, _) = email(&server).await;
    let page = browser.submit(&page, &[("code", &code)]).await;
    assert!(!page.body.contains("<b>Una") && !page.body.contains('\u{202e}'), "{}", page.body);
    let recover = browser.open(&server.at("/recover")).await;
    browser.submit(&recover, &[("email", UNA)]).await;
    assert!(server.emails().await.iter().all(|email| !email.html().contains("<b>Una")));
    let form =
        [("given_name", "Una\r\nBcc: all@e.test"), ("family_name", "N"), ("email", "v@e.test"), ("password", PASSWORD)];
    let page = browser.open(&server.at("/register")).await;
    assert_eq!(browser.submit(&page, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
