//! `usher migrate`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::printable;
use crate::app;
use usher_accounts::apis::AudienceConflict;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher migrate                                safe to run twice, and several times at once
  usher migrate --check                        exit code 1 while migrations are pending, or while several projects
                                               name the same audience";

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Change nothing; report whether migrations are pending, and audiences that several projects name
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(settings: &ConfigFiles, arguments: &MigrateArgs, output: Output) -> anyhow::Result<ExitCode> {
    let config = settings.server_config()?;
    app::prepare_command()?;
    let app::Migrated { schema, conflicts } = app::migrate(&config, arguments.check).await?;
    let pending = schema.known.saturating_sub(schema.applied);
    let view = json!({
        "known": schema.known, "applied": schema.applied, "pending": pending, "audience_conflicts": conflicts,
    });
    output.print(&view, || {
        let state = match pending {
            0 => format!("The database is up to date: {} migrations.\n", schema.applied),
            _ => format!("{pending} of {} migrations are pending: run `usher migrate`.\n", schema.known),
        };
        conflicts.iter().fold(state, |text, conflict| text + &in_words(conflict))
    })?;
    let good = pending == 0 && (conflicts.is_empty() || !arguments.check);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn in_words(conflict: &AudienceConflict) -> String {
    let clients: Vec<_> = conflict.clients.keys().map(ToString::to_string).collect();
    let (audience, clients) = (printable(&conflict.audience), clients.join(", "));
    match conflict.owner {
        None => format!(
            "The audience {audience} belongs to nobody, and no token has it. These clients name it: {clients}. Decide whose \
             it is: `usher api create`, and `usher api allow` for clients of other projects.\n"
        ),
        Some(owner) => format!(
            "The audience {audience} is an API of project {owner}, and tokens of these clients do not have it: {clients}. \
             Allow them, `usher api allow`, or change their audience, `usher client update`.\n"
        ),
    }
}
