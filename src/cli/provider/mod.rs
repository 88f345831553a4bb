//! `usher provider`.

mod add;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::failure::WrongUsage;
use super::output::Output;
use super::settings::ConfigFiles;
use super::table::{printable, table};
use crate::app::{self, CheckedStep, StoredProvider, Usher};
use usher_domain::provider::ProviderId;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher provider add google --client-id 1234.apps.googleusercontent.com --client-secret-stdin < secret.txt
  usher provider add x --client-id sim --client-secret-stdin --base-url http://127.0.0.1:9400/x <<< sim-secret
  usher provider add microsoft --tenant organizations --client-id 1234 --client-secret-stdin < secret.txt
  usher provider add oidc --id works --label Works --issuer https://op.example.org --client-id usher --client-secret-stdin < secret.txt
  usher provider add oauth2 --id forge --from-json forge.json --client-secret-stdin < secret.txt
  usher provider list
  usher provider test google                   reachable, and credentials accepted? exit code 1 if not
  usher provider remove google                 identities are kept, unusable until it is added again";

#[derive(Debug, Subcommand)]
pub(super) enum ProviderCommand {
    /// Add a provider, or replace the one with this id
    #[command(after_help = EXAMPLES)]
    Add(Box<add::AddProviderArgs>),
    /// List providers, oldest first
    List,
    /// Show a provider
    Show(ProviderSelector),
    /// Remove a provider
    Remove(ProviderSelector),
    /// Test the configuration of a provider, without a sign-in
    Test(ProviderSelector),
}

#[derive(Debug, Args)]
pub(super) struct ProviderSelector {
    /// Its id in URLs
    id: String,
}

impl ProviderSelector {
    fn id(&self) -> anyhow::Result<ProviderId> {
        Ok(self.id.parse().map_err(|error| WrongUsage(format!("ID: {error}")))?)
    }
}

pub(super) async fn run(settings: &ConfigFiles, command: ProviderCommand, output: Output) -> anyhow::Result<ExitCode> {
    let config = settings.server_config()?;
    match command {
        // The input is read before the database is opened.
        ProviderCommand::Add(new) => {
            let new = new.read()?;
            add::run(&app::open_for_commands(config).await?, new, output).await?;
        }
        ProviderCommand::List => list(&app::open_for_commands(config).await?, output).await?,
        ProviderCommand::Show(which) => {
            let id = which.id()?;
            let usher = app::open_for_commands(config).await?;
            let (provider, callback) =
                (usher.providers.load_provider(&id).await?, usher.providers.upstream_callback(&id));
            let words = || show::in_words(usher.providers.kinds(), &provider, &callback);
            output.print(&show::as_json(&provider, &callback), words)?;
        }
        ProviderCommand::Remove(which) => {
            let id = which.id()?;
            app::open_for_commands(config).await?.providers.delete_provider(&id, false).await?;
            let words =
                "The provider is removed. Identities that it vouched for stay, and lead nowhere until it is back.\n";
            output.print(&json!({ "id": id, "removed": true }), || words.to_owned())?;
        }
        ProviderCommand::Test(which) => {
            let id = which.id()?;
            return test(&app::open_for_commands(config).await?, &id, output).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(usher: &Usher, output: Output) -> anyhow::Result<()> {
    let providers = usher.providers.list_providers().await?;
    let callback = |id: &ProviderId| usher.providers.upstream_callback(id);
    let as_json = |provider: &StoredProvider| show::as_json(provider, &callback(&provider.settings.id));
    let view: Vec<Map<String, Value>> = providers.iter().map(as_json).collect();
    output.print(&view, || {
        let rows = providers.iter().map(|provider| {
            let settings = &provider.settings;
            let by = if provider.managed { "file" } else { "" };
            [
                settings.id.to_string(),
                settings.kind.as_str().to_owned(),
                usher.providers.kinds().button(settings).to_owned(),
                show::state(provider).to_owned(),
                by.to_owned(),
                callback(&settings.id),
            ]
        });
        table(["ID", "KIND", "BUTTON", "STATE", "MANAGED", "CALLBACK URL"], rows)
    })
}

async fn test(usher: &Usher, id: &ProviderId, output: Output) -> anyhow::Result<ExitCode> {
    let steps = usher.providers.test_provider(id).await?;
    let view: Vec<Value> = steps.iter().map(step_as_json).collect();
    output.print(&view, || steps.iter().map(step_in_words).collect())?;
    Ok(if steps.iter().all(|step| step.outcome.is_ok()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn step_as_json(step: &CheckedStep) -> Value {
    let error = step.outcome.as_ref().err();
    json!({
        "step": step.step,
        "ok": error.is_none(),
        "error": error.map(|error| json!({ "code": error.word(), "message": error.to_string() })),
    })
}

fn step_in_words(step: &CheckedStep) -> String {
    match &step.outcome {
        Ok(()) => format!("✔ {}\n", step.step),
        Err(error) => format!("✘ {}: {}\n", step.step, printable(&error.to_string())),
    }
}
