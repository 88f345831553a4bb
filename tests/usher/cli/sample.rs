//! The initial data in the project of `usher dev`.

use serde_json::{Value, json};

use super::program::{Folder, Serving};

/// The token of the sample project, as documented.
const TOKEN: &str = "usher-dev-demo-project-token-loopback-onlyA";

/// Calls the API with the project's token.
fn call(serving: &Serving, path: &str, body: Option<Value>) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("{}/api/v1{path}", serving.issuer);
        let client = reqwest::Client::new();
        let request = match body {
            Some(body) => client.post(&url).json(&body),
            None => client.get(&url),
        };
        let answer = request.bearer_auth(TOKEN).send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
        answer.json().await.expect("JSON")
    })
}

/// The sign-ins in the history: role assignments follow as soon as they are dispatched.
fn sign_ins(history: &Value) -> Vec<Value> {
    let all = history["data"].as_array().unwrap().iter();
    all.filter(|entry| entry["kind"] != "role.assigned").cloned().collect()
}

#[test]
fn the_sample_project_has_rules_roles_and_a_history_and_a_restart_adds_none() {
    let folder = Folder::new().with_own_ports().with("USHER_DEMO__ENABLED", "false");
    let mut before = None;
    for _ in 0..2 {
        let serving = folder.dev();
        let projects = call(&serving, "/projects", None);
        let project = projects["data"][0]["id"].as_str().unwrap().to_owned();
        let at = |path: &str| format!("/projects/{project}{path}");

        let history = sign_ins(&call(&serving, &at("/history"), None));
        let wanted = [
            "grant.created",
            "session.revoked",
            "access.used",
            "grant.created",
            "access.used",
            "grant.created",
            "consent.granted",
        ];
        let kinds: Vec<&str> = history.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, wanted, "the newest first: {history:?}");
        let sub = history[0]["sub"].as_str().unwrap().to_owned();
        assert!(history.iter().all(|entry| entry["sub"] == sub.as_str()));

        let published = call(&serving, &at("/policy/history"), None);
        assert_eq!(published["data"].as_array().unwrap().len(), 1, "{published}");
        let given = call(&serving, &at("/assignments"), None);
        let mut roles: Vec<&str> =
            given["data"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
        roles.sort_unstable();
        assert_eq!(roles, ["gardener", "keeper"], "{given}");

        let ask = |action: &str, id: Option<&str>, properties: Option<Value>| {
            let mut resource = json!({"type": "Plant"});
            resource["id"] = id.into();
            resource["properties"] = properties.unwrap_or_default();
            let subject = json!({"type": "user", "id": sub});
            let action = json!({"name": action});
            let body = json!({"project": project, "subject": subject, "action": action, "resource": resource});
            call(&serving, "/authorize", Some(body))["decision"].clone()
        };
        assert_eq!(ask("list", None, None), true);
        assert_eq!(ask("remove", Some("fern"), Some(json!({"owner_id": sub}))), true);
        assert_eq!(ask("remove", Some("fern"), Some(json!({"owner_id": "x"}))), false);
        assert_eq!(ask("remove", Some("monstera"), Some(json!({"owner_id": "x"}))), true, "its keeper");
        let ids = json!([history, published, given]);
        assert_eq!(*before.get_or_insert_with(|| ids.clone()), ids);
    }
}
