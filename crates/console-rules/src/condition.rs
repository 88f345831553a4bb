//! A condition of the draft: comparisons in a form, or its JSON as text.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::draft::{OpenDraft, PartEdit, save, saved, urls};
use crate::views::{ConditionPage, ConditionRow, ConditionValues};
use usher_domain::urls as all_urls;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop, ProjectPage};
use usher_page_kit::typed_text::some;
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::condition::Condition;
use usher_policy::document::{TOKEN_CLAIMS, USER_ATTRIBUTES};
use usher_policy::leaf::{Leaf, LeafTest, Literal, Operand, Operator};
use usher_policy::names::is_condition;
use usher_policy::value::{Type, int_json, whole};
use usher_protocol::strict_json;

/// The deepest nesting of a text: that of a condition, with its lists and operands.
const DEPTH: u8 = 24;

/// GET /console/projects/{project}/rules/condition: a new one, or the one that `name` names.
pub async fn get(mut page: ProjectPage) -> PageResult {
    let known = page.param("name").unwrap_or_default().to_owned();
    let view = view(&mut page, &known).await?;
    page.show(&view)
}

/// POST
pub async fn submit(page: ProjectPage, PageForm(values): PageForm<ConditionValues>) -> PageResult {
    answer(page, values, PartEdit::Save).await
}

/// POST …/rules/condition/remove
pub async fn remove(page: ProjectPage, PageForm(values): PageForm<ConditionValues>) -> PageResult {
    answer(page, values, PartEdit::Remove).await
}

async fn answer(mut page: ProjectPage, values: ConditionValues, edit: PartEdit) -> PageResult {
    let shown = view(&mut page, &values.known).await?;
    let mut document = OpenDraft::load(&page).await?.document;
    let errors = change(&mut document, &values, edit, shown.page.lang);
    let errors = if errors.is_empty() { save(&mut page, &values.draft, &document).await?.err() } else { Some(errors) };
    let Some(errors) = errors else { return saved(page) };
    let values = ConditionValues { draft: shown.values.draft.clone(), ..values };
    let view = ConditionPage { values, errors, ..shown };
    page.show_again(&view)
}

/// Changes the condition, or says what is wrong.
fn change(document: &mut PolicyDocument, values: &ConditionValues, edit: PartEdit, lang: Lang) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let name = if values.known.is_empty() { values.name.trim() } else { &values.known };
    if edit == PartEdit::Remove {
        document.remove_condition(name);
        return errors;
    }
    if !is_condition(name) {
        errors.add("name", lang.text("rules-condition-name-fault"));
    } else if values.known.is_empty() && document.conditions.contains_key(name) {
        errors.add("name", lang.text("rules-name-taken"));
    }
    let condition = if values.form == "text" { from_text(&values.text) } else { from_rows(document, values, lang) };
    match condition {
        Ok(condition) if errors.is_empty() => drop(document.conditions.insert(name.to_owned(), condition)),
        Ok(_) => {}
        Err((field, fault)) => errors.add(field, fault),
    }
    errors
}

/// A fault of a field: its name, and a sentence.
type ConditionFieldFault = (String, String);

fn from_text(text: &str) -> Result<Json, ConditionFieldFault> {
    let fault = |words: String| ("text".to_owned(), words);
    let json = strict_json::value(text.as_bytes(), DEPTH).map_err(|error| fault(error.to_string()))?;
    match Condition::parse(&json) {
        Ok(_) => Ok(json),
        Err(faults) => {
            let words =
                faults.into_iter().map(|found| format!("{} {}", found.pointer, found.message).trim().to_owned());
            Err(fault(words.collect::<Vec<_>>().join("; ")))
        }
    }
}

fn from_rows(document: &PolicyDocument, values: &ConditionValues, lang: Lang) -> Result<Json, ConditionFieldFault> {
    let kinds = kinds(document);
    let mut parts = Vec::new();
    for row in values.rows() {
        if row.left.is_empty() {
            continue;
        }
        let fault = || (format!("left_{}", row.number), lang.text("rules-condition-row-fault"));
        let json = comparison(&kinds, &row).ok_or_else(fault)?;
        Condition::parse(&json).map_err(|_| fault())?;
        parts.push(json);
    }
    match (parts.len(), values.joint.as_str()) {
        (0, _) => Err(("left_1".to_owned(), lang.text("rules-condition-empty"))),
        (1, _) => Ok(parts.remove(0)),
        (_, "any") => Ok(json!({ "any": parts })),
        _ => Ok(json!({ "all": parts })),
    }
}

