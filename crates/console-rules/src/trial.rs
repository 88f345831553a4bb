//! Trying a request: who may do it, and why.

use serde_json::Value as Json;

use super::draft::{FieldFault, OpenDraft, urls};
use super::page::{also, permissions};
use crate::views::{ReasonItem, TrialPage, TrialResult, TrialValues};
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_flows::{RulesVersion, Subject, Trial, TrialRequest, TrialTarget, TriedRoute};
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{FieldErrors, Layout, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::changes::type_word;
use usher_policy::document::{TOKEN_CLAIMS, USER_ATTRIBUTES};
use usher_policy::evaluate::{EvaluatedLeaf, EvaluatedRule, Truth, Verdict};
use usher_policy::routes::METHODS;
use usher_policy::value::{Attributes, Type, int_json, whole};

/// GET /console/projects/{project}/rules/try
pub async fn get(mut page: ProjectPage) -> PageResult {
    let view = view(&mut page, None).await?.0;
    page.show(&view)
}

/// POST: nothing is changed, so that the answer has no URL of its own.
pub async fn submit(mut page: ProjectPage, PageForm(values): PageForm<TrialValues>) -> PageResult {
    let (shown, document) = view(&mut page, Some(&values)).await?;
    let subject = page.app.usher.policies.subject_named(page.project.id, values.who.trim()).await?;
    let subject = subject.unwrap_or_else(|| Subject::User(values.who.trim().to_owned()));
    let asked = match request(&document, &values, subject) {
        Ok(asked) => asked,
        Err((field, key)) => {
            let errors = FieldErrors::one(field, key, shown.page.lang);
            let view = TrialPage { values, errors, ..shown };
            return page.show_again(&view);
        }
    };
    let version = if is_draft(&values) { RulesVersion::Draft } else { RulesVersion::Published };
    let tried = page.app.usher.policies.try_rules(page.project.id, version, asked).await;
    let view = match page.check_with(tried, fault)? {
        Ok(trial) => {
            let result = Some(result(&shown.page, values.who.trim(), trial));
            TrialPage { values, result, ..shown }
        }
        Err(errors) => {
            let view = TrialPage { values, errors, ..shown };
            return page.show_again(&view);
        }
    };
    page.show(&view)
}

fn is_draft(values: &TrialValues) -> bool {
    values.version == "draft"
}

fn fault(refused: &Rejected) -> Option<FormFault> {
    match refused {
        Rejected::Policy(_) => Some(FormFault::new("", "rules-faults")),
        Rejected::NotFound(_) => Some(FormFault::new("", "rules-none-published")),
        _ => None,
    }
}

fn request(document: &PolicyDocument, values: &TrialValues, subject: Subject) -> Result<TrialRequest, FieldFault> {
    if values.who.trim().is_empty() {
        return Err(("who", "rules-person-missing"));
    }
    let path = values.path.trim();
    let target = if path.is_empty() {
        if !permissions(document).contains(&values.permission) {
            return Err(("permission", "rules-try-what"));
        }
        TrialTarget::Permission(values.permission.clone())
    } else {
        TrialTarget::Request { method: values.method.clone(), path: path.to_owned() }
    };
    let entity = match (&target, values.entity_id.trim()) {
        (TrialTarget::Permission(permission), id) if !id.is_empty() => {
            permission.split_once(':').map(|(entity, _)| format!("{entity}:{id}"))
        }
        _ => None,
    };
    let (Subject::User(id) | Subject::Client(id)) = &subject;
    let [user, resource, context, token] =
        attributes(document, &values.attributes, id).ok_or(("attributes", "rules-attributes-fault"))?;
    let resource = Some(resource).filter(|resource| !resource.is_empty());
    Ok(TrialRequest { subject, target, entity, user, resource, context, token })
}

const ROOTS: [&str; 4] = ["user", "resource", "context", "token"];

/// The attributes of the lines `resource.total = 250`, for each of [`ROOTS`]. The value `user.id` stands for the
/// subject's id. `None` if a line cannot be read.
fn attributes(document: &PolicyDocument, text: &str, id: &str) -> Option<[Attributes; 4]> {
    let mut found: [Attributes; 4] = Default::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (path, typed) = line.split_once('=')?;
        let (root, name) = path.trim().split_once('.')?;
        let place = ROOTS.iter().position(|known| *known == root)?;
        let typed = typed.trim();
        let value = match kind(document, root, name)? {
            Type::String if typed == "user.id" => Json::from(id),
            Type::String => typed.into(),
            Type::Bool => typed.parse::<bool>().ok()?.into(),
            Type::Int => int_json(whole(typed)?),
            Type::Strings => typed.split(',').map(str::trim).filter(|text| !text.is_empty()).map(Json::from).collect(),
        };
        found.get_mut(place)?.insert(name.to_owned(), value);
    }
    Some(found)
}

fn kind(document: &PolicyDocument, root: &str, name: &str) -> Option<Type> {
    known(document).into_iter().find(|(path, _)| path.split_once('.') == Some((root, name))).map(|(_, kind)| kind)
}

/// The attributes that conditions can use.
fn known(document: &PolicyDocument) -> Vec<(String, Type)> {
    let standard = USER_ATTRIBUTES.iter().map(|(name, kind)| ("user", *name, *kind));
    let standard = standard.chain(TOKEN_CLAIMS.iter().map(|(name, kind)| ("token", *name, *kind)));
    let mut found: Vec<_> = standard.map(|(root, name, kind)| (format!("{root}.{name}"), kind)).collect();
    for (root, declared) in [("user", &document.user), ("context", &document.context), ("token", &document.token)] {
        found.extend(declared.iter().map(|(name, kind)| (format!("{root}.{name}"), *kind)));
    }
    let of_entities = document.entities.values().flat_map(|entity| &entity.attributes);
    found.extend(of_entities.map(|(name, kind)| (format!("resource.{name}"), *kind)));
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.dedup_by(|one, other| one.0 == other.0);
    found
}

