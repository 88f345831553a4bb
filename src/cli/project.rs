//! `usher project`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::{fields, table};
use crate::app::{self, Usher};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::Project;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher project create --name Shop             prints the project token, once
  usher project list --json
  usher project require --project ID --second-factor on
  usher project resync --all                   after a backup was restored";

const RESYNC: &str = "\
Begin a new epoch of the live feed, after a backup was restored

What was revoked between the backup and the loss is unknown. Every local module takes a snapshot, and refuses all access
tokens that were issued before; applications refresh them.";

#[derive(Debug, Subcommand)]
pub(super) enum ProjectCommand {
    /// Create a project
    #[command(after_help = EXAMPLES)]
    Create(CreateProjectArgs),
    /// List projects, oldest first
    List,
    /// Begin a new epoch of the live feed, after a backup was restored
    #[command(long_about = RESYNC)]
    Resync(ResyncArgs),
    /// Require two factors for sign-in to the clients of a project, or stop requiring them
    Require(RequireFactorsArgs),
}

#[derive(Debug, Args)]
pub(super) struct ResyncArgs {
    /// The project's id or name
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    project: Option<String>,
    /// All projects
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
pub(super) struct RequireFactorsArgs {
    /// The project's id or name
    #[arg(long)]
    project: String,
    /// on or off
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set)]
    second_factor: bool,
}

#[derive(Debug, Args)]
pub(super) struct CreateProjectArgs {
    /// The display name
    #[arg(long)]
    name: String,
}

pub(super) async fn run(settings: &ConfigFiles, command: &ProjectCommand, output: Output) -> anyhow::Result<()> {
    let usher = app::open_for_commands(settings.server_config()?).await?;
    match command {
        ProjectCommand::Create(new) => {
            let made = usher.projects.create_project(&new.name).await?;
            let view = json!({
                "id": made.project.id,
                "name": made.project.name,
                "token": made.token,
                "created_at": made.project.created_at.rfc3339(),
            });
            output.print(&view, || {
                let words = fields([("id", made.project.id.to_string()), ("token", made.token.clone())]);
                words + "The token is shown this once.\n"
            })
        }
        ProjectCommand::List => list(&usher, output).await,
        ProjectCommand::Resync(which) => resync(&usher, which, output).await,
        ProjectCommand::Require(wish) => {
            let project = usher.projects.load_project(&wish.project).await?;
            usher.projects.require_second_factor(project.id, wish.second_factor).await?;
            let view = json!({ "id": project.id, "require_second_factor": wish.second_factor });
            output.print(&view, || fields([("id", project.id.to_string())]))
        }
    }
}

async fn resync(usher: &Usher, which: &ResyncArgs, output: Output) -> anyhow::Result<()> {
    let projects = match &which.project {
        Some(named) => vec![usher.projects.load_project(named).await?],
        None => every_project(usher).await?,
    };
    let ids: Vec<_> = projects.iter().map(|project| project.id).collect();
    for id in &ids {
        usher.feed_access.resync(*id).await?;
    }
    output.print(&json!({ "projects": ids }), || fields(ids.iter().map(|id| ("id", id.to_string()))))
}

async fn every_project(usher: &Usher) -> anyhow::Result<Vec<Project>> {
    let mut projects = Vec::new();
    let mut after = Some(Cursor::START);
    while let Some(cursor) = after {
        let page = usher.projects.list_projects(cursor, MAX_PAGE).await?;
        projects.extend(page.items);
        after = page.next;
    }
    Ok(projects)
}

async fn list(usher: &Usher, output: Output) -> anyhow::Result<()> {
    let projects = every_project(usher).await?;
    let view: Vec<Value> = projects
        .iter()
        .map(|project| json!({ "id": project.id, "name": project.name, "created_at": project.created_at.rfc3339() }))
        .collect();
    output.print(&view, || {
        let rows =
            projects.iter().map(|project| [project.id.to_string(), project.name.clone(), project.created_at.rfc3339()]);
        table(["ID", "NAME", "CREATED"], rows)
    })
}
