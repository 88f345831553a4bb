//! The local modules that are connected to a project.

use crate::views::{ModuleListItem, ModulesPage};
use usher_accounts::FlowError;
use usher_domain::urls;
use usher_events::feed::{Listener, Transport};
use usher_flows::NewestState;
use usher_page_kit::kit::{PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};

/// GET /console/projects/{project}/modules
pub async fn get(page: ProjectPage) -> PageResult {
    let view = view(&page).await?;
    page.show(&view)
}

async fn view(page: &ProjectPage) -> Result<ModulesPage, FlowError> {
    let (app, project, here) = (&page.app, page.project.id, page.urls.modules());
    let head = page.head(&here);
    let newest = app.usher.local_modules.newest_state(project).await?;
    let following = app.hub.audience(project).await?;
    let clients = following.listeners.iter().map(|listener| listener.module.client_id.clone()).collect();
    let names = app.usher.local_modules.names(project, clients).await?;
    let row = |listener: Listener| {
        let name = names.get(&listener.module.client_id).cloned().unwrap_or_default();
        row(&head, listener, name, newest)
    };
    Ok(ModulesPage {
        project: page.project_head(&head, ProjectTab::Modules),
        here,
        modules: following.listeners.into_iter().map(row).collect(),
        connected: following.number,
        revision: newest.policy_revision,
        guide_url: urls::document("sdk/start"),
        command: format!(
            "usher client create --project {project} --type machine --name my-api --scope usher:sync --env"
        ),
        page: head,
    })
}

fn row(page: &Layout, listener: Listener, name: String, newest: NewestState) -> ModuleListItem {
    let Listener { module, transport, since, acknowledged, acknowledged_at, policy_revision } = listener;
    let applied = policy_revision.and_then(|revision| i64::try_from(revision).ok());
    ModuleListItem {
        name,
        host: module.host.or(module.address).unwrap_or_default(),
        version: module.version.unwrap_or_default(),
        transport_key: match transport {
            Transport::Socket => "module-socket",
            Transport::LongPoll => "module-long-poll",
            Transport::Poll => "module-poll",
        },
        since: page.date(since.0),
        acknowledged: acknowledged_at.map(|at| page.ago(at.0)),
        behind: (newest.position - acknowledged).max(0),
        revision: policy_revision,
        is_current: applied.is_some() && applied == newest.policy_revision,
    }
}
