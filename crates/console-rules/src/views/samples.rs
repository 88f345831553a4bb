//! Samples: the pages of access rules.

use askama::Template;

use crate::views::*;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, ProjectTab};
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment, project_head as head};

/// Every page.
fn rendered(lang: Lang) -> Vec<RenderedSample> {
    let mut pages = rules(lang);
    pages.extend(publications(lang));
    pages.extend(trials(lang));
    for part in [texts, cells, roles, entities, conditions, routes] {
        pages.extend(part(lang));
    }
    pages.extend(assignments(lang));
    pages
}

fn form() -> Form {
    Form::new("/console/projects/1/rules/x", "t")
}

fn publication(lang: Lang, revision: &str, note: &str) -> PublicationItem {
    PublicationItem {
        revision: revision.into(),
        note: note.into(),
        by: HOSTILE.into(),
        at: moment(lang, 1_795_000_000),
        url: "/console/projects/1/rules/history/14".into(),
        current: revision == "14",
    }
}

fn draft(lang: Lang) -> DraftState {
    DraftState { tag: "0123456789abcdef".into(), changes: 2, saved: Some(moment(lang, 1_795_000_000)), faults: 1 }
}

fn rules(lang: Lang) -> Vec<RenderedSample> {
    let none = RulesPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        modules_url: "/console/projects/1/modules".into(),
        guide_url: "/docs/access-rules".into(),
        notice: Some(lang.text("rules-discarded")),
        ..RulesPage::default()
    };
    let cell = |kind, conditions: &[&str], inherited| CellView {
        role: HOSTILE.into(),
        kind,
        conditions: conditions.iter().map(|name| (*name).to_owned()).collect(),
        inherited,
        url: "/console/projects/1/rules/cell?role=editor&permission=Order:read".into(),
    };
    let row = |permission: &str| MatrixRow {
        permission: permission.into(),
        cells: vec![
            cell("allow", &[], false),
            cell("deny", &[], true),
            cell("when", &["own", HOSTILE], true),
            cell("", &[], false),
        ],
    };
    let column = |name: &str, title: Option<&str>| RoleColumn {
        name: name.into(),
        title: title.map(str::to_owned),
        url: "/console/projects/1/rules/role?name=editor".into(),
    };
    let url = || Some("/console/projects/1/rules?role=12&entity=0".to_owned());
    let some = RulesPage {
        published: Some(publication(lang, "14", "")),
        draft: draft(lang),
        matrix: MatrixView {
            roles: vec![
                column("viewer", Some(HOSTILE)),
                column("editor", None),
                column(HOSTILE, None),
                column("x", None),
            ],
            groups: vec![
                MatrixGroup { rows: vec![row("*")], ..MatrixGroup::default() },
                MatrixGroup {
                    entity: "Order".into(),
                    url: "/console/projects/1/rules/entity?name=Order".into(),
                    rows: vec![row("Order:*"), row("Order:read")],
                },
            ],
            fewer_roles_url: url(),
            more_roles_url: url(),
            fewer_entities_url: url(),
            more_entities_url: url(),
        },
        routes: vec![
            RouteItem {
                methods: "GET, PUT".into(),
                path: HOSTILE.into(),
                need: Some("Order:read".into()),
                also: vec![lang.text("rules-also-fresh")],
                url: "/console/projects/1/rules/route?place=0".into(),
                ..RouteItem::default()
            },
            RouteItem {
                methods: "*".into(),
                path: "/health".into(),
                open: lang.text("rules-route-public"),
                url: "/console/projects/1/rules/route?place=1".into(),
                ..RouteItem::default()
            },
        ],
        conditions: vec![ConditionItem {
            name: "own".into(),
            words: HOSTILE.into(),
            url: "/console/projects/1/rules/condition?name=own".into(),
        }],
        modules: vec![lang.text_with("rules-modules-on", &[("count", 2_u32.into()), ("revision", "14".into())])],
        errors: errors(&[""], lang),
        notice: None,
        ..none.clone()
    };
    vec![("rules-none", none.render()), ("rules", some.render())]
}

