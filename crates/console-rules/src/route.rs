//! A route rule of the draft.

use super::draft::{OpenDraft, PartEdit, save, saved, urls};
use super::page::permissions;
use crate::views::{RoutePage, RouteValues};
use usher_domain::urls as all_urls;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop, ProjectPage};
use usher_page_kit::typed_text::{flag, some};
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::document::RouteRule;
use usher_policy::routes::{METHODS, Pattern};

/// GET /console/projects/{project}/rules/route: a new one, or the one at `place`.
pub async fn get(mut page: ProjectPage) -> PageResult {
    let place = page.param("place").unwrap_or_default().to_owned();
    let view = view(&mut page, &place).await?;
    page.show(&view)
}

/// POST
pub async fn submit(page: ProjectPage, PageForm(values): PageForm<RouteValues>) -> PageResult {
    answer(page, values, PartEdit::Save).await
}

/// POST …/rules/route/remove
pub async fn remove(page: ProjectPage, PageForm(values): PageForm<RouteValues>) -> PageResult {
    answer(page, values, PartEdit::Remove).await
}

async fn answer(mut page: ProjectPage, values: RouteValues, edit: PartEdit) -> PageResult {
    let shown = view(&mut page, &values.known).await?;
    let mut document = OpenDraft::load(&page).await?.document;
    let errors = change(&mut document, &values, edit, shown.page.lang);
    let errors = if errors.is_empty() { save(&mut page, &values.draft, &document).await?.err() } else { Some(errors) };
    let Some(errors) = errors else { return saved(page) };
    // The places of rules may be others in the version that is shown now: what was typed becomes a new rule.
    let is_moved = values.draft != shown.values.draft;
    let known = if is_moved { String::new() } else { values.known.clone() };
    let values = RouteValues { draft: shown.values.draft.clone(), known, ..values };
    let view = RoutePage { values, errors, ..shown };
    page.show_again(&view)
}

/// Changes the rule, or says what is wrong.
fn change(document: &mut PolicyDocument, values: &RouteValues, edit: PartEdit, lang: Lang) -> FieldErrors {
    let place = values.known.parse::<usize>().ok().filter(|place| *place < document.routes.len());
    if edit == PartEdit::Remove {
        if let Some(place) = place {
            document.routes.remove(place);
        }
        return FieldErrors::default();
    }
    let mut errors = FieldErrors::default();
    let methods: Vec<String> =
        values.methods.split([' ', ',']).filter_map(some).map(|method| method.to_ascii_uppercase()).collect();
    if methods.is_empty() || methods.iter().any(|method| method != "*" && !METHODS.contains(&method.as_str())) {
        errors.add("methods", lang.text("rules-route-methods-fault"));
    }
    let path = values.path.trim();
    if Pattern::parse(path).is_err() {
        errors.add("path", lang.text("rules-route-path-fault"));
    }
    let need = (values.open == "need").then(|| values.need.clone());
    if need.as_ref().is_some_and(|need| !permissions(document).contains(need)) {
        errors.add("need", lang.text("rules-permission-fault"));
    }
    let max_age = some(&values.max_age).map(|text| text.parse::<u32>());
    if matches!(max_age, Some(Err(_))) {
        errors.add("max_age", lang.text("rules-route-age-fault"));
    }
    let rule = RouteRule {
        methods,
        path: path.to_owned(),
        public: values.open == "public",
        auth: !["need", "public"].contains(&values.open.as_str()),
        need,
        acr: some(&values.acr),
        max_age: max_age.and_then(Result::ok),
        scopes: values.scopes.split(' ').filter_map(some).collect(),
        fresh: !values.fresh.is_empty(),
    };
    match place.and_then(|place| document.routes.get_mut(place)) {
        _ if !errors.is_empty() => {}
        Some(old) => *old = rule,
        None => document.routes.push(rule),
    }
    errors
}

async fn view(page: &mut ProjectPage, place: &str) -> Result<RoutePage, PageStop> {
    let urls = urls(page);
    let here = if place.is_empty() { urls.route() } else { all_urls::with(&urls.route(), "place", place) };
    let head = page.head(&here);
    let open = OpenDraft::load(page).await?;
    let rule = place.parse::<usize>().ok().and_then(|place| open.document.routes.get(place)).cloned();
    if rule.is_none() && !place.is_empty() {
        return Err(HttpProblem::unknown("route").into());
    }
    let rule = rule.unwrap_or_default();
    let open_to = match &rule {
        RouteRule { public: true, .. } => "public",
        RouteRule { auth: true, .. } => "auth",
        _ => "need",
    };
    Ok(RoutePage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.route()),
        remove_url: urls.remove_route(),
        values: RouteValues {
            draft: open.drafted.etag,
            known: place.to_owned(),
            methods: rule.methods.join(" "),
            path: rule.path,
            open: open_to.to_owned(),
            need: rule.need.unwrap_or_default(),
            acr: rule.acr.unwrap_or_default(),
            max_age: rule.max_age.map(|seconds| seconds.to_string()).unwrap_or_default(),
            scopes: rule.scopes.join(" "),
            fresh: flag(rule.fresh).to_owned(),
        },
        permissions: permissions(&open.document),
        rules_url: page.urls.rules(),
        page: head,
        ..RoutePage::default()
    })
}
