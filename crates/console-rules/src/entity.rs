//! An entity type of the draft: its actions and attributes.

use std::collections::BTreeMap;

use super::draft::{OpenDraft, PartEdit, save, saved, urls};
use crate::views::{EntityPage, EntityValues};
use usher_domain::urls as all_urls;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop, ProjectPage};
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::changes::{kind_word, type_word};
use usher_policy::document::{ActionKind, EntityType};
use usher_policy::names::{is_action, is_attribute, is_entity};
use usher_policy::value::Type;

/// GET /console/projects/{project}/rules/entity: a new one, or the one that `name` names.
pub async fn get(mut page: ProjectPage) -> PageResult {
    let known = page.param("name").unwrap_or_default().to_owned();
    let view = view(&mut page, &known).await?;
    page.show(&view)
}

/// POST
pub async fn submit(page: ProjectPage, PageForm(values): PageForm<EntityValues>) -> PageResult {
    answer(page, values, PartEdit::Save).await
}

/// POST …/rules/entity/remove
pub async fn remove(page: ProjectPage, PageForm(values): PageForm<EntityValues>) -> PageResult {
    answer(page, values, PartEdit::Remove).await
}

async fn answer(mut page: ProjectPage, values: EntityValues, edit: PartEdit) -> PageResult {
    let shown = view(&mut page, &values.known).await?;
    let mut document = OpenDraft::load(&page).await?.document;
    let errors = change(&mut document, &values, edit, shown.page.lang);
    let errors = if errors.is_empty() { save(&mut page, &values.draft, &document).await?.err() } else { Some(errors) };
    let Some(errors) = errors else { return saved(page) };
    let values = EntityValues { draft: shown.values.draft.clone(), ..values };
    let view = EntityPage { values, errors, ..shown };
    page.show_again(&view)
}

/// Changes the entity type, or says what is wrong.
fn change(document: &mut PolicyDocument, values: &EntityValues, edit: PartEdit, lang: Lang) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let name = if values.known.is_empty() { values.name.trim() } else { &values.known };
    if edit == PartEdit::Save {
        if !is_entity(name) {
            errors.add("name", lang.text("rules-entity-name-fault"));
        } else if values.known.is_empty() && document.entities.contains_key(name) {
            errors.add("name", lang.text("rules-name-taken"));
        }
        let actions = actions(&values.actions).filter(|actions| !actions.is_empty());
        if actions.is_none() {
            errors.add("actions", lang.text("rules-entity-actions-fault"));
        }
        let attributes = attributes(&values.attributes);
        if attributes.is_none() {
            errors.add("attributes", lang.text("rules-entity-attributes-fault"));
        }
        let (Some(actions), Some(attributes), true) = (actions, attributes, errors.is_empty()) else { return errors };
        document.entities.insert(name.to_owned(), EntityType { attributes, actions });
    } else {
        document.entities.remove(name);
    }
    document.drop_lost_permissions();
    errors
}

/// One a line: a name, and `item` or `collection`; an action without either is for one item.
fn actions(text: &str) -> Option<BTreeMap<String, ActionKind>> {
    pairs(text)
        .map(|(name, kind)| {
            let kind = match kind {
                "" | "item" => ActionKind::Item,
                "collection" => ActionKind::Collection,
                _ => return None,
            };
            is_action(name).then(|| (name.to_owned(), kind))
        })
        .collect()
}

/// One a line: a name and a type.
fn attributes(text: &str) -> Option<BTreeMap<String, Type>> {
    pairs(text)
        .map(|(name, kind)| {
            let kinds = [Type::String, Type::Bool, Type::Int, Type::Strings];
            let kind = kinds.into_iter().find(|known| type_word(*known) == kind)?;
            is_attribute(name).then(|| (name.to_owned(), kind))
        })
        .collect()
}

/// The two words of each line; the second may be missing.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_once(char::is_whitespace).map_or((line, ""), |(name, kind)| (name, kind.trim())))
}

async fn view(page: &mut ProjectPage, known: &str) -> Result<EntityPage, PageStop> {
    let urls = urls(page);
    let here = if known.is_empty() { urls.entity() } else { all_urls::with(&urls.entity(), "name", known) };
    let head = page.head(&here);
    let open = OpenDraft::load(page).await?;
    let entity = open.document.entities.get(known).cloned();
    if entity.is_none() && !known.is_empty() {
        return Err(HttpProblem::unknown("entity type").into());
    }
    let entity = entity.unwrap_or_default();
    let lines = |pairs: Vec<(&String, &str)>| {
        pairs.into_iter().map(|(name, kind)| format!("{name} {kind}")).collect::<Vec<_>>().join("\n")
    };
    Ok(EntityPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.entity()),
        remove_url: urls.remove_entity(),
        values: EntityValues {
            draft: open.drafted.etag,
            known: known.to_owned(),
            name: known.to_owned(),
            actions: lines(entity.actions.iter().map(|(name, kind)| (name, kind_word(*kind))).collect()),
            attributes: lines(entity.attributes.iter().map(|(name, kind)| (name, type_word(*kind))).collect()),
        },
        rules_url: page.urls.rules(),
        page: head,
        ..EntityPage::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_garbage_is_refused() {
        let read = actions("list collection\r\n\r\n read item \nupdate").unwrap();
        assert_eq!(
            read.into_iter().map(|(name, kind)| (name, kind_word(kind))).collect::<Vec<_>>(),
            [("list".to_owned(), "collection"), ("read".to_owned(), "item"), ("update".to_owned(), "item"),]
        );
        for bad in ["list all", "List", "a b c", "item item item", "<b>"] {
            assert!(actions(bad).is_none(), "{bad}");
        }
        assert_eq!(attributes("total\tint\nowner string").unwrap().len(), 2);
        for bad in ["total", "total float", "a-b int", "total int x", "__proto__ int"] {
            assert!(attributes(bad).is_none(), "{bad}");
        }
    }
}
