//! `usher version`.

use serde_json::json;

use super::output::Output;
use crate::app::FEATURES;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher version
  usher version --json                         with the optional features it was built with";

pub(super) fn run(output: Output) -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let features: Vec<&str> = FEATURES.into_iter().filter(|(_, built)| *built).map(|(name, _)| name).collect();
    output.print(&json!({ "version": version, "features": features }), || {
        format!("usher {version}\nfeatures: {}\n", features.join(", "))
    })
}
