//! Publishing: what it would change, and doing it.

use serde::Deserialize;

use super::draft::{OpenDraft, change_items, outdated, pretty, text_faults, urls};
use super::line_diff;
use crate::views::{EffectItem, PublishPage};
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};
use usher_policy::diff::{PermissionChange, PolicyDocumentDiff};
use usher_policy::table::PermissionRule;

/// Shown by the page of the rules.
pub(super) const PUBLISHED: Notice = Notice::new("published", "rules-published");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PublishForm {
    draft: String,
    note: String,
}

/// GET /console/projects/{project}/rules/publish
pub async fn get(mut page: ProjectPage) -> PageResult {
    let view = view(&mut page).await?;
    page.show(&view)
}

/// POST
pub async fn submit(mut page: ProjectPage, PageForm(form): PageForm<PublishForm>) -> PageResult {
    let (policies, by) = (&page.app.usher.policies, author(&page));
    let done = policies.publish_policy(page.project.id, Some(&form.draft), form.note.trim(), &by).await;
    match page.check_with(done, fault)? {
        Ok(_) => {
            let there = page.urls.rules();
            page.done(&there, PUBLISHED)
        }
        Err(errors) => {
            let view = PublishPage { errors, note: form.note, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

pub(super) fn fault(refused: &Rejected) -> Option<FormFault> {
    match refused {
        Rejected::Policy(_) => Some(FormFault::new("", "rules-faults")),
        Rejected::NothingToPublish => Some(FormFault::new("", "rules-same")),
        Rejected::BadAssignment(_) => Some(FormFault::new("note", "rules-note-long")),
        other => outdated(other),
    }
}

/// Whoever publishes, as the history names them.
pub(super) fn author(page: &ProjectPage) -> String {
    format!("user {}", page.account.user.sub.0)
}

async fn view(page: &mut ProjectPage) -> Result<PublishPage, FlowError> {
    let urls = urls(page);
    let head = page.head(&urls.publish());
    let open = OpenDraft::load(page).await?;
    let (draft, faults) = open.state(page, &head).await;
    let effects = match draft.faults {
        0 => effects(&head, &page.app.usher.policies.policy_diff(page.project.id).await?),
        _ => Vec::new(),
    };
    let text = pretty(&open.document)?;
    Ok(PublishPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.publish()),
        next: (open.revision + 1).to_string(),
        changes: change_items(open.changes()),
        effects,
        lines: line_diff::compare(&pretty(&open.published)?, &text),
        faults: text_faults(&text, &faults),
        text_url: urls.text(),
        draft,
        page: head,
        ..PublishPage::default()
    })
}

fn effects(head: &Layout, diff: &PolicyDocumentDiff) -> Vec<EffectItem> {
    let mut items = Vec::new();
    for (role, change) in &diff.roles {
        let lists = [("gains", &change.gains), ("loses", &change.loses), ("shifts", &change.shifts)];
        for (kind, list) in lists {
            items.extend(list.iter().map(|one: &PermissionChange| EffectItem {
                role: role.clone(),
                kind,
                permission: one.permission.clone(),
                before: words(head, one.before.as_ref()),
                after: words(head, one.after.as_ref()),
            }));
        }
    }
    items
}

fn words(head: &Layout, rule: Option<&PermissionRule>) -> String {
    match rule {
        None => head.t("rules-not-allowed"),
        Some(PermissionRule::Allow) => head.t("rules-allowed"),
        Some(PermissionRule::Deny) => head.t("rules-denied"),
        Some(PermissionRule::When(names)) => names.join(", "),
    }
}
