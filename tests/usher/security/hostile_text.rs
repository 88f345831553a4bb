//! Texts that databases reject or that are displayed misleadingly, at every place that takes a text: rejected or not
//! found, never a server error.

use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};
use usher_accounts::NewClient;
use usher_accounts::upstream::NewProvider;
use usher_domain::oauth::client::ClientType;
use usher_domain::provider::ProviderSettings;
use usher_domain::secret::Secret;
use usher_flows::webhooks::NewWebhook;
use usher_http_server::state::App;
use usher_pages::routes::authorization;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::endpoints::REGISTERED_CLIENT;

use crate::api::admin_routes::{Operation, operations};
use crate::api::{By, call, get};
use crate::console::administrator;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// NUL, another control character, a noncharacter, a line break, and bytes that are not UTF-8; escaped for a URL.
const ESCAPED: [&str; 7] = ["%00", "a%00b", "%01", "%EF%BF%BE", "a%0D%0Ab", "%FF", "%ED%A0%80"];
/// Cursors with NUL, `a`, NUL, `b`, and invalid encodings.
const CURSORS: [&str; 4] = ["AA", "YQBi", "AAAAAAAAAAAAAAAAAAAAAA", "%%%"];

/// Existing names on this server, by the name of the parameter.
fn places(server: &TestServer, client: &str, sub: &str) -> Vec<(&'static str, String)> {
    let id = server.project.to_string();
    vec![
        ("id", id.clone()),
        ("project", id.clone()),
        ("api", id.clone()),
        ("webhook", id.clone()),
        ("user", id.clone()),
        ("message", id.clone()),
        ("passkey", id.clone()),
        ("browser", id.clone()),
        ("number", "1".to_owned()),
        ("delivery", id.clone()),
        ("initial_token", id.clone()),
        ("invitation", id.clone()),
        ("attempt", id.clone()),
        ("token", id.clone()),
        ("assignment", id.clone()),
        ("event", id.clone()),
        ("filter", id.clone()),
        ("owner", id.clone()),
        ("secret", id),
        ("key", "key".to_owned()),
        ("file", "file".to_owned()),
        ("revision", "1".to_owned()),
        ("client", client.to_owned()),
        ("sub", sub.to_owned()),
        ("provider", "google".to_owned()),
        ("kid", "key".to_owned()),
        ("code", "code".to_owned()),
    ]
}

