//! `usher keys`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::Settings;
use super::table::table;
use crate::app;
use crate::domain::key::SigningKeyRecord;
use crate::domain::time::Timestamp;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher keys list
  usher keys rotate                            publishes new keys, which sign once everybody can know them
  usher keys rotate --now                      a key has leaked: new keys sign at once
  usher keys prune                             forgets retired keys of which no token lives";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List signing keys, oldest first
    List,
    /// Replace every signing key
    #[command(after_help = EXAMPLES)]
    Rotate(Rotate),
    /// Forget retired keys of which no token lives
    Prune,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Sign with the new keys at once; tokens of the old ones stay good until they expire
    #[arg(long)]
    now: bool,
}

pub(super) async fn run(settings: &Settings, command: &Command, output: Output) -> anyhow::Result<()> {
    let usher = app::open_for_commands(settings.of_house()?).await?;
    match command {
        Command::List => print(&usher.list_keys().await?, output),
        Command::Rotate(how) => {
            usher.rotate_keys(how.now).await?;
            print(&usher.list_keys().await?, output)?;
            if !output.json {
                eprintln!("A running server takes them up within a minute.");
            }
            Ok(())
        }
        Command::Prune => {
            let before = usher.list_keys().await?;
            usher.tend_keys().await?;
            let after = usher.list_keys().await?;
            let is_gone = |key: &&SigningKeyRecord| !after.iter().any(|left| left.kid == key.kid);
            let gone: Vec<&str> = before.iter().filter(is_gone).map(|key| key.kid.as_str()).collect();
            output.print(&json!({ "pruned": gone }), || match gone.len() {
                0 => "There is nothing to forget.\n".to_owned(),
                count => format!("Forgot {count}: {}\n", gone.join(", ")),
            })
        }
    }
}

fn print(keys: &[SigningKeyRecord], output: Output) -> anyhow::Result<()> {
    let told: Vec<Value> = keys.iter().map(as_json).collect();
    output.print(&told, || {
        let when = |at: Option<Timestamp>| at.map_or_else(String::new, Timestamp::rfc3339);
        let rows = keys.iter().map(|key| {
            [
                key.kid.clone(),
                key.alg.to_string(),
                key.state().as_str().to_owned(),
                key.created_at.rfc3339(),
                when(key.active_at),
                when(key.retired_at),
            ]
        });
        table(["KID", "ALG", "STATE", "CREATED", "ACTIVE", "RETIRED"], rows)
    })
}

/// Everything but the sealed half.
fn as_json(key: &SigningKeyRecord) -> Value {
    let when = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    json!({
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state(),
        "created_at": key.created_at.rfc3339(),
        "active_at": when(key.active_at),
        "retired_at": when(key.retired_at),
        "expires_at": when(key.expires_at),
        "public_jwk": key.public_jwk,
    })
}
