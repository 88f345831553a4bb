//! `usher dev`, and every data command next to it.

use serde_json::{Value, json};

use super::program::{Folder, Serving};

/// The rest of the line that begins with `head`.
fn line_of<'a>(banner: &'a str, head: &str) -> &'a str {
    let line = banner.lines().find(|line| line.trim_start().starts_with(head)).unwrap_or_else(|| panic!("{banner}"));
    line.trim_start().strip_prefix(head).unwrap_or_default().trim()
}

fn get(url: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = reqwest::get(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        (answer.status().as_u16(), answer.text().await.unwrap())
    })
}

#[test]
fn development_starts_with_nothing_and_starts_again_with_what_is_there() {
    let folder = Folder::new().with_own_ports();
    let first = folder.dev();
    assert!(first.banner.contains("created, "), "{}", first.banner);
    assert!(line_of(&first.banner, "1 Try it").ends_with("sign in as ana@example.test / usher-demo"));
    let setup = line_of(&first.banner, "2 Admin").to_owned();
    assert!(setup.starts_with(&format!("{}/setup/", first.issuer)), "{setup}");
    for variable in ["USHER_LISTEN", "USHER_DEMO__LISTEN_A", "USHER_DEMO__LISTEN_B"] {
        let port = folder.setting(variable).rsplit_once(':').unwrap().1.to_owned();
        assert!(first.banner.contains(&format!("http://localhost:{port}")), "{}", first.banner);
    }
    assert_eq!(get(&setup).0, 200);
    demo_reaches_sign_in(&folder, &first);
    let ended = first.stop();
    assert_eq!(ended.code, 0, "{}", ended.err);
    for secret in ["usher-demo", "ana@example.test", setup.rsplit_once('/').unwrap().1] {
        assert!(!ended.err.contains(secret), "{secret} stands in the log");
    }

    let again = folder.dev();
    assert!(again.banner.contains("opened, ") && !again.banner.contains("created"), "{}", again.banner);
    demo_reaches_sign_in(&folder, &again);
    assert_eq!(folder.json(&["user", "list"]).as_array().unwrap().len(), 1, "nobody is made twice");
    assert_eq!(folder.json(&["client", "list"]).as_array().unwrap().len(), 3);
    assert_eq!(folder.json(&["project", "list"]).as_array().unwrap().len(), 1);
}

/// The demo and the server know each other: signing in at the demo leads to the sign-in page.
fn demo_reaches_sign_in(folder: &Folder, serving: &Serving) {
    let port = folder.setting("USHER_DEMO__LISTEN_A").rsplit_once(':').unwrap().1.to_owned();
    let request = step(&format!("http://localhost:{port}/login"));
    assert!(request.starts_with(&format!("{}/oauth2/authorize?", serving.issuer)), "{request}");
    let page = step(&request);
    assert!(page.starts_with("/login?") || page.starts_with(&format!("{}/login?", serving.issuer)), "{page}");
}

/// The target of a redirect.
fn step(url: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.get(url).send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        let location = answer.headers().get("location").unwrap_or_else(|| panic!("{url}: {}", answer.status()));
        location.to_str().unwrap().to_owned()
    })
}

#[test]
fn without_demos_none_is_started_or_mentioned() {
    let folder = Folder::new().with_own_ports().with("USHER_DEMO__ENABLED", "false");
    let serving = folder.dev();
    assert!(!serving.banner.contains("relying apps"), "{}", serving.banner);
    let ids = folder.json(&["client", "list"]);
    assert_eq!(ids.as_array().unwrap().iter().map(|one| &one["client_id"]).collect::<Vec<_>>(), ["usher-demo"]);
    let address = folder.setting("USHER_DEMO__LISTEN_A");
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens for a demo");
}

#[test]
fn data_commands_work_on_the_data_of_the_running_server() {
    let folder = Folder::new().with_own_ports();
    let serving = folder.dev();
    assert_eq!(folder.run(&["healthcheck"]).out, "ready\n");
    people(&folder);
    let project = projects(&folder);
    clients(&folder, &project);
    policy(&folder, &serving, &project);
    keys(&folder, &serving);
    server(&folder, &serving);
}

