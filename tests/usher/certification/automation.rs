//! `conformance/`: what the suite's browser does fits the pages, and what its clients register is accepted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::oidcc::party::{Mode, PERSON, Party, server};
use crate::harness::browser::Landing;
use crate::harness::client_key::{TestKey, jwks};
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

const SUITE: &str = "https://suite.test:8443";
const ALIAS: &str = "usher";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// A file of the folder with the values that `setup.mjs` fills in.
fn read(name: &str, issuer: &str) -> Value {
    let mut text = std::fs::read_to_string(folder().join(name)).expect("the file is there");
    let values = [("issuer", issuer), ("suite", SUITE), ("alias", ALIAS), ("email", PERSON), ("password", PASSWORD)];
    for (key, value) in values {
        text = text.replace(&format!("{{{key}}}"), value);
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The plans, each by the name of its file.
fn plans() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(folder().join("plans")).expect("the folder is there");
    let name = |path: PathBuf| path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
    let names = files.map(|file| name(file.expect("a file").path()));
    names.map(|name| (name.clone(), read(&format!("plans/{name}.json"), "https://usher.test"))).collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

/// `*` stands for anything.
fn fits(pattern: &str, url: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => url.starts_with(beginning),
        None => pattern == url,
    }
}

/// Asserts that the page is one that the task is for, and has what each of its commands needs.
fn assert_fits(pages: &Value, task: &str, page: &Landing) {
    let task = &pages["tasks"][task];
    assert!(fits(task["match"].as_str().expect("a pattern"), &page.url), "{task}: {}", page.url);
    let html = Html::parse_document(&page.body);
    for command in task["commands"].as_array().expect("a list") {
        let part = |at: usize| command[at].as_str().unwrap_or_default();
        if part(0) == "wait" {
            let words = part(4).replace('\\', "");
            assert!(html.root_element().text().any(|text| text.contains(&words)), "{command}: {}", page.body);
            continue;
        }
        let css = match part(1) {
            "id" => format!("#{}", part(2)),
            "name" => format!("[name={}]", part(2)),
            "css" => part(2).to_owned(),
            other => panic!("{other} is no way to find an element"),
        };
        let found = html.select(&Selector::parse(&css).expect("a selector")).count();
        let is_optional = command.as_array().and_then(|parts| parts.last()) == Some(&json!("optional"));
        assert!(found == 1 || found == 0 && is_optional, "{command} finds {found}: {}", page.body);
    }
}

#[tokio::test]
async fn each_page_has_what_the_suites_browser_looks_for() {
    let server = server().await;
    let pages = read("pages.json", &server.url);
    let (party, mut browser) = (Party::new(&server, Mode::Query).await, server.browser());
    let sign_in = browser.open(&party.url(&[])).await;
    for task in ["sign in", "sign in, with a picture of the page", "look at the sign-in page"] {
        assert_fits(&pages, task, &sign_in);
    }
    assert!(sign_in.body.contains("name=\"email\"") && !sign_in.body.contains(" readonly"), "the address is typed");
    let consent = browser.sign_in(&sign_in, PERSON).await;
    for task in ["allow", "refuse"] {
        assert_fits(&pages, task, &consent);
    }
    let reply = party.go_on(&mut browser, consent).await;
    let again = browser.open(&party.url(&[("prompt", "login")])).await;
    assert_fits(&pages, "sign in, with a picture of the page", &again);
    for wrong in [("redirect_uri", "https://rp.test/other"), ("request_uri", "urn:ietf:params:oauth:request_uri:x")] {
        assert_fits(&pages, "be told the error", &browser.open(&party.url(&[wrong])).await);
    }
    party.redeem(&reply).await;
    let ask = browser.open(&server.at("/oauth2/logout")).await;
    for task in ["be asked before signing out", "sign out"] {
        assert_fits(&pages, task, &ask);
    }
    let done = browser.submit(&ask, &[("logout", "yes")]).await;
    assert_fits(&pages, "be told about the sign-out", &done);
    let onward = std::fs::read_to_string(folder().join("../templates/onward/address.html")).expect("a template");
    assert!(onward.contains("id=\"onward\""), "{}", pages["tasks"]["go on"]);
}

#[test]
fn each_plan_names_visits_clients_and_modules_that_are_there() {
    let (pages, clients) = (read("pages.json", "https://usher.test"), read("clients.json", "https://usher.test"));
    let known = super::plans();
    let names: BTreeSet<_> = plans().into_iter().map(|(name, _)| name).collect();
    for plan in ["basic", "config", "form_post", "rp_initiated", "backchannel", "fapi2", "fapi2_message_signing"] {
        assert!(names.contains(plan), "{plan} has no configuration");
    }
    let mut used = BTreeSet::new();
    for (name, plan) in plans() {
        let modules = &known.iter().find(|(plan, _)| *plan == name).unwrap_or_else(|| panic!("no plan {name}")).1;
        let overrides = plan["override"].as_object().expect("an object");
        for module in overrides.keys() {
            assert!(modules.contains(&super::test_name(module)), "{name} has no module {module}");
        }
        for client in plan["clients"].as_object().expect("an object").values() {
            assert!(clients.get(client.as_str().expect("a name")).is_some(), "{name}: {client}");
        }
        for visits in [&plan["browser"]].into_iter().chain(overrides.values().map(|module| &module["browser"])) {
            used.extend(texts(visits).into_iter().map(str::to_owned));
        }
    }
    let visits = pages["visits"].as_object().expect("an object");
    assert_eq!(used.iter().collect::<Vec<_>>(), visits.keys().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    let tasks: BTreeSet<_> = visits.values().flat_map(|visit| texts(&visit["tasks"])).collect();
    let there: BTreeSet<_> = pages["tasks"].as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(tasks, there);
}

/// The suite's addresses: `/test/a/` and the alias, then what each is for.
#[tokio::test]
async fn the_clients_can_be_registered_and_have_the_addresses_of_the_suite() {
    let server = TestServer::start().await;
    let url = server.at(&format!("/api/v1/projects/{}/clients", server.project));
    let at = |path: &str| format!("{SUITE}/test/a/{ALIAS}/{path}");
    for (name, mut metadata) in read("clients.json", &server.url).as_object().expect("an object").clone() {
        if metadata["token_endpoint_auth_method"] == "private_key_jwt" {
            metadata["jwks"] = jwks(&[&TestKey::new("k1")]);
        }
        // The suite sends the second client of FAPI back with a query.
        let second = matches!(name.as_str(), "fapi_second" | "signing_second");
        let callback = if second { "callback?dummy1=lorem&dummy2=ipsum" } else { "callback" };
        assert_eq!(metadata["redirect_uris"], json!([at(callback)]), "{name}");
        for (member, path) in [
            ("post_logout_redirect_uris", json!([at("post_logout_redirect")])),
            ("backchannel_logout_uri", json!(at("backchannel_logout"))),
        ] {
            assert!(metadata.get(member).is_none_or(|uri| *uri == path), "{name}: {member}");
        }
        let body = json!({"type": "web", "metadata": metadata});
        let made = answer(server.http.post(&url).bearer_auth(&server.project_token).json(&body)).await;
        assert_eq!(made.status, 201, "{name}: {made:?}");
    }
}

/// The person has a value for every claim of the metadata that people have.
#[tokio::test]
async fn the_person_of_the_suite_has_every_claim() {
    let server = TestServer::start().await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    let person = read("person.json", &server.url);
    let of_tokens = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "roles"];
    // The address is an option of the command, and the time is kept by the server.
    let kept = ["email", "email_verified", "updated_at"];
    let claims = texts(&metadata["claims_supported"]);
    for name in claims.into_iter().filter(|name| !of_tokens.contains(name) && !kept.contains(name)) {
        assert!(person.get(name).is_some_and(|value| !value.is_null()), "{name}");
    }
}
