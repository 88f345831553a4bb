//! A role of the draft: its title and what it inherits from. What it is granted stands in the matrix.

use super::draft::{OpenDraft, PartEdit, save, saved, urls};
use crate::views::{RolePage, RoleValues};
use usher_domain::urls as all_urls;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop, ProjectPage};
use usher_page_kit::typed_text::some;
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::names::is_role;

/// GET /console/projects/{project}/rules/role: a new one, or the one that `name` names.
pub async fn get(mut page: ProjectPage) -> PageResult {
    let known = page.param("name").unwrap_or_default().to_owned();
    let view = view(&mut page, &known).await?;
    page.show(&view)
}

/// POST
pub async fn submit(page: ProjectPage, PageForm(values): PageForm<RoleValues>) -> PageResult {
    answer(page, values, PartEdit::Save).await
}

/// POST …/rules/role/remove
pub async fn remove(page: ProjectPage, PageForm(values): PageForm<RoleValues>) -> PageResult {
    answer(page, values, PartEdit::Remove).await
}

async fn answer(mut page: ProjectPage, values: RoleValues, edit: PartEdit) -> PageResult {
    let shown = view(&mut page, &values.known).await?;
    let mut document = OpenDraft::load(&page).await?.document;
    let errors = change(&mut document, &values, edit, shown.page.lang);
    let errors = if errors.is_empty() { save(&mut page, &values.draft, &document).await?.err() } else { Some(errors) };
    let Some(errors) = errors else { return saved(page) };
    // The version that is shown now may be saved: only this part of it is changed.
    let values = RoleValues { draft: shown.values.draft.clone(), ..values };
    let view = RolePage { values, errors, ..shown };
    page.show_again(&view)
}

/// Changes the role, or says what is wrong.
fn change(document: &mut PolicyDocument, values: &RoleValues, edit: PartEdit, lang: Lang) -> FieldErrors {
    let name = if values.known.is_empty() { values.name.trim() } else { &values.known };
    if edit == PartEdit::Remove {
        document.remove_role(name);
        return FieldErrors::default();
    }
    let mut errors = FieldErrors::default();
    if !is_role(name) {
        errors.add("name", lang.text("rules-role-name-fault"));
    } else if values.known.is_empty() && document.roles.contains_key(name) {
        errors.add("name", lang.text("rules-name-taken"));
    }
    let inherits: Vec<String> = values.inherits.split([' ', ',', '\r', '\n']).filter_map(some).collect();
    if inherits.iter().any(|parent| parent == name || !document.roles.contains_key(parent)) {
        errors.add("inherits", lang.text("rules-role-unknown"));
    }
    if errors.is_empty() {
        let role = document.roles.entry(name.to_owned()).or_default();
        (role.title, role.inherits) = (some(&values.title), inherits);
    }
    errors
}

async fn view(page: &mut ProjectPage, known: &str) -> Result<RolePage, PageStop> {
    let urls = urls(page);
    let here = if known.is_empty() { urls.role() } else { all_urls::with(&urls.role(), "name", known) };
    let head = page.head(&here);
    let open = OpenDraft::load(page).await?;
    let role = open.document.roles.get(known).cloned();
    if role.is_none() && !known.is_empty() {
        return Err(HttpProblem::unknown("role").into());
    }
    let role = role.unwrap_or_default();
    Ok(RolePage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.role()),
        remove_url: urls.remove_role(),
        values: RoleValues {
            draft: open.drafted.etag,
            known: known.to_owned(),
            name: known.to_owned(),
            title: role.title.unwrap_or_default(),
            inherits: role.inherits.join(" "),
        },
        others: open.document.roles.into_keys().filter(|name| name != known).collect(),
        rules_url: page.urls.rules(),
        page: head,
        ..RolePage::default()
    })
}
