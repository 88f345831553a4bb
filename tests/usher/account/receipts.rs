//! The receipt after signing out everywhere: the state of each application.

use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn each_application_is_listed_with_the_time_its_access_has_left(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let (early, late) = (house.client(ClientType::Web, |m| m.client_name = "Early".into()).await,
            house.client(ClientType::Web, |m| m.client_name = "Late".into()).await);
        let mut browser = house.browser();
        house.tokens(&mut browser, &early, ANA).await;
        house.wait(6 * 60);
        house.tokens(&mut browser, &late, ANA).await;
        let page = browser.open(&house.at("/account/sessions")).await;
        let done = browser.submit(&page, &[("everywhere", "true")]).await;
        let receipt = done.text(".receipt").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(receipt.contains("Early Its access ends within 4 minutes."), "{receipt}");
        assert!(receipt.contains("Late Its access ends within 10 minutes."), "{receipt}");
        assert!(!receipt.contains("told") && !receipt.contains("trying"), "nobody was told yet: {receipt}");
    }

    async fn an_application_that_has_refreshed_may_have_asked_again_just_now(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |_| {}).await;
        let mut browser = house.browser();
        let first = house.tokens(&mut browser, &client, ANA).await.text("refresh_token");
        house.refresh(&client, &first).await;
        house.wait(3600);
        assert_eq!(house.refresh(&client, &first).await.status, 200, "the answer was lost");
        let page = browser.open(&house.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        assert!(done.text(".receipt").contains("within 10 minutes"), "{}", done.body);
    }

    async fn an_application_whose_tokens_are_dead_has_no_access_left(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |_| {}).await;
        let mut browser = house.browser();
        house.tokens(&mut browser, &client, ANA).await;
        house.wait(3600);
        let page = browser.open(&house.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        assert!(done.text(".receipt").contains("Its access has ended."), "{}", done.body);
    }

    async fn who_used_no_application_gets_no_receipt(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let mut browser = house.signed_in(ANA).await;
        let page = browser.open(&house.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        assert!(done.text(".receipt").is_empty() && !done.text("h1").is_empty());
    }
}
