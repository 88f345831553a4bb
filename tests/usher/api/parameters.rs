//! Unknown query parameters are rejected by name, at every operation.

use reqwest::Method;
use serde_json::Value;

use super::admin_routes::operations;
use super::{By, call, get};
use crate::console::administrator;
use crate::harness::server::TestServer;

#[tokio::test]
async fn an_unknown_query_parameter_is_refused_by_name_at_every_operation() {
    let server = TestServer::start().await;
    let boss = administrator(&server).await;
    for operation in operations(&server).await {
        let path = format!("{}?not_a_parameter=1", operation.path.replace(['{', '}'], ""));
        let reply = call(&server, By::Browser(&boss), operation.method.clone(), &path, &operation.body).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_UNKNOWN"), "{} {path}", operation.method);
        assert!(reply.json["error"]["details"]["fields"]["not_a_parameter"].is_string(), "{reply:?}");
    }
    assert_eq!(get(&server, By::Browser(&boss), "/me").await.status, 200);
}

#[tokio::test]
async fn a_filter_that_is_spelled_wrong_lists_nobody() {
    let server = TestServer::start().await;
    let boss = administrator(&server).await;
    for query in ["name=una", "email=una&name=una", "Email=una", "name", "email=a&%6eame=1"] {
        let reply = get(&server, By::Browser(&boss), &format!("/admin/users?{query}")).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_UNKNOWN"), "{query}");
        assert!(reply.text_of_error().contains("created_since, cursor, email"), "{reply:?}");
    }
    for query in ["", "email=una", "email=una&limit=5", "limit=5&"] {
        assert_eq!(get(&server, By::Browser(&boss), &format!("/admin/users?{query}")).await.status, 200, "{query}");
    }
    let none = call(&server, By::Browser(&boss), Method::POST, "/auth/logout?everywhere=true", &Value::Null).await;
    assert!(none.text_of_error().contains("takes no query parameters"), "{none:?}");
}
