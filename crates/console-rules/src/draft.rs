//! The draft of the access rules: what it is, how it differs from the published rules, and how a part of it is saved.

use serde::Deserialize;

use crate::views::{ChangeItem, DraftState, LineFault};
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_domain::urls::RulesUrls;
use usher_flows::Drafted;
use usher_page_kit::kit::{Notice, PageKit as _, PageResult, PageStop, ProjectPage};
use usher_page_kit::views::{FieldErrors, Layout};
use usher_policy::PolicyDocument;
use usher_policy::changes::{DocumentChange, DocumentPart, changes};
use usher_policy::fault::DocumentFault;
use usher_policy::locate::line_of;

/// Shown by the page of the rules.
pub(super) const SAVED: Notice = Notice::new("saved", "rules-saved");

/// A form with nothing but the version of the draft.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    pub(super) draft: String,
}

/// A fault of a field: its name, and the key of its text.
pub(super) type FieldFault = (&'static str, &'static str);

/// What is done with a part of the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartEdit {
    Save,
    Remove,
}

/// The draft and the published rules.
pub(super) struct OpenDraft {
    pub document: PolicyDocument,
    pub drafted: Drafted,
    pub published: PolicyDocument,
    /// The published revision; 0 if there is none.
    pub revision: i64,
}

impl OpenDraft {
    pub async fn load(page: &ProjectPage) -> Result<Self, FlowError> {
        let policies = &page.app.usher.policies;
        let drafted = policies.policy_draft(page.project.id).await?;
        let document = serde_json::from_str(&drafted.document)?;
        let (published, revision) = match policies.published_policy(page.project.id).await {
            Ok(found) => (serde_json::from_str(&found.document)?, found.publication.revision),
            Err(FlowError::Rejected(Rejected::NotFound(_))) => (PolicyDocument::default(), 0),
            Err(other) => return Err(other),
        };
        Ok(Self { document, drafted, published, revision })
    }

    pub fn changes(&self) -> Vec<DocumentChange> {
        changes(&self.published, &self.document)
    }

    /// How the draft stands. A draft that differs is checked, which takes up to a second for the largest.
    pub async fn state(&self, page: &ProjectPage, head: &Layout) -> (DraftState, Vec<DocumentFault>) {
        let faults = if self.drafted.changed {
            page.app.usher.policies.review_policy(self.document.clone()).await.faults
        } else {
            Vec::new()
        };
        let state = DraftState {
            tag: self.drafted.etag.clone(),
            changes: if self.drafted.changed { count(self.changes().len()).max(1) } else { 0 },
            saved: self.drafted.saved_at.map(|at| head.ago(at.0)),
            faults: count(faults.iter().filter(|fault| fault.is_error()).count()),
        };
        (state, faults)
    }
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The URLs of the access rules.
pub(super) fn urls(page: &ProjectPage) -> RulesUrls {
    RulesUrls::of(&page.project.id)
}

/// A document as people read it.
pub(super) fn pretty(document: &PolicyDocument) -> Result<String, FlowError> {
    Ok(serde_json::to_string_pretty(document)?)
}

/// The most faults that a page shows.
const MOST_FAULTS: usize = 100;

/// Faults at the lines of a text.
pub(super) fn text_faults(text: &str, faults: &[DocumentFault]) -> Vec<LineFault> {
    let lines: Vec<&str> = text.lines().collect();
    let at_line = |fault: &DocumentFault| {
        let line = line_of(text, &fault.pointer);
        let excerpt = lines.get(line.saturating_sub(1)).map(|text| text.trim().to_owned()).unwrap_or_default();
        LineFault { line, excerpt, message: fault.message.clone(), is_error: fault.is_error() }
    };
    faults.iter().take(MOST_FAULTS).map(at_line).collect()
}

/// Saves the draft, if it is still the version that was seen.
pub(super) async fn save(
    page: &mut ProjectPage,
    seen: &str,
    document: &PolicyDocument,
) -> Result<Result<(), FieldErrors>, PageStop> {
    let saved = page.app.usher.policies.replace_policy_draft(page.project.id, Some(seen), document).await;
    Ok(page.check_with(saved, outdated)?.map(drop))
}

/// The page of the rules, which says that the draft is saved.
pub(super) fn saved(page: ProjectPage) -> PageResult {
    let there = page.urls.rules();
    page.done(&there, SAVED)
}

/// The draft changed meanwhile.
pub(super) fn outdated(refused: &Rejected) -> Option<FormFault> {
    (*refused == Rejected::Superseded).then(|| FormFault::new("", "rules-outdated"))
}

pub(super) fn change_items(changes: Vec<DocumentChange>) -> Vec<ChangeItem> {
    let item = |change: DocumentChange| ChangeItem {
        part_key: match change.part {
            DocumentPart::Action => "rules-part-action",
            DocumentPart::Attribute => "rules-part-attribute",
            DocumentPart::Condition => "rules-part-condition",
            DocumentPart::Role => "rules-part-role",
            DocumentPart::Parent => "rules-part-parent",
            DocumentPart::Grant => "rules-part-grant",
            DocumentPart::Route => "rules-part-route",
        },
        role: change.role,
        name: change.name,
        before: change.before,
        after: change.after,
    };
    changes.into_iter().map(item).collect()
}
