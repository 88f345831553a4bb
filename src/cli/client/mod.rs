//! `usher client`.

mod create;
mod settings;
mod show;
mod update;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::{fields, table};
use crate::app::{self, Usher};
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, SecretRotation};
use usher_domain::page::MAX_PAGE;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher client create --project Shop --type web --name Shop --redirect-uri https://shop.example.org/callback
  usher client create --project Shop --type spa --name Till --redirect-uri https://till.example.org/ --json
  usher client create --project Shop --type machine --name Nightly --scope orders:read --audience https://api.shop.example.org
  usher client create --project Shop --type machine --name Partner --auth private_key_jwt --jwks partner.json
  usher client create --project Shop --type web --from-json metadata.json      members as in RFC 7591
  usher client create --project Shop --type web --name Shop --redirect-uri http://localhost:3000/callback --env >shop.env
  usher client list --project Shop
  usher client update client_… --redirect-uri https://shop.example.org/callback --id-token-alg ES256
  usher client update client_… --from-json changes.json       absent members stay unchanged
  usher client trust https://notes.example.org/client.json     one that registered itself
  usher client rotate-secret client_… --overlap 0              the present secret ends at once";

const UPDATE_EXAMPLES: &str = "\
An option replaces one member of the metadata; a list is replaced whole, and an empty text removes the member.
The file of --from-json is merged over the metadata: absent members stay unchanged, and null goes back to
the default of the client's type.

Examples:
  usher client update client_… --name Till --require-pkce
  usher client update client_… --redirect-uri https://a.example.org/cb --redirect-uri https://b.example.org/cb
  usher client update client_… --id-token-claims minimal --roles-claim groups --json
  echo '{\"backchannel_logout_uri\":null}' | usher client update client_… --from-json -";

#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Create a client; its secret is shown once
    #[command(after_help = EXAMPLES)]
    Create(Box<create::CreateClientArgs>),
    /// List clients
    List(ListClientsArgs),
    /// Show everything about a client but its secrets
    Show(ClientSelector),
    /// Change the settings of a client
    #[command(after_help = UPDATE_EXAMPLES)]
    Update(Box<update::UpdateClientArgs>),
    /// Delete a client and the consents given to it
    Delete(ClientSelector),
    /// Create a new secret for a client, shown once
    RotateSecret(RotateSecretArgs),
    /// Disable a client
    Disable(ClientSelector),
    /// Enable a client again
    Enable(ClientSelector),
    /// Vouch for a client that registered itself: the consent page no longer warns of it
    Trust(ClientSelector),
    /// No longer vouch for a client that registered itself
    Distrust(ClientSelector),
}

