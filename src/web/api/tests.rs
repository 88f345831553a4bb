//! What the document promises of every operation.

use serde_json::Value;

fn document() -> Value {
    let (_, document) = super::nouns().split_for_parts();
    serde_json::from_str(&document.to_json().unwrap()).unwrap()
}

#[test]
fn every_operation_has_a_name_of_its_own_a_tag_and_an_error() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{place} has no name"));
            assert!(names.insert(name.to_owned()), "{place}: {name} is there twice");
            assert!(operation["tags"].is_array(), "{place} has no tag");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2') || status == "101"), "{place}");
            for (status, answer) in answers.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
                let schema = &answer["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{place}: {status}");
            }
        }
    }
    assert!(!names.is_empty());
}
