//! `usher dev`, and plain `usher`.

use super::output::say;
use super::settings::ConfigFiles;
use crate::app;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher
  usher dev
  USHER_LISTEN=127.0.0.1:9000 usher dev
  USHER_DEMO__ENABLED=false usher dev          without the two demo applications
  USHER_DATABASE_URL=postgres://usher@localhost/usher usher dev";

pub(super) async fn run(settings: &ConfigFiles) -> anyhow::Result<()> {
    let config = settings.of_dev()?;
    app::prepare_process(&config)?;
    let server = app::dev(config, |banner| {
        // The reader may be gone, which does not affect the server.
        let _ = say(&banner);
    });
    Box::pin(server).await
}
