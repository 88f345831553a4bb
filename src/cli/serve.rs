//! `usher serve`.

use clap::Args;

use super::settings::Settings;
use crate::app;

pub(super) const EXAMPLES: &str = "\
Examples:
  USHER_ISSUER=https://id.example.org USHER_DATABASE_URL=postgres://usher@db/usher usher serve
  usher serve --config /etc/usher/usher.toml
  usher serve --no-migrate                     where `usher migrate` runs before every release";

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Do not bring the database up to date; refuse to start if it is not
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<()> {
    let config = settings.of_serve()?;
    app::prepare_process(&config)?;
    app::serve(config, !arguments.no_migrate).await
}
