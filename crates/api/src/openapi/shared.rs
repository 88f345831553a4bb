//! What all operations share, added to each: the responses of layers, the headers of every response, both error
//! formats, and complete examples.

use serde_json::{Map, Value, json};

use super::examples::example_of;
use crate::idempotency;
use usher_domain::urls;

/// The properties that decide which responses an operation has.
#[expect(clippy::struct_excessive_bools, reason = "each decides an answer of its own, and any of them may go together")]
struct OperationProperties {
    /// It changes something.
    changes: bool,
    /// It may be repeated with an `Idempotency-Key`.
    repeats: bool,
    /// It reads a body.
    body: bool,
    /// It answers 415 to a body of another type.
    typed: bool,
    /// It needs an authenticated caller.
    secured: bool,
}

/// A shared response: status, description, and the operations that have it.
type Shared = (&'static str, &'static str, fn(&OperationProperties) -> bool);

/// A response that an operation documents itself is kept.
const SHARED: [Shared; 9] = [
    (
        "400",
        "The request cannot be read: a parameter, a header or the body is invalid, or a query parameter is unknown",
        |_| true,
    ),
    ("401", "Nobody is calling, or the token is no good", |kind| kind.secured),
    ("403", "A page of another site sent this, or the caller may not do it", |kind| kind.changes),
    ("408", "The body did not arrive in time", |kind| kind.body || kind.repeats),
    ("409", "The same request is being worked on", |kind| kind.repeats),
    ("413", "The body is too large", |kind| kind.body || kind.repeats),
    ("415", "The body is not JSON in UTF-8", |kind| kind.typed),
    ("422", "The body is invalid, or this `Idempotency-Key` came with another request", |kind| kind.repeats),
    ("503", "Not now: `Retry-After` says how many seconds to wait", |_| true),
];

/// Examples of path parameters, by name.
const PATH_EXAMPLES: [(&str, &str); 13] = [
    ("id", "01936d2e-3c00-7000-8000-000000000001"),
    ("sub", "6Hq3P0b0TfmQ1x2y3z4w5A"),
    ("client", "client_zYwvut"),
    ("api", "01936d2e-3c00-7000-8000-00000000000b"),
    ("initial_token", "01936d2e-3c00-7000-8000-0000000000cc"),
    ("invitation", "01936d2e-3c00-7000-8000-0000000000dd"),
    ("attempt", "01936d2e-3c00-7000-8000-0000000000dd"),
    ("webhook", "01936d2e-3c00-7000-8000-000000000007"),
    ("delivery", "01936d2e-3c00-7000-8000-0000000000aa"),
    ("assignment", "01936d2e-3c00-7000-8000-0000000000bb"),
    ("revision", "43"),
    ("provider", "google"),
    ("kid", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
];

/// The document with all shared parts.
pub fn finish(mut document: Value) -> Value {
    let schemas = document["components"]["schemas"].clone();
    document["components"]["headers"] = headers();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let kind = OperationProperties {
                changes: method != "get",
                repeats: method == "post" && idempotency::covers(path),
                body: operation.get("requestBody").is_some(),
                typed: operation.get("requestBody").is_some() && !path.starts_with(urls::ACCESS),
                secured: operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| *way != json!({}))),
            };
            if let Some(summary) = operation.get("summary").and_then(Value::as_str) {
                operation["summary"] = summary.trim_end_matches('.').into();
            }
            parameters(operation, &kind);
            if let Some(body) = operation.get_mut("requestBody") {
                show(body, &schemas);
            }
            if let Some(answers) = operation["responses"].as_object_mut() {
                share(answers, &kind);
                answers.iter_mut().for_each(|(status, answer)| complete(status, answer, &kind, &schemas));
            }
        }
    }
    document
}

/// Adds examples of path parameters, and the header `Idempotency-Key`.
fn parameters(operation: &mut Value, kind: &OperationProperties) {
    if kind.repeats {
        let header = json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same request under the same key within a day is done once, and answered alike.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        });
        match operation.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(header),
            None => operation["parameters"] = json!([header]),
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let known = PATH_EXAMPLES.iter().find(|(name, _)| parameter["in"] == "path" && parameter["name"] == **name);
        if let Some((_, example)) = known
            && parameter["example"].is_null()
        {
            parameter["example"] = json!(example);
        }
    }
}

fn share(answers: &mut Map<String, Value>, kind: &OperationProperties) {
    for (status, words, _) in SHARED.iter().filter(|(_, _, applies)| applies(kind)) {
        answers.entry(*status).or_insert_with(|| json!({ "description": words }));
    }
}

/// Adds the headers and examples of one response. A header counts as present unless stated otherwise.
fn complete(status: &str, answer: &mut Value, kind: &OperationProperties, schemas: &Value) {
    let own = answer.get_mut("headers").and_then(Value::as_object_mut);
    for header in own.into_iter().flat_map(|headers| headers.values_mut()) {
        header["required"] = json!(true);
    }
    let mut header = |name: &str| answer["headers"][name] = json!({ "$ref": format!("#/components/headers/{name}") });
    header("X-Trace-Id");
    match status {
        "401" => header("WWW-Authenticate"),
        "429" | "503" => header("Retry-After"),
        _ if kind.repeats && status.starts_with('2') => header("Idempotent-Replayed"),
        _ => {}
    }
    if status.starts_with(['4', '5']) {
        answer["content"] = json!({
            "application/json": {"schema": {"$ref": "#/components/schemas/Problem"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}},
        });
    } else {
        show(answer, schemas);
    }
}

/// The headers that many responses have.
fn headers() -> Value {
    let header = |required: bool, words: &str, schema: Value| json!({ "description": words, "required": required, "schema": schema });
    let trace_id = json!({"type": "string", "example": "4bf92f3577b34da6a3ce929d0e0e4736"});
    let replayed = "`true` where this answer was given before, under the same `Idempotency-Key`.";
    json!({
        "X-Trace-Id": header(true, "What to quote when asking for help.", trace_id),
        "WWW-Authenticate": header(true, "By which scheme to call (RFC 9110 §11.6.1).", json!({"type": "string"})),
        "Retry-After": header(true, "Seconds to wait.", json!({"type": "integer", "minimum": 1})),
        "Idempotent-Replayed": header(false, replayed, json!({"type": "string", "enum": ["true"]})),
    })
}

/// Adds a complete example to each content of a body that has none.
fn show(body: &mut Value, schemas: &Value) {
    let content = body.get_mut("content").and_then(Value::as_object_mut);
    for kind in content.into_iter().flat_map(|kinds| kinds.values_mut()) {
        if kind.get("example").is_none()
            && let Some(example) = example_of(&kind["schema"], schemas)
        {
            kind["example"] = example;
        }
    }
}