fn changes() -> Vec<ChangeItem> {
    let change = |part_key, role: Option<&str>, before: Option<&str>, after: Option<&str>| ChangeItem {
        part_key,
        role: role.map(str::to_owned),
        name: HOSTILE.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    vec![
        change("rules-part-grant", Some("editor"), Some("own"), Some(HOSTILE)),
        change("rules-part-role", None, None, Some("")),
        change("rules-part-route", None, Some(HOSTILE), None),
    ]
}

fn lines() -> Vec<DiffLine> {
    vec![
        DiffLine::Skipped(12),
        DiffLine::Same("  \"roles\": {".into()),
        DiffLine::Removed(HOSTILE.into()),
        DiffLine::Added(HOSTILE.into()),
    ]
}

fn faults() -> Vec<LineFault> {
    let fault = |is_error| LineFault {
        line: 12,
        excerpt: HOSTILE.into(),
        message: "there is no condition `ownn`".into(),
        is_error,
    };
    vec![fault(true), fault(false)]
}

fn publications(lang: Lang) -> Vec<RenderedSample> {
    let same = PublishPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        next: "15".into(),
        text_url: "/console/projects/1/rules/text".into(),
        ..PublishPage::default()
    };
    let effect = |kind| EffectItem {
        role: "editor".into(),
        kind,
        permission: "Order:read".into(),
        before: HOSTILE.into(),
        after: lang.text("rules-allowed"),
    };
    let refused = PublishPage {
        draft: draft(lang),
        changes: changes(),
        lines: lines(),
        faults: faults(),
        note: HOSTILE.into(),
        errors: errors(&["note", ""], lang),
        ..same.clone()
    };
    let ready = PublishPage {
        draft: DraftState { faults: 0, ..draft(lang) },
        effects: vec![effect("gains"), effect("loses"), effect("shifts")],
        faults: Vec::new(),
        errors: errors(&[], lang),
        ..refused.clone()
    };
    let history = RulesHistoryPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        revisions: vec![publication(lang, "14", HOSTILE), publication(lang, "13", "")],
        more_url: Some("/console/projects/1/rules/history?before=13".into()),
        notice: Some(lang.text("rules-published")),
    };
    let no_history = RulesHistoryPage { revisions: Vec::new(), more_url: None, notice: None, ..history.clone() };
    let revision = RevisionPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        history_url: "/console/projects/1/rules/history".into(),
        revision: publication(lang, "13", HOSTILE),
        changes: changes(),
        text: HOSTILE.into(),
        ..RevisionPage::default()
    };
    let current = RevisionPage { revision: publication(lang, "14", ""), changes: Vec::new(), ..revision.clone() };
    let roll_back = RollBackPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        history_url: "/console/projects/1/rules/history".into(),
        form: form(),
        keep_url: "/console/projects/1/rules/history/13".into(),
        revision: publication(lang, "13", HOSTILE),
        current: "14".into(),
        changes: changes(),
        lines: lines(),
        note: HOSTILE.into(),
        errors: errors(&["note", ""], lang),
    };
    vec![
        ("rules-publish-same", same.render()),
        ("rules-publish-refused", refused.render()),
        ("rules-publish", ready.render()),
        ("rules-history", history.render()),
        ("rules-history-none", no_history.render()),
        ("rules-revision", revision.render()),
        ("rules-revision-current", current.render()),
        ("rules-roll-back", roll_back.render()),
    ]
}

