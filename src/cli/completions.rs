//! `usher completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::output::say;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher completions bash > /etc/bash_completion.d/usher
  usher completions fish > ~/.config/fish/completions/usher.fish";

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArgs) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Cli::command(), "usher", &mut script);
    say(&String::from_utf8(script)?)
}
