//! `usher admin`.

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::settings::ConfigFiles;
use crate::app;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher admin link                             a one-time link, valid for 30 minutes";

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Print a one-time link that creates an administrator
    #[command(after_help = EXAMPLES)]
    Link,
}

pub(super) async fn run(settings: &ConfigFiles, command: &AdminCommand, output: Output) -> anyhow::Result<()> {
    let usher = app::open_for_commands(settings.server_config()?).await?;
    match command {
        AdminCommand::Link => {
            let link = usher.setup_links.create_setup_link().await?;
            output.print(&json!({ "link": link, "expires_in": 1800 }), || format!("{link}\n"))
        }
    }
}
