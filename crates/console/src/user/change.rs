//! Confirms a change of one user or of several, and makes it.

use serde::Deserialize;

use super::provider_names::provider_names;
use super::words;
use crate::views::{
    ChangeUsersPage, ChangeWords, ChangedUsersPage, FilterChoice, OutcomeItem, UserLabel, UserListItem,
};
use usher_accounts::{FlowError, Rejected};
use usher_domain::event::receipt::AccessEnd;
use usher_domain::id::{ProjectId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::member::Role;
use usher_domain::urls::{self, UserUrls};
use usher_flows::{AdminChange, ChangedUser, MOST_CHANGED};
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{AdminPage, FormField, Notice, PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::FieldErrors;

/// Every change that a page offers.
const CHANGES: [ChangeWords; 10] = [
    words("disable", "change-disable", "change-disable-text", "user-disable").ending().grave(),
    words("enable", "change-enable", "change-enable-text", "user-enable"),
    words("end-sessions", "change-end", "change-end-text", "user-end-sessions").ending().grave(),
    words("delete", "change-delete", "change-delete-text", "user-delete").ending().grave(),
    words("send-link", "change-link", "change-link-text", "user-send-link"),
    words("reset-factors", "change-factors", "change-factors-text", "user-reset-factors").grave(),
    words("make-admin", "change-admin", "change-admin-text", "user-make-admin"),
    words("remove-admin", "change-no-admin", "change-no-admin-text", "user-remove-admin").grave(),
    words("add-member", "change-member", "change-member-text", "users-add-member"),
    words("remove-member", "change-no-member", "change-no-member-text", "users-remove-member").grave(),
];

/// The texts that pages of a single user show after a change.
pub(super) const DONE: [Notice; 9] = [
    Notice::new("disable", "changed-disable"),
    Notice::new("enable", "changed-enable"),
    Notice::new("end-sessions", "changed-end"),
    Notice::new("send-link", "changed-link"),
    Notice::new("reset-factors", "changed-factors"),
    Notice::new("make-admin", "changed-admin"),
    Notice::new("remove-admin", "changed-no-admin"),
    Notice::new("add-member", "changed-member"),
    Notice::new("remove-member", "changed-no-member"),
];

const fn words(word: &'static str, question: &'static str, meaning: &'static str, button: &'static str) -> ChangeWords {
    ChangeWords { word, question, meaning, button, ends_sessions: false, danger: false }
}

impl ChangeWords {
    const fn ending(self) -> Self {
        Self { ends_sessions: true, ..self }
    }

    const fn grave(self) -> Self {
        Self { danger: true, ..self }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    change: String,
    /// Ids, separated by commas.
    users: String,
    project: FormField<ProjectId>,
    role: FormField<Role>,
    confirmation: String,
}

/// GET /console/change-users?do=…&user=…
pub async fn ask(mut page: AdminPage) -> PageResult {
    let change = named(page.param("do").unwrap_or_default())?;
    let ids = read_ids(page.query.all("user"))?;
    if ids.is_empty() {
        return page.redirect(urls::USERS);
    }
    let view = question(&mut page, change, &ids).await?;
    page.show(&view)
}

/// POST /console/change-users
pub async fn make(mut page: AdminPage, PageForm(form): PageForm<ChangeForm>) -> PageResult {
    let change = named(&form.change)?;
    let ids = read_ids(form.users.split(','))?;
    let wanted = match read_change(change.word, &form) {
        Ok(wanted) => wanted,
        Err(field) => {
            let errors = FieldErrors::one(field, "message-required", page.head("").lang);
            let view = ChangeUsersPage { errors, ..question(&mut page, change, &ids).await? };
            return page.show_again(&view);
        }
    };
    if change.word == "delete" && form.confirmation.trim() != ids.len().to_string() {
        let errors = FieldErrors::one("confirmation", "message-not-confirmed", page.head("").lang);
        let view = ChangeUsersPage { errors, ..question(&mut page, change, &ids).await? };
        return page.show_again(&view);
    }
    let by = page.account.user.clone();
    let changed = Box::pin(page.app.usher.user_changes.change_all(&ids, wanted, &by)).await?;
    if let ([one], Some(notice)) = (changed.as_slice(), DONE.iter().find(|notice| notice.word == change.word))
        && one.outcome.is_ok()
    {
        return page.done(&UserUrls::of(&one.id).page(), *notice);
    }
    let view = report(&mut page, change, wanted, changed).await?;
    page.show(&view)
}

fn named(word: &str) -> Result<ChangeWords, PageStop> {
    let found = CHANGES.iter().find(|change| change.word == word);
    Ok(*found.ok_or_else(|| HttpProblem::bad_request("There is no such change."))?)
}

fn read_ids<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Vec<UserId>, PageStop> {
    let mut ids: Vec<UserId> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        let id = text.parse().map_err(|_| HttpProblem::bad_request("A user is named by an id."))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MOST_CHANGED {
        return Err(HttpProblem::bad_request("These are too many users for one change.").into());
    }
    Ok(ids)
}

/// The change; the field that is missing otherwise.
fn read_change(word: &str, form: &ChangeForm) -> Result<AdminChange, &'static str> {
    Ok(match word {
        "disable" => AdminChange::Disable,
        "enable" => AdminChange::Enable,
        "end-sessions" => AdminChange::EndSessions,
        "delete" => AdminChange::Delete,
        "send-link" => AdminChange::SendLink,
        "reset-factors" => AdminChange::ResetFactors,
        "make-admin" => AdminChange::MakeAdmin,
        "remove-admin" => AdminChange::RemoveAdmin,
        "add-member" => AdminChange::AddMember(form.project.value.ok_or("project")?, form.role.value.ok_or("role")?),
        _ => AdminChange::RemoveMember(form.project.value.ok_or("project")?),
    })
}

async fn question(page: &mut AdminPage, change: ChangeWords, ids: &[UserId]) -> Result<ChangeUsersPage, FlowError> {
    let found = page.app.usher.user_details.load_all(ids).await?;
    let names = provider_names(page).await?;
    let here = super::head::change_url(ids, change.word);
    let head = page.head(&here);
    let users: Vec<UserListItem> = found
        .iter()
        .map(|one| UserListItem {
            person: words::person(&one.user),
            state: words::state(one),
            admin: one.user.admin,
            methods: words::methods(one, head.lang, |id| names.get(id).cloned().unwrap_or_else(|| id.to_owned())),
            sessions: one.sessions,
            last_seen: one.last_seen_at.map(|at| head.ago(at.0)),
            joined: head.ago(one.user.created_at.0),
        })
        .collect();
    let needs_project = change.word.ends_with("-member");
    let cancel_url = match ids {
        [one] => UserUrls::of(one).page(),
        _ => urls::USERS.to_owned(),
    };
    Ok(ChangeUsersPage {
        form: page.form(urls::CHANGE_USERS),
        ids: joined(ids),
        confirmation: if change.word == "delete" { ids.len().to_string() } else { String::new() },
        projects: if needs_project { projects(page).await? } else { Vec::new() },
        roles: if change.word == "add-member" { roles(head.lang) } else { Vec::new() },
        change,
        users,
        cancel_url,
        page: head,
        errors: FieldErrors::default(),
    })
}

fn joined(ids: &[UserId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

async fn projects(page: &AdminPage) -> Result<Vec<FilterChoice>, FlowError> {
    let found = page.app.usher.projects.list_projects(Cursor::START, MAX_PAGE).await?;
    let choice = |one: usher_domain::project::Project| FilterChoice {
        value: one.id.to_string(),
        label: one.name,
        selected: false,
    };
    Ok(found.items.into_iter().map(choice).collect())
}

fn roles(lang: Lang) -> Vec<FilterChoice> {
    let choice = |role: Role| FilterChoice {
        value: role.as_str().to_owned(),
        label: lang.text(role_key(role)),
        selected: role == Role::Developer,
    };
    Role::ALL.map(choice).to_vec()
}

/// The key of the name of a role.
pub(super) const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Viewer => "role-viewer",
        Role::Developer => "role-developer",
        Role::Owner => "role-owner",
    }
}

async fn report(
    page: &mut AdminPage,
    change: ChangeWords,
    made: AdminChange,
    changed: Vec<ChangedUser>,
) -> Result<ChangedUsersPage, FlowError> {
    let head = page.head("");
    let done: Vec<UserId> = changed.iter().filter(|one| one.outcome.is_ok()).map(|one| one.id).collect();
    let deleted = made == AdminChange::Delete;
    let mut outcomes = Vec::new();
    for one in changed {
        let receipt = match (&one.outcome, deleted) {
            (Ok(ended), true) => receipt(page, head.lang, ended).await?,
            _ => Vec::new(),
        };
        outcomes.push(OutcomeItem {
            exists: one.user.is_some() && !(deleted && one.outcome.is_ok()),
            person: one.user.as_ref().map_or_else(|| unknown(one.id), words::person),
            refused: one.outcome.err().map(|refused| head.lang.text(refusal_key(&refused))),
            receipt,
        });
    }
    let undo = undo(made).filter(|_| !done.is_empty());
    Ok(ChangedUsersPage {
        form: page.form(urls::CHANGE_USERS),
        changed: u32::try_from(done.len()).unwrap_or(u32::MAX),
        undo: undo.map(|undo| [vec![("users", joined(&done))], undo].concat()).unwrap_or_default(),
        users_url: urls::USERS.to_owned(),
        outcomes,
        change,
        page: head,
    })
}

fn unknown(id: UserId) -> UserLabel {
    UserLabel { id: id.to_string(), label: id.to_string(), ..UserLabel::default() }
}

/// The form that makes the opposite change. Sessions that ended stay so.
fn undo(made: AdminChange) -> Option<Vec<(&'static str, String)>> {
    let change = |word: &str| ("change", word.to_owned());
    Some(match made {
        AdminChange::Disable => vec![change("enable")],
        AdminChange::Enable => vec![change("disable")],
        AdminChange::AddMember(project, _) => vec![change("remove-member"), ("project", project.to_string())],
        _ => return None,
    })
}

/// What happens to the access of each application.
async fn receipt(page: &AdminPage, lang: Lang, ended: &usher_accounts::Ended) -> Result<Vec<String>, FlowError> {
    let lines = page.app.usher.receipts.receipt(ended).await?;
    let line = |line: usher_domain::event::receipt::ReceiptApplication| {
        let minutes = |key, minutes: u32| lang.text_with(key, &[("count", minutes.into())]);
        let what = match line.access_end {
            AccessEnd::Notified => lang.text("receipt-notified"),
            AccessEnd::Retrying => lang.text("receipt-retrying"),
            AccessEnd::EndsWithin { minutes: left } => minutes("receipt-ends", left),
            AccessEnd::RefusedByModules { minutes: left } => minutes("receipt-modules", left),
            AccessEnd::Over => lang.text("receipt-over"),
        };
        format!("{}: {what}", line.name)
    };
    Ok(lines.into_iter().map(line).collect())
}

const fn refusal_key(refused: &Rejected) -> &'static str {
    match refused {
        Rejected::NotAllowed => "change-refused-admin",
        Rejected::UserMerged => "change-refused-merged",
        Rejected::NotFound(_) => "change-refused-gone",
        Rejected::LastWayIn => "change-refused-last-way",
        Rejected::LastOwner => "member-last-owner",
        Rejected::MemberAlready => "member-already",
        Rejected::PasswordWithoutAddress => "change-refused-address",
        _ => "change-refused",
    }
}
