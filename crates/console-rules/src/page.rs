//! The page of the access rules: what each role may do, and how the draft stands.

use std::collections::BTreeMap;

use super::draft::{self, DraftForm, OpenDraft, count};
use super::history::publication_item;
use super::matrix::{self, MatrixPart};
use super::publish::PUBLISHED;
use crate::views::{ConditionItem, PublicationItem, RouteItem, RulesPage};
use usher_accounts::{FlowError, Rejected};
use usher_domain::urls;
use usher_flows::Right;
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::changes::condition_words;
use usher_policy::document::RouteRule;

const DISCARDED: Notice = Notice::new("discarded", "rules-discarded");

/// GET /console/projects/{project}/rules
pub async fn get(mut page: ProjectPage) -> PageResult {
    let notice = page.notice(&[draft::SAVED, DISCARDED, PUBLISHED]);
    let view = RulesPage { notice, ..view(&mut page).await? };
    page.show(&view)
}

/// POST …/rules/discard
pub async fn discard(mut page: ProjectPage, PageForm(form): PageForm<DraftForm>) -> PageResult {
    let discarded = page.app.usher.policies.discard_policy_draft(page.project.id, &form.draft).await;
    match page.check_with(discarded, draft::outdated)? {
        Ok(()) => {
            let there = page.urls.rules();
            page.done(&there, DISCARDED)
        }
        Err(errors) => {
            let view = RulesPage { errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

async fn view(page: &mut ProjectPage) -> Result<RulesPage, FlowError> {
    let (here, urls) = (page.urls.rules(), draft::urls(page));
    let head = page.head(&here);
    let open = OpenDraft::load(page).await?;
    let place = |name: &str| page.param(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    let part = MatrixPart { role: place("role"), entity: place("entity") };
    let edits = page.may(Right::Develop);
    let (state, _) = open.state(page, &head).await;
    let document = &open.document;
    let condition = |(name, json): (&String, &serde_json::Value)| ConditionItem {
        words: condition_words(json),
        url: urls::with(&urls.condition(), "name", name),
        name: name.clone(),
    };
    Ok(RulesPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.discard()),
        published: published(page, &head).await?,
        draft: state,
        matrix: matrix::view(document, &urls, &here, part, edits),
        routes: document.routes.iter().enumerate().map(|(i, rule)| route(&head, &urls.route(), i, rule)).collect(),
        conditions: document.conditions.iter().map(condition).collect(),
        modules: modules(page, &head).await?,
        modules_url: page.urls.modules(),
        guide_url: urls::document("access-rules"),
        urls,
        page: head,
        ..RulesPage::default()
    })
}

async fn published(page: &ProjectPage, head: &Layout) -> Result<Option<PublicationItem>, FlowError> {
    match page.app.usher.policies.published_policy(page.project.id).await {
        Ok(found) => {
            let newest = found.publication.revision;
            Ok(Some(publication_item(page, head, found.publication, newest).await?))
        }
        Err(FlowError::Rejected(Rejected::NotFound(_))) => Ok(None),
        Err(other) => Err(other),
    }
}

/// How many modules apply which revision, newest first.
async fn modules(page: &ProjectPage, head: &Layout) -> Result<Vec<String>, FlowError> {
    let following = page.app.hub.audience(page.project.id).await?;
    let mut counts: BTreeMap<Option<u64>, usize> = BTreeMap::new();
    for listener in following.listeners {
        *counts.entry(listener.policy_revision).or_default() += 1;
    }
    let sentence = |(revision, number): (Option<u64>, usize)| match revision {
        None => head.tn("rules-modules-without", count(number)),
        Some(revision) => {
            let revision = revision.to_string();
            let values = [("count", count(number).into()), ("revision", revision.as_str().into())];
            head.lang.text_with("rules-modules-on", &values)
        }
    };
    Ok(counts.into_iter().rev().map(sentence).collect())
}

fn route(head: &Layout, url: &str, place: usize, rule: &RouteRule) -> RouteItem {
    let open = match rule {
        RouteRule { public: true, .. } => head.t("rules-route-public"),
        RouteRule { auth: true, .. } => head.t("rules-route-auth"),
        _ => String::new(),
    };
    RouteItem {
        methods: rule.methods.join(", "),
        path: rule.path.clone(),
        need: rule.need.clone(),
        open,
        also: also(head, rule.acr.as_deref(), rule.max_age, &rule.scopes, rule.fresh),
        url: urls::with(url, "place", &place.to_string()),
    }
}

/// What a route requires besides, in words.
pub(super) fn also(
    head: &Layout,
    acr: Option<&str>,
    max_age: Option<u32>,
    scopes: &[String],
    fresh: bool,
) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(acr.map(|acr| head.tv("rules-also-acr", "acr", acr)));
    words.extend(max_age.map(|seconds| head.tn("rules-also-age", seconds)));
    words.extend(scopes.iter().map(|scope| head.tv("rules-also-scope", "scope", scope.as_str())));
    words.extend(fresh.then(|| head.t("rules-also-fresh")));
    words
}

/// Every permission and every wildcard of a document.
pub(super) fn permissions(document: &PolicyDocument) -> Vec<String> {
    document.permissions().map(|(permission, _)| permission).collect()
}
