//! `usher initial-token`, and `usher client trust` and `distrust`: clients that register themselves.

use serde_json::{Value, json};

use super::program::{Folder, free_ports};

fn registering() -> Folder {
    let [port] = free_ports();
    Folder::new()
        .with("USHER_LISTEN", &format!("127.0.0.1:{port}"))
        .with("USHER_ISSUER", &format!("http://localhost:{port}"))
        .with("USHER_DATABASE_URL", "sqlite://usher.db")
        .with("USHER_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .with("USHER_REGISTRATION__DYNAMIC", "token")
}

/// Registers a client; the status and the answer.
async fn register(issuer: &str, token: &str) -> (u16, Value) {
    let document = json!({"client_name": "Notes", "redirect_uris": ["https://notes.test/cb"]});
    let request = reqwest::Client::new().post(format!("{issuer}/oauth2/register")).bearer_auth(token);
    let answer = request.json(&document).send().await.expect("the server answers");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn an_initial_access_token_registers_as_many_clients_as_it_says_until_it_is_deleted() {
    let folder = registering();
    let serving = folder.serve();
    folder.json(&["project", "create", "--name", "Shop"]);
    let create = ["initial-token", "create", "--project", "Shop", "--name", "Agents"];
    let made = folder.json(&[&create[..], &["--max-clients", "2", "--days", "7"]].concat());
    assert_eq!((&made["name"], &made["max_clients"], &made["registered"]), (&json!("Agents"), &json!(2), &json!(0)));
    let token = made["initial_access_token"].as_str().expect("it is shown once").to_owned();
    let id = made["id"].as_str().expect("an id");
    for expected in [201, 201, 401] {
        assert_eq!(register(&serving.issuer, &token).await.0, expected);
    }
    let listed = folder.json(&["initial-token", "list", "--project", "Shop"]);
    assert_eq!((&listed[0]["id"], &listed[0]["registered"]), (&made["id"], &json!(2)));
    assert!(!listed.to_string().contains(&token), "its value is shown once");
    let table = folder.run(&["initial-token", "list", "--project", "Shop"]).out;
    assert!(table.contains("Agents") && table.contains("2/2") && !table.contains(&token), "{table}");

    let other = folder.json(&create);
    assert_eq!(other["max_clients"], 1, "by default");
    let value = other["initial_access_token"].as_str().expect("it is shown once").to_owned();
    let deleted = folder.json(&["initial-token", "delete", "--project", "Shop", other["id"].as_str().expect("an id")]);
    assert_eq!(deleted["deleted"], true);
    assert_eq!(register(&serving.issuer, &value).await.0, 401);
    let left = folder.json(&["initial-token", "list", "--project", "Shop"]);
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!(folder.json(&["client", "list", "--project", "Shop"]).as_array().map(Vec::len), Some(2), "they stay");

    folder.json(&["project", "create", "--name", "Others"]);
    folder.run(&["initial-token", "delete", "--project", "Others", id]).failed_with("initial access token");
    folder.run(&["initial-token", "delete", "--project", "Shop", "nonsense"]).failed_with("initial access token");
    folder.run(&["initial-token", "list", "--project", "Nobody"]).failed_with("project");
    for limits in [["--max-clients", "0"], ["--days", "366"]] {
        folder.run(&[&create[..], &limits].concat()).failed_with("365 days");
    }
}

#[tokio::test]
async fn a_client_that_registered_itself_is_trusted_and_no_longer_trusted() {
    let folder = registering();
    let serving = folder.serve();
    folder.json(&["project", "create", "--name", "Shop"]);
    let made = folder.json(&["initial-token", "create", "--project", "Shop", "--name", "Agents"]);
    let (status, told) = register(&serving.issuer, made["initial_access_token"].as_str().expect("a token")).await;
    assert_eq!(status, 201, "{told}");
    let id = told["client_id"].as_str().expect("an id");
    let shown = folder.json(&["client", "show", id]);
    assert_eq!((&shown["origin"], shown.get("trusted_at")), (&json!("dynamic"), None));
    for _ in 0..2 {
        let trusted = folder.json(&["client", "trust", id]);
        assert!(trusted["trusted_at"].is_string() || trusted["trusted_at"].is_number(), "{trusted}");
    }
    assert!(folder.json(&["client", "show", id]).get("trusted_at").is_some());
    assert!(folder.run(&["client", "distrust", id]).out.contains("not trusted"));
    assert_eq!(folder.json(&["client", "show", id]).get("trusted_at"), None);
    let own = ["client", "create", "--project", "Shop", "--type", "machine", "--name", "Own"];
    let own = folder.json(&own)["client_id"].as_str().expect("an id").to_owned();
    folder.run(&["client", "trust", &own]).failed_with("register");
    folder.run(&["client", "trust", "client_nobody"]).failed_with("there is no such client");
}
