//! The test vectors that all local modules share.

use serde_json::Value as Json;

pub(crate) fn read(name: &str) -> Json {
    // `sdk/vectors/random.sh` writes others.
    let folder = std::env::var("USHER_VECTORS");
    let path = format!("{}/{name}", folder.as_deref().unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors")));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap()
}

pub(crate) fn cases(name: &str) -> Vec<Json> {
    let cases = read(name)["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{name} has no cases");
    cases
}
