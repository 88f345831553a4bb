//! `usher config`.

use clap::{Args, Subcommand};

use super::output::{Output, say};
use super::print_config::{PrintMode, print, print_providers};
use super::settings::ConfigFiles;
use usher_config::{RunMode, defaults};

pub(super) const EXAMPLES: &str = "\
Examples:
  usher config print                           as TOML, secrets masked
  usher config print --origin                  with the source of each value
  usher config print --defaults                all settings, and what they do";

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the effective settings
    #[command(after_help = EXAMPLES)]
    Print(PrintConfigArgs),
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct PrintConfigArgs {
    /// The defaults, and what each setting does
    #[arg(long)]
    defaults: bool,
    /// Where each value comes from
    #[arg(long)]
    origin: bool,
}

pub(super) fn run(settings: &ConfigFiles, command: &ConfigCommand, output: Output) -> anyhow::Result<()> {
    let ConfigCommand::Print(arguments) = command;
    let config = settings.server_config();
    if arguments.defaults {
        // The built-in values can be shown even if the configured ones are invalid.
        let profile = config.map_or(RunMode::Dev, |config| config.profile);
        return say(&print(&defaults(profile), PrintMode::Defaults, output.json));
    }
    let mode = if arguments.origin { PrintMode::Origins } else { PrintMode::Values };
    let config = config?;
    if output.json {
        return say(&print(&[config.explain(), config.explain_providers()].concat(), mode, true));
    }
    say(&(print(&config.explain(), mode, false) + &print_providers(&config.providers, mode)))
}
