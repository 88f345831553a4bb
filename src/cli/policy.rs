//! `usher policy`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::ConfigFiles;
use super::stdin;
use super::table::{fields, printable};
use crate::app::{self, DocumentFault, FlowError, PolicyDocument, Rejected, Usher};

pub(super) const EXAMPLES: &str = "\
Examples:
  usher policy check rules.json                            without a database, such as in CI
  usher policy publish --project Shop rules.json           modules apply them within a second
  usher policy publish --project Shop --note \"Editors may delete\" - < rules.json
  usher policy show --project Shop > rules.json            the published rules, to edit and publish again";

/// The publisher in the history of the rules.
const PUBLISHER: &str = "command line";

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Publish access rules; a draft in the console does not change
    #[command(after_help = EXAMPLES)]
    Publish(PublishPolicyArgs),
    /// Print the published access rules
    Show(ShowPolicyArgs),
    /// Check access rules; exit code 1 if they cannot be published
    Check(CheckPolicyArgs),
}

#[derive(Debug, Args)]
pub(super) struct PublishPolicyArgs {
    /// The project, by name or id
    #[arg(long, value_name = "NAME|ID")]
    project: String,
    /// Why, in one line of at most 500 characters, for the history
    #[arg(long, default_value = "")]
    note: String,
    /// The access rules: a JSON document; `-` reads standard input
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct ShowPolicyArgs {
    /// The project, by name or id
    #[arg(long, value_name = "NAME|ID")]
    project: String,
}

#[derive(Debug, Args)]
pub(super) struct CheckPolicyArgs {
    /// The access rules: a JSON document; `-` reads standard input
    file: PathBuf,
}

pub(super) async fn run(settings: &ConfigFiles, command: &PolicyCommand, output: Output) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Check(what) => return check(&what.file, output),
        PolicyCommand::Publish(what) => {
            // The input is read before the database is opened.
            let document = read(&what.file)?;
            let usher = app::open_for_commands(settings.server_config()?).await?;
            publish(&usher, what, &document, output).await?;
        }
        PolicyCommand::Show(what) => {
            let usher = app::open_for_commands(settings.server_config()?).await?;
            show(&usher, &what.project, output).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check(file: &Path, output: Output) -> anyhow::Result<ExitCode> {
    let review = app::review_policy(&read(file)?);
    output.print(&review, || {
        let verdict =
            if review.valid { "These rules can be published.\n" } else { "These rules cannot be published.\n" };
        in_words(&review.faults) + verdict
    })?;
    Ok(if review.valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn publish(
    usher: &Usher,
    what: &PublishPolicyArgs,
    document: &PolicyDocument,
    output: Output,
) -> anyhow::Result<()> {
    let project = usher.projects.load_project(&what.project).await?.id;
    let is_new = match usher.policies.publish_document(project, document, &what.note, PUBLISHER).await {
        Ok(_) => true,
        Err(FlowError::Rejected(Rejected::NothingToPublish)) => false,
        Err(FlowError::Rejected(Rejected::Policy(faults))) => {
            bail!("these rules cannot be published: {}", in_one_line(&faults))
        }
        Err(other) => return Err(other.into()),
    };
    let current = usher.policies.published_policy(project).await?.publication;
    let view = json!({ "project_id": project, "revision": current.revision, "published": is_new });
    output.print(&view, || {
        let words = fields([("project", project.to_string()), ("revision", current.revision.to_string())]);
        words + if is_new { "" } else { "These rules were published already.\n" }
    })
}

async fn show(usher: &Usher, project: &str, output: Output) -> anyhow::Result<()> {
    let project = usher.projects.load_project(project).await?.id;
    let found = usher.policies.published_policy(project).await?;
    let document: Value = serde_json::from_str(&found.document)?;
    let text = serde_json::to_string_pretty(&document)? + "\n";
    let published = found.publication;
    let view = json!({
        "project_id": project,
        "revision": published.revision,
        "published_at": published.published_at.rfc3339(),
        "published_by": published.published_by,
        "note": published.note,
        "document": document,
    });
    output.print(&view, || text)
}

fn read(file: &Path) -> anyhow::Result<PolicyDocument> {
    let text = stdin::read(file)?;
    match PolicyDocument::read(text.as_bytes()) {
        Ok(document) => Ok(document),
        Err(fault) => bail!("{}: {}", file.display(), in_one_line(&[fault])),
    }
}

/// One line for each fault: its severity, its place, what it is.
fn in_words(faults: &[DocumentFault]) -> String {
    let mut words = String::new();
    for fault in faults {
        let severity = if fault.is_error() { "error" } else { "warning" };
        let place = if fault.pointer.is_empty() { "" } else { " " };
        let line = format!("{severity}{place}{}: {}", fault.pointer, fault.message);
        // Writing to a string never fails.
        let _ = writeln!(words, "{}", printable(&line));
    }
    words
}

fn in_one_line(faults: &[DocumentFault]) -> String {
    in_words(faults).trim_end().replace('\n', "; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_place_and_cannot_control_the_terminal() {
        let faults = [
            DocumentFault::error("/roles/a\u{1b}", "there is no such permission"),
            DocumentFault::warning("", "no role grants anything"),
        ];
        let words = in_words(&faults);
        assert!(words.ends_with("warning: no role grants anything\n"), "{words}");
        assert!(words.starts_with("error /roles/a") && !words.contains('\u{1b}'), "{words}");
    }
}