fn people(folder: &Folder) {
    folder.write("claims.json", r#"{"given_name": "Bea", "address": {"country": "Portugal"}}"#);
    let create = ["user", "create", "--email", "Bea@example.test", "--password-stdin", "--claims-json", "claims.json"];
    let made = folder.run_with(&[&create[..], &["--admin", "--json"]].concat(), "a quiet green door\n");
    assert_eq!(made.code, 0, "{}", made.err);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    assert_eq!((&made["email"], &made["admin"]), (&json!("bea@example.test"), &json!(true)));
    assert_eq!(made["claims"]["address"]["country"], "Portugal");
    let again = folder.run(&["user", "create", "--email", "bea@example.test"]);
    again.failed_with("the address belongs to a user already");
    let weak = folder.run_with(&["user", "create", "--email", "cid@example.test", "--password-stdin"], "12345678\n");
    weak.failed_with("the password is among the most common");
    folder.write("claims.json", r#"{"given_nmae": "Bea"}"#);
    let misspelt = ["user", "create", "--email", "dora@example.test", "--claims-json", "claims.json"];
    folder.run(&misspelt).failed_with("given_nmae");

    assert!(folder.run(&["user", "list"]).out.starts_with("EMAIL "));
    assert_eq!(folder.json(&["user", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(folder.json(&["user", "sessions", "bea@example.test"]), json!([]));
    assert_eq!(folder.json(&["user", "revoke", "bea@example.test"]), json!({"sessions": [], "clients": []}));
    let id = folder.json(&["user", "list"])[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(folder.json(&["user", "revoke", &id]), json!({"sessions": [], "clients": []}), "by id");
    let unknown = "01936d2e-3c00-7000-8000-000000000001";
    folder.run(&["user", "revoke", unknown]).failed_with("there is no such user");
    assert_eq!(folder.json(&["user", "disable", "bea@example.test"])["status"], "disabled");
    assert_eq!(folder.json(&["user", "enable", "bea@example.test"])["status"], "active");
    folder.run(&["user", "disable", "nobody@example.test"]).failed_with("there is no such user");
    folder.run(&["user", "sessions", "nobody"]).failed_with("there is no such user");
    folder.run(&["user", "sessions", "no@body@"]).failed_with("an e-mail address has exactly one @");
}

fn projects(folder: &Folder) -> String {
    let made = folder.json(&["project", "create", "--name", "Shop"]);
    assert_eq!(made["name"], "Shop");
    assert!(made["token"].as_str().unwrap().len() >= 43);
    let list = folder.run(&["project", "list", "--json"]).out;
    assert!(list.contains("Shop") && !list.contains("token"), "{list}");
    folder.run(&["project", "create", "--name", " "]).failed_with("the name must not be empty");
    assert_eq!(folder.json(&["project", "resync", "--project", "Shop"]), json!({"projects": [made["id"]]}));
    assert_eq!(folder.json(&["project", "resync", "--all"])["projects"].as_array().unwrap().len(), 2);
    assert_eq!(folder.run(&["project", "resync"]).code, 2, "which project?");
    made["id"].as_str().unwrap().to_owned()
}

fn clients(folder: &Folder, project: &str) {
    let create = ["client", "create", "--project", "Shop", "--type", "web", "--name", "Till"];
    let web = folder.json(&[&create[..], &["--redirect-uri", "https://till.test/cb", "--first-party"]].concat());
    assert_eq!((&web["project_id"], &web["first_party"]), (&json!(project), &json!(true)));
    let tokens =
        ["id_token_signed_response_alg", "id_token_claims", "roles_claim", "require_pkce"].map(|member| &web[member]);
    assert_eq!(tokens, [&json!("RS256"), &json!("scopes"), &json!("roles"), &json!(false)]);
    let id = web["client_id"].as_str().unwrap();
    let secret = web["client_secret"].as_str().unwrap();

    folder.write("metadata.json", r#"{"client_name":"File","redirect_uris":["https://f.test/cb"],"token_endpoint_auth_method":"client_secret_post"}"#);
    let create =
        ["client", "create", "--project", project, "--type", "web", "--id-token-alg", "PS256", "--name", "Typed"];
    let filed = folder.json(&[&create[..], &["--from-json", "metadata.json"]].concat());
    assert_eq!(filed["token_endpoint_auth_method"], "client_secret_post");
    assert_eq!((&filed["client_name"], &filed["id_token_signed_response_alg"]), (&json!("Typed"), &json!("PS256")));
    let piped = ["client", "create", "--project", project, "--type", "spa", "--from-json", "-", "--json"];
    let piped = folder.run_with(&piped, r#"{"client_name":"Pipe","redirect_uris":["https://p.test/"]}"#);
    let piped: Value = serde_json::from_str(&piped.out).unwrap();
    assert!(piped.get("client_secret").is_none(), "a page in a browser keeps no secret");
    let machine = folder.json(&["client", "create", "--project", project, "--type", "machine", "--name", "Nightly"]);
    assert_eq!(machine["grant_types"], json!(["client_credentials"]));

    let bare = ["client", "create", "--project", "Shop", "--type", "web", "--name", "Bare"];
    folder.run(&bare).failed_with("redirect_uris must not be empty");
    folder
        .run(&["client", "create", "--project", "Nowhere", "--type", "machine", "--name", "X"])
        .failed_with("project");
    assert_eq!(folder.json(&["client", "list", "--project", "Shop"]).as_array().unwrap().len(), 4);
    assert_eq!(folder.json(&["client", "show", id])["client_name"], "Till");
    let rotated = folder.json(&["client", "rotate-secret", id, "--overlap", "3600"]);
    assert_ne!(rotated["client_secret"], secret);
    let (old, new) = (&rotated["secrets"][1], &rotated["secrets"][0]);
    assert_eq!(old["expires_at"].as_i64().unwrap() - new["created_at"].as_i64().unwrap(), 3_600);
    folder.run(&["client", "rotate-secret", id, "--overlap", "0"]).failed_with("within the last 10 seconds");
    folder.run(&["client", "rotate-secret", id, "--overlap", "2592001"]).failed_with("30 days");
    folder.write("changes.json", r#"{"client_uri":"https://till.test/","id_token_claims":"minimal"}"#);
    let updated = folder.json(&["client", "update", id, "--from-json", "changes.json", "--roles-claim", "groups"]);
    assert_eq!((&updated["client_uri"], &updated["roles_claim"]), (&json!("https://till.test/"), &json!("groups")));
    assert_eq!((&updated["id_token_claims"], &updated["client_name"]), (&json!("minimal"), &json!("Till")));
    folder.write("changes.json", r#"{"client_uri":null,"id_token_claims":null}"#);
    let reset = folder.json(&["client", "update", id, "--from-json", "changes.json", "--require-pkce"]);
    assert_eq!(
        (reset.get("client_uri"), &reset["id_token_claims"], &reset["require_pkce"]),
        (None, &json!("scopes"), &json!(true))
    );
    assert_eq!(reset["roles_claim"], "groups", "what nobody speaks of stays");
    assert_eq!(folder.run(&["client", "update", id]).code, 2, "nothing to change");
    folder.run(&["client", "update", id, "--roles-claim", "sub"]).failed_with("roles_claim");
    let shown = folder.run(&["client", "show", id]).out;
    for fact in ["RS256, claims: scopes", "groups", "in use", "not used yet", "back-channel"] {
        assert_eq!(shown.contains(fact), fact != "back-channel", "{fact}: {shown}");
    }
    assert_eq!(folder.json(&["client", "disable", id])["disabled"], true);
    assert_eq!(folder.json(&["client", "enable", id])["disabled"], false);
    for shown in [folder.run(&["client", "show", id]), folder.run(&["client", "list", "--json"])] {
        assert!(!shown.out.contains("\"client_secret\":") && !shown.out.contains(secret), "{}", shown.out);
    }
    assert_eq!(folder.json(&["client", "delete", id])["deleted"], true);
    folder.run(&["client", "show", id]).failed_with("there is no such client");
}

fn policy(folder: &Folder, serving: &Serving, project: &str) {
    let rules = r#"{"entities": {"Order": {"actions": {"list": "collection"}}},
        "roles": {"viewer": {"grants": {"Order:list": "allow"}}}}"#;
    folder.write("rules.json", rules);
    assert!(folder.run(&["policy", "check", "rules.json"]).out.ends_with("These rules can be published.\n"));
    let publish = ["policy", "publish", "--project", "Shop", "rules.json"];
    let show = ["policy", "show", "--project", project];
    folder.run(&show).failed_with("there is no such published policy");
    assert_eq!(folder.json(&publish), json!({"project_id": project, "revision": 1, "published": true}));
    assert_eq!(folder.json(&publish)["published"], false, "publishing again changes nothing");
    let shown = folder.json(&show);
    assert_eq!((&shown["revision"], &shown["published_by"]), (&json!(1), &json!("command line")));
    let printed: Value = serde_json::from_str(&folder.run(&show).out).unwrap();
    assert_eq!(printed, shown["document"], "what is printed can be published again");
    assert_eq!(printed["roles"]["viewer"]["grants"], json!({"Order:list": "allow"}));
    assert_eq!(get(&format!("{}/health/ready", serving.issuer)).0, 200);

    folder.write("rules.json", &rules.replace("Order:list\": \"allow", "Order:lost\": \"allow"));
    let checked = folder.run(&["policy", "check", "rules.json"]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(checked.out.contains("error /roles/viewer/grants/Order:lost: "), "{}", checked.out);
    folder.run(&publish).failed_with("/roles/viewer/grants/Order:lost");
    folder.write("rules.json", r#"{"roles": {}, "roles": {}}"#);
    folder.run(&publish).failed_with("rules.json");
    assert_eq!(folder.json(&show)["revision"], 1, "what is refused changes nothing");
}

fn keys(folder: &Folder, serving: &Serving) {
    let published = || -> Value { serde_json::from_str(&get(&format!("{}/oauth2/jwks", serving.issuer)).1).unwrap() };
    let keys = folder.json(&["keys", "list"]);
    let kids = |keys: &Value| -> Vec<String> {
        let mut kids: Vec<String> =
            keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
        kids.sort();
        kids
    };
    assert_eq!(kids(&keys), kids(&published()["keys"]));
    assert!(keys.as_array().unwrap().iter().all(|key| key["state"] == "active" && key.get("sealed_private").is_none()));
    assert_eq!(folder.json(&["keys", "prune"]), json!({"pruned": []}));
    let rotated = folder.json(&["keys", "rotate"]);
    let in_state =
        |keys: &Value, state: &str| keys.as_array().unwrap().iter().filter(|key| key["state"] == state).count();
    assert_eq!((in_state(&rotated, "active"), in_state(&rotated, "next")), (4, 4), "{rotated}");
    let leaked = folder.json(&["keys", "rotate", "--now"]);
    assert_eq!((in_state(&leaked, "active"), in_state(&leaked, "retired")), (4, 4), "{leaked}");

    let gone = kids(&keys)[0].clone();
    folder.run(&["keys", "revoke", "nothing"]).failed_with("there is no such signing key");
    let left = folder.json(&["keys", "revoke", &gone]);
    assert!(kids(&left).len() == 7 && !kids(&left).contains(&gone), "{left}");
    // On SQLite the server gets no wakeups from the command line, and polls.
    while kids(&published()["keys"]) != kids(&left) {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let fresh = folder.json(&["keys", "revoke", "--all"]);
    assert_eq!((in_state(&fresh, "active"), kids(&fresh).len()), (4, 4), "{fresh}");
    assert!(kids(&fresh).iter().all(|kid| !kids(&left).contains(kid)));
}

fn server(folder: &Folder, serving: &Serving) {
    let link = folder.json(&["admin", "link"])["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{}/setup/", serving.issuer)));
    assert_eq!(get(&link).0, 200);
    assert_eq!(folder.json(&["migrate", "--check"])["pending"], 0);
    assert_eq!(folder.run(&["migrate"]).code, 0);
    let findings = folder.run(&["doctor", "--json"]).out;
    let findings: Vec<Value> = serde_json::from_str(&findings).unwrap();
    let bad: Vec<&Value> = findings.iter().filter(|one| one["verdict"] == "bad").collect();
    // The keys were rotated just now, and the server has not reloaded them yet.
    assert!(bad.iter().all(|one| one["subject"] == "jwks"), "{bad:?}");
    for subject in ["config", "database", "migrations", "writing", "master key", "signing keys", "clock", "issuer"] {
        assert!(findings.iter().any(|one| one["subject"] == subject && one["verdict"] == "good"), "{subject}");
    }
}
