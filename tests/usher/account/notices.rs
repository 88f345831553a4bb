//! Security emails, and "this wasn't me".

use reqwest::StatusCode;
use reqwest::header::USER_AGENT;
use usher_domain::oauth::client::ClientType;
use usher_mail::{EmailKind, EmailMessage};

use crate::harness::database::on_both_databases;
use crate::harness::house::{PASSWORD, TestUsher};

const ANA: &str = "ana@example.test";
const NEW: &str = "another quiet blue door";

/// The newest email of this kind.
async fn letter(house: &TestUsher, kind: EmailKind) -> Option<EmailMessage> {
    house.letters().await.into_iter().find(|letter| letter.kind() == kind)
}

async fn kinds(house: &TestUsher) -> Vec<&'static str> {
    house.letters().await.iter().map(|letter| letter.kind().as_str()).collect()
}

on_both_databases! {
    async fn a_sign_in_with_a_strange_browser_is_told_and_one_with_a_known_browser_is_not(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let mut desk = house.signed_in(ANA).await;
        assert!(house.letters().await.is_empty(), "the first browser ever is no stranger");
        let out = desk.open(&house.at("/logout")).await;
        desk.submit(&out, &[("logout", "yes")]).await;
        let page = desk.open(&house.at("/login")).await;
        desk.sign_in(&page, ANA).await;
        assert!(house.letters().await.is_empty(), "it is known by its mark, signed in or not");
        house.signed_in(ANA).await;
        let told = letter(&house, EmailKind::NewDevice).await.expect("the second browser is a stranger");
        assert_eq!((told.to(), kinds(&house).await.len()), (ANA, 1));
        assert!(told.text().contains("This computer"), "{}", told.text());
        assert!(told.link().is_some_and(|link| link.starts_with(&house.at("/account/not-me?token="))));
    }

    async fn opening_the_link_of_a_letter_does_nothing_and_its_button_ends_everything(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let ana = house.user(ANA).await;
        let client = house.client(ClientType::Web, |_| {}).await;
        let mut owner = house.signed_in(ANA).await;
        let mut thief = house.browser();
        let code = thief.go_through(&house.authorize_url(&client, &[]), ANA).await.code();
        let stolen = house.exchange(&client, &code).await;
        let link = letter(&house, EmailKind::NewDevice).await.and_then(|told| told.link().map(str::to_owned));
        let link = link.expect("a strange browser is told of");
        let mut reader = house.browser();
        for _ in 0..2 {
            assert_eq!(reader.open(&link).await.status, StatusCode::OK);
        }
        assert_eq!(house.refresh(&client, &stolen.text("refresh_token")).await.error(), "ok", "a scanner opened it");
        let page = reader.open(&link).await;
        let token = page.value("token");
        let done = reader.submit(&page, &[("token", token.as_str())]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for browser in [&mut owner, &mut thief] {
            assert_eq!(browser.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"));
        }
        assert!(!house.is_active(&client, &stolen.text("access_token")).await);
        let again = reader.submit(&page, &[("token", token.as_str())]).await;
        assert_eq!((again.status, reader.open(&link).await.status), (StatusCode::GONE, StatusCode::GONE));
        let events = house.database.count("select count(*) from event where kind = 'user.disowned'").await;
        assert_eq!(events, 1, "of {}", ana.id);
        let back = letter(&house, EmailKind::WayBack).await.and_then(|told| told.link().map(str::to_owned));
        let page = owner.open(&back.expect("there is a way back")).await;
        let set = owner.submit(&page, &[("password", NEW)]).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        assert!(letter(&house, EmailKind::PasswordRecovered).await.is_some());
        let page = owner.open(&house.at("/login")).await;
        assert_eq!(owner.submit(&page, &[("email", ANA), ("password", NEW)]).await.url, house.at("/account/profile"));
    }

    async fn for_a_day_after_it_nobody_changes_the_password_from_within(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        house.signed_in(ANA).await;
        let mut thief = house.signed_in(ANA).await;
        let link = letter(&house, EmailKind::NewDevice).await.and_then(|told| told.link().map(str::to_owned));
        let mut owner = house.browser();
        let page = owner.open(&link.expect("a link")).await;
        owner.submit(&page, &[("token", &page.value("token"))]).await;
        let page = thief.open(&house.at("/login")).await;
        let refused = thief.sign_in(&page, ANA).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the old password opens nothing any more");
        let back = letter(&house, EmailKind::WayBack).await.and_then(|told| told.link().map(str::to_owned));
        let page = owner.open(&back.expect("there is a way back")).await;
        owner.submit(&page, &[("password", NEW)]).await;
        let page = thief.open(&house.at("/login")).await;
        thief.submit(&page, &[("email", ANA), ("password", NEW)]).await;
        let change = async |browser: &mut crate::harness::browser::Browser<'_>| {
            let page = browser.open(&house.at("/account/security")).await;
            browser.submit(&page, &[("current_password", NEW), ("password", PASSWORD)]).await.status
        };
        assert_eq!(change(&mut thief).await, StatusCode::FORBIDDEN);
        house.wait(24 * 3600);
        assert_eq!(change(&mut thief).await, StatusCode::OK);
    }

    async fn a_link_is_good_for_a_week_and_for_nobody_who_guesses(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        house.signed_in(ANA).await;
        let mut other = house.signed_in(ANA).await;
        let link = letter(&house, EmailKind::NewDevice).await.and_then(|told| told.link().map(str::to_owned));
        let link = link.expect("a strange browser is told of");
        for wrong in ["x", "../../etc/passwd", &"A".repeat(43)] {
            let page = other.open(&house.at(&format!("/account/not-me?token={wrong}"))).await;
            assert_eq!(page.status, StatusCode::GONE, "{wrong}");
        }
        house.wait(7 * 24 * 3600 + 1);
        assert_eq!(other.open(&link).await.status, StatusCode::GONE);
    }

    /// A recovery link that an attacker had mailed is invalid after the report.
    async fn saying_it_was_not_me_spoils_every_other_way_back(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        house.signed_in(ANA).await;
        let mut thief = house.signed_in(ANA).await;
        let link = letter(&house, EmailKind::NewDevice).await.and_then(|told| told.link().map(str::to_owned));
        let page = thief.open(&house.at("/recover")).await;
        thief.submit(&page, &[("email", ANA)]).await;
        let stolen = letter(&house, EmailKind::Recovery).await.and_then(|told| told.link().map(str::to_owned));
        let mut owner = house.browser();
        let page = owner.open(&link.expect("a link")).await;
        let token = page.value("token");
        owner.submit(&page, &[("token", token.as_str())]).await;
        assert_eq!(thief.open(&stolen.expect("a link")).await.status, StatusCode::GONE);
    }

    async fn a_strange_browser_is_named_by_what_it_is_and_never_by_what_it_says(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        house.signed_in(ANA).await;
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            ("<b>your bank, call 555 now</b>", "An unknown browser"),
        ] {
            let mut browser = house.browser();
            let page = browser.open(&house.at("/login")).await;
            let form = [("csrf", page.value("csrf")), ("email", ANA.into()), ("password", PASSWORD.into())];
            let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            let request = house.http.post(house.at("/login")).header(USER_AGENT, agent);
            let reply = request.header("cookie", cookie.join("; ")).form(&form).send().await.expect("an answer");
            assert_eq!(reply.status(), StatusCode::SEE_OTHER);
            let told = letter(&house, EmailKind::NewDevice).await.expect("it is a stranger");
            assert!(told.text().contains(words) && !told.html().contains("bank"), "{}", told.text());
        }
    }
}
