//! The command line: commands, arguments, output and exit codes.
//!
//! Each file is a group of commands: arguments, help texts, output; `app` does the work. Data goes to standard output,
//! one line for an error to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.

mod admin;
mod api;
mod client;
mod completions;
mod config;
mod dev;
mod doctor;
mod failure;
mod healthcheck;
mod initial_token;
mod keys;
mod migrate;
mod output;
mod policy;
pub mod print_config;
mod project;
mod provider;
mod serve;
mod settings;
#[cfg(feature = "sim")]
mod sim;
mod stdin;
mod table;
mod user;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::output::Output;
use self::settings::ConfigFiles;
use usher_storage::EventOrigin;

const EXAMPLES: &str = "\
Examples:
  usher                                   development mode, without configuration
  USHER_ISSUER=https://id.example.org usher serve
  usher user create --email ana@example.org --password-stdin < password.txt
  usher client create --project Shop --type web --name Shop --redirect-uri https://shop.example.org/callback

`usher COMMAND --help` has examples for each command. Exit codes: 0 done, 1 failed, 2 wrong usage.";

/// One account for many applications: an OAuth 2 and OpenID Connect identity provider.
#[derive(Debug, Parser)]
#[command(name = "usher", version, after_help = EXAMPLES, propagate_version = false)]
struct Cli {
    /// A TOML file of settings; repeatable, later files override earlier ones [default: usher.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Print data as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<UsherCommand>,
}

#[derive(Debug, Subcommand)]
enum UsherCommand {
    /// Run in development mode on this machine (the default command)
    #[command(after_help = dev::EXAMPLES)]
    Dev,
    /// Run the server in production
    #[command(after_help = serve::EXAMPLES)]
    Serve(serve::ServeArgs),
    /// Apply database migrations
    #[command(after_help = migrate::EXAMPLES)]
    Migrate(migrate::MigrateArgs),
    /// Create administrators
    #[command(subcommand, after_help = admin::EXAMPLES)]
    Admin(admin::AdminCommand),
    /// Create, list and disable users; end their sessions and grants
    #[command(subcommand, after_help = user::EXAMPLES)]
    User(user::UserCommand),
    /// Create and list projects
    #[command(subcommand, after_help = project::EXAMPLES)]
    Project(project::ProjectCommand),
    /// Create, list, change and delete clients
    #[command(subcommand, after_help = client::EXAMPLES)]
    Client(client::ClientCommand),
    /// Create, list, change and delete APIs (resource servers), and say which clients may use them
    #[command(subcommand, after_help = api::EXAMPLES)]
    Api(api::ApiCommand),
    /// Create, list and delete the tokens with which clients register themselves
    #[command(subcommand, after_help = initial_token::EXAMPLES)]
    InitialToken(initial_token::InitialTokenCommand),
    /// Publish, show and check the access rules of a project
    #[command(subcommand, after_help = policy::EXAMPLES)]
    Policy(policy::PolicyCommand),
    /// Add, list, test and remove upstream providers: Google, Facebook, X…
    #[command(subcommand, after_help = provider::EXAMPLES)]
    Provider(provider::ProviderCommand),
    /// List, rotate, revoke and prune signing keys
    #[command(subcommand, after_help = keys::EXAMPLES)]
    Keys(keys::KeysCommand),
    /// Show the effective settings
    #[command(subcommand, after_help = config::EXAMPLES)]
    Config(config::ConfigCommand),
    /// Check configuration and environment, and say how to fix problems
    #[command(after_help = doctor::EXAMPLES)]
    Doctor,
    /// Check that the running server is ready, for containers without a shell
    #[command(after_help = healthcheck::EXAMPLES)]
    Healthcheck,
    /// Simulate the upstream providers on this machine, to test sign-in with them
    #[cfg(feature = "sim")]
    #[command(after_help = sim::EXAMPLES)]
    Sim(sim::SimArgs),
    /// Print the version
    #[command(after_help = version::EXAMPLES)]
    Version,
    /// Print a completion script
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::CompletionsArgs),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // Ends the process by itself: 0 after help, 2 after wrong usage.
    let cli = Cli::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(EventOrigin::command().run(run(cli))));
    crate::telemetry::flush();
    outcome.unwrap_or_else(|error| failure::report(&error))
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = ConfigFiles { files: cli.config };
    let output = Output { json: cli.json };
    crate::app::prepare_tls();
    match cli.command.unwrap_or(UsherCommand::Dev) {
        UsherCommand::Dev => Box::pin(dev::run(&settings)).await?,
        UsherCommand::Serve(arguments) => Box::pin(serve::run(&settings, &arguments)).await?,
        UsherCommand::Migrate(arguments) => return migrate::run(&settings, &arguments, output).await,
        UsherCommand::Admin(command) => admin::run(&settings, &command, output).await?,
        UsherCommand::User(command) => user::run(&settings, command, output).await?,
        UsherCommand::InitialToken(command) => initial_token::run(&settings, command, output).await?,
        UsherCommand::Project(command) => project::run(&settings, &command, output).await?,
        UsherCommand::Client(command) => Box::pin(client::run(&settings, command, output)).await?,
        UsherCommand::Api(command) => Box::pin(api::run(&settings, command, output)).await?,
        UsherCommand::Policy(command) => return Box::pin(policy::run(&settings, &command, output)).await,
        UsherCommand::Provider(command) => return provider::run(&settings, command, output).await,
        UsherCommand::Keys(command) => keys::run(&settings, &command, output).await?,
        UsherCommand::Config(command) => config::run(&settings, &command, output)?,
        UsherCommand::Doctor => return doctor::run(&settings, output).await,
        UsherCommand::Healthcheck => healthcheck::run(&settings, output).await?,
        #[cfg(feature = "sim")]
        UsherCommand::Sim(arguments) => sim::run(&arguments, output).await?,
        UsherCommand::Version => version::run(output)?,
        UsherCommand::Completions(arguments) => completions::run(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_shows_examples() {
        let mut all = Cli::command();
        all.build();
        all.clone().debug_assert();
        for command in all.get_subcommands().filter(|command| command.get_name() != "help") {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:\n  "), "{} has no examples", command.get_name());
        }
    }

    #[test]
    fn wrong_usage_is_refused_and_plain_usher_is_not() {
        assert!(Cli::try_parse_from(["usher"]).unwrap().command.is_none());
        for wrong in [
            "usher nonsense",
            "usher user create",
            "usher user disable",
            "usher client create --project P --name N --type desktop",
            "usher provider add myspace --client-id x",
            "usher provider add google",
            "usher provider add google --client-id x --link-policy always",
            "usher provider show",
            "usher policy publish rules.json",
            "usher policy check",
            "usher config print --defaults --origin",
            "usher completions tcsh",
        ] {
            let error = Cli::try_parse_from(wrong.split(' ')).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{wrong}");
        }
    }
}
