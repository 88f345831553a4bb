//! Several `usher dev` that start at once on one empty database.

use super::program::Folder;
use crate::harness::database::TestDatabase;

const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn several_instances_that_start_at_once_make_the_data_of_development_once() {
    let Some(db) = TestDatabase::empty_postgres().await else { return };
    let starting = (0..4).map(|_| {
        let url = db.url.clone();
        tokio::task::spawn_blocking(move || {
            let folder = Folder::new().with_own_ports();
            let serving = folder.with("USHER_DATABASE_URL", &url).with("USHER_MASTER_KEY", MASTER_KEY).dev();
            serving.stop().code
        })
    });
    for ended in futures_util::future::join_all(starting.collect::<Vec<_>>()).await {
        assert_eq!(ended.expect("it starts"), 0);
    }
    for (counted, wanted) in [
        ("select count(*) from users", 1),
        ("select count(*) from password", 1),
        ("select count(*) from project", 1),
        ("select count(*) from project_member", 1),
        ("select count(*) from client where id = 'usher-demo'", 1),
        ("select count(*) from client", 3),
        ("select count(*) from policy_revision", 1),
        ("select count(*) from assignment", 2),
        ("select count(*) from lease where name = 'development_data'", 0),
    ] {
        assert_eq!(db.count(counted).await, wanted, "{counted}");
    }
}
