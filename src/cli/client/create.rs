//! `usher client create`: options and a file, over the defaults of the type.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::settings::{self, MetadataArgs};
use super::show;
use crate::app::{ClientMetadata, NewClient, Usher};
use crate::cli::failure::WrongUsage;
use crate::cli::output::{Output, say};
use usher_domain::oauth::client::ClientType;

#[derive(Debug, Args)]
pub(in crate::cli) struct CreateClientArgs {
    /// The project that owns it, by name or id
    #[arg(long, value_name = "NAME|ID")]
    project: String,
    /// The type of application: decides how it authenticates and gets tokens
    #[arg(long = "type", value_name = "TYPE", value_parser = ["web", "spa", "native", "machine", "device"])]
    kind: String,
    /// The display name
    #[arg(long, required_unless_present = "from_json")]
    name: Option<String>,
    #[command(flatten)]
    settings: MetadataArgs,
    /// Metadata as a JSON object (RFC 7591 §2); `-` reads standard input. Other options override it
    #[arg(long, value_name = "FILE")]
    from_json: Option<PathBuf>,
    /// Print an environment file: `ISSUER`, `PROJECT`, `CLIENT_ID` and `CLIENT_SECRET`, one on each line
    #[arg(long, conflicts_with = "json")]
    env: bool,
}

/// The new client, its project, and whether it is printed as an environment file.
pub(super) struct NewClientRequest {
    project: String,
    kind: ClientType,
    metadata: ClientMetadata,
    env: bool,
}

impl CreateClientArgs {
    /// Reads the arguments, and the file that they name.
    ///
    /// # Errors
    /// If the file or a value is invalid.
    pub(super) fn read(self) -> anyhow::Result<NewClientRequest> {
        let kind: ClientType = self.kind.parse().map_err(|error| WrongUsage(format!("--type: {error}")))?;
        let file = settings::read_file(self.from_json.as_ref())?;
        let typed = self.settings.members(self.name);
        let metadata = settings::merge(kind, &kind.defaults(), [file, typed]).context("the metadata of the client")?;
        Ok(NewClientRequest { project: self.project, kind, metadata, env: self.env })
    }
}

/// Creates the client and prints it with its secret.
pub(super) async fn run(usher: &Usher, form: NewClientRequest, output: Output) -> anyhow::Result<()> {
    let project = usher.projects.load_project(&form.project).await?.id;
    let new = NewClient { project, kind: form.kind, metadata: form.metadata, id: None };
    let made = usher.clients.create_client(new).await?;
    let secret = made.secret.as_deref();
    if form.env {
        return say(&show::as_environment(&made.client, secret, usher.core.issuer()));
    }
    output.print(&show::as_json(&made.client, secret)?, || match secret {
        None => show::in_words(&made.client),
        Some(secret) => {
            format!("{}\nclient_secret     {secret}\nThe secret is shown this once.\n", show::in_words(&made.client))
        }
    })
}
