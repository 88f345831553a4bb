//! Project members: inviting, removing, and changing their roles.

use serde::Deserialize;

use crate::views::{InvitationItem, MemberListItem, MembersPage};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::{ProjectId, ProjectInvitationId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::member::Role;
use usher_domain::urls::{self, MemberUrls, ProjectInvitationUrls};
use usher_flows::Right;
use usher_page_kit::kit::{ButtonForm, FormField, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};
use usher_storage::members::NamedMember;

const INVITED: Notice = Notice::new("invited", "member-invited");
const RESENT: Notice = Notice::new("resent", "member-invitation-resent");
const WITHDRAWN: Notice = Notice::new("withdrawn", "member-invitation-withdrawn");
const JOINED: Notice = Notice::new(urls::DONE_JOINED, "member-joined");
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
    let notice = page.notice(&[INVITED, RESENT, WITHDRAWN, JOINED, CHANGED, REMOVED]);
    let view = MembersPage { notice, ..view(&mut page).await? };
    page.show(&view)
}

/// POST /console/projects/{project}/members invites somebody, who may have an account or not.
pub async fn invite(page: ProjectPage, PageForm(form): PageForm<NewMemberForm>) -> PageResult {
    let (invitations, lang) = (&page.app.usher.project_invitations, page.head("").lang);
    let invited = match form.role.value {
        Some(role) => invitations.invite(&page.project, form.email.trim_ascii(), role, lang).await,
        None => Err(Rejected::Missing("role").into()),
    };
    answer(page, invited, INVITED, form).await
}

/// POST …/invitations/{invitation}/resend
pub async fn resend(
    page: ProjectPage,
    InPath((_, id)): InPath<(ProjectId, ProjectInvitationId)>,
    _: ButtonForm,
) -> PageResult {
    let lang = page.head("").lang;
    let sent = page.app.usher.project_invitations.resend(&page.project, id, lang).await;
    answer(page, sent, RESENT, NewMemberForm::default()).await
}

/// POST …/invitations/{invitation}/withdraw
pub async fn withdraw(
    page: ProjectPage,
    InPath((_, id)): InPath<(ProjectId, ProjectInvitationId)>,
    _: ButtonForm,
) -> PageResult {
    let withdrawn = page.app.usher.project_invitations.withdraw(page.project.id, id).await;
    answer(page, withdrawn, WITHDRAWN, NewMemberForm::default()).await
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
    match page.check(result)? {
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
    let now = page.app.usher.core.now();
    let invitations = page.app.usher.project_invitations.list(page.project.id).await?;
    let invitations = invitations.into_iter().map(|one| InvitationItem {
        urls: ProjectInvitationUrls::of(&page.project.id, &one.id),
        is_open: one.is_open(now),
        email: one.email.readable(),
        role: one.role.as_str().to_owned(),
        sent: head.date(one.sent_at.0),
        until: head.date(one.expires_at.0),
    });
    Ok(MembersPage {
        invitations: invitations.collect(),
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
