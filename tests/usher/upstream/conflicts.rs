//! The address belongs to an account already: never linked by the address alone, unless the provider is authoritative
//! for it.

use crate::storage::samples::in_tx;
use reqwest::StatusCode;
use usher_domain::provider::LinkPolicy;

use super::accounts::{code, sub, trouble, was_emailed};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, GOOGLE, MICROSOFT, X, server_with};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// From the question to the sign-in of the account in question, and back to the question.
async fn sign_in_to_it(server: &TestServer, browser: &mut Browser<'_>, question: &Landing, email: &str) -> Landing {
    let to = question.links("/login?login_hint=");
    assert_eq!(to.len(), 1, "{}", question.body);
    let login = browser.open(&server.at(&to[0])).await;
    browser.sign_in(&login, email).await
}

on_both_databases! {
    async fn signing_in_to_the_account_links_and_there_is_one_sub(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let ana = server.user(ANA).await;
        let mut browser = server.browser();
        let question = browser.come_by(&at, GOOGLE, "ana").await;
        assert!(question.url.contains("/upstream/ask?q="), "{}", question.url);
        assert!(!question.body.contains(ANA), "the address is shown in part");
        assert_eq!((server.identities().await, server.live_sessions().await), (0, 0));
        let back = sign_in_to_it(&server, &mut browser, &question, ANA).await;
        assert_eq!(back.url, question.url);
        assert_eq!(server.identities().await, 0, "signing in is not yet to say yes");
        let landing = browser.press(&back, "confirm", &[]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!((server.identities().await, server.users().await), (1, 1));
        assert!(was_emailed(&server, ANA, "A new way to sign in").await);
        let mut other = server.browser();
        assert_eq!(other.come_by(&at, GOOGLE, "ana").await.url, server.at("/account/profile"));
        assert_eq!(sub(&server, &mut other).await, ana.sub.0);
        let again = browser.press(&back, "confirm", &[]).await;
        assert!(again.status.is_client_error(), "a question is answered once");
    }

    async fn signing_in_to_another_account_answers_nothing(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(ANA).await;
        server.user("eve@example.test").await;
        let mut eve = server.browser();
        let question = eve.come_by(&at, GOOGLE, "ana").await;
        let back = sign_in_to_it(&server, &mut eve, &question, "eve@example.test").await;
        assert!(!back.body.contains("/upstream/ask/confirm?"));
        let path = question.url.replace(&server.at(""), "");
        let csrf = eve.open(&server.at("/account/security")).await.value("csrf");
        for action in ["/ask/confirm", "/ask", "/ask/skip", "/ask/mail"] {
            let form = [("csrf", csrf.as_str()), ("code", "12345678")];
            let reply = server.post_as(&eve, &path.replace("/ask", action), &form).await;
            assert!(reply.status.is_client_error(), "{action} {}", reply.status);
        }
        assert_eq!(server.identities().await, 0);
        assert!(server.emails().await.iter().all(|email| email.code().is_none()));
    }

    async fn a_sign_in_that_has_grown_old_does_not_answer(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        server.wait(301);
        let question = browser.come_by(&at, GOOGLE, "ana").await;
        assert!(!question.body.contains("/upstream/ask/confirm?"), "it is to be proven anew");
        let back = sign_in_to_it(&server, &mut browser, &question, ANA).await;
        server.wait(301);
        let landing = browser.press(&back, "confirm", &[]).await;
        assert!(landing.status.is_client_error(), "{}", landing.body);
        assert_eq!(server.identities().await, 0);
    }

    async fn where_the_operator_says_so_a_code_mailed_to_the_address_answers(db: TestDatabase) {
        let (server, at) = server_with(db, &[]).await;
        server.provider(&at, X, |settings| settings.link_policy = LinkPolicy::VerifyMail).await;
        let ana = server.user(ANA).await;
        let mut browser = server.browser();
        let question = browser.come_by(&at, X, "ana").await;
        let sent = browser.press(&question, "mail", &[]).await;
        assert_eq!(server.emails().await[0].to(), ANA);
        let wrong = browser.submit(&sent, &[("code", "00000000")]).await;
        assert_eq!((wrong.status, server.identities().await), (StatusCode::UNPROCESSABLE_ENTITY, 0));
        let landing = browser.submit(&sent, &[("code", &code(&server).await)]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!(sub(&server, &mut browser).await, ana.sub.0);
    }

    async fn the_authority_for_an_address_links_by_itself_and_nobody_else_does(db: TestDatabase) {
        let (server, at) = server_with(db, &[]).await;
        for kind in [GOOGLE, X, MICROSOFT] {
            server.provider(&at, kind, |settings| settings.link_policy = LinkPolicy::Auto).await;
        }
        server.user(ANA).await;
        let guest = server.user("guest@gmail.com").await;
        let member = server.user("workspace_hd@example.test").await;
        for (kind, persona) in [
            (GOOGLE, "ana"),
            (GOOGLE, "third_party_google:ana@example.test"),
            (X, "xavier:guest@gmail.com"),
            (X, "ana"),
            (MICROSOFT, "ms_noauth_attacker:ana@example.test"),
        ] {
            let landing = server.browser().come_by(&at, kind, persona).await;
            assert!(landing.url.contains("/upstream/ask?q="), "{kind:?} {persona} {}", landing.url);
        }
        assert_eq!((server.identities().await, server.live_sessions().await), (0, 0));
        for (persona, user) in [("someone:guest@gmail.com", guest), ("workspace_hd", member)] {
            let mut browser = server.browser();
            let landing = browser.come_by(&at, GOOGLE, persona).await;
            assert_eq!(landing.url, server.at("/account/profile"), "{persona}");
            assert_eq!(sub(&server, &mut browser).await, user.sub.0, "{persona}");
        }
    }

    /// UP-15: a second factor is required with every sign-in method, and an address alone never links.
    async fn a_second_factor_is_asked_for_whoever_vouches(db: TestDatabase) {
        let (server, at) = server_with(db, &[]).await;
        server.provider(&at, GOOGLE, |settings| settings.link_policy = LinkPolicy::Auto).await;
        server.provider(&at, X, |settings| settings.link_policy = LinkPolicy::VerifyMail).await;
        let guest = server.user("guest@gmail.com").await;
        let mut browser = server.signed_in("guest@gmail.com").await;
        browser.link(&at, GOOGLE, "mine").await;
        let (id, now) = (guest.id, server.now());
        let put = in_tx!(server.database.store, |tx| tx.put_totp(id, b"x", 0, now).await);
        put.unwrap();
        let mut other = server.browser();
        let due = other.come_by(&at, GOOGLE, "mine").await;
        assert!(due.url.contains("/login/second?"), "{}", due.url);
        assert!(!other.is_in().await);
        let asked = server.browser().come_by(&at, GOOGLE, "other:guest@gmail.com").await;
        assert!(asked.url.contains("/upstream/ask?q="), "not even where the authority for the address says so");
        let question = other.come_by(&at, X, "xavier:guest@gmail.com").await;
        let sent = other.press(&question, "mail", &[]).await;
        let due = other.submit(&sent, &[("code", &code(&server).await)]).await;
        assert!(due.url.contains("/login/second?"), "{} {}", due.url, due.body);
        assert!(!other.is_in().await);
    }

    /// Two browsers were asked about the same identity: the second answer is too late.
    async fn a_question_is_over_once_the_identity_is_linked(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(ANA).await;
        let (mut one, mut two) = (server.browser(), server.browser());
        let mut asked = Vec::new();
        for browser in [&mut one, &mut two] {
            let question = browser.come_by(&at, GOOGLE, "ana").await;
            asked.push(sign_in_to_it(&server, browser, &question, ANA).await);
        }
        assert_eq!(one.press(&asked[0], "confirm", &[]).await.url, server.at("/account/profile"));
        let landing = two.press(&asked[1], "confirm", &[]).await;
        assert_eq!(landing.status, StatusCode::BAD_REQUEST, "{}", landing.body);
        assert_eq!(server.identities().await, 1);
    }

    /// An address of a relay service is stored and never compared.
    async fn a_relay_matches_nobody(db: TestDatabase) {
        let (server, at) = server_with(db, &[APPLE]).await;
        server.browser().come_by(&at, APPLE, "relay").await;
        let taken = "select count(*) from users where email like '%@privaterelay.appleid.com'";
        assert_eq!((server.users().await, server.database.count(taken).await), (1, 1));
        server.database.execute("delete from identity").await;
        let landing = server.browser().come_by(&at, APPLE, "relay").await;
        assert_eq!(landing.url, server.at("/account/profile"));
        assert_eq!((server.users().await, server.database.count(taken).await), (2, 1));
    }

    /// UP-02: a pending registration of the victim's address is deleted.
    async fn a_registration_that_waits_is_thrown_away_when_the_owner_comes(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut thief = server.browser();
        let page = thief.open(&server.at("/register")).await;
        let form = [("given_name", "Eve"), ("family_name", "Il"), ("email", ANA), ("password", "a password of a thief")];
        let waiting = thief.submit(&page, &form).await;
        let stolen = code(&server).await;
        let mut ana = server.browser();
        assert_eq!(ana.come_by(&at, GOOGLE, "ana").await.url, server.at("/account/profile"));
        let mine = sub(&server, &mut ana).await;
        let late = thief.submit(&waiting, &[("code", &stolen)]).await;
        assert!(late.status.is_client_error(), "{}", late.status);
        let page = thief.open(&server.at("/login")).await;
        let landing = thief.submit(&page, &[("email", ANA), ("password", "a password of a thief")]).await;
        assert!(landing.status.is_client_error() && !thief.is_in().await);
        assert_eq!((server.users().await, sub(&server, &mut ana).await), (1, mine));
    }

    /// UP-02: nor does an attacker's pending change of address succeed after the owner has come.
    async fn an_address_that_somebody_else_was_about_to_take_is_the_owners(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user("eve@example.test").await;
        let mut eve = server.signed_in("eve@example.test").await;
        let page = eve.open(&server.at("/account/email")).await;
        let waiting = eve.submit(&page, &[("email", ANA)]).await;
        let email = server.emails().await[0].clone();
        let (code, link) = (email.code().unwrap().to_owned(), email.link().unwrap().to_owned());
        let mut ana = server.browser();
        assert_eq!(ana.come_by(&at, GOOGLE, "ana").await.url, server.at("/account/profile"));
        let mine = sub(&server, &mut ana).await;
        assert!(eve.submit(&waiting, &[("code", &code)]).await.status.is_client_error());
        let late = eve.open(&link).await;
        if late.status == StatusCode::OK {
            assert!(eve.submit(&late, &[("token", &late.value("token"))]).await.status.is_client_error());
        }
        assert_eq!(sub(&server, &mut ana).await, mine);
        assert_ne!(sub(&server, &mut eve).await, mine);
        assert_eq!(server.database.count("select count(*) from users where email = 'eve@example.test'").await, 1);
    }

    /// UP-11: a disabled user is signed in by no method, and gets no question.
    async fn a_disabled_user_stays_out(db: TestDatabase) {
        let (server, at) = server_with(db, &[]).await;
        for (kind, policy) in [(GOOGLE, LinkPolicy::Auto), (X, LinkPolicy::VerifyMail)] {
            server.provider(&at, kind, |settings| settings.link_policy = policy).await;
        }
        let guest = server.user("guest@gmail.com").await;
        server.usher.users.set_user_enabled(&guest, false).await.unwrap();
        let landing = server.browser().come_by(&at, GOOGLE, "someone:guest@gmail.com").await;
        assert_eq!(trouble(&landing), (403, "IDENTITY_REFUSED".into()), "{}", landing.body);
        let mut browser = server.browser();
        let landing = browser.come_by(&at, X, "xavier:guest@gmail.com").await;
        assert_eq!(trouble(&landing), (403, "IDENTITY_REFUSED".into()), "{}", landing.body);
        assert_eq!((server.identities().await, server.live_sessions().await), (0, 0));
    }
}
