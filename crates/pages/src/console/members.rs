//! Project members: adding, removing, and changing their roles.

use axum::extract::State;
use axum::response::Response;

use super::done;
use super::project_access::ProjectAccess;
use crate::login::of_refused;
use crate::login::sign_in::text;
use crate::views::{FieldErrors, MemberListItem, MembersPage, ProjectTab};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::Project;
use usher_domain::project::member::Role;
use usher_domain::urls::ProjectUrls;
use usher_flows::{FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;
use usher_storage::members::NamedMember;

/// The words for completed actions, with their messages.
const DONE: [(&str, &str); 3] =
    [("added", "member-added"), ("changed", "member-changed"), ("removed", "member-removed")];

/// GET /console/projects/{project}/members
pub async fn get(
    State(app): State<App>,
    mut access: ProjectAccess,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut access).await?;
    page.notice = done::words(&query, page.page.lang, &DONE);
    access.show(&page)
}

/// POST: `do` = `add` (`email`, `role`), `change` (`user`, `role`) or `remove` (`user`).
pub async fn post(
    State(app): State<App>,
    mut access: ProjectAccess,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    access.visitor.check_form(&form)?;
    let here = ProjectUrls::of(&access.project.id).members();
    let error = match change(&app, &access.project, &form).await {
        Ok(done) => return Ok(access.done(&here, done)),
        Err(error) => error,
    };
    let mut page = view(&app, &mut access).await?;
    page.errors = done::faults(error, page.page.lang, words)?;
    (page.email, page.role) = (text(&form, "email"), text(&form, "role"));
    access.show_again(&page)
}

async fn change(app: &App, project: &Project, form: &Params) -> Result<&'static str, FlowError> {
    let role = || text(form, "role").parse::<Role>().map_err(|_| Rejected::Missing("role"));
    let user = || text(form, "user").parse().map_err(|_| Rejected::NotFound("member"));
    match text(form, "do").as_str() {
        "add" => {
            app.usher.members.add_member(project.id, text(form, "email").trim_ascii(), role()?).await?;
            Ok("added")
        }
        "change" => {
            app.usher.members.change_member(project.id, user()?, role()?).await?;
            Ok("changed")
        }
        "remove" => {
            app.usher.members.remove_member(project.id, user()?).await?;
            Ok("removed")
        }
        _ => Err(Rejected::NotFound("change").into()),
    }
}

fn words(refused: &Rejected, lang: Lang) -> Option<FieldErrors> {
    match refused {
        Rejected::NotFound("user") => Some(FieldErrors::from_iter([("email", lang.text("member-unknown"))])),
        other => of_refused(other, lang),
    }
}

async fn view(app: &App, access: &mut ProjectAccess) -> Result<MembersPage, HttpProblem> {
    let here = ProjectUrls::of(&access.project.id).members();
    let page = access.page(&here);
    let mut members = Vec::new();
    let mut after = Cursor::START;
    loop {
        let found = app.usher.members.list_members(access.project.id, after, MAX_PAGE).await?;
        members.extend(found.items.into_iter().map(|member| row(page.lang, member)));
        let Some(next) = found.next else { break };
        after = next;
    }
    Ok(MembersPage {
        project: access.head(&page, ProjectTab::Members),
        form: access.form(&here),
        members,
        role: Role::Developer.as_str().to_owned(),
        page,
        ..MembersPage::default()
    })
}

fn row(lang: Lang, named: NamedMember) -> MemberListItem {
    MemberListItem {
        user: named.member.user_id.to_string(),
        label: named.email.unwrap_or(named.sub.0),
        role: named.member.role.as_str().to_owned(),
        since: lang.date_time(named.member.since.0),
    }
}