fn trials(lang: Lang) -> Vec<RenderedSample> {
    let empty = TrialPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        permissions: vec!["Order:read".into()],
        methods: vec!["GET", "PUT"],
        errors: errors(&["who", "permission", "path", "attributes", ""], lang),
        ..TrialPage::default()
    };
    let reason = |tone, text: &str| ReasonItem { tone, text: text.into(), comparisons: vec![HOSTILE.into()] };
    let result = |verdict| TrialResult {
        verdict,
        person: HOSTILE.into(),
        roles: vec!["editor".into(), HOSTILE.into()],
        route: vec![lang.text("rules-route-public")],
        reasons: vec![reason("good", HOSTILE), reason("bad", "no"), reason("", "perhaps")],
    };
    let values = TrialValues {
        version: "draft".into(),
        who: HOSTILE.into(),
        permission: "Order:read".into(),
        entity_id: HOSTILE.into(),
        method: "PUT".into(),
        path: HOSTILE.into(),
        attributes: format!("</textarea>{HOSTILE}"),
    };
    let answered = |verdict| TrialPage {
        values: values.clone(),
        has_draft: true,
        revision: Some("14".into()),
        known: vec!["resource.total: int".into()],
        result: Some(result(verdict)),
        errors: errors(&[], lang),
        ..empty.clone()
    };
    let nobody = TrialResult { roles: Vec::new(), route: Vec::new(), reasons: Vec::new(), ..result("deny") };
    let nobody = TrialPage { result: Some(nobody), ..answered("deny") };
    vec![
        ("rules-try-refused", empty.render()),
        ("rules-try-allowed", answered("allow").render()),
        ("rules-try-open", answered("conditional").render()),
        ("rules-try-denied", answered("deny").render()),
        ("rules-try-nobody", nobody.render()),
    ]
}

const RULES: &str = "/console/projects/1/rules";

fn texts(lang: Lang) -> Vec<RenderedSample> {
    let text = RulesTextPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        overwrite_url: "/console/projects/1/rules/text/overwrite".into(),
        draft: "0123456789abcdef".into(),
        document: format!("</textarea>{HOSTILE}"),
        faults: faults(),
        newer: Some(("fedcba9876543210".into(), lines())),
        rules_url: RULES.into(),
        guide_url: "/docs/access-rules".into(),
        notice: None,
        errors: errors(&["document", ""], lang),
    };
    let saved_text = RulesTextPage {
        faults: Vec::new(),
        newer: None,
        notice: Some(lang.text("rules-saved")),
        errors: errors(&[], lang),
        ..text.clone()
    };
    vec![("rules-text", text.render()), ("rules-text-saved", saved_text.render())]
}

fn cells(lang: Lang) -> Vec<RenderedSample> {
    let cell = CellPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        role: HOSTILE.into(),
        permission: "Order:read".into(),
        grant: "when".into(),
        conditions: vec![("own".into(), HOSTILE.into(), true), (HOSTILE.into(), "user.id = 5".into(), false)],
        effective: Some(HOSTILE.into()),
        new_condition_url: "/console/projects/1/rules/condition".into(),
        rules_url: RULES.into(),
        errors: errors(&["grant", ""], lang),
        ..CellPage::default()
    };
    let bare_cell = CellPage {
        grant: String::new(),
        conditions: Vec::new(),
        effective: None,
        errors: errors(&[], lang),
        ..cell.clone()
    };
    vec![("rules-cell", cell.render()), ("rules-cell-bare", bare_cell.render())]
}

fn roles(lang: Lang) -> Vec<RenderedSample> {
    let role = RolePage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        rules_url: RULES.into(),
        errors: errors(&["name", "inherits"], lang),
        ..RolePage::default()
    };
    let values = RoleValues {
        known: HOSTILE.into(),
        name: HOSTILE.into(),
        title: HOSTILE.into(),
        inherits: HOSTILE.into(),
        ..RoleValues::default()
    };
    let remove_url = "/console/projects/1/rules/role/remove".into();
    let known_role = RolePage {
        values,
        remove_url,
        others: vec![HOSTILE.into()],
        errors: errors(&["title", ""], lang),
        ..role.clone()
    };
    vec![("rules-role-new", role.render()), ("rules-role", known_role.render())]
}

fn entities(lang: Lang) -> Vec<RenderedSample> {
    let entity = EntityPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        rules_url: RULES.into(),
        errors: errors(&["name", "actions", "attributes"], lang),
        ..EntityPage::default()
    };
    let values = EntityValues {
        known: HOSTILE.into(),
        name: HOSTILE.into(),
        actions: HOSTILE.into(),
        attributes: HOSTILE.into(),
        ..EntityValues::default()
    };
    let remove_url = "/console/projects/1/rules/entity/remove".into();
    let known_entity = EntityPage { values, remove_url, errors: errors(&[""], lang), ..entity.clone() };
    vec![("rules-entity-new", entity.render()), ("rules-entity", known_entity.render())]
}

