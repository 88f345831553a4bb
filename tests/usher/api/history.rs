//! A project's history: sealed to its token, unreadable to the server.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row as _};
use tokio_util::sync::CancellationToken;
use usher_accounts::RegisteredClient;
use usher_domain::event::EventCatalogue;
use usher_events::{DispatchRules, EventDispatcher};
use usher_flows::RegisteredProject;
use usher_keys::seal::Purpose;

use super::{By, call, client_in, get};
use crate::apis::settings;
use crate::harness::browser::Browser;
use crate::harness::database::{RawConnection, TestDatabase, on_both_databases};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
/// The browser's `User-Agent`, which is stored nowhere else.
const AGENT: &str = "Zebra/7 (planted mark)";
/// The client may request more, so this scope in this order belongs to the sign-in only.
const SCOPE: &str = "openid zebra:a zebra:c";
const DAY: u64 = 86_400;

async fn dispatch(server: &TestServer) {
    let rules = DispatchRules { access_ttl: Duration::from_mins(10), events: EventCatalogue::STANDARD };
    EventDispatcher::new(server.database.store.clone(), &server.usher.core.sealer, rules)
        .dispatch_pending()
        .await
        .expect("events can be dispatched");
}

async fn server_on(db: TestDatabase) -> TestServer {
    // Sessions are swept when they would have expired anyway: sooner than the history.
    let mut server = TestServer::on(db, &[("session.absolute", "10d"), ("session.idle", "2d")]).await;
    let http = reqwest::Client::builder().redirect(Policy::none()).user_agent(AGENT);
    server.http = http.build().unwrap();
    server.user(ANA).await;
    server
}

async fn project_with_client(server: &TestServer) -> (RegisteredProject, RegisteredClient) {
    let project = server.usher.projects.create_project("Zoo").await.unwrap();
    let zoo = "https://api.zoo.example";
    server.api_of(project.project.id, zoo, settings(&["zebra:a", "zebra:b", "zebra:c"])).await;
    let change = |metadata: &mut usher_protocol::client::metadata::ClientMetadata| {
        metadata.scope = usher_protocol::scope::Scope::of(["openid", "zebra:a", "zebra:b", "zebra:c"]);
        metadata.audience = vec![zoo.into()];
        metadata.first_party = true;
    };
    let client = client_in(server, project.project.id, change).await;
    (project, client)
}

/// Ana signs in at the client, in this browser.
async fn sign_in(server: &TestServer, browser: &mut Browser<'_>, client: &RegisteredClient) {
    let landing = browser.go_through(&server.authorize_url(client, &[("scope", SCOPE)]), ANA).await;
    assert_eq!(server.exchange(client, &landing.code()).await.status, 200);
}

/// Every value of every table, as an attacker would read them.
async fn dump(server: &TestServer) -> Vec<(String, Vec<u8>)> {
    let mut values = Vec::new();
    let texts = |table: &str, row: String| (table.to_owned(), row.into_bytes());
    match server.database.connect().await {
        RawConnection::Sqlite(mut connection) => {
            let tables = sqlx::query("select name from sqlite_master where type = 'table'").fetch_all(&mut connection);
            for table in tables.await.unwrap() {
                let table: String = table.get(0);
                let columns = sqlx::query(AssertSqlSafe(format!("select name from pragma_table_info('{table}')")));
                for column in columns.fetch_all(&mut connection).await.unwrap() {
                    let column: String = column.get(0);
                    // Bytes are rendered as X'…', text as '…'.
                    let all = format!("select quote(\"{column}\") from \"{table}\"");
                    for row in sqlx::query(AssertSqlSafe(all)).fetch_all(&mut connection).await.unwrap() {
                        values.push(texts(&table, row.get(0)));
                    }
                }
            }
        }
        RawConnection::Postgres(mut connection) => {
            let tables = "select table_name::text from information_schema.tables where table_schema = 'public'";
            for table in sqlx::query(tables).fetch_all(&mut connection).await.unwrap() {
                let table: String = table.get(0);
                let all = format!("select v::text from \"{table}\" t, jsonb_each_text(to_jsonb(t)) as e(k, v)");
                for row in sqlx::query(AssertSqlSafe(all)).fetch_all(&mut connection).await.unwrap() {
                    if let Ok(text) = row.try_get::<String, _>(0) {
                        values.push(texts(&table, text));
                    }
                }
            }
        }
    }
    values
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (text.len() >= 16 && text.len().is_multiple_of(2)).then(|| (0..text.len()).step_by(2).map(pair).collect())?
}

