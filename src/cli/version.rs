//! `usher version`.

use serde_json::json;

use super::output::Output;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher version
  usher version --json";

pub(super) fn run(output: Output) -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    output.print(&json!({ "version": version }), || format!("usher {version}\n"))
}