/// Every attribute with its type.
fn kinds(document: &PolicyDocument) -> BTreeMap<String, Type> {
    let mut found = BTreeMap::new();
    let mut add = |root: &str, name: &str, kind| {
        found.insert(format!("{root}.{name}"), kind);
    };
    for (name, kind) in USER_ATTRIBUTES {
        add("user", name, kind);
    }
    for (name, kind) in TOKEN_CLAIMS {
        add("token", name, kind);
    }
    for (root, declared) in [("user", &document.user), ("context", &document.context), ("token", &document.token)] {
        for (name, kind) in declared {
            add(root, name, *kind);
        }
    }
    for (name, kind) in document.entities.values().flat_map(|entity| &entity.attributes) {
        add("resource", name, *kind);
    }
    found
}

/// The comparison of a row; `None` if the value does not fit the attribute and the operator.
fn comparison(kinds: &BTreeMap<String, Type>, row: &ConditionRow) -> Option<Json> {
    let left = kinds.get(&row.left)?;
    match row.operator.as_str() {
        "present" => return Some(json!({ "present": row.left })),
        "missing" => return Some(json!({ "not": { "present": row.left } })),
        _ => {}
    }
    let operator = Operator::ALL.into_iter().find(|known| known.as_str() == row.operator)?;
    let typed = row.right.trim();
    if typed.is_empty() {
        return None;
    }
    let (right, kind) = match kinds.get(typed) {
        Some(kind) => (Json::from(typed), *kind),
        None => literal(operator, *left, typed)?,
    };
    operator.takes(*left, kind).then(|| json!({ operator.as_str(): [row.left, right] }))
}

/// A typed value as the type that the attribute is compared with.
fn literal(operator: Operator, left: Type, typed: &str) -> Option<(Json, Type)> {
    Some(match (operator, left) {
        (Operator::In, _) => {
            let texts: Vec<String> = typed.split(',').filter_map(some).collect();
            (json!({ "lit": texts }), Type::Strings)
        }
        (_, Type::Bool) => (typed.parse::<bool>().ok()?.into(), Type::Bool),
        (_, Type::Int) => (int_json(whole(typed)?), Type::Int),
        _ => (json!({ "lit": typed }), Type::String),
    })
}

/// The rows of a condition; `None` if the form cannot show it.
fn to_rows(kinds: &BTreeMap<String, Type>, condition: &Condition) -> Option<(&'static str, Vec<[String; 3]>)> {
    let (joint, parts) = match condition {
        Condition::All(parts) => ("all", parts.iter().collect()),
        Condition::Any(parts) => ("any", parts.iter().collect()),
        leaf @ Condition::Leaf(_) => ("all", vec![leaf]),
    };
    let row = |part: &&Condition| {
        let Condition::Leaf(leaf) = part else { return None };
        let [left, operator, right] = row_of(leaf)?;
        let row = ConditionRow { number: 1, left, operator, right };
        // It is shown only if it would be saved as it is.
        (comparison(kinds, &row)? == leaf.json()).then_some([row.left, row.operator, row.right])
    };
    let rows: Option<Vec<_>> = parts.iter().map(row).collect();
    rows.filter(|rows| rows.len() <= 3).map(|rows| (joint, rows))
}

fn row_of(leaf: &Leaf) -> Option<[String; 3]> {
    match &leaf.test {
        LeafTest::Present(path) => {
            let operator = if leaf.negated { "missing" } else { "present" };
            Some([path.to_string(), operator.to_owned(), String::new()])
        }
        LeafTest::Compare { op, left: Operand::Path(path), right } if !leaf.negated => {
            let right = match right {
                Operand::Path(path) => path.to_string(),
                Operand::Literal(Literal::Text(text)) => text.clone(),
                Operand::Literal(Literal::Texts(texts)) => texts.join(", "),
                Operand::Literal(Literal::Bool(truth)) => truth.to_string(),
                Operand::Literal(Literal::Int(number)) => number.to_string(),
            };
            Some([path.to_string(), op.as_str().to_owned(), right])
        }
        LeafTest::Compare { .. } => None,
    }
}