/// Everything that can be derived from a value with the master key: itself, decoded, opened, and the same again.
fn readings(server: &TestServer, value: Vec<u8>, depth: u8, found: &mut Vec<Vec<u8>>) {
    if depth > 0 {
        let text = String::from_utf8_lossy(&value).into_owned();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').filter(|w| w.len() >= 16);
        let mut next: Vec<Vec<u8>> = words
            .flat_map(|word| [unhex(word), unhex(&word[1..]), URL_SAFE_NO_PAD.decode(word).ok()])
            .flatten()
            .collect();
        for purpose in Purpose::ALL {
            next.extend(server.usher.core.sealer.open(purpose, &value).ok());
            next.extend(server.usher.core.sealer.open_deterministic(purpose, &value).ok());
        }
        for reading in next {
            readings(server, reading, depth - 1, found);
        }
    }
    found.push(value);
}

/// The tables in which the database and the master key suffice to read this.
async fn where_readable(server: &TestServer, mark: &str) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for (table, value) in dump(server).await {
        let mut found = Vec::new();
        readings(server, value, 3, &mut found);
        if found.iter().any(|reading| String::from_utf8_lossy(reading).contains(mark)) {
            tables.insert(table);
        }
    }
    tables
}

async fn clean_up(server: &TestServer) {
    let job = usher::jobs::all(None).into_iter().find(|job| job.name() == "clean_up").unwrap();
    job.run(&server.usher, &CancellationToken::new()).await.unwrap();
}

async fn rotate(server: &TestServer, id: &str, token: &str) -> String {
    let path = format!("/projects/{id}/token");
    let reply = call(server, By::Token(token), Method::POST, &path, &json!({})).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.text("token")
}

