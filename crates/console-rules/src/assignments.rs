//! Who has which role.

use serde::Deserialize;

use super::draft::{FieldFault, urls};
use crate::views::{AssignmentItem, AssignmentValues, AssignmentsPage};
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_domain::id::{AssignmentId, ProjectId};
use usher_domain::page::Cursor;
use usher_domain::project::assignment::{Assignment, RoleHolder};
use usher_domain::time::Timestamp;
use usher_domain::urls::{self as all_urls, AssignmentUrls};
use usher_flows::{NewAssignment, Right, Subject};
use usher_page_kit::kit::{ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::typed_text::some;
use usher_page_kit::views::{FieldErrors, Layout, ProjectTab};
use usher_policy::Table;

const ASSIGNED: Notice = Notice::new("assigned", "rules-assigned");
const REMOVED: Notice = Notice::new("removed", "rules-unassigned");
/// Assignments on a page.
const PAGE: u32 = 50;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// The longest time that can be given in days.
const MOST_DAYS: i64 = 3_650;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FindForm {
    find: String,
    find_entity: String,
}

/// GET /console/projects/{project}/rules/assignments
pub async fn get(mut page: ProjectPage) -> PageResult {
    let view = AssignmentsPage { notice: page.notice(&[ASSIGNED, REMOVED]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST …/rules/assignments
pub async fn assign(mut page: ProjectPage, PageForm(values): PageForm<AssignmentValues>) -> PageResult {
    let made = match new_assignment(&page, &values).await? {
        Ok(new) => page.app.usher.policies.assign_role(page.project.id, new).await.map(drop),
        Err((field, key)) => {
            let errors = FieldErrors::one(field, key, page.head("").lang);
            let view = AssignmentsPage { values, errors, ..view(&mut page).await? };
            return page.show_again(&view);
        }
    };
    match page.check_with(made, fault)? {
        Ok(()) => {
            let there = urls(&page).assignments();
            page.done(&there, ASSIGNED)
        }
        Err(errors) => {
            let view = AssignmentsPage { values, errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// POST …/rules/assignments/find: the roles of one subject. An address does not belong into a URL.
pub async fn find(mut page: ProjectPage, PageForm(form): PageForm<FindForm>) -> PageResult {
    let entity = some(&form.find_entity);
    let policies = &page.app.usher.policies;
    let mut found = Vec::new();
    if let Some(subject) = policies.subject_named(page.project.id, form.find.trim()).await? {
        found = policies.assignments_of(page.project.id, &subject, entity.as_deref()).await?;
    }
    let mut shown = view(&mut page).await?;
    shown.assignments = items(&page, &shown.page, found).await?;
    let searched = !form.find.trim().is_empty();
    let view = AssignmentsPage { find: form.find, find_entity: form.find_entity, searched, more_url: None, ..shown };
    page.show(&view)
}

/// POST …/rules/assignments/{assignment}/remove
pub async fn remove(
    mut page: ProjectPage,
    InPath((_, assignment)): InPath<(ProjectId, AssignmentId)>,
    _: ButtonForm,
) -> PageResult {
    let removed = page.app.usher.policies.unassign_role(page.project.id, assignment).await;
    page.check_or_stop(removed)?;
    let there = urls(&page).assignments();
    page.done(&there, REMOVED)
}

async fn new_assignment(
    page: &ProjectPage,
    values: &AssignmentValues,
) -> Result<Result<NewAssignment, FieldFault>, FlowError> {
    let expires_at = match some(&values.days).map(|days| days.parse::<i64>()) {
        None => None,
        Some(Ok(days)) if (1..=MOST_DAYS).contains(&days) => Some(Timestamp(page.head("").now + days * DAY)),
        Some(_) => return Ok(Err(("days", "rules-days-fault"))),
    };
    let subject = page.app.usher.policies.subject_named(page.project.id, values.who.trim()).await?;
    let Some(subject) = subject else { return Ok(Err(("who", "rules-person-unknown"))) };
    Ok(Ok(NewAssignment { role: values.role.clone(), subject, scope: some(&values.entity), expires_at }))
}

fn fault(refused: &Rejected) -> Option<FormFault> {
    match refused {
        Rejected::RoleHeld => Some(FormFault::new("role", "rules-role-held")),
        Rejected::TooManyRoles => Some(FormFault::new("role", "rules-role-many")),
        Rejected::BadAssignment(_) => Some(FormFault::new("entity", "rules-assignment-entity-fault")),
        Rejected::NotFound("published role") => Some(FormFault::new("role", "rules-role-unknown")),
        Rejected::NotFound("subject") => Some(FormFault::new("who", "rules-person-unknown")),
        _ => None,
    }
}

async fn view(page: &mut ProjectPage) -> Result<AssignmentsPage, FlowError> {
    let urls = urls(page);
    let here = urls.assignments();
    let head = page.head(&here);
    let policies = &page.app.usher.policies;
    let after = page.param("after").and_then(|text| Cursor::decode(text).ok()).unwrap_or(Cursor::START);
    let found = policies.list_assignments(page.project.id, after, PAGE).await?;
    let roles = match policies.policy_bundle(page.project.id).await {
        Ok(bundle) => Table::read(bundle.table.as_bytes())?.roles.into_keys().collect(),
        Err(FlowError::Rejected(Rejected::NotFound(_))) => Vec::new(),
        Err(other) => return Err(other),
    };
    Ok(AssignmentsPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(here.clone()),
        find_url: urls.find_assignments(),
        rules_url: page.urls.rules(),
        may_assign: page.may(Right::Operate),
        roles,
        more_url: found.next.map(|next| all_urls::with(&here, "after", &next.encode())),
        assignments: items(page, &head, found.items).await?,
        here,
        page: head,
        ..AssignmentsPage::default()
    })
}

async fn items(
    page: &ProjectPage,
    head: &Layout,
    assignments: Vec<Assignment>,
) -> Result<Vec<AssignmentItem>, FlowError> {
    let mut items = Vec::with_capacity(assignments.len());
    for assignment in assignments {
        items.push(AssignmentItem {
            label: label(page, &assignment.holder).await?,
            is_client: matches!(assignment.holder, RoleHolder::Client(_)),
            role: assignment.role,
            entity: assignment.scope,
            since: head.date(assignment.assigned_at.0),
            until: assignment.expires_at.map(|end| head.date(end.0)),
            expired: assignment.expires_at.is_some_and(|end| end.0 <= head.now),
            remove_url: AssignmentUrls::of(&assignment.project, &assignment.id).remove(),
        });
    }
    Ok(items)
}

/// The address for administrators. Members of the project see what its applications see.
async fn label(page: &ProjectPage, holder: &RoleHolder) -> Result<String, FlowError> {
    if let (RoleHolder::User(id), true) = (holder, page.account.user.admin) {
        let label = page.app.usher.users.load_user_by_id(*id).await?.label();
        if !label.is_empty() {
            return Ok(label);
        }
    }
    let (Subject::User(name) | Subject::Client(name)) =
        page.app.usher.policies.subject_of(page.project.id, holder).await?;
    Ok(name)
}
