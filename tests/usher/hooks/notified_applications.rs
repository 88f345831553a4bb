//! What users see of notified applications.

use super::receiver::{Receiver, Reply};
use super::stage::{ANA, Stage, run};
use crate::harness::database::on_both_databases;

on_both_databases! {
    async fn the_receipt_shows_notified_unreachable_and_unnotified_applications(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let (good, bad) = (Receiver::start().await, Receiver::start().await);
        bad.answer_always(Reply::status(500));
        let (notified, unreachable) = (stage.listening_client(&good.url).await, stage.listening_client(&bad.url).await);
        for (client, name) in [(&notified, "Listens"), (&unreachable, "Deaf")] {
            let mut metadata = client.client.metadata.clone();
            metadata.client_name = name.to_owned();
            stage.server.usher.clients.update_client(&client.client.id, metadata).await.unwrap();
        }
        let mut browser = stage.signed_in(ANA).await;
        stage.server.tokens(&mut browser, &notified, ANA).await;
        stage.server.tokens(&mut browser, &unreachable, ANA).await;
        let usher = stage.server.usher.clone();
        let working = tokio::spawn(async move {
            loop {
                run(&usher, "tell_facts").await;
                run(&usher, "send_logouts").await;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        let page = browser.open(&stage.server.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        let receipt = done.text(".receipt").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(receipt.contains("Listens Was told, and confirms that it signed you out."), "{receipt}");
        assert!(receipt.contains("Deaf Has not answered yet; we keep trying."), "{receipt}");
        assert!(receipt.contains("Shop Its access ends within 10 minutes."), "{receipt}");

        let mut again = stage.signed_in(ANA).await;
        let account = again.open(&stage.server.at("/account/sessions")).await.text(".receipt");
        assert!(account.contains("we keep trying"), "{account}");
        bad.answer_always(Reply::status(204));
        stage.server.wait(5);
        for _ in 0..200 {
            let account = again.open(&stage.server.at("/account/sessions")).await.text(".receipt");
            if !account.contains("we keep trying") {
                assert_eq!(account.matches("Was told").count(), 2, "{account}");
                working.abort();
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("a reload never shows that it was notified");
    }
}
