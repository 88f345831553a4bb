//! `usher healthcheck`.

use serde_json::json;

use super::output::Output;
use super::settings::ConfigFiles;
use crate::app;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher healthcheck                            exit code 0 while the server in this folder is ready
  HEALTHCHECK CMD [\"usher\", \"healthcheck\"]     in a Dockerfile";

pub(super) async fn run(settings: &ConfigFiles, output: Output) -> anyhow::Result<()> {
    let url = app::check_health(&settings.server_config()?).await?;
    output.print(&json!({ "status": "ready", "url": url }), || "ready\n".to_owned())
}
