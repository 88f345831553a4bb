//! Properties of every operation of the `OpenAPI` document.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    let (_, document) = super::nouns().split_for_parts();
    super::openapi::whole(&document)
}

/// Each operation with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((format!("{method} {path}"), operation));
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    all
}

#[test]
fn every_operation_has_a_name_a_summary_and_a_noun() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let known: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let (mut names, mut summaries, mut tags) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (place, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{place} has no name"));
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{place}: {name}");
        assert!(names.insert(name), "{place}: {name} is declared twice");
        let summary = operation["summary"].as_str().unwrap_or_else(|| panic!("{place} has no summary"));
        assert!(summary.len() <= 60 && !summary.contains(". ") && !summary.ends_with('.'), "{place}: {summary}");
        assert!(summaries.insert(summary), "{place}: {summary:?} is used twice");
        let [tag] = operation["tags"].as_array().unwrap().as_slice() else { panic!("{place}: not one tag") };
        tags.insert(tag.as_str().unwrap());
    }
    assert_eq!(tags, known);
}

#[test]
fn every_answer_has_a_trace_id_and_every_error_both_forms() {
    let document = document();
    for (place, operation) in operations(&document) {
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2') || status == "101"), "{place}");
        for (status, answer) in answers {
            assert!(answer["headers"]["X-Trace-Id"]["$ref"].is_string(), "{place}: {status}");
            if status.starts_with(['4', '5']) {
                for (form, schema) in [("application/json", "Problem"), ("application/problem+json", "ProblemDetails")]
                {
                    let form = &answer["content"][form];
                    assert_eq!(form["schema"]["$ref"], format!("#/components/schemas/{schema}"), "{place}: {status}");
                }
            }
        }
        for status in ["400", "503"] {
            assert!(answers.contains_key(status), "{place}: {status}");
        }
    }
}

/// `tests/schema` validates each example against its schema.
#[test]
fn every_body_that_is_sent_or_answered_has_a_whole_example() {
    let document = document();
    let mut missing = Vec::new();
    for (place, operation) in operations(&document) {
        let answers = operation["responses"].as_object().unwrap();
        let well = answers.iter().filter(|(status, _)| status.starts_with('2'));
        let bodies = well.map(|(status, answer)| (status.as_str(), &answer["content"]));
        for (part, content) in bodies.chain([("request", &operation["requestBody"]["content"])]) {
            for (kind, shown) in content.as_object().into_iter().flatten() {
                if shown["example"].is_null() {
                    missing.push(format!("{place}: {part} {kind}"));
                }
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "path" && parameter["example"].is_null() {
                missing.push(format!("{place}: {}", parameter["name"]));
            }
        }
    }
    assert!(missing.is_empty(), "without an example:\n{}", missing.join("\n"));
}
