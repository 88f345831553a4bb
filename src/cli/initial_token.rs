//! `usher initial-token`.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::{fields, table};
use crate::app::{self, Usher};
use usher_accounts::admin::initial_tokens::NewInitialToken;
use usher_domain::oauth::initial_token::InitialToken;

const DAY: u64 = 86_400;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher initial-token create --project Shop --name 'Support agents' --max-clients 10 --days 30
  usher initial-token list --project Shop
  usher initial-token delete --project Shop 01936d2e-3c00-7000-8000-0000000000cc

Who has such a token may register clients in the project at /oauth2/register (RFC 7591), if registration.dynamic is token
or open.";

#[derive(Debug, Subcommand)]
pub(super) enum InitialTokenCommand {
    /// Create a token, shown once
    Create(CreateInitialTokenArgs),
    /// List the tokens of a project
    List(ListInitialTokensArgs),
    /// Delete a token; the clients that it registered stay
    Delete(DeleteInitialTokenArgs),
}

#[derive(Debug, Args)]
pub(super) struct CreateInitialTokenArgs {
    /// The project's id or name
    #[arg(long)]
    project: String,
    /// What it is for
    #[arg(long)]
    name: String,
    /// How many clients it may register
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    max_clients: u32,
    /// Its lifetime in days, at most 365
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u64,
}

#[derive(Debug, Args)]
pub(super) struct ListInitialTokensArgs {
    /// The project's id or name
    #[arg(long)]
    project: String,
}

#[derive(Debug, Args)]
pub(super) struct DeleteInitialTokenArgs {
    /// The project's id or name
    #[arg(long)]
    project: String,
    /// The token's id
    token: String,
}

pub(super) async fn run(settings: &ConfigFiles, command: InitialTokenCommand, output: Output) -> anyhow::Result<()> {
    let usher = app::open_for_commands(settings.server_config()?).await?;
    match command {
        InitialTokenCommand::Create(new) => create(&usher, new, output).await,
        InitialTokenCommand::List(which) => list(&usher, &which.project, output).await,
        InitialTokenCommand::Delete(which) => {
            let project = usher.projects.load_project(&which.project).await?.id;
            usher.initial_tokens.delete_initial_token(project, &which.token).await?;
            output.print(&json!({ "id": which.token, "deleted": true }), || "The token is deleted.\n".to_owned())
        }
    }
}

async fn create(usher: &Usher, new: CreateInitialTokenArgs, output: Output) -> anyhow::Result<()> {
    let project = usher.projects.load_project(&new.project).await?.id;
    let lifetime = Duration::from_secs(new.days.saturating_mul(DAY));
    let new = NewInitialToken { project, name: new.name, max_clients: new.max_clients, lifetime };
    let (token, value) = usher.initial_tokens.create_initial_token(new).await?;
    let mut view = as_json(&token);
    view["initial_access_token"] = value.as_str().into();
    output.print(&view, || {
        let shown = [
            ("id", token.id.to_string()),
            ("expires", token.expires_at.rfc3339()),
            ("initial access token", value.clone()),
        ];
        fields(shown) + "The token is shown this once.\n"
    })
}

async fn list(usher: &Usher, project: &str, output: Output) -> anyhow::Result<()> {
    let project = usher.projects.load_project(project).await?.id;
    let tokens = usher.initial_tokens.list_initial_tokens(project).await?;
    let view: Vec<Value> = tokens.iter().map(as_json).collect();
    output.print(&view, || {
        let rows = tokens.iter().map(|token| {
            let clients = format!("{}/{}", token.registered, token.max_clients);
            [token.id.to_string(), token.name.clone(), clients, token.expires_at.rfc3339()]
        });
        table(["ID", "NAME", "CLIENTS", "EXPIRES"], rows)
    })
}

fn as_json(token: &InitialToken) -> Value {
    json!({
        "id": token.id, "name": token.name, "max_clients": token.max_clients, "registered": token.registered,
        "created_at": token.created_at.rfc3339(), "expires_at": token.expires_at.rfc3339(),
    })
}
