//! `usher serve`.

use clap::Args;

use super::settings::ConfigFiles;
use crate::app;

pub(super) const EXAMPLES: &str = "\
Examples:
  USHER_ISSUER=https://id.example.org USHER_DATABASE_URL=postgres://usher@db/usher usher serve
  usher serve --config /etc/usher/usher.toml
  usher serve --no-migrate                     if `usher migrate` runs before every release";

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Apply no migrations; refuse to start if any are pending
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(settings: &ConfigFiles, arguments: &ServeArgs) -> anyhow::Result<()> {
    let config = settings.of_serve()?;
    app::prepare_process(&config)?;
    Box::pin(app::serve(config, !arguments.no_migrate)).await
}
