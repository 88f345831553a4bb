//! `usher migrate`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::settings::ConfigFiles;
use crate::app;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher migrate                                safe to run twice, and several times at once
  usher migrate --check                        exit code 1 while migrations are pending";

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Change nothing; report whether migrations are pending
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(settings: &ConfigFiles, arguments: &MigrateArgs, output: Output) -> anyhow::Result<ExitCode> {
    let config = settings.server_config()?;
    app::prepare_command()?;
    let schema = app::migrate(&config, arguments.check).await?;
    let pending = schema.known.saturating_sub(schema.applied);
    let view = json!({ "known": schema.known, "applied": schema.applied, "pending": pending });
    output.print(&view, || match pending {
        0 => format!("The database is up to date: {} migrations.\n", schema.applied),
        _ => format!("{pending} of {} migrations are pending: run `usher migrate`.\n", schema.known),
    })?;
    Ok(if pending == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
