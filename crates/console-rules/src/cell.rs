//! What a role is granted at one place of the matrix.

use std::collections::HashMap;

use super::draft::{OpenDraft, save, saved, urls};
use crate::views::CellPage;
use usher_domain::urls as all_urls;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop, ProjectPage};
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::changes::condition_words;
use usher_policy::compile::effective_rules;
use usher_policy::document::MatrixCell;
use usher_policy::table::PermissionRule;

/// The fields of chosen conditions begin with this.
const WHEN: &str = "when-";

/// GET /console/projects/{project}/rules/cell
pub async fn get(mut page: ProjectPage) -> PageResult {
    let name = |name| page.param(name).unwrap_or_default().to_owned();
    let (role, permission) = (name("role"), name("permission"));
    let view = view(&mut page, &role, &permission).await?;
    page.show(&view)
}

/// POST
pub async fn submit(mut page: ProjectPage, PageForm(form): PageForm<HashMap<String, String>>) -> PageResult {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let (role, permission, grant) = (field("role"), field("permission"), field("grant"));
    let shown = view(&mut page, role, permission).await?;
    let mut document = OpenDraft::load(&page).await?.document;
    let chosen: Vec<String> =
        document.conditions.keys().filter(|name| !field(&format!("{WHEN}{name}")).is_empty()).cloned().collect();
    let cell = match (grant, chosen.as_slice()) {
        ("allow" | "deny", _) => Some(MatrixCell::One(grant.to_owned())),
        ("when", []) => {
            let errors = FieldErrors::one("grant", "rules-choose-condition", shown.page.lang);
            let view = CellPage { errors, grant: grant.to_owned(), ..shown };
            return page.show_again(&view);
        }
        ("when", [only]) => Some(MatrixCell::One(only.clone())),
        ("when", several) => Some(MatrixCell::Several(several.to_vec())),
        _ => None,
    };
    document.set_grant(role, permission, cell);
    match save(&mut page, field("draft"), &document).await? {
        Ok(()) => saved(page),
        Err(errors) => {
            let conditions = shown.conditions.into_iter().map(|(name, words, _)| {
                let is_chosen = chosen.contains(&name);
                (name, words, is_chosen)
            });
            let conditions = conditions.collect();
            let view = CellPage { errors, grant: grant.to_owned(), conditions, ..shown };
            page.show_again(&view)
        }
    }
}

fn exists(document: &PolicyDocument, permission: &str) -> bool {
    match permission.split_once(':') {
        None => permission == "*",
        Some((entity, action)) => {
            let declared = document.entities.get(entity);
            declared.is_some_and(|entity| action == "*" || entity.actions.contains_key(action))
        }
    }
}

async fn view(page: &mut ProjectPage, role: &str, permission: &str) -> Result<CellPage, PageStop> {
    let urls = urls(page);
    let here = all_urls::with(&all_urls::with(&urls.cell(), "role", role), "permission", permission);
    let head = page.head(&here);
    let open = OpenDraft::load(page).await?;
    let Some(found) = open.document.roles.get(role).filter(|_| exists(&open.document, permission)) else {
        return Err(HttpProblem::unknown("grant").into());
    };
    let own = found.grants.get(permission);
    let grant = match own {
        None => "",
        Some(cell) if cell.is_allow() => "allow",
        Some(cell) if cell.is_deny() => "deny",
        Some(_) => "when",
    };
    let effective = match effective_rules(&open.document, role).get(permission) {
        Some(PermissionRule::Allow) if grant != "allow" => Some(head.t("rules-allowed")),
        Some(PermissionRule::Deny) if grant != "deny" => Some(head.t("rules-denied")),
        Some(PermissionRule::When(names)) if own.is_none_or(|cell| cell.words() != names) => Some(names.join(", ")),
        _ => None,
    };
    let is_chosen = |name: &String| own.is_some_and(|cell| cell.words().contains(name));
    let conditions = open.document.conditions.iter();
    Ok(CellPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.cell()),
        draft: open.drafted.etag,
        role: role.to_owned(),
        permission: permission.to_owned(),
        grant: grant.to_owned(),
        conditions: conditions.map(|(name, json)| (name.clone(), condition_words(json), is_chosen(name))).collect(),
        effective,
        new_condition_url: urls.condition(),
        rules_url: page.urls.rules(),
        page: head,
        ..CellPage::default()
    })
}
