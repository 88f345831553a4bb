//! The dependencies in the manifests of the crates, except for tests.

use std::collections::BTreeSet;
use std::fs;

/// Every crate that this one depends on.
pub fn dependencies(name: &str) -> BTreeSet<String> {
    let path = if name == "usher" { "Cargo.toml".to_owned() } else { format!("crates/{name}/Cargo.toml") };
    let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

/// The dependencies within this workspace, without `usher-`.
pub fn own_dependencies(name: &str) -> BTreeSet<String> {
    dependencies(name).iter().filter_map(|other| other.strip_prefix("usher-")).map(str::to_owned).collect()
}
