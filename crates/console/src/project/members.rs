//! Project members: adding, removing, and changing their roles.

use serde::Deserialize;

use crate::views::{MemberListItem, MembersPage};
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_domain::id::{ProjectId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::member::Role;
use usher_domain::urls::{self, MemberUrls};
use usher_flows::Right;
use usher_page_kit::kit::{ButtonForm, FormField, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};
use usher_storage::members::NamedMember;

const ADDED: Notice = Notice::new("added", "member-added");
const CHANGED: Notice = Notice::new("changed", "member-changed");
const REMOVED: Notice = Notice::new("removed", "member-removed");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewMemberForm {
    email: String,
    role: FormField<Role>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: FormField<Role>,
}

/// GET /console/projects/{project}/members
pub async fn get(mut page: ProjectPage) -> PageResult {
    let notice = page.notice(&[ADDED, CHANGED, REMOVED]);
    let view = MembersPage { notice, ..view(&mut page).await? };
    page.show(&view)
}

/// POST /console/projects/{project}/members
pub async fn add(page: ProjectPage, PageForm(form): PageForm<NewMemberForm>) -> PageResult {
    let (members, project) = (&page.app.usher.members, page.project.id);
    let added = match form.role.value {
        Some(role) => members.add_member(project, form.email.trim_ascii(), role).await,
        None => Err(Rejected::Missing("role").into()),
    };
    answer(page, added, ADDED, form).await
}

/// POST …/members/{user}/change-role
pub async fn change_role(
    page: ProjectPage,
    InPath((_, user)): InPath<(ProjectId, UserId)>,
    PageForm(form): PageForm<RoleForm>,
) -> PageResult {
    let changed = match form.role.value {
        Some(role) => page.app.usher.members.change_member(page.project.id, user, role).await,
        None => Err(Rejected::Missing("role").into()),
    };
    answer(page, changed, CHANGED, NewMemberForm { role: form.role, ..NewMemberForm::default() }).await
}

/// POST …/members/{user}/remove: an owner removes any member, everybody themselves.
pub async fn remove(page: ProjectPage, InPath((_, user)): InPath<(ProjectId, UserId)>, _: ButtonForm) -> PageResult {
    let leaves = user == page.account.user.id;
    if !leaves && !page.may(Right::Own) {
        return Err(FlowError::from(Rejected::NotAllowed).into());
    }
    match page.app.usher.members.remove_member(page.project.id, user).await {
        Ok(()) if leaves && !page.account.user.admin => page.redirect(urls::CONSOLE),
        removed => answer(page, removed, REMOVED, NewMemberForm::default()).await,
    }
}

async fn answer<T>(
    mut page: ProjectPage,
    result: Result<T, FlowError>,
    notice: Notice,
    typed: NewMemberForm,
) -> PageResult {
    match page.check_with(result, fault)? {
        Ok(_) => {
            let here = page.urls.members();
            page.done(&here, notice)
        }
        Err(errors) => {
            let view = MembersPage { errors, email: typed.email, role: typed.role.text, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// Whoever has no account cannot be added.
fn fault(refused: &Rejected) -> Option<FormFault> {
    (*refused == Rejected::NotFound("user")).then(|| FormFault::new("email", "member-unknown"))
}

async fn view(page: &mut ProjectPage) -> Result<MembersPage, FlowError> {
    let here = page.urls.members();
    let head = page.head(&here);
    let mut members = Vec::new();
    let mut after = Cursor::START;
    loop {
        let found = page.app.usher.members.list_members(page.project.id, after, MAX_PAGE).await?;
        members.extend(found.items.into_iter().map(|member| row(page, &head, member)));
        let Some(next) = found.next else { break };
        after = next;
    }
    Ok(MembersPage {
        project: page.project_head(&head, ProjectTab::Members),
        form: page.form(here),
        members,
        role: Role::Developer.as_str().to_owned(),
        page: head,
        ..MembersPage::default()
    })
}

fn row(page: &ProjectPage, head: &Layout, named: NamedMember) -> MemberListItem {
    MemberListItem {
        urls: MemberUrls::of(&page.project.id, &named.member.user_id),
        is_reader: named.member.user_id == page.account.user.id,
        label: named.email.unwrap_or(named.sub.0),
        role: named.member.role.as_str().to_owned(),
        since: head.date(named.member.since.0),
    }
}