on_both_databases! {
    async fn whoever_holds_the_database_and_the_master_key_reads_none_of_it(db: TestDatabase) {
        let server = server_on(db).await;
        let (project, client) = project_with_client(&server).await;
        let mut browser = server.browser();
        sign_in(&server, &mut browser, &client).await;
        // The search does find existing values: in plain text, and under the master key.
        assert!(where_readable(&server, SCOPE).await.contains("grants"));
        assert!(where_readable(&server, AGENT).await.contains("session"));
        let mail = where_readable(&server, "Zoo").await;
        assert!(mail.contains("project"), "{mail:?}");

        // Once dispatched, it is only in the live session and grant.
        dispatch(&server).await;
        assert_eq!(where_readable(&server, SCOPE).await, ["grants".to_owned()].into());
        let ana = server.usher.users.load_user(ANA).await.unwrap();
        server.usher.users.revoke_user(&ana).await.unwrap();
        dispatch(&server).await;
        let _ = server.emails().await;
        server.wait(60 * DAY);
        clean_up(&server).await;
        clean_up(&server).await;
        assert_eq!(where_readable(&server, SCOPE).await, BTreeSet::new());
        assert_eq!(where_readable(&server, AGENT).await, BTreeSet::new());

        // And yet the holder of the token can read it.
        let path = format!("/projects/{}/history?kind=grant.created", project.project.id);
        let reply = get(&server, By::Token(&project.token), &path).await;
        assert_eq!(reply.data().len(), 1, "{reply:?}");
        let entry = &reply.data()[0];
        assert_eq!(entry["data"]["scope"], SCOPE);
        assert_eq!(entry["user_agent"], AGENT);
        assert_eq!(entry["sub"], ana.sub.0.as_str());
        assert_eq!(entry["amr"], json!(["pwd"]));
        assert!(entry["source"].as_str().is_some_and(|source| !source.is_empty()), "{entry}");
    }

    async fn the_newest_token_opens_everything_after_two_rotations_and_no_other_does(db: TestDatabase) {
        let server = server_on(db).await;
        let (project, client) = project_with_client(&server).await;
        let id = project.project.id.to_string();
        let mut token = project.token.clone();
        let mut former = Vec::new();
        let mut browser = server.browser();
        for round in 0..3 {
            sign_in(&server, &mut browser, &client).await;
            dispatch(&server).await;
            server.wait(60);
            if round < 2 {
                former.push(token.clone());
                token = rotate(&server, &id, &token).await;
            }
        }
        let path = format!("/projects/{id}/history?kind=grant.created");
        let reply = get(&server, By::Token(&token), &path).await;
        let times: Vec<i64> = reply.data().iter().map(|entry| entry["at"].as_i64().unwrap()).collect();
        assert_eq!(times.len(), 3, "{reply:?}");
        assert!(times.is_sorted_by(|newer, older| newer > older), "the newest first: {times:?}");
        for old in &former {
            // Valid for everything else, for a day.
            assert_eq!(get(&server, By::Token(old), &format!("/projects/{id}")).await.status, 200);
            let refused = get(&server, By::Token(old), &path).await;
            assert_eq!((refused.status.as_u16(), refused.code()), (403, "PROJECT_TOKEN_REQUIRED"));
        }
        server.wait(2 * DAY);
        for old in &former {
            assert_eq!(get(&server, By::Token(old), &format!("/projects/{id}")).await.status, 401);
        }
        assert_eq!(get(&server, By::Token(&token), &path).await.data().len(), 3);
    }

    async fn pages_follow_one_another_without_a_gap_and_filters_hold(db: TestDatabase) {
        let server = server_on(db).await;
        let (project, client) = project_with_client(&server).await;
        let mut browser = server.browser();
        for _ in 0..5 {
            sign_in(&server, &mut browser, &client).await;
            server.wait(1);
        }
        dispatch(&server).await;
        sign_in(&server, &mut browser, &client).await;
        dispatch(&server).await;
        let base = format!("/projects/{}/history?kind=grant.created&limit=2", project.project.id);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for _ in 0..10 {
            let reply = get(&server, By::Token(&project.token), &format!("{base}{cursor}")).await;
            seen.extend(reply.data().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
            let Some(next) = reply.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 6);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 6);
        let nobody = get(&server, By::Token(&project.token), &format!("{base}&sub=nobody")).await;
        assert_eq!(nobody.data().len(), 0);
        for bad in ["limit=0", "limit=101", "cursor=%25", "kind=nothing", "sub=a&sub=b", "cursor=AAAA"] {
            let path = format!("/projects/{}/history?{bad}", project.project.id);
            assert_eq!(get(&server, By::Token(&project.token), &path).await.status, 400, "{bad}");
        }
        // A forged cursor is harmless: no error, and no data of others.
        for forged in ["_____________________w", "AAAAAAAAAAAAAAAAAAAAAA"] {
            let path = format!("/projects/{}/history?cursor={forged}", project.project.id);
            assert_eq!(get(&server, By::Token(&project.token), &path).await.status, 200, "{forged}");
        }
    }

    async fn a_token_replaced_without_the_old_one_costs_the_history_and_that_must_be_said(db: TestDatabase) {
        let server = server_on(db).await;
        let (project, client) = project_with_client(&server).await;
        let mut browser = server.browser();
        sign_in(&server, &mut browser, &client).await;
        dispatch(&server).await;
        let id = project.project.id.to_string();
        let boss = crate::console::administrator(&server).await;
        let path = format!("/projects/{id}/token");
        let refused = call(&server, By::Browser(&boss), Method::POST, &path, &json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (409, "HISTORY_WOULD_BE_LOST"), "{refused:?}");
        let wrong = json!({"current_token": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"});
        assert_eq!(call(&server, By::Browser(&boss), Method::POST, &path, &wrong).await.status, 409);
        let kept = json!({"current_token": project.token});
        let token = call(&server, By::Browser(&boss), Method::POST, &path, &kept).await.text("token");
        let history = format!("/projects/{id}/history?kind=grant.created");
        assert_eq!(get(&server, By::Token(&token), &history).await.data().len(), 1);

        let discard = json!({"discard_history": true, "overlap_seconds": 0});
        let lost = call(&server, By::Browser(&boss), Method::POST, &path, &discard).await.text("token");
        assert_eq!(get(&server, By::Token(&lost), &history).await.data().len(), 0);
        assert_eq!(server.database.count("select count(*) from history").await, 0);
        // No overlap ends every token before.
        for gone in [&token, &project.token] {
            assert_eq!(get(&server, By::Token(gone), &history).await.status, 401);
        }
        assert_eq!(get(&server, By::Browser(&boss), &history).await.code(), "PROJECT_TOKEN_REQUIRED");
    }

    async fn a_history_is_kept_for_as_long_as_configured(db: TestDatabase) {
        let server = server_on(db).await;
        let (_, client) = project_with_client(&server).await;
        let mut browser = server.browser();
        sign_in(&server, &mut browser, &client).await;
        dispatch(&server).await;
        server.wait(89 * DAY);
        clean_up(&server).await;
        assert!(server.database.count("select count(*) from history").await > 0);
        server.wait(3 * DAY);
        clean_up(&server).await;
        assert_eq!(server.database.count("select count(*) from history").await, 0);
    }
}
