//! The largest policies are still small.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use usher_policy::compile::{TableId, compile};
use usher_policy::validate::validate;
use usher_policy::{PolicyDocument, Table};

#[path = "../../../conformance/bench/rules.rs"]
mod rules;

#[test]
fn a_table_of_ten_thousand_rules_is_checked_and_loaded_in_no_time() {
    let document = rules::ten_thousand_rules();
    let begun = Instant::now();
    let review = validate(&document);
    assert!(review.valid, "{:?}", review.faults);
    let checked = begun.elapsed();
    let edition = TableId { project: "p".to_owned(), revision: 1, iat: 0 };
    let table = compile(&document, edition).unwrap();
    assert_eq!(table.rules(), 10_000);
    let sent = serde_json::to_vec(&table).unwrap();
    assert!(sent.len() < 512 * 1024, "{}", sent.len());
    let begun = Instant::now();
    let read = Table::read(&sent).unwrap();
    let mut told = String::new();
    let _ = write!(told, "checked in {checked:?}, {} bytes loaded in {:?}", sent.len(), begun.elapsed());
    eprintln!("{told}");
    assert_eq!(read, table);
}

#[test]
fn wildcards_cannot_make_a_table_grow_without_bounds() {
    let actions: BTreeMap<String, &str> = (0..100).map(|i| (format!("act{i}"), "item")).collect();
    let entities: Map<String, Json> = (0..50).map(|i| (format!("E{i}"), json!({"actions": actions}))).collect();
    let roles: Map<String, Json> = (0..20).map(|i| (format!("r{i}"), json!({"grants": {"*": "allow"}}))).collect();
    let document = PolicyDocument::from_json(json!({"entities": entities, "roles": roles})).unwrap();
    let review = validate(&document);
    assert!(!review.valid);
    assert_eq!(review.faults[0].pointer, "/roles");
}
