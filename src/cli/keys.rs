//! `usher keys`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::table;
use crate::app;
use usher_domain::key::{KeyState, SigningKeyRecord};
use usher_domain::time::Timestamp;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher keys list
  usher keys rotate                            publishes new keys, which sign once caches have expired
  usher keys rotate --now                      new keys sign at once; tokens of the old keys stay valid
  usher keys revoke KID                        a key has leaked: removes it and invalidates what it signed
  usher keys revoke --all                      the master key has leaked, or it is unknown which key has
  usher keys prune                             stops publishing retired keys without valid tokens";

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// List signing keys, oldest first
    List,
    /// Replace every signing key
    #[command(after_help = EXAMPLES)]
    Rotate(RotateKeysArgs),
    /// Remove leaked keys: nothing that they signed is accepted any more
    #[command(after_help = EXAMPLES)]
    Revoke(RevokeKeysArgs),
    /// Stop publishing retired keys without valid tokens; their ID tokens remain valid as hints
    Prune,
}

#[derive(Debug, Args)]
pub(super) struct RevokeKeysArgs {
    /// The keys, by their `kid`; after `--` if one begins with `-`
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    kid: Vec<String>,
    /// All keys
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
pub(super) struct RotateKeysArgs {
    /// Sign with the new keys at once; tokens of the old keys stay valid until they expire
    #[arg(long)]
    now: bool,
}

pub(super) async fn run(settings: &ConfigFiles, command: &KeysCommand, output: Output) -> anyhow::Result<()> {
    let usher = app::open_for_commands(settings.server_config()?).await?;
    match command {
        KeysCommand::List => print(&usher.signing_keys.list_keys().await?, output),
        KeysCommand::Rotate(how) => {
            usher.signing_keys.rotate_keys(how.now).await?;
            print(&usher.signing_keys.list_keys().await?, output)?;
            if !output.json {
                eprintln!("A running server takes them up within seconds.");
            }
            Ok(())
        }
        KeysCommand::Revoke(which) => {
            let named = which.kid.iter().cloned().collect();
            let every = |keys: Vec<SigningKeyRecord>| keys.into_iter().map(|key| key.kid).collect();
            let kids: BTreeSet<String> = if which.all { every(usher.signing_keys.list_keys().await?) } else { named };
            usher.signing_keys.revoke_keys(&kids).await?;
            print(&usher.signing_keys.list_keys().await?, output)?;
            if !output.json {
                eprintln!("Removed {}. A running server refuses what they signed within seconds.", kids.len());
            }
            Ok(())
        }
        KeysCommand::Prune => {
            let before = usher.signing_keys.list_keys().await?;
            usher.signing_keys.tend_keys().await?;
            let after = usher.signing_keys.list_keys().await?;
            let same =
                |key: &&SigningKeyRecord, left: &SigningKeyRecord| left.kid == key.kid && left.state() == key.state();
            let is_retired = |key: &&SigningKeyRecord| key.state() == KeyState::Retired;
            let is_gone = |key: &&SigningKeyRecord| is_retired(key) && !after.iter().any(|left| same(key, left));
            let gone: Vec<&str> = before.iter().filter(is_gone).map(|key| key.kid.as_str()).collect();
            output.print(&json!({ "pruned": gone }), || match gone.len() {
                0 => "There is nothing to prune.\n".to_owned(),
                count => format!("Pruned {count}: {}\n", gone.join(", ")),
            })
        }
    }
}

fn print(keys: &[SigningKeyRecord], output: Output) -> anyhow::Result<()> {
    let view: Vec<Value> = keys.iter().map(as_json).collect();
    output.print(&view, || {
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

/// Everything but the sealed private key.
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
