//! `usher doctor`.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::printable;
use crate::app::{self, Finding, FindingLevel};

pub(super) const EXAMPLES: &str = "\
Examples:
  usher doctor                                 exit code 1 if anything is wrong
  usher doctor --json | jq '.[] | select(.verdict != \"good\")'";

pub(super) async fn run(settings: &ConfigFiles, output: Output) -> anyhow::Result<ExitCode> {
    app::prepare_command()?;
    let findings = match settings.server_config() {
        Ok(config) => app::examine(&config).await,
        Err(errors) => errors.0.iter().map(app::of_config_fault).collect(),
    };
    output.print(&findings, || in_words(&findings))?;
    let wrong = findings.iter().any(|finding| finding.verdict == FindingLevel::Bad);
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn in_words(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { subject, verdict, tried, found, remedy } in findings {
        let mark = match verdict {
            FindingLevel::Good => '✔',
            FindingLevel::Doubtful => '⚠',
            FindingLevel::Bad => '✘',
        };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{mark} {subject:<13} {} ({})", printable(found), printable(tried));
        if let Some(remedy) = remedy {
            let _ = writeln!(text, "  {:<13} → {}", "", printable(remedy));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_what_was_found_what_was_tried_and_what_to_change() {
        let good = Finding::good("database", "sqlite x.db", "answers");
        let bad = Finding::bad("issuer", "GET http://localhost:1/", "does not answer", "start `usher dev`");
        assert_eq!(
            in_words(&[good, bad]),
            "✔ database      answers (sqlite x.db)\n✘ issuer        does not answer (GET http://localhost:1/)\n                → start `usher dev`\n"
        );
    }
}
