//! Search for users: words, filters, orders and pages.

use serde_json::Value;
use usher_domain::user::search::{UserFilter, UserOrder, UserQuery};
use usher_flows::{PageStart, UserDirectory};

use super::{By, call, get, signed_in};
use crate::console::{BOSS, administrator};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use reqwest::Method;
use serde_json::json;

const ANA: &str = "ana@example.test";
const ANTON: &str = "anton@shop.test";

/// The addresses of a list, in its order.
fn addresses(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap_or("none")).collect()
}

/// Every page of a list.
async fn all_pages(server: &TestServer, by: By<'_>, filters: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(server, by, &format!("/admin/users?limit=1&{filters}{cursor}")).await;
        assert_eq!(page.status, 200, "{filters}: {page:?}");
        found.extend(addresses(&page.json).into_iter().map(str::to_owned));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

on_both_databases! {
    async fn users_are_found_by_words_and_filters_in_every_order(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        server.wait(1);
        let anton = server.user(ANTON).await;
        server.wait(1);
        let boss = administrator(&server).await;
        let by = By::Browser(&boss);
        let change = json!({"given_name": "Ângela Anne-Marie", "family_name": "Коваль"});
        let path = format!("/admin/users/{}", anton.sub.0);
        assert_eq!(call(&server, by, Method::PATCH, &path, &change).await.status, 200);
        for (words, found) in [
            ("an", vec![ANA, ANTON]),
            ("ANGELA", vec![ANTON]),
            ("%D0%9A%D0%BE%D0%B2 marie", vec![ANTON]),
            ("%40shop.test", vec![ANTON]),
            (ana.sub.0.as_str(), vec![ANA]),
            ("angela bob", vec![]),
            ("%25", vec![]),
            ("%27", vec![]),
            ("_na", vec![]),
        ] {
            let list = get(&server, by, &format!("/admin/users?q={words}")).await;
            assert_eq!(addresses(&list.json), found, "{words}");
        }
        let project = call(&server, by, Method::POST, "/projects", &json!({"name": "Shop"})).await.text("id");
        call(&server, by, Method::POST, &format!("{path}/disable"), &Value::Null).await;
        signed_in(&server, ANA).await;
        for (filters, found) in [
            ("status=disabled".to_owned(), vec![ANTON]),
            ("status=active".to_owned(), vec![ANA, BOSS]),
            ("admin=true".to_owned(), vec![BOSS]),
            ("admin=false&status=active".to_owned(), vec![ANA]),
            ("has_email=false".to_owned(), vec![]),
            ("second_factor=false&q=ana".to_owned(), vec![ANA]),
            ("second_factor=true".to_owned(), vec![]),
            ("provider=google".to_owned(), vec![]),
            (format!("project={project}"), vec![BOSS]),
            ("created_since=1".to_owned(), vec![ANA, ANTON, BOSS]),
            ("created_since=99999999999".to_owned(), vec![]),
            ("seen_since=1".to_owned(), vec![ANA, BOSS]),
            ("order=newest".to_owned(), vec![BOSS, ANTON, ANA]),
            ("order=oldest".to_owned(), vec![ANA, ANTON, BOSS]),
        ] {
            assert_eq!(all_pages(&server, by, &filters).await, found, "{filters}");
        }
        let mut seen = all_pages(&server, by, "order=last_seen").await;
        seen.sort();
        assert_eq!(seen, [ANA, BOSS], "each once, and nobody who was never seen");
        assert_eq!(all_pages(&server, by, "q=an").await, [ANA, ANTON]);
    }

    async fn what_is_no_filter_is_refused_by_its_name(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let boss = administrator(&server).await;
        let by = By::Browser(&boss);
        for bad in ["status=gone", "admin=yes", "provider=%27", "project=x", "created_since=soon", "order=password", "q=a&q=b"] {
            let reply = get(&server, by, &format!("/admin/users?{bad}")).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_INVALID"), "{bad}");
        }
        let first = get(&server, by, "/admin/users?limit=1").await;
        let cursor = first.text("next_cursor");
        let reply = get(&server, by, &format!("/admin/users?q=ana&cursor={cursor}")).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_INVALID"), "a cursor belongs to its order");
    }

    async fn a_page_examines_only_so_many_users_and_the_next_one_goes_on(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for number in 0..6 {
            server.user(&format!("user{number}@example.test")).await;
        }
        let directory = UserDirectory { core: server.usher.core.clone(), most_examined: 2 };
        let filter = UserFilter { second_factor: Some(true), ..UserFilter::default() };
        let query = UserQuery::new("", filter, UserOrder::Oldest);
        let first = directory.find_users(&query, &PageStart::First, 1).await.unwrap();
        assert_eq!((first.users.len(), first.stopped_after), (0, Some(2)));
        let next = PageStart::After(first.next.expect("there are more to examine"));
        let second = directory.find_users(&query, &next, 1).await.unwrap();
        assert_eq!((second.users.len(), second.stopped_after), (0, Some(2)));
    }

    async fn pages_lead_back_to_where_they_came_from(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for number in 0..5 {
            server.user(&format!("user{number}@example.test")).await;
        }
        let directory = &server.usher.user_directory;
        let query = UserQuery::new("", UserFilter::default(), UserOrder::Newest);
        let first = directory.find_users(&query, &PageStart::First, 2).await.unwrap();
        assert_eq!(first.previous, None);
        let second = directory.find_users(&query, &PageStart::After(first.next.clone().unwrap()), 2).await.unwrap();
        let third = directory.find_users(&query, &PageStart::After(second.next.clone().unwrap()), 2).await.unwrap();
        assert_eq!((third.users.len(), third.next.is_none()), (1, true));
        let back = directory.find_users(&query, &PageStart::Before(third.previous.unwrap()), 2).await.unwrap();
        assert_eq!(back.users, second.users);
        let back = directory.find_users(&query, &PageStart::Before(back.previous.unwrap()), 2).await.unwrap();
        assert_eq!((back.users, back.previous), (first.users, None));
    }
}
