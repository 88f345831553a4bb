//! AD-04: operations of administrators are for nobody else, whatever the credentials.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::json;
use tower::ServiceExt as _;
use usher_accounts::NewUser;
use usher_api::caller::AdminCaller;
use usher_domain::oauth::client::ClientType;
use usher_domain::secret::Secret;
use usher_domain::user::Profile;
use usher_http_server::state::App;
use usher_http_server::trace_id::TraceId;
use usher_protocol::scope::Scope;

use super::ANA;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

/// The status of an operation that only administrators may use.
async fn knock(server: &TestServer, name: &str, value: &str) -> u16 {
    let router = Router::new()
        .route("/", get(|AdminCaller { account }: AdminCaller| async move { account.user.email_text().to_owned() }))
        .with_state(App::new(server.usher.clone(), None));
    let mut request = Request::get("/").header(name, value).body(Body::empty()).expect("a request");
    request.extensions_mut().insert(TraceId([7; 16]));
    router.oneshot(request).await.expect("an answer").status().as_u16()
}

on_both_databases! {
    async fn ad_04_users_machines_and_projects_stay_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let root = NewUser {
            email: "root@example.test".into(),
            password: Some(Secret::from(PASSWORD)),
            admin: true,
            profile: Profile::default(),
            locale: None,
        };
        server.usher.users.create_user(root).await.expect("a user can be made");
        let bearer = |token: &str| format!("Bearer {token}");
        let (ana, root) = (server.tokens_of(ANA).await, server.tokens_of("root@example.test").await);
        assert_eq!(knock(&server, "authorization", &bearer(&root.text("access_token"))).await, 200);
        assert_eq!(knock(&server, "cookie", &server.cookie_of("root@example.test").await).await, 200);
        assert_eq!(knock(&server, "authorization", &bearer(&ana.text("access_token"))).await, 403);
        assert_eq!(knock(&server, "cookie", &server.cookie_of(ANA).await).await, 403);
        let machine = server.client(ClientType::Machine, |metadata| metadata.scope = Scope::of(["usher:project"])).await;
        let form = [("grant_type", "client_credentials"), ("scope", "usher:project")];
        let token = server.call(&machine, "/oauth2/token", &form).await.text("access_token");
        assert_eq!(knock(&server, "authorization", &bearer(&token)).await, 403);
        let project = server.usher.projects.create_project("P").await.expect("a project can be made");
        assert_eq!(knock(&server, "authorization", &bearer(&project.token)).await, 403);
        assert_eq!(knock(&server, "x-nothing", "").await, 401);
        let cookie = server.cookie_of("root@example.test").await;
        let me = answer(server.api(Method::GET, "me").header(COOKIE, cookie)).await;
        assert_eq!(me.json["roles"], json!(["user", "admin"]));
    }
}