fn result(head: &Layout, person: &str, trial: Trial) -> TrialResult {
    let (mut route, mut verdict) = (Vec::new(), "deny");
    match &trial.route {
        None => {}
        Some(TriedRoute::None) => route.push(head.t("rules-route-none")),
        Some(TriedRoute::Ambiguous) => route.push(head.t("rules-route-ambiguous")),
        Some(TriedRoute::Found(found)) => {
            route.push(head.tv("rules-route-found", "route", &format!("{} {}", found.m.join(", "), found.p)));
            if found.public || found.auth {
                verdict = "allow";
                route.push(head.t(if found.public { "rules-route-public" } else { "rules-route-auth" }));
            }
            route.extend(also(head, found.acr.as_deref(), found.max_age, &found.scopes, found.fresh));
        }
    }
    let mut reasons = Vec::new();
    if let Some((permission, decision)) = &trial.decided {
        if trial.route.is_some() {
            route.push(head.tv("rules-route-needs", "permission", permission));
        }
        verdict = match decision.verdict {
            Verdict::Allow => "allow",
            Verdict::Deny => "deny",
            Verdict::Conditional => "conditional",
        };
        reasons = decision.reasons.iter().zip(&trial.comparisons).map(|(rule, met)| reason(head, rule, met)).collect();
        if reasons.is_empty() {
            let text = if trial.held.roles.is_empty() {
                head.t("rules-reason-no-role")
            } else {
                head.tv("rules-reason-no-grant", "permission", permission)
            };
            reasons.push(ReasonItem { tone: "bad", text, comparisons: Vec::new() });
        }
    }
    TrialResult { verdict, person: person.to_owned(), roles: trial.held.roles, route, reasons }
}

fn reason(head: &Layout, rule: &EvaluatedRule, met: &[EvaluatedLeaf]) -> ReasonItem {
    let (key, tone) = match (rule.rule, rule.holds) {
        ("deny", _) => ("rules-reason-deny", "bad"),
        ("allow", _) => ("rules-reason-allow", "good"),
        (_, Truth::True) => ("rules-reason-holds", "good"),
        (_, Truth::False) => ("rules-reason-fails", "bad"),
        (_, Truth::Unknown) => ("rules-reason-open", ""),
    };
    let condition = rule.condition.as_deref().unwrap_or_default();
    let text = head.lang.text_with(key, &[("role", rule.role.as_str().into()), ("condition", condition.into())]);
    ReasonItem { tone, text, comparisons: met.iter().map(|leaf| comparison(head, leaf)).collect() }
}

/// A comparison in words, with the values that it met.
fn comparison(head: &Layout, leaf: &EvaluatedLeaf) -> String {
    let value = |(path, value): &(String, Option<Json>)| match value {
        Some(value) => format!("{path} = {value}"),
        None => head.tv("rules-value-missing", "path", path),
    };
    let met = leaf.values.iter().map(value).collect::<Vec<_>>().join(", ");
    let key = match leaf.holds {
        Truth::True => "rules-comparison-holds",
        Truth::False => "rules-comparison-fails",
        Truth::Unknown => "rules-comparison-open",
    };
    let values = [("comparison", leaf.text.as_str().into()), ("values", met.as_str().into())];
    head.lang.text_with(key, &values)
}

async fn view(page: &mut ProjectPage, typed: Option<&TrialValues>) -> Result<(TrialPage, PolicyDocument), FlowError> {
    let urls = urls(page);
    let head = page.head(&urls.attempt());
    let open = OpenDraft::load(page).await?;
    let has_draft = open.drafted.changed;
    let first = TrialValues {
        version: if has_draft { "draft" } else { "published" }.to_owned(),
        permission: page.param("permission").unwrap_or_default().to_owned(),
        method: "GET".to_owned(),
        ..TrialValues::default()
    };
    let values = typed.cloned().unwrap_or(first);
    let document = if is_draft(&values) { open.document } else { open.published };
    let view = TrialPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.attempt()),
        values,
        has_draft,
        revision: Some(open.revision).filter(|revision| *revision > 0).map(|revision| revision.to_string()),
        permissions: permissions(&document),
        methods: METHODS.to_vec(),
        known: known(&document).iter().map(|(path, kind)| format!("{path}: {}", type_word(*kind))).collect(),
        page: head,
        ..TrialPage::default()
    };
    Ok((view, document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_are_read_by_their_types_and_garbage_is_refused() {
        let entity = json!({"attributes": {"owner": "string", "total": "int", "tags": "strings", "locked": "bool"}, "actions": {"read": "item"}});
        let document =
            PolicyDocument::from_json(json!({"entities": {"Order": entity}, "context": {"hour": "int"}})).unwrap();
        let text = "resource.owner = user.id\r\nresource.total=5\n resource.tags = a, b \nresource.locked = true\ncontext.hour = 9\n\n";
        let [user, resource, context, token] = attributes(&document, text, "u1").unwrap();
        assert_eq!(Json::from(resource), json!({"owner": "u1", "total": 5, "tags": ["a", "b"], "locked": true}));
        assert_eq!((Json::from(context), user.len(), token.len()), (json!({"hour": 9}), 0, 0));
        for bad in ["resource.total = x", "resource.locked = yes", "resource.none = 1", "total = 5", "app.x = 1", "x"] {
            assert!(attributes(&document, bad, "u1").is_none(), "{bad}");
        }
    }
}