fn values(kinds: &BTreeMap<String, Type>, known: &str, json: Option<&Json>) -> ConditionValues {
    let mut values = ConditionValues {
        known: known.to_owned(),
        name: known.to_owned(),
        joint: "all".to_owned(),
        form: "rows".to_owned(),
        ..ConditionValues::default()
    };
    let Some(json) = json else { return values };
    values.text = serde_json::to_string_pretty(json).unwrap_or_default();
    let Some((joint, rows)) = Condition::parse(json).ok().and_then(|condition| to_rows(kinds, &condition)) else {
        values.form = "text".to_owned();
        return values;
    };
    values.joint = joint.to_owned();
    let mut rows = rows.into_iter();
    let mut next = || rows.next().unwrap_or_default();
    [values.left_1, values.operator_1, values.right_1] = next();
    [values.left_2, values.operator_2, values.right_2] = next();
    [values.left_3, values.operator_3, values.right_3] = next();
    values
}

async fn view(page: &mut ProjectPage, known: &str) -> Result<ConditionPage, PageStop> {
    let urls = urls(page);
    let here = if known.is_empty() { urls.condition() } else { all_urls::with(&urls.condition(), "name", known) };
    let head = page.head(&here);
    let open = OpenDraft::load(page).await?;
    let json = open.document.conditions.get(known);
    if json.is_none() && !known.is_empty() {
        return Err(HttpProblem::unknown("condition").into());
    }
    let kinds = kinds(&open.document);
    let values = ConditionValues { draft: open.drafted.etag.clone(), ..values(&kinds, known, json) };
    Ok(ConditionPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.condition()),
        remove_url: urls.remove_condition(),
        values,
        paths: kinds.into_keys().collect(),
        rules_url: page.urls.rules(),
        page: head,
        ..ConditionPage::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> PolicyDocument {
        let entity = json!({"attributes": {"owner": "string", "total": "int", "tags": "strings", "locked": "bool"}, "actions": {"read": "item"}});
        PolicyDocument::from_json(json!({"entities": {"Order": entity}, "user": {"teams": "strings"}})).unwrap()
    }

    fn saved_again(json: &Json) -> Json {
        let document = document();
        let values = values(&kinds(&document), "own", Some(json));
        if values.form == "text" { from_text(&values.text) } else { from_rows(&document, &values, Lang::En) }.unwrap()
    }

    #[test]
    fn a_condition_that_is_saved_as_it_is_shown_stays_the_same() {
        for (json, form) in [
            (json!({"eq": ["resource.owner", "user.id"]}), "rows"),
            (json!({"all": [{"lte": ["resource.total", 200]}, {"eq": ["resource.locked", false]}]}), "rows"),
            (
                json!({"any": [{"in": ["resource.owner", {"lit": ["a", "b"]}]}, {"contains": ["user.teams", {"lit": "x"}]}]}),
                "rows",
            ),
            (json!({"not": {"present": "context.hour"}}), "text"),
            (json!({"not": {"present": "resource.owner"}}), "rows"),
            (json!({"eq": ["resource.owner", {"lit": "user.id"}]}), "text"),
            (json!({"in": ["resource.owner", {"lit": ["a, b"]}]}), "text"),
            (json!({"not": {"in": ["resource.owner", "user.teams"]}}), "text"),
            (json!({"in": [{"lit": "late"}, "resource.tags"]}), "text"),
            (json!({"all": [{"any": [{"present": "user.id"}]}]}), "text"),
        ] {
            assert_eq!(values(&kinds(&document()), "own", Some(&json)).form, form, "{json}");
            assert_eq!(saved_again(&json), json);
        }
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        let kinds = kinds(&document());
        let row = |left: &str, operator: &str, right: &str| ConditionRow {
            number: 1,
            left: left.into(),
            operator: operator.into(),
            right: right.into(),
        };
        for (left, operator, right) in [
            ("resource.total", "lt", "many"),
            ("resource.total", "lt", ""),
            ("resource.total", "eq", "resource.owner"),
            ("resource.locked", "gt", "true"),
            ("resource.tags", "eq", "a"),
            ("resource.nothing", "eq", "a"),
            ("resource.owner", "like", "a"),
        ] {
            assert!(comparison(&kinds, &row(left, operator, right)).is_none(), "{left} {operator} {right}");
        }
        assert!(from_text("{\"eq\": 5}").is_err() && from_text("").is_err());
    }
}
