//! The local modules that are connected to a project.

use axum::extract::State;
use axum::response::Response;

use super::project_access::ProjectAccess;
use crate::views::{ModuleListItem, ModulesPage, ProjectTab};
use usher_domain::urls::{self, ProjectUrls};
use usher_events::feed::{Listener, Transport};
use usher_flows::FlowError;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// GET /console/projects/{project}/modules
pub async fn get(State(app): State<App>, access: ProjectAccess) -> Result<Response, HttpProblem> {
    let project = access.project.id;
    let here = ProjectUrls::of(&project).modules();
    let page = access.page(&here);
    let cursor = app.usher.core.store.feed_place(project).await.map_err(FlowError::from)?.map_or(0, |at| at.position);
    let revision = app.usher.policies.policy_tag(project).await?.map(|(revision, _)| revision);
    let following = app.hub.audience(project).await.map_err(FlowError::from)?;
    let clients = following.listeners.iter().map(|listener| listener.module.client_id.clone()).collect();
    let names = app.usher.receipts.module_names(project, clients).await?;
    let row = |listener: Listener| {
        let name = names.get(&listener.module.client_id).cloned().unwrap_or_default();
        row(page.lang, listener, name, cursor, revision)
    };
    let view = ModulesPage {
        project: access.head(&page, ProjectTab::Modules),
        here,
        modules: following.listeners.into_iter().map(row).collect(),
        connected: following.number,
        revision,
        guide_url: urls::document("sdk/start"),
        command: format!(
            "usher client create --project {project} --type machine --name my-api --scope usher:sync --env"
        ),
        page,
    };
    access.show(&view)
}

fn row(lang: Lang, listener: Listener, name: String, cursor: i64, published: Option<i64>) -> ModuleListItem {
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
        since: lang.date_time(since.0),
        acknowledged: acknowledged_at.map(|at| lang.date_time(at.0)),
        behind: (cursor - acknowledged).max(0),
        revision: policy_revision,
        is_current: published.is_some() && applied == published,
    }
}
