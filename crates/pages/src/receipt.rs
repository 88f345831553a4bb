//! The receipt after sessions and grants ended: each application, and the local modules that acknowledged the end.

use std::collections::BTreeMap;

use crate::views::ReceiptLine;
use usher_accounts::{Ended, FlowError, RECEIPT_LOOK_EVERY, RECEIPT_LOOKS};
use usher_domain::event::receipt::{AccessEnd, ConnectedModule, ReceiptApplication};
use usher_domain::id::ProjectId;
use usher_events::feed::Acknowledgement;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// One line for each application that lost its access. Waits a moment for applications and modules that respond at
/// once.
///
/// # Errors
/// 503 if the database is not available.
pub async fn of(app: &App, ended: &Ended) -> Result<Vec<ReceiptApplication>, HttpProblem> {
    let mut modules = BTreeMap::new();
    let mut lines = Vec::new();
    for line in app.usher.receipts.receipt(ended).await? {
        if let Some(project) = line.project_id
            && !modules.contains_key(&project)
        {
            modules.insert(project, modules_of(app, ended, project).await?);
        }
        let of_project = line.project_id.and_then(|project| modules.get(&project)).cloned().unwrap_or_default();
        lines.push(line.with_modules(of_project));
    }
    Ok(lines)
}

async fn modules_of(app: &App, ended: &Ended, project: ProjectId) -> Result<Vec<ConnectedModule>, HttpProblem> {
    let acknowledged = acknowledgements(app, ended, project).await?;
    let clients = acknowledged.iter().map(|acknowledgement| acknowledgement.module.client_id.clone()).collect();
    let names = app.usher.local_modules.names(project, clients).await?;
    let module = |Acknowledgement { module, at, .. }: Acknowledgement| ConnectedModule {
        name: names.get(&module.client_id).cloned().unwrap_or_default(),
        host: module.host,
        version: module.version,
        acknowledged_at: at,
    };
    let mut modules: Vec<ConnectedModule> = acknowledged.into_iter().map(module).collect();
    modules.sort_by_key(|module| (module.name.to_lowercase(), module.host.clone()));
    Ok(modules)
}

/// The acknowledgements once all modules have sent one, except those that poll once a minute, or a moment has passed.
async fn acknowledgements(app: &App, ended: &Ended, project: ProjectId) -> Result<Vec<Acknowledgement>, HttpProblem> {
    let anybody = acknowledged(app, project, 0).await?;
    if anybody.is_empty() {
        return Ok(anybody);
    }
    // Events that were not dispatched yet have no position: no module can have acknowledged them.
    let position = app.usher.receipts.feed_position_after(ended, project).await?.unwrap_or(i64::MAX);
    let mut modules = acknowledged(app, project, position).await?;
    for _ in 0..RECEIPT_LOOKS {
        if position == i64::MAX || modules.iter().all(|module| module.at.is_some() || module.is_slow) {
            break;
        }
        tokio::time::sleep(RECEIPT_LOOK_EVERY).await;
        modules = acknowledged(app, project, position).await?;
    }
    Ok(modules)
}

async fn acknowledged(app: &App, project: ProjectId, position: i64) -> Result<Vec<Acknowledgement>, HttpProblem> {
    Ok(app.hub.acknowledgements(project, position).await.map_err(FlowError::from)?)
}

/// The text of a receipt.
pub fn words(lang: Lang, lines: Vec<ReceiptApplication>) -> Vec<ReceiptLine> {
    lines.into_iter().map(|line| line_in_words(lang, line)).collect()
}

fn line_in_words(lang: Lang, line: ReceiptApplication) -> ReceiptLine {
    let minutes = |name, minutes: u32| lang.text_with(name, &[("count", minutes.into())]);
    let (what, done) = match line.access_end {
        AccessEnd::Notified => (lang.text("receipt-notified"), true),
        AccessEnd::Retrying => (lang.text("receipt-retrying"), false),
        AccessEnd::EndsWithin { minutes: left } => (minutes("receipt-ends", left), false),
        AccessEnd::RefusedByModules { minutes: left } => (minutes("receipt-modules", left), true),
        AccessEnd::Over => (lang.text("receipt-over"), true),
    };
    let modules = line.modules.iter().map(|module| module_in_words(lang, module)).collect();
    ReceiptLine { name: line.name, what, done, modules }
}

fn module_in_words(lang: Lang, module: &ConnectedModule) -> String {
    let details: Vec<&str> = module.host.as_deref().into_iter().chain(module.version.as_deref()).collect();
    let label = match details.join(", ") {
        details if details.is_empty() => module.name.clone(),
        details => format!("{} ({details})", module.name),
    };
    let name = ("name", label.as_str().into());
    match module.acknowledged_at {
        Some(at) => {
            let time = lang.date_time(at.0);
            lang.text_with("receipt-module-acknowledged", &[name, ("time", time.as_str().into())])
        }
        None => lang.text_with("receipt-module-waiting", &[name]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::id::ClientId;
    use usher_domain::time::Timestamp;

    fn line(access_end: AccessEnd) -> ReceiptApplication {
        ReceiptApplication {
            client_id: ClientId("c".into()),
            name: "Demo".into(),
            project_id: None,
            access_end,
            modules: Vec::new(),
        }
    }

    #[test]
    fn every_state_of_a_receipt_has_words_of_its_own() {
        let minutes = 4;
        let states = [
            AccessEnd::Notified,
            AccessEnd::Retrying,
            AccessEnd::EndsWithin { minutes },
            AccessEnd::RefusedByModules { minutes },
            AccessEnd::Over,
        ];
        for lang in Lang::ALL {
            let words: std::collections::BTreeSet<String> =
                super::words(lang, states.map(line).to_vec()).into_iter().map(|line| line.what).collect();
            assert_eq!(words.len(), states.len(), "{words:?}");
        }
        assert_eq!(line_in_words(Lang::En, line(states[2])).what, "Its access ends within 4 minutes.");
    }

    #[test]
    fn a_module_is_named_with_the_time_of_its_acknowledgement() {
        let module = |host: Option<&str>, at| ConnectedModule {
            name: "orders api".into(),
            host: host.map(str::to_owned),
            version: host.map(|_| "usher-sdk-node/0.1.0".to_owned()),
            acknowledged_at: at,
        };
        let known = module(Some("web-1"), Some(Timestamp(1_795_363_080)));
        let lines = line(AccessEnd::Over).with_modules(vec![module(None, None), known]);
        let words = line_in_words(Lang::En, lines).modules;
        assert_eq!(words[0], "The local module orders api has not acknowledged this yet.");
        let acknowledged = "The local module orders api (web-1, usher-sdk-node/0.1.0) acknowledged this: 22 Nov 2026";
        assert!(words[1].starts_with(acknowledged), "{words:?}");
    }
}
