//! `usher provider`, with the simulator, and the buttons that `usher dev` configures.

use serde_json::{Value, json};

use super::program::{Folder, Ran, Serving, free_ports};

/// Starts the simulator; returns its origin.
fn simulator(folder: &Folder) -> (Serving, String) {
    let [port] = free_ports();
    let serving = folder.start(&["sim", "--port", &port.to_string()]);
    (serving, format!("http://127.0.0.1:{port}"))
}

fn add(folder: &Folder, kind: &str, base_url: &str, more: &[&str]) -> Ran {
    let arguments = ["provider", "add", kind, "--client-id", "sim", "--client-secret-stdin", "--base-url", base_url];
    folder.run_with(&[&arguments, more].concat(), "sim-secret\n")
}

fn read(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

#[test]
fn every_provider_is_added_tried_out_and_removed() {
    let folder = Folder::new().with_own_ports();
    let (_sim, origin) = simulator(&folder);
    let issuer = folder.setting("USHER_ISSUER");
    for kind in ["google", "facebook", "x", "github", "apple", "microsoft"] {
        let tenant = if kind == "microsoft" { "/common" } else { "" };
        let added = add(&folder, kind, &format!("{origin}/{kind}{tenant}"), &["--json"]);
        let output = read(&added);
        assert_eq!(output["callback_url"], format!("{issuer}/upstream/{kind}/callback"));
        assert_eq!((&output["id"], &output["replaced"]), (&json!(kind), &json!(false)));
        assert_eq!((&output["has_secret"], &output["managed"]), (&json!(true), &json!(false)));
        assert!(!added.out.contains("sim-secret"), "{}", added.out);
        let tried = folder.run(&["provider", "test", kind]);
        assert_eq!(tried.code, 0, "{kind}: {}", tried.out);
        assert!(tried.out.contains("✔ token endpoint"), "{kind}: {}", tried.out);
    }
    let bare = read(&add(&folder, "microsoft", &format!("{origin}/microsoft"), &["--json"]));
    assert_eq!((&bare["replaced"], &bare["base_url"]), (&json!(true), &json!(format!("{origin}/microsoft"))));
    assert_eq!(folder.json(&["provider", "list"]).as_array().unwrap().len(), 6);
    assert_eq!(folder.json(&["provider", "remove", "x"]), json!({"id": "x", "removed": true}));
    folder.run(&["provider", "show", "x"]).failed_with("there is no such provider");
    assert_eq!(folder.json(&["provider", "list"]).as_array().unwrap().len(), 5);
}

#[test]
fn a_provider_test_reports_a_wrong_secret_and_an_unreachable_address() {
    let folder = Folder::new().with_own_ports();
    let (sim, origin) = simulator(&folder);
    let arguments = ["provider", "add", "google", "--client-id", "sim", "--client-secret-stdin", "--base-url"];
    let base = format!("{origin}/google");
    assert_eq!(folder.run_with(&[&arguments[..], &[&base]].concat(), "wrong").code, 0);
    let tried = folder.run(&["provider", "test", "google", "--json"]);
    assert_eq!(tried.code, 1, "{}", tried.out);
    let steps: Value = serde_json::from_str(&tried.out).unwrap();
    let last = steps.as_array().unwrap().last().unwrap();
    assert_eq!((&last["step"], &last["ok"]), (&json!("token endpoint"), &json!(false)));
    assert_eq!(last["error"]["code"], "misconfigured");
    sim.stop();
    let tried = folder.run(&["provider", "test", "google"]);
    assert_eq!(tried.code, 1);
    assert!(tried.out.starts_with("✘ metadata: the provider is not available"), "{}", tried.out);
}

#[test]
fn a_provider_keeps_its_secret_only_while_it_stays_where_it_was() {
    let folder = Folder::new().with_own_ports();
    assert_eq!(add(&folder, "google", "http://127.0.0.1:9/google", &[]).code, 0);
    let again = ["provider", "add", "google", "--client-id", "sim", "--base-url"];
    let labelled = folder.run(&[&again[..], &["http://127.0.0.1:9/google", "--label", "Gmail", "--disabled"]].concat());
    assert!(labelled.out.contains("The provider google is replaced."), "{}{}", labelled.out, labelled.err);
    assert!(labelled.out.contains("/upstream/google/callback\n"), "{}", labelled.out);
    let shown = folder.run(&["provider", "show", "google"]).out;
    for part in ["button         Gmail", "state          disabled", "client secret  kept, sealed"] {
        assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
    }
    let elsewhere = folder.run(&[&again[..], &["http://127.0.0.1:10/google"]].concat());
    elsewhere.failed_with("client_secret is missing");
}

#[test]
fn what_makes_no_sense_is_refused_in_a_line() {
    let folder = Folder::new().with_own_ports();
    add(&folder, "google", "http://192.168.0.1/google", &[]).failed_with("base_url must be an https address");
    add(&folder, "google", "https://192.168.0.1/google", &[]).failed_with("base_url may not be called");
    add(&folder, "oidc", "https://op.test", &[]).failed_with("does not belong to this kind of provider");
    add(&folder, "google", "https://op.test", &["--tenant", "common"]).failed_with("tenant does not belong");
    add(&folder, "google", "https://op.test", &["--id", "Not/One"]).failed_with("a-z, 0-9 and -");
    let empty = folder.run_with(&["provider", "add", "google", "--client-id", "x", "--client-secret-stdin"], "\n");
    assert_eq!(empty.code, 2, "{}", empty.err);
    folder.run(&["provider", "add", "google", "--client-id", "x"]).failed_with("client_secret is missing");
    folder.write("odd.json", r#"{"client_id": "x", "lable": "Odd"}"#);
    folder.run(&["provider", "add", "x", "--from-json", "odd.json"]).failed_with("unknown field `lable`");
    folder.write("list.json", "[]");
    folder.run(&["provider", "add", "x", "--from-json", "list.json"]).failed_with("expected a JSON object");
    assert_eq!(folder.run(&["provider", "remove", "../x"]).code, 2);
    assert_eq!(folder.json(&["provider", "list"]), json!([]));
}

#[test]
fn a_file_says_what_no_option_does() {
    let folder = Folder::new().with_own_ports();
    let forge = json!({
        "label": "Forge", "client_id": "usher", "issuer": "https://forge.test",
        "authorize_url": "https://forge.test/authorize", "token_url": "https://forge.test/token",
        "userinfo_url": "https://forge.test/me", "map": {"subject": "/id"}
    });
    folder.write("forge.json", &forge.to_string());
    let arguments = ["provider", "add", "oauth2", "--id", "forge", "--from-json", "forge.json", "--label", "The forge"];
    let added = folder.run_with(&[&arguments[..], &["--client-secret-stdin", "--json"]].concat(), "s");
    let output = read(&added);
    assert_eq!((&output["id"], &output["label"]), (&json!("forge"), &json!("The forge")));
    assert_eq!(output["map"]["subject"], "/id");
}

#[test]
fn development_begins_with_three_buttons_and_touches_no_other() {
    let folder = Folder::new().with_own_ports().with("USHER_DEMO__ENABLED", "false");
    // Configured by the developer: another simulator, which does not run.
    assert_eq!(add(&folder, "x", "http://127.0.0.1:9/x", &[]).code, 0);
    let first = folder.dev();
    assert!(first.banner.contains("✔ sign-in   Google, Facebook, X      simulated"), "{}", first.banner);
    let before = folder.json(&["provider", "list"]);
    let of = |list: &Value, id: &str| list.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    assert_eq!(of(&before, "x")["base_url"], "http://127.0.0.1:9/x");
    for id in ["google", "facebook"] {
        assert_eq!(of(&before, id)["client_id"], "sim");
        assert_eq!(folder.run(&["provider", "test", id]).code, 0, "{id}");
    }
    // The developer changes the label of one, and configures the other for the real provider.
    let base = of(&before, "google")["base_url"].as_str().unwrap().to_owned();
    assert_eq!(add(&folder, "google", &base, &["--label", "G", "--disabled"]).code, 0);
    let real = ["provider", "add", "facebook", "--client-id", "1234567890", "--client-secret-stdin"];
    assert_eq!(folder.run_with(&real, "real").code, 0);
    assert_eq!(first.stop().code, 0);

    let second = folder.dev();
    let after = folder.json(&["provider", "list"]);
    assert_eq!(of(&after, "google")["base_url"], base.as_str(), "the port stays, so that identities do");
    assert_eq!((&of(&after, "google")["label"], &of(&after, "google")["enabled"]), (&json!("G"), &json!(false)));
    assert_eq!(of(&after, "facebook")["client_id"], "1234567890");
    assert_eq!(of(&after, "facebook").get("base_url"), None);
    assert_eq!(second.stop().code, 0);

    // Another process uses the port: the provider is moved, and later moved back.
    let port = base.trim_end_matches("/google").rsplit_once(':').unwrap().1.to_owned();
    let taken = std::net::TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let third = folder.dev();
    let moved = of(&folder.json(&["provider", "list"]), "google")["base_url"].clone();
    assert_ne!(moved, base.as_str());
    assert_eq!(third.stop().code, 0);
    drop(taken);
    let fourth = folder.dev();
    assert_eq!(of(&folder.json(&["provider", "list"]), "google")["base_url"], base.as_str());
    assert_eq!(fourth.stop().code, 0);
}

#[test]
fn what_the_file_says_is_put_in_place_at_a_start_and_goes_with_its_table() {
    let folder = Folder::new().with_own_ports().with("USHER_DEMO__ENABLED", "false");
    let (_sim, origin) = simulator(&folder);
    let table =
        |kind: &str| format!("[[provider]]\nkind = \"{kind}\"\nclient_id = \"sim\"\nbase_url = \"{origin}/{kind}\"\n");
    folder.write("secret", "sim-secret\n");
    folder.write("usher.toml", &format!("{}client_secret_file = \"secret\"\n{}", table("github"), table("x")));
    let folder = folder.with("USHER_PROVIDER__X__CLIENT_SECRET", "sim-secret");
    let printed = folder.run(&["config", "print", "--origin"]).out;
    assert!(printed.contains("\n[[provider]] # usher.toml:1\n"), "{printed}");
    assert!(printed.contains("client_secret = \"[redacted]\"\n") && !printed.contains("sim-secret"), "{printed}");
    assert!(toml::from_str::<toml::Table>(&printed).is_ok(), "{printed}");
    let keys = folder.json(&["config", "print"]);
    assert!(keys.as_array().unwrap().iter().any(|one| one["key"] == "provider.x.client_id" && one["value"] == "sim"));

    assert_eq!(folder.dev().stop().code, 0);
    let listed = folder.json(&["provider", "list"]);
    let of = |id: &str| listed.as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap();
    for id in ["github", "x"] {
        assert_eq!((&of(id)["managed"], &of(id)["base_url"]), (&json!(true), &json!(format!("{origin}/{id}"))));
        assert_eq!(folder.run(&["provider", "test", id]).code, 0, "{id}");
        folder.run(&["provider", "remove", id]).failed_with("written in the configuration file");
    }
    assert_eq!(of("google")["managed"], false, "a button of development stands beside them");

    folder.write("usher.toml", &format!("{}client_secret = \"sim-secret\"\n", table("x")));
    assert_eq!(folder.dev().stop().code, 0);
    let left: Vec<Value> =
        folder.json(&["provider", "list"]).as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert!(
        left.contains(&json!("x")) && left.contains(&json!("google")) && !left.contains(&json!("github")),
        "{left:?}"
    );

    folder.write("usher.toml", &format!("{}client_secert = \"sim-secret\"\n", table("x")));
    let refused = folder.run(&["dev"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("usher.toml:5: no setting is called provider.client_secert; did you mean"),
        "{}",
        refused.err
    );
    assert!(!refused.err.contains("sim-secret"));
}

#[test]
fn the_doctor_tries_out_every_provider_in_use() {
    let folder = Folder::new().with_own_ports().with("USHER_DEMO__ENABLED", "false");
    let serving = folder.dev();
    let old = folder.json(&["provider", "show", "facebook"])["base_url"].as_str().unwrap().to_owned();
    folder.write("old.json", r#"{"graph_version": "v2.12"}"#);
    assert_eq!(add(&folder, "facebook", &old, &["--from-json", "old.json"]).code, 0);
    assert_eq!(add(&folder, "github", "http://127.0.0.1:9/github", &[]).code, 0);
    assert_eq!(add(&folder, "apple", "http://127.0.0.1:9/apple", &["--disabled"]).code, 0);
    let ran = folder.run(&["doctor", "--json"]);
    let findings: Value = serde_json::from_str(&ran.out).unwrap();
    let of = |id: &str| {
        let mine = |one: &&Value| {
            one["subject"] == "provider" && one["tried"].as_str().unwrap().starts_with(&format!("{id}: "))
        };
        findings
            .as_array()
            .unwrap()
            .iter()
            .filter(mine)
            .map(|one| one["verdict"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("google"), ["good"], "{}", ran.out);
    assert_eq!(of("github"), ["bad"], "{}", ran.out);
    assert!(of("facebook").contains(&"doubtful".to_owned()), "{}", ran.out);
    assert!(of("apple").is_empty(), "what is out of use is left alone: {}", ran.out);
    assert_eq!(serving.stop().code, 0);
}
