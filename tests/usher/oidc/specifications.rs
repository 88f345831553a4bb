//! `docs/specifications.md` says what is supported: it agrees with the metadata, and its tests are there.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

/// Members with values that rows of both tables name.
const LISTS: [&str; 2] = ["grant_types_supported", "response_types_supported"];

/// The rows of the table behind this mark, without its head.
fn rows(mark: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/specifications.md");
    let text = std::fs::read_to_string(path).expect("docs/specifications.md is there");
    let (_, table) = text.split_once(&format!("<!-- {mark} -->\n")).expect("the page has both tables");
    let (table, _) = table.split_once("<!-- end -->").expect("a table ends");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    table.lines().skip(2).map(cells).collect()
}

/// The words between backticks in this column.
fn named(rows: &[Vec<String>], column: usize) -> BTreeSet<String> {
    rows.iter().flat_map(|row| row[column].split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_page_names_every_member_of_the_metadata_and_no_other() {
    let server = TestServer::start().await;
    let document = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    let announced: BTreeSet<_> = document.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(named(&rows("supported"), 2), announced);
    let absent = named(&rows("not supported"), 2);
    let present: Vec<_> = absent.intersection(&announced).filter(|member| !LISTS.contains(&member.as_str())).collect();
    assert!(present.is_empty(), "{present:?} are announced");
    let listed =
        |member: &str, value: &str| document[member].as_array().is_some_and(|all| all.contains(&Value::from(value)));
    for (member, value) in [
        ("grant_types_supported", "implicit"),
        ("grant_types_supported", "password"),
        ("response_types_supported", "token"),
        ("response_types_supported", "code id_token"),
    ] {
        assert!(!listed(member, value), "{member} holds {value}");
    }
}

#[test]
fn each_row_names_tests_that_are_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/usher");
    for row in rows("supported") {
        let modules = named(std::slice::from_ref(&row), 3);
        assert!(!modules.is_empty(), "{} names no test", row[0]);
        for module in modules {
            let file = folder.join(format!("{}.rs", module.replace("::", "/")));
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(
                ["::test]", "#[test]", "on_both_databases!", "plan! {"].iter().any(|mark| text.contains(mark)),
                "{module}"
            );
        }
    }
}
