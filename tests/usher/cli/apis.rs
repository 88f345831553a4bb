//! `usher api`, and what `usher migrate --check` and `usher doctor` say of audiences without an owner.

use serde_json::json;

use super::program::{Folder, free_ports};

const ORDERS: &str = "https://api.shop.example";

fn migrated() -> Folder {
    let [port] = free_ports();
    let folder = Folder::new()
        .with("USHER_LISTEN", &format!("127.0.0.1:{port}"))
        .with("USHER_ISSUER", &format!("http://localhost:{port}"))
        .with("USHER_DATABASE_URL", "sqlite://usher.db")
        .with("USHER_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(folder.run(&["migrate"]).code, 0);
    folder
}

fn machine(folder: &Folder, project: &str, options: &[&str]) -> String {
    let made = folder
        .json(&[&["client", "create", "--project", project, "--type", "machine", "--name", "M"], options].concat());
    made["client_id"].as_str().expect("an id").to_owned()
}

#[test]
fn an_api_is_created_changed_allowed_and_deleted() {
    let folder = migrated();
    let shop = folder.json(&["project", "create", "--name", "Shop"])["id"].clone();
    folder.json(&["project", "create", "--name", "Partner"]);
    let scope = "orders:read=See your orders";
    let create = ["api", "create", "--project", "Shop", "--identifier", ORDERS, "--name", "Orders", "--scope", scope];
    let made = folder.json(&create);
    assert_eq!(
        (&made["identifier"], &made["project_id"], &made["token_format"]),
        (&json!(ORDERS), &shop, &json!("jwt"))
    );
    assert_eq!(made["scopes"], json!([{"name": "orders:read", "description": "See your orders"}]));
    folder.run(&create).failed_with("belongs to an API already");
    let changed = folder.json(&["api", "update", ORDERS, "--token-format", "opaque", "--token-lifetime", "60"]);
    assert_eq!((&changed["token_format"], &changed["access_token_seconds"]), (&json!("opaque"), &json!(60)));
    assert_eq!(changed["scopes"], made["scopes"]);
    folder.run(&["api", "update", ORDERS, "--token-lifetime", "601"]).failed_with("access_token_seconds");

    let partner = machine(&folder, "Partner", &["--scope", "orders:read"]);
    folder.run(&["api", "allow", ORDERS, "--client", &partner, "--scope", "orders:admin"]).failed_with("scope");
    folder.json(&["api", "allow", ORDERS, "--client", &partner, "--scope", "orders:read"]);
    let shown = folder.json(&["api", "show", ORDERS]);
    assert_eq!(shown["allowed_clients"][0]["client_id"], partner);
    assert!(folder.run(&["api", "show", ORDERS]).out.contains("See your orders"));
    folder.json(&["api", "disallow", ORDERS, "--client", &partner]);
    assert_eq!(folder.json(&["api", "list", "--project", "Shop"]).as_array().map(Vec::len), Some(1));
    assert_eq!(folder.json(&["api", "list"])[0]["identifier"], ORDERS);
    folder.json(&["api", "delete", made["id"].as_str().expect("an id")]);
    folder.run(&["api", "show", ORDERS]).failed_with("there is no such API");
}

#[test]
fn an_audience_that_no_token_has_is_named_with_its_cure() {
    let folder = migrated();
    folder.json(&["project", "create", "--name", "Shop"]);
    folder.json(&["project", "create", "--name", "Partner"]);
    folder.json(&["api", "create", "--project", "Shop", "--identifier", ORDERS, "--name", "Orders"]);
    folder
        .run(&["client", "create", "--project", "Partner", "--type", "machine", "--name", "M", "--audience", ORDERS])
        .failed_with("audience");
    let partner = machine(&folder, "Partner", &[]);
    folder.json(&["api", "allow", ORDERS, "--client", &partner]);
    folder.json(&["client", "update", &partner, "--audience", ORDERS]);
    let check = folder.run(&["migrate", "--check"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    assert!(folder.run(&["doctor"]).out.contains("✔ audiences"));

    folder.json(&["api", "disallow", ORDERS, "--client", &partner]);
    let check = folder.run(&["migrate", "--check"]);
    assert_eq!(check.code, 1, "{}{}", check.out, check.err);
    assert!(
        check.out.contains(ORDERS) && check.out.contains(&partner) && check.out.contains("usher api allow"),
        "{}",
        check.out
    );
    assert_eq!(folder.run(&["migrate"]).code, 0, "only the check fails");
    let doctor = folder.run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains("✘ audiences"), "{}", doctor.out);
}
