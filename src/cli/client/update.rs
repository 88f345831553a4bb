//! `usher client update`: options and a file, over the stored metadata.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Map, Value};

use super::settings::{self, MetadataArgs};
use super::{ClientSelector, show};
use crate::app::{FlowError, Rejected, Usher};
use crate::cli::failure::WrongUsage;
use crate::cli::output::Output;
use usher_domain::oauth::client::Client;

/// How often the change is retried when somebody else changed the client meanwhile.
const TRIES: u32 = 5;

#[derive(Debug, Args)]
pub(in crate::cli) struct UpdateClientArgs {
    #[command(flatten)]
    which: ClientSelector,
    /// The display name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    settings: MetadataArgs,
    /// Members to change, as a JSON object: others stay unchanged, `null` resets to the default of the type;
    /// `-` reads standard input. Other options override it
    #[arg(long, value_name = "FILE")]
    from_json: Option<PathBuf>,
}

/// The client to change, and the changes.
pub(super) struct ClientUpdate {
    id: String,
    file: Map<String, Value>,
    typed: Map<String, Value>,
}

impl UpdateClientArgs {
    /// Reads the arguments, and the file that they name.
    ///
    /// # Errors
    /// If the file cannot be read, or there is nothing to change.
    pub(super) fn read(self) -> anyhow::Result<ClientUpdate> {
        let file = settings::read_file(self.from_json.as_ref())?;
        let typed = self.settings.members(self.name);
        if file.is_empty() && typed.is_empty() {
            return Err(WrongUsage("nothing to change: see `usher client update --help`".to_owned()).into());
        }
        Ok(ClientUpdate { id: self.which.id().0, file, typed })
    }
}

/// Changes the client and prints it.
pub(super) async fn run(usher: &Usher, change: ClientUpdate, output: Output) -> anyhow::Result<()> {
    let client = apply(usher, change).await?;
    output.print(&show::as_json(&client, None)?, || show::in_words(&client))
}

async fn apply(usher: &Usher, ClientUpdate { id, file, typed }: ClientUpdate) -> anyhow::Result<Client> {
    for _ in 1..TRIES {
        let client = usher.clients.load_client(&id).await?;
        let changed = settings::merge(client.kind, &client.metadata, [file.clone(), typed.clone()]);
        let changed = changed.context("the metadata of the client")?;
        match usher.clients.replace_client_metadata(&client, changed).await {
            Err(FlowError::Rejected(Rejected::Superseded)) => {}
            answer => return Ok(answer?),
        }
    }
    Err(FlowError::from(Rejected::Superseded).into())
}