#[derive(Debug, Args)]
pub(super) struct ListClientsArgs {
    /// Only those of this project, by name or id
    #[arg(long, value_name = "NAME|ID")]
    project: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RotateSecretArgs {
    #[command(flatten)]
    which: ClientSelector,
    /// Seconds for which the present secret stays valid: 0 ends it at once, at most 2592000 (30 days)
    #[arg(long, value_name = "SECONDS", default_value_t = SecretRotation::USUAL.as_secs())]
    overlap: u64,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct ClientSelector {
    /// The client's id
    client_id: Option<String>,
    /// The same as an option
    #[arg(long = "client-id", id = "client_id_option", value_name = "CLIENT_ID", hide = true)]
    option: Option<String>,
}

impl ClientSelector {
    fn id(self) -> ClientId {
        ClientId(self.client_id.or(self.option).unwrap_or_default())
    }
}

pub(super) async fn run(settings: &ConfigFiles, command: ClientCommand, output: Output) -> anyhow::Result<()> {
    let config = settings.server_config()?;
    match command {
        // The input is read before the database is opened.
        ClientCommand::Create(new) => {
            let form = new.read()?;
            create::run(&app::open_for_commands(config).await?, form, output).await
        }
        ClientCommand::Update(change) => {
            let change = change.read()?;
            update::run(&app::open_for_commands(config).await?, change, output).await
        }
        ClientCommand::List(which) => list(&app::open_for_commands(config).await?, which, output).await,
        ClientCommand::Show(which) => {
            let client = app::open_for_commands(config).await?.clients.load_client(&which.id().0).await?;
            output.print(&show::as_json(&client, None)?, || show::in_words(&client))
        }
        ClientCommand::Delete(which) => {
            let id = which.id();
            app::open_for_commands(config).await?.clients.delete_client(&id).await?;
            output.print(&json!({ "client_id": id, "deleted": true }), || "The client is deleted.\n".to_owned())
        }
        ClientCommand::RotateSecret(wanted) => rotate(&app::open_for_commands(config).await?, wanted, output).await,
        ClientCommand::Disable(which) => {
            set_disabled(&app::open_for_commands(config).await?, which, true, output).await
        }
        ClientCommand::Enable(which) => {
            set_disabled(&app::open_for_commands(config).await?, which, false, output).await
        }
        ClientCommand::Trust(which) => set_trusted(&app::open_for_commands(config).await?, which, true, output).await,
        ClientCommand::Distrust(which) => {
            set_trusted(&app::open_for_commands(config).await?, which, false, output).await
        }
    }
}

async fn rotate(usher: &Usher, wanted: RotateSecretArgs, output: Output) -> anyhow::Result<()> {
    let rotation = SecretRotation::with_overlap(Duration::from_secs(wanted.overlap));
    let made = usher.clients.rotate_client_secret(&wanted.which.id(), rotation).await?;
    let secret = made.secret.unwrap_or_default();
    let former = made.client.secrets.get(1).and_then(|former| former.expires_at);
    let view = json!({
        "client_id": made.client.id, "client_secret": secret, "former_secret_expires_at": former,
        "secrets": show::secrets(&made.client),
    });
    output.print(&view, || {
        let words = match former {
            Some(end) if wanted.overlap > 0 => format!("The one before it ends at {}.", end.rfc3339()),
            _ => "The one before it has ended.".to_owned(),
        };
        fields([("client_id", made.client.id.0.clone()), ("client_secret", secret.clone())])
            + &format!("The secret is shown this once. {words}\n")
    })
}

async fn set_disabled(usher: &Usher, which: ClientSelector, disabled: bool, output: Output) -> anyhow::Result<()> {
    let client = usher.clients.set_client_disabled(&which.id(), disabled).await?;
    output.print(&show::as_json(&client, None)?, || {
        if disabled { "The client is out of use.\n".to_owned() } else { "The client is in use.\n".to_owned() }
    })
}

async fn set_trusted(usher: &Usher, which: ClientSelector, trusted: bool, output: Output) -> anyhow::Result<()> {
    let client = usher.clients.set_client_trusted(&which.id(), trusted).await?;
    output.print(&show::as_json(&client, None)?, || {
        if trusted { "The client is trusted.\n".to_owned() } else { "The client is not trusted.\n".to_owned() }
    })
}

async fn list(usher: &Usher, which: ListClientsArgs, output: Output) -> anyhow::Result<()> {
    let project = match &which.project {
        Some(project) => Some(usher.projects.load_project(project).await?.id),
        None => None,
    };
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let after = clients.last().map_or("", |last| last.id.0.as_str());
        let page = match project {
            Some(project) => usher.clients.list_clients(project, after, MAX_PAGE).await?,
            None => usher.clients.list_all_clients(after, MAX_PAGE).await?,
        };
        if page.is_empty() {
            break;
        }
        clients.extend(page);
    }
    let view: Vec<Value> =
        clients.iter().map(|client| show::as_json(client, None)).collect::<serde_json::Result<_>>()?;
    output.print(&view, || {
        let rows = clients.iter().map(|client| {
            let used = if client.is_active() { "" } else { "disabled" };
            [
                client.id.0.clone(),
                client.kind.as_str().to_owned(),
                client.metadata.client_name.clone(),
                used.to_owned(),
                client.project_id.to_string(),
            ]
        });
        table(["CLIENT ID", "TYPE", "NAME", "", "PROJECT"], rows)
    })
}
