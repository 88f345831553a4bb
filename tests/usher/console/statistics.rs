//! Counters for each day: each event counts once, whoever dispatches it, and the log gives the same numbers again.

use std::time::Duration;

use usher_accounts::Statistics;
use usher_domain::event::counter::Counter;
use usher_domain::id::UserId;
use usher_domain::oauth::client::ClientType;
use usher_storage::events::counters::Recount;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::hooks::run_job;
use crate::storage::samples::{NOW, in_tx, random};

const ANA: &str = "ana@example.test";
const A_DAY: u64 = 86_400;

/// The statistics once every event was dispatched.
async fn statistics(server: &TestServer) -> Statistics {
    while server.usher.core.store.has_pending_events().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.usher.users.statistics(30).await.unwrap()
}

async fn fail_to_sign_in(server: &TestServer) {
    let mut browser = server.browser();
    let page = browser.open(&server.at("/login")).await;
    browser.submit(&page, &[("email", ANA), ("password", "nothing of the kind")]).await;
}

async fn count_again(server: &TestServer) {
    let today = server.now().day();
    server.database.execute("delete from daily_count").await;
    server.database.execute("delete from active_user").await;
    let days = Recount { next_day: today - 29, last_day: today };
    in_tx!(server.usher.core.store, |tx| tx.begin_recount(days).await).unwrap();
    run_job(&server.usher, "count_days").await;
}

on_both_databases! {
    async fn what_happens_is_counted_once_and_the_log_gives_the_same_numbers_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| ()).await;
        server.tokens(&mut server.browser(), &client, ANA).await;
        fail_to_sign_in(&server).await;
        let first = statistics(&server).await;
        let today = first.days.last().unwrap();
        assert_eq!((first.days.len(), today.succeeded, today.failed, today.active), (30, 1, 1, 1), "{today:?}");
        assert_eq!(first.active, [1, 1, 1]);
        assert_eq!(first.means, [("pwd".to_owned(), 1)]);
        assert_eq!(first.ways, [("password".to_owned(), 1)]);
        assert_eq!(first.clients, [(client.client.id.0.clone(), 1)]);

        server.wait(A_DAY);
        server.signed_in(ANA).await;
        let second = statistics(&server).await;
        let active: Vec<i64> = second.days.iter().rev().take(3).map(|day| day.active).collect();
        assert_eq!((active, second.active), (vec![1, 1, 0], [1, 1, 1]), "the same user on two days");

        server.wait(7 * A_DAY);
        let third = statistics(&server).await;
        assert_eq!(third.active, [0, 0, 1]);
        count_again(&server).await;
        assert_eq!(server.usher.users.statistics(30).await.unwrap(), third);
        count_again(&server).await;
        assert_eq!(server.usher.users.statistics(30).await.unwrap(), third);
        assert_eq!(server.usher.core.store.find_recount().await.unwrap(), None);

        server.wait(401 * A_DAY);
        run_job(&server.usher, "clean_up").await;
        assert_eq!(server.database.count("select count(*) from daily_count").await, 0);
        assert_eq!(server.database.count("select count(*) from active_user").await, 0);
    }

    async fn two_instances_count_each_event_once(db: TestDatabase) {
        let first = TestServer::on(db, &[]).await;
        let second = first.second_instance().await;
        first.user(ANA).await;
        tokio::join!(
            async { for _ in 0..4 { first.signed_in(ANA).await; } },
            async { for _ in 0..4 { fail_to_sign_in(&second).await; } },
        );
        let found = statistics(&first).await;
        let today = found.days.last().unwrap();
        assert_eq!((today.succeeded, today.failed, today.active), (4, 4, 1));
    }

    async fn late_events_count_on_the_day_they_happened(db: TestDatabase) {
        let (ana, ben) = (UserId::new(NOW, random()), UserId::new(NOW, random()));
        for (user, day) in [(ana, 100), (ana, 103), (ana, 101), (ana, 101), (ben, 102), (ana, 200), (ana, 150), (ana, 100)] {
            in_tx!(db.store, |tx| tx.count_active(user, day).await).unwrap();
        }
        let of = |counter| db.store.count_by_day(counter, 0);
        assert_eq!(of(Counter::Active).await.unwrap(), [(100, 1), (101, 1), (102, 1), (103, 1), (150, 1), (200, 1)]);
        let last: Vec<_> = of(Counter::LastActive).await.unwrap().into_iter().filter(|(_, times)| *times != 0).collect();
        assert_eq!(last, [(102, 1), (200, 1)]);
    }
}
