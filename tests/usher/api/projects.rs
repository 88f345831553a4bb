//! Projects, their members and clients; those of others are not found (SE-09).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_domain::page::Cursor;
use usher_domain::project::member::Role;
use usher_protocol::client::metadata::ClientMetadata;

use super::{By, call, call_with, client_in, get, signed_in};
use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const BOB: &str = "bob@example.test";
const EVE: &str = "eve@example.test";
const UNKNOWN: &str = "01936d2e-3c00-7000-8000-00000000ffff";

async fn made(server: &TestServer, by: By<'_>, name: &str) -> (String, String) {
    let reply = call(server, by, Method::POST, "/projects", &json!({ "name": name })).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
    (reply.text("id"), reply.text("token"))
}

async fn facts(server: &TestServer) -> i64 {
    server.database.count("select count(*) from event").await
}

/// A value of a member that only administrators set.
pub fn admin_only_value(member: &str) -> Value {
    match member {
        "cross_app_access" => {
            json!([{"audience": "https://chat.test", "client_id": "wiki", "relying_party": "client_chat"}])
        }
        _ => true.into(),
    }
}

on_both_databases! {
    async fn whoever_makes_a_project_owns_it_and_gets_its_token_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let ana = signed_in(&server, ANA).await;
        let (id, token) = made(&server, By::Browser(&ana), " Shop ").await;
        assert_eq!(token.len(), 43);
        let read = get(&server, By::Browser(&ana), &format!("/projects/{id}")).await;
        assert_eq!(read.text("name"), "Shop");
        assert!(!read.json.to_string().contains(&token));
        assert_eq!(get(&server, By::Token(&token), "/projects").await.data()[0]["id"], id.as_str());
        let members = get(&server, By::Browser(&ana), &format!("/projects/{id}/members")).await;
        assert_eq!((members.data().len(), &members.data()[0]["role"]), (1, &json!("owner")));
        for bad in [json!({}), json!({"name": "x", "owner": "me"}), json!({"name": 7})] {
            assert_eq!(call(&server, By::Browser(&ana), Method::POST, "/projects", &bad).await.status, 400, "{bad}");
        }
        assert_eq!(call(&server, By::Browser(&ana), Method::POST, "/projects", &json!({"name": " "})).await.status, 422);
        // A project cannot create projects, and nor can an unauthenticated caller.
        assert_eq!(call(&server, By::Token(&token), Method::POST, "/projects", &json!({"name": "x"})).await.status, 403);
        assert_eq!(call(&server, By::Nobody, Method::POST, "/projects", &json!({"name": "x"})).await.status, 401);
    }

    async fn where_only_administrators_make_projects_nobody_else_does(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins")]).await;
        server.user(ANA).await;
        let (ana, boss) = (signed_in(&server, ANA).await, administrator(&server).await);
        let refused = call(&server, By::Browser(&ana), Method::POST, "/projects", &json!({"name": "Shop"})).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "NOT_ALLOWED"));
        made(&server, By::Browser(&boss), "Shop").await;
    }

    async fn se_09_what_is_anothers_answers_as_what_is_nobodys_and_stays_as_it_was(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for email in [ANA, EVE] {
            server.user(email).await;
        }
        let (ana, eve) = (signed_in(&server, ANA).await, signed_in(&server, EVE).await);
        let (id, _) = made(&server, By::Browser(&ana), "Shop").await;
        let (_, evil) = made(&server, By::Browser(&eve), "Evil").await;
        let client = client_in(&server, id.parse().unwrap(), |_| ()).await.client.id.0;
        let before = facts(&server).await;
        let asked = [
            (Method::GET, "", json!(null)),
            (Method::PATCH, "", json!({"name": "Mine"})),
            (Method::DELETE, "", json!({"confirm": "Shop"})),
            (Method::POST, "/token", json!({"discard_history": true})),
            (Method::GET, "/members", json!(null)),
            (Method::POST, "/members", json!({"email": EVE, "role": "owner"})),
            (Method::GET, "/clients", json!(null)),
            (Method::POST, "/clients", json!({"type": "spa", "metadata": {}})),
            (Method::GET, "/clients/CLIENT", json!(null)),
            (Method::PUT, "/clients/CLIENT", json!({"disabled": true})),
            (Method::DELETE, "/clients/CLIENT", json!(null)),
            (Method::POST, "/clients/CLIENT/secret", json!({})),
            (Method::GET, "/users", json!(null)),
            (Method::GET, "/history", json!(null)),
        ];
        for by in [By::Browser(&eve), By::Token(&evil)] {
            for (method, path, body) in &asked {
                let path = path.replace("CLIENT", &client);
                let mut answers = Vec::new();
                for project in [id.as_str(), UNKNOWN, "nothing"] {
                    let reply = call(&server, by, method.clone(), &format!("/projects/{project}{path}"), body).await;
                    let error = &reply.json["error"];
                    answers.push((reply.status.as_u16(), error["code"].clone(), error["message"].clone()));
                }
                assert_eq!(answers[0].0, 404, "{method} {path}");
                assert!(answers.iter().all(|answer| *answer == answers[0]), "{method} {path}: {answers:?}");
            }
        }
        // A client of another project is not found.
        let own = get(&server, By::Token(&evil), "/projects").await.data()[0]["id"].as_str().unwrap().to_owned();
        for (method, rest) in [(Method::GET, ""), (Method::DELETE, ""), (Method::POST, "/secret")] {
            let path = format!("/projects/{own}/clients/{client}{rest}");
            assert_eq!(call(&server, By::Token(&evil), method, &path, &json!({})).await.status, 404);
        }
        assert_eq!(facts(&server).await, before);
    }

    async fn each_role_may_do_what_is_written_of_it_and_no_more(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for email in [ANA, BOB] {
            server.user(email).await;
        }
        let (ana, bob) = (signed_in(&server, ANA).await, signed_in(&server, BOB).await);
        let (id, _) = made(&server, By::Browser(&ana), "Shop").await;
        let members = format!("/projects/{id}/members");
        let add = json!({"email": BOB, "role": "viewer"});
        let added = call(&server, By::Browser(&ana), Method::POST, &members, &add).await;
        assert_eq!(added.status, 201, "{added:?}");
        let again = call(&server, By::Browser(&ana), Method::POST, &members, &add).await;
        assert_eq!((again.status.as_u16(), again.code()), (409, "MEMBER_ALREADY"));
        let of_bob = format!("{members}/{}", added.text("sub"));
        let new_client = json!({"type": "web", "metadata": {"client_name": "A", "redirect_uris": ["https://a.test/cb"]}});
        // May read, may create clients, may rename.
        for (role, wanted) in [("viewer", [200, 403, 403]), ("developer", [200, 201, 403]), ("owner", [200, 201, 200])] {
            let change = json!({ "role": role });
            assert_eq!(call(&server, By::Browser(&ana), Method::PATCH, &of_bob, &change).await.status, 204);
            let path = format!("/projects/{id}");
            let got = [
                get(&server, By::Browser(&bob), &path).await.status.as_u16(),
                call(&server, By::Browser(&bob), Method::POST, &format!("{path}/clients"), &new_client).await.status.as_u16(),
                call(&server, By::Browser(&bob), Method::PATCH, &path, &json!({"name": "Shop"})).await.status.as_u16(),
            ];
            assert_eq!(got, wanted, "{role}");
        }
        assert_eq!(call(&server, By::Browser(&bob), Method::DELETE, &of_bob, &json!({})).await.status, 204);
        assert_eq!(get(&server, By::Browser(&bob), &format!("/projects/{id}")).await.status, 404);
    }

    async fn the_last_owner_can_neither_go_nor_step_down(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (ana, bob) = (server.user(ANA).await, server.user(BOB).await);
        let browser = signed_in(&server, ANA).await;
        let (id, token) = made(&server, By::Browser(&browser), "Shop").await;
        let of = |sub: &str| format!("/projects/{id}/members/{sub}");
        for by in [By::Browser(&browser), By::Token(&token)] {
            let left = call(&server, by, Method::DELETE, &of(&ana.sub.0), &json!({})).await;
            assert_eq!((left.status.as_u16(), left.code()), (409, "LAST_OWNER"));
            let change = json!({"role": "viewer"});
            assert_eq!(call(&server, by, Method::PATCH, &of(&ana.sub.0), &change).await.code(), "LAST_OWNER");
        }
        let add = json!({"email": BOB, "role": "owner"});
        assert_eq!(call(&server, By::Token(&token), Method::POST, &format!("/projects/{id}/members"), &add).await.status, 201);
        // Two owners leave at once: one of them stays.
        let (of_ana, of_bob) = (of(&ana.sub.0), of(&bob.sub.0));
        let (first, second) = tokio::join!(
            call(&server, By::Token(&token), Method::DELETE, &of_ana, &Value::Null),
            call(&server, By::Token(&token), Method::DELETE, &of_bob, &Value::Null),
        );
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
    }

    async fn a_client_is_changed_as_it_was_read_and_its_secret_is_shown_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let ana = signed_in(&server, ANA).await;
        let (id, token) = made(&server, By::Browser(&ana), "Shop").await;
        let by = By::Token(&token);
        let clients = format!("/projects/{id}/clients");
        let metadata = json!({"client_name": "Web", "redirect_uris": ["https://a.test/cb"]});
        let new = json!({"type": "web", "metadata": metadata});
        let client = call(&server, by, Method::POST, &clients, &new).await;
        assert_eq!(client.status, 201, "{client:?}");
        let (path, secret) = (format!("{clients}/{}", client.text("client_id")), client.text("client_secret"));
        let read = get(&server, by, &path).await;
        assert!(!read.json.to_string().contains(&secret));
        let tag = read.etag.unwrap();
        let change = json!({"metadata": {"client_name": "Other", "redirect_uris": ["https://a.test/cb"]}});
        let put = call_with(&server, by, (Method::PUT, &path), (Some(&change), Some(&tag))).await;
        assert_eq!((put.status.as_u16(), &put.json["metadata"]["client_name"]), (200, &json!("Other")));
        let late = call_with(&server, by, (Method::PUT, &path), (Some(&change), Some(&tag))).await;
        assert_eq!((late.status.as_u16(), late.code()), (412, "SUPERSEDED"));
        let rotated = call(&server, by, Method::POST, &format!("{path}/secret"), &json!({})).await;
        assert_ne!(rotated.text("client_secret"), secret);
        // Only administrators may set these members.
        for member in ClientMetadata::ADMIN_ONLY {
            let mut greedy = metadata.clone();
            greedy[member] = admin_only_value(member);
            let make = json!({"type": "web", "metadata": greedy});
            assert_eq!(call(&server, by, Method::POST, &clients, &make).await.status, 403, "{member}");
            assert_eq!(call(&server, by, Method::PUT, &path, &json!({"metadata": greedy})).await.status, 403, "{member}");
        }
        for bad in [json!({"type": "toaster", "metadata": {}}), json!({"type": "web", "metadata": {"nonsense": 1}})] {
            assert_eq!(call(&server, by, Method::POST, &clients, &bad).await.code(), "VALIDATION_FAILED");
        }
        assert_eq!(call(&server, by, Method::DELETE, &path, &Value::Null).await.status, 204);
        assert_eq!(get(&server, by, &path).await.status, 404);
    }

    async fn people_are_shown_as_far_as_clients_may_know_them_and_can_be_revoked(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (ana, bob) = (server.user(ANA).await, server.user(BOB).await);
        let owner = signed_in(&server, ANA).await;
        let (id, token) = made(&server, By::Browser(&owner), "Shop").await;
        let client = client_in(&server, id.parse().unwrap(), |_| ()).await;
        let (mut first, mut second) = (server.browser(), server.browser());
        let tokens = server.tokens(&mut first, &client, ANA).await;
        server.userinfo(&tokens.text("access_token")).await;
        let url = server.authorize_url(&client, &[("scope", "openid")]);
        let landing = second.go_through(&url, BOB).await;
        server.exchange(&client, &landing.code()).await;
        let users = get(&server, By::Token(&token), &format!("/projects/{id}/users")).await;
        let of = |sub: &str| users.data().iter().find(|user| user["sub"] == sub).unwrap_or_else(|| panic!("{users:?}"));
        assert_eq!(of(&ana.sub.0)["email"], ANA);
        assert_eq!((of(&bob.sub.0).get("email"), of(&bob.sub.0).get("name")), (None, None));
        let first_page = get(&server, By::Token(&token), &format!("/projects/{id}/users?limit=1")).await;
        let next = first_page.text("next_cursor");
        let rest = get(&server, By::Token(&token), &format!("/projects/{id}/users?limit=1&cursor={next}")).await;
        assert_eq!((first_page.data().len(), rest.data().len(), rest.json.get("next_cursor")), (1, 1, None));

        let of_ana = format!("/projects/{id}/users/{}", ana.sub.0);
        assert_eq!(get(&server, By::Token(&token), &format!("{of_ana}/sessions")).await.data().len(), 1);
        let ended = call(&server, By::Token(&token), Method::POST, &format!("{of_ana}/revoke"), &Value::Null).await;
        assert_eq!(ended.json["client_ids"], json!([client.client.id.0]));
        assert!(!server.is_active(&client, &tokens.text("refresh_token")).await);
        assert_eq!(get(&server, By::Token(&token), &format!("{of_ana}/sessions")).await.data().len(), 0);
        // The user's session continues.
        assert_eq!(get(&server, By::Browser(&owner), "/projects").await.status, 200);
        let stranger = server.user(EVE).await;
        let unknown = format!("/projects/{id}/users/{}", stranger.sub.0);
        assert_eq!(get(&server, By::Token(&token), &unknown).await.status, 404);
    }

    async fn a_deleted_project_takes_everything_of_its_clients_with_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let ana = signed_in(&server, ANA).await;
        let (id, token) = made(&server, By::Browser(&ana), "Shop").await;
        let client = client_in(&server, id.parse().unwrap(), |_| ()).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        let path = format!("/projects/{id}");
        let wrong = call(&server, By::Browser(&ana), Method::DELETE, &path, &json!({"confirm": "shop"})).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        let gone = call(&server, By::Browser(&ana), Method::DELETE, &path, &json!({"confirm": "Shop"})).await;
        assert_eq!(gone.status, 204);
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
        assert!(server.refresh(&client, &tokens.text("refresh_token")).await.status.is_client_error());
        assert_eq!(get(&server, By::Browser(&ana), &path).await.status, 404);
        assert_eq!(get(&server, By::Token(&token), &path).await.status, 401);
    }

    async fn of_twelve_who_add_one_member_at_once_one_has_done_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for email in [ANA, BOB] {
            server.user(email).await;
        }
        let ana = signed_in(&server, ANA).await;
        let (id, _) = made(&server, By::Browser(&ana), "Shop").await;
        let (path, add) = (format!("/projects/{id}/members"), json!({"email": BOB, "role": "viewer"}));
        let adding = (0..12).map(|_| call(&server, By::Browser(&ana), Method::POST, &path, &add));
        let answers = futures_util::future::join_all(adding).await;
        let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((of(201), of(409)), (1, 11), "{answers:?}");
        assert_eq!(server.database.count("select count(*) from event where kind = 'member.added'").await, 1);
    }

    async fn a_member_who_is_removed_while_their_role_changes_is_removed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let bob = server.user(BOB).await;
        for round in 0..12 {
            // Only administrators manage it: there is no last owner.
            let project = server.usher.projects.create_project("Shop").await.unwrap().project.id;
            server.usher.members.add_member(project, BOB, Role::Viewer).await.unwrap();
            let (removed, _) = tokio::join!(
                server.usher.members.remove_member(project, bob.id),
                server.usher.members.change_member(project, bob.id, Role::Developer),
            );
            removed.unwrap();
            let left = server.usher.members.list_members(project, Cursor::START, 10).await.unwrap().items;
            assert!(left.is_empty(), "round {round}: {left:?}");
        }
    }
}