/// The path with every parameter filled in, with `hostile` for the one of that number.
fn filled(path: &str, places: &[(&str, String)], hostile: Option<(usize, &str)>) -> String {
    let mut nth = 0;
    let segments = path.split('/').map(|segment| {
        let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return segment.to_owned();
        };
        nth += 1;
        match hostile {
            Some((number, text)) if number + 1 == nth => text.to_owned(),
            _ => places.iter().find(|(known, _)| *known == name).expect(name).1.clone(),
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn in_path(path: &str) -> usize {
    path.matches('{').count()
}

/// The body with every text replaced by `hostile`, one at a time, and every member renamed to it.
fn spoiled(value: &Value, hostile: &str) -> Vec<Value> {
    match value {
        Value::String(_) => vec![json!(hostile)],
        Value::Array(items) => {
            let each = items.iter().enumerate().flat_map(|(at, item)| {
                spoiled(item, hostile).into_iter().map(move |spoiled| {
                    let mut items = items.clone();
                    items[at] = spoiled;
                    Value::Array(items)
                })
            });
            each.collect()
        }
        Value::Object(members) => {
            let each = members.iter().flat_map(|(name, member)| {
                spoiled(member, hostile).into_iter().map(move |spoiled| {
                    let mut members = members.clone();
                    members.insert(name.clone(), spoiled);
                    Value::Object(members)
                })
            });
            let mut renamed = members.clone();
            renamed.insert(hostile.to_owned(), json!(1));
            each.chain([Value::Object(renamed)]).collect()
        }
        _ => Vec::new(),
    }
}

fn cookies(browser: &Browser<'_>) -> String {
    browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// Asserts that the administrator's session and the project still exist, so that later requests were real ones.
async fn assert_still_there(server: &TestServer, boss: &Browser<'_>) {
    assert_eq!(get(server, By::Browser(boss), "/me").await.status, 200);
    assert_eq!(get(server, By::Browser(boss), &format!("/projects/{}", server.project)).await.status, 200);
}

async fn all_operations(server: &TestServer) -> Vec<Operation> {
    let all = operations(server).await;
    assert!(all.len() > 60, "{}", all.len());
    all
}

on_both_databases! {
    async fn no_identifier_in_the_path_of_an_operation_is_an_error_of_the_server(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let boss = administrator(&server).await;
        let client = server.client(ClientType::Web, |_| ()).await.client.id.0.clone();
        let sub = server.user("ana@example.test").await.sub.0;
        let (places, long) = (places(&server, &client, &sub), "x".repeat(5_000));
        for operation in all_operations(&server).await {
            for number in 0..in_path(&operation.path) {
                for hostile in ESCAPED.into_iter().chain([long.as_str()]) {
                    let path = filled(&operation.path, &places, Some((number, hostile)));
                    for by in [By::Browser(&boss), By::Token(&server.project_token)] {
                        let reply = call(&server, by, operation.method.clone(), &path, &operation.body).await;
                        assert!(reply.status.is_client_error(), "{} {path}: {reply:?}", operation.method);
                        assert!(!reply.code().is_empty(), "{} {path}: {reply:?}", operation.method);
                    }
                }
            }
        }
        assert_still_there(&server, &boss).await;
    }

    async fn no_query_parameter_of_an_operation_is_an_error_of_the_server(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let boss = administrator(&server).await;
        let client = server.client(ClientType::Web, |_| ()).await.client.id.0.clone();
        let sub = server.user("ana@example.test").await.sub.0;
        let places = places(&server, &client, &sub);
        for operation in all_operations(&server).await.into_iter().filter(|one| one.method == Method::GET) {
            let path = filled(&operation.path, &places, None);
            for name in operation.parameters.iter().filter(|name| !operation.path.contains(&format!("{{{name}}}"))) {
                for hostile in ESCAPED.into_iter().chain(CURSORS) {
                    let asked = format!("{path}?{name}={hostile}");
                    let reply = get(&server, By::Browser(&boss), &asked).await;
                    assert!(!reply.status.is_server_error(), "{asked}: {reply:?}");
                }
            }
        }
        assert_still_there(&server, &boss).await;
    }

    async fn no_text_in_the_body_of_an_operation_is_an_error_of_the_server(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        let boss = administrator(&server).await;
        let client = server.client(ClientType::Web, |_| ()).await.client.id.0.clone();
        let sub = server.user("ana@example.test").await.sub.0;
        let places = places(&server, &client, &sub);
        let mut asked = 0;
        for operation in all_operations(&server).await {
            let path = filled(&operation.path, &places, None);
            for hostile in ["\0", "a\0b", "\u{1}", "\u{FFFE}"] {
                for body in spoiled(&operation.body, hostile) {
                    let reply = call(&server, By::Browser(&boss), operation.method.clone(), &path, &body).await;
                    assert!(!reply.status.is_server_error(), "{} {path} {body}: {reply:?}", operation.method);
                    assert!(!hostile.contains('\0') || reply.status.is_client_error(), "{path} {body}: {reply:?}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 200, "{asked}");
        assert_still_there(&server, &boss).await;
    }

    async fn no_identifier_in_the_address_of_a_page_is_an_error_of_the_server(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let boss = administrator(&server).await;
        let client = server.client(ClientType::Web, |_| ()).await.client.id.0.clone();
        let (places, long) = (places(&server, &client, "sub"), "x".repeat(5_000));
        let app = App::new(server.usher.clone(), Some(Arc::clone(&server.caught)));
        let endpoints = authorization(&app).listed().to_vec();
        let patterns = server.page_routes().into_iter().chain(endpoints).map(|route| route.path);
        for page in patterns.chain([REGISTERED_CLIENT]) {
            for number in 0..in_path(page) {
                for hostile in ESCAPED.into_iter().chain([long.as_str()]) {
                    let path = filled(page, &places, Some((number, hostile)));
                    for method in [Method::GET, Method::POST] {
                        let request = server.http.request(method.clone(), server.at(&path)).form(&[("x", "x")]);
                        let request = request.header(ACCEPT, "text/html").header(COOKIE, cookies(&boss));
                        let status = request.send().await.expect("the server answers").status();
                        assert!(status.is_client_error(), "{method} {path}: {status}");
                    }
                }
            }
        }
        assert_still_there(&server, &boss).await;
    }
}

/// Misleading names, and what is stored of them; of the others nothing is.
const NAMES: [(&str, Option<&str>); 8] = [
    ("\u{85} Shop\u{202E}\u{200B} \t", Some("Shop")),
    ("\u{2028}Shop\n", Some("Shop")),
    ("Shop", Some("Shop")),
    ("Shop\u{85}2", None),
    ("Shop\u{2028}2", None),
    ("Shop\u{1b}[31m", None),
    ("\u{202E}\u{200B}", None),
    ("Sh\nop", None),
];

on_both_databases! {
    async fn every_name_that_people_read_is_stored_as_it_is_displayed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let project = server.project;
        let spaces = format!("a{}b", " ".repeat(50_000));
        let mut renamed = server.client(ClientType::Web, |_| ()).await.client;
        for (typed, kept) in NAMES.into_iter().chain([(spaces.as_str(), None)]) {
            let metadata = ClientMetadata {
                client_name: typed.to_owned(),
                redirect_uris: vec!["https://rp.test/cb".into()],
                ..ClientType::Web.defaults()
            };
            let new = NewClient { project, kind: ClientType::Web, metadata: metadata.clone(), id: None };
            let made = server.usher.clients.create_client(new).await.ok().map(|made| made.client);
            assert_eq!(made.as_ref().map(|client| client.metadata.client_name.as_str()), kept, "{typed:.20?}");
            let changed = server.usher.clients.update_client(&renamed.id, metadata).await.ok();
            assert_eq!(changed.as_ref().map(|client| client.metadata.client_name.as_str()), kept, "{typed:.20?}");
            renamed = changed.unwrap_or(renamed);
            let stored = server.usher.clients.load_client(&renamed.id.0).await.unwrap();
            assert_eq!(stored.metadata.client_name, renamed.metadata.client_name);

            let settings = json!({"id": "forge", "kind": "oidc", "label": typed, "client_id": "us", "issuer": server.url});
            let settings: ProviderSettings = serde_json::from_value(settings).unwrap();
            let new = NewProvider { settings, secret: Some(Secret::from("secret")), managed: false };
            let put = server.usher.providers.put_provider(new).await.is_ok();
            assert_eq!(put, kept.is_some(), "{typed:.20?}");
            if let Some(kept) = kept {
                let id = "forge".parse().unwrap();
                assert_eq!(server.usher.providers.load_provider(&id).await.unwrap().settings.label.as_deref(), Some(kept));
            }

            let new = NewWebhook { url: "https://rp.test/".into(), description: typed.into(), events: vec!["*".into()] };
            let described = server.usher.webhooks.create_webhook(project, new).await.ok().map(|made| made.webhook.description);
            let blank = typed.chars().any(|c| c == '\u{200B}').then_some("");
            assert_eq!(described.as_deref(), kept.or(blank), "a description may be empty: {typed:.20?}");
        }
    }

    /// A name that was stored before is still read, and can be changed.
    async fn a_client_whose_stored_name_would_be_refused_now_is_still_read(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Shop-before".into()).await.client;
        let sql = if server.database.store.kind() == "sqlite" {
            "update client set metadata = replace(metadata, 'Shop-before', ' Sh' || char(8232) || 'op ')"
        } else {
            "update client set metadata = jsonb_set(metadata, '{client_name}', to_jsonb(' Sh' || chr(8232) || 'op '))"
        };
        server.database.execute(sql).await;
        let read = server.usher.clients.load_client(&client.id.0).await.unwrap();
        assert_eq!(read.metadata.client_name, " Sh\u{2028}op ");
        let renamed = ClientMetadata { client_name: " Shop ".into(), ..read.metadata };
        assert_eq!(server.usher.clients.update_client(&client.id, renamed).await.unwrap().metadata.client_name, "Shop");
    }
}