fn conditions(lang: Lang) -> Vec<RenderedSample> {
    let condition = ConditionPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        paths: vec!["resource.owner_id".into(), "user.id".into()],
        rules_url: RULES.into(),
        errors: errors(&["name", "left_1", "text"], lang),
        ..ConditionPage::default()
    };
    let values = ConditionValues {
        known: HOSTILE.into(),
        joint: "any".into(),
        form: "text".into(),
        left_1: "user.id".into(),
        operator_1: "ne".into(),
        right_1: HOSTILE.into(),
        text: format!("</textarea>{HOSTILE}"),
        ..ConditionValues::default()
    };
    let remove_url = "/console/projects/1/rules/condition/remove".into();
    let known_condition = ConditionPage { values, remove_url, errors: errors(&[""], lang), ..condition.clone() };
    vec![("rules-condition-new", condition.render()), ("rules-condition", known_condition.render())]
}

fn routes(lang: Lang) -> Vec<RenderedSample> {
    let route = RoutePage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        permissions: vec!["Order:read".into()],
        rules_url: RULES.into(),
        errors: errors(&["path", "methods", "need", "max_age"], lang),
        ..RoutePage::default()
    };
    let values = RouteValues {
        known: "0".into(),
        methods: "GET".into(),
        path: HOSTILE.into(),
        open: "need".into(),
        need: "Order:read".into(),
        acr: HOSTILE.into(),
        scopes: HOSTILE.into(),
        fresh: "true".into(),
        ..RouteValues::default()
    };
    let remove_url = "/console/projects/1/rules/route/remove".into();
    let known_route = RoutePage { values, remove_url, errors: errors(&[""], lang), ..route.clone() };
    vec![("rules-route-new", route.render()), ("rules-route", known_route.render())]
}

fn assignments(lang: Lang) -> Vec<RenderedSample> {
    let none = AssignmentsPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Rules),
        form: form(),
        find_url: "/console/projects/1/rules/assignments/find".into(),
        here: "/console/projects/1/rules/assignments".into(),
        rules_url: "/console/projects/1/rules".into(),
        may_assign: true,
        ..AssignmentsPage::default()
    };
    let item = |label: &str, is_client, expired| AssignmentItem {
        label: label.into(),
        is_client,
        role: HOSTILE.into(),
        entity: Some(HOSTILE.into()).filter(|_| is_client),
        since: moment(lang, 1_795_000_000),
        until: Some(moment(lang, 1_795_363_080)),
        expired,
        remove_url: "/console/projects/1/rules/assignments/1/remove".into(),
    };
    let some = AssignmentsPage {
        roles: vec!["editor".into(), HOSTILE.into()],
        assignments: vec![item("ana@example.test", false, true), item(HOSTILE, true, false)],
        values: AssignmentValues {
            who: HOSTILE.into(),
            role: "editor".into(),
            entity: HOSTILE.into(),
            days: HOSTILE.into(),
        },
        more_url: Some("/console/projects/1/rules/assignments?after=x".into()),
        notice: Some(lang.text("rules-assigned")),
        errors: errors(&["who", "role", "entity", "days", ""], lang),
        ..none.clone()
    };
    let searched = AssignmentsPage {
        find: HOSTILE.into(),
        find_entity: HOSTILE.into(),
        searched: true,
        may_assign: false,
        ..none.clone()
    };
    vec![("assignments-none", none.render()), ("assignments", some.render()), ("assignments-found", searched.render())]
}

/// Every sample page in `lang`, by file name.
fn all(lang: Lang) -> Vec<(&'static str, String)> {
    rendered(lang).into_iter().map(|(name, page)| (name, page.expect("a sample renders"))).collect()
}

usher_page_tests::page_checks!(all);
