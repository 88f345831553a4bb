//! What was published: the revisions, one of them, and publishing it again.

use serde::Deserialize;

use super::draft::{change_items, pretty, urls};
use super::line_diff;
use super::publish::{self, PUBLISHED, author};
use crate::views::{PublicationItem, RevisionPage, RollBackPage, RulesHistoryPage};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::urls::{self as all_urls, RevisionUrls};
use usher_page_kit::kit::{InPath, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::changes::changes;
use usher_storage::policy::revisions::{Publication, Revision};

/// Revisions on a page.
const PAGE: u32 = 50;

/// The reason for a rollback.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RollBackForm {
    /// The revision that was published when the page was shown.
    current: String,
    note: String,
}

/// GET /console/projects/{project}/rules/history
pub async fn list(page: ProjectPage) -> PageResult {
    let urls = urls(&page);
    let head = page.head(&urls.history());
    let before = page.param("before").and_then(|text| text.parse().ok());
    let policies = &page.app.usher.policies;
    let newest = newest(&page).await?;
    let (found, next) = policies.policy_history(page.project.id, before, PAGE).await?;
    let mut revisions = Vec::with_capacity(found.len());
    for publication in found {
        revisions.push(publication_item(&page, &head, publication, newest).await?);
    }
    let view = RulesHistoryPage {
        project: page.project_head(&head, ProjectTab::Rules),
        revisions,
        more_url: next.map(|next| all_urls::with(&urls.history(), "before", &next.to_string())),
        notice: page.notice(&[PUBLISHED]),
        page: head,
    };
    page.show(&view)
}

/// GET …/rules/history/{revision}
pub async fn get(page: ProjectPage, InPath((_, number)): InPath<(ProjectId, i64)>) -> PageResult {
    let urls = RevisionUrls::of(&page.project.id, &number);
    let head = page.head(&urls.page());
    let found = page.app.usher.policies.policy_revision(page.project.id, number).await?;
    let document = document(&found)?;
    let before = match page.app.usher.policies.policy_revision(page.project.id, number - 1).await {
        Ok(before) => self::document(&before)?,
        Err(FlowError::Rejected(Rejected::NotFound(_))) => PolicyDocument::default(),
        Err(other) => return Err(other.into()),
    };
    let newest = newest(&page).await?;
    let view = RevisionPage {
        project: page.project_head(&head, ProjectTab::Rules),
        history_url: self::urls(&page).history(),
        revision: publication_item(&page, &head, found.publication, newest).await?,
        changes: change_items(changes(&before, &document)),
        text: pretty(&document)?,
        urls,
        page: head,
    };
    page.show(&view)
}

/// GET …/rules/history/{revision}/roll-back
pub async fn confirm(mut page: ProjectPage, InPath((_, number)): InPath<(ProjectId, i64)>) -> PageResult {
    let view = roll_back_view(&mut page, number).await?;
    page.show(&view)
}

/// POST …/rules/history/{revision}/roll-back
pub async fn roll_back(
    mut page: ProjectPage,
    InPath((_, number)): InPath<(ProjectId, i64)>,
    PageForm(form): PageForm<RollBackForm>,
) -> PageResult {
    let policies = &page.app.usher.policies;
    let done = if newest(&page).await?.to_string() == form.current {
        policies.roll_back_policy(page.project.id, number, form.note.trim(), &author(&page)).await
    } else {
        Err(Rejected::Superseded.into())
    };
    match page.check_with(done, publish::fault)? {
        Ok(_) => {
            let there = page.urls.rules();
            page.done(&there, PUBLISHED)
        }
        Err(errors) => {
            let view = RollBackPage { errors, note: form.note, ..roll_back_view(&mut page, number).await? };
            page.show_again(&view)
        }
    }
}

async fn roll_back_view(page: &mut ProjectPage, number: i64) -> Result<RollBackPage, FlowError> {
    let urls = RevisionUrls::of(&page.project.id, &number);
    let head = page.head(&urls.roll_back());
    let found = page.app.usher.policies.policy_revision(page.project.id, number).await?;
    let current = page.app.usher.policies.published_policy(page.project.id).await?;
    let (after, before) = (document(&found)?, document(&current)?);
    Ok(RollBackPage {
        project: page.project_head(&head, ProjectTab::Rules),
        history_url: self::urls(page).history(),
        form: page.form(urls.roll_back()),
        keep_url: urls.page(),
        revision: publication_item(page, &head, found.publication, current.publication.revision).await?,
        current: current.publication.revision.to_string(),
        changes: change_items(changes(&before, &after)),
        lines: line_diff::compare(&pretty(&before)?, &pretty(&after)?),
        page: head,
        ..RollBackPage::default()
    })
}

fn document(revision: &Revision) -> Result<PolicyDocument, FlowError> {
    Ok(serde_json::from_str(&revision.document)?)
}

/// The published revision; 0 if there is none.
async fn newest(page: &ProjectPage) -> Result<i64, FlowError> {
    let mark = page.app.usher.policies.policy_tag(page.project.id).await?;
    Ok(mark.map_or(0, |(revision, _)| revision))
}

pub(super) async fn publication_item(
    page: &ProjectPage,
    head: &Layout,
    publication: Publication,
    newest: i64,
) -> Result<PublicationItem, FlowError> {
    Ok(PublicationItem {
        by: page.app.usher.policies.publisher(&publication).await?,
        url: RevisionUrls::of(&page.project.id, &publication.revision).page(),
        current: publication.revision == newest,
        at: head.ago(publication.published_at.0),
        revision: publication.revision.to_string(),
        note: publication.note,
    })
}
