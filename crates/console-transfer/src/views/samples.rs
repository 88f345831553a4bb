//! Samples: the pages of imports.

use askama::Template;

use crate::views::*;
use usher_i18n::Lang;
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment};

const AT: i64 = 1_795_000_000;

fn rendered(lang: Lang) -> Vec<RenderedSample> {
    let none =
        ImportsPage { page: console(lang), form: Form::new("/console/imports/upload", "t"), ..ImportsPage::default() };
    let item = ImportItem {
        url: "/console/imports/1".into(),
        name: HOSTILE.into(),
        format_key: "import-format-csv",
        status_key: "import-status-done",
        badge: "badge good",
        rows: 100_000,
        at: moment(lang, AT),
    };
    let some = ImportsPage { imports: vec![item], errors: errors(&["file"], lang), ..none.clone() };
    let column = |name: &str, place: usize| ColumnItem {
        field: format!("column-{place}"),
        name: name.into(),
        choices: vec![
            TargetChoice { word: "ignore", label: lang.text("import-column-ignore"), selected: place == 1 },
            TargetChoice { word: "email", label: lang.text("email"), selected: place == 0 },
        ],
    };
    let ready = ImportPage {
        page: console(lang),
        form: Form::new("/console/imports/1/check", "t"),
        start_url: "/console/imports/1/start".into(),
        cancel_url: "/console/imports/1/cancel".into(),
        here: "/console/imports/1".into(),
        name: HOSTILE.into(),
        format_key: "import-format-csv-semicolon",
        status_key: "import-status-ready",
        badge: "badge",
        rows: 3,
        is_waiting: true,
        columns: vec![column("E-Mail", 0), column(HOSTILE, 1)],
        options: ImportOptionsView { existing: "skip", keep_ids: true, ..ImportOptionsView::default() },
        expires: moment(lang, AT),
        ..ImportPage::default()
    };
    let filter = |label_key, count, selected| ResultFilter {
        label_key,
        count,
        url: "/console/imports/1?result=failed".into(),
        selected,
    };
    let results = ImportResults {
        is_dry: true,
        filters: vec![filter("import-all-rows", 2, true), filter("import-failed", 1, false)],
        rows: vec![
            ResultItem { row: 2, result_key: "import-created", badge: "badge good", reasons: Vec::new() },
            ResultItem {
                row: 3,
                result_key: "import-failed",
                badge: "badge bad",
                reasons: vec![lang.text_with("import-reason-invalid", &[("about", HOSTILE.into())])],
            },
        ],
        more_url: Some("/console/imports/1?after=3".into()),
        report_url: "/console/imports/1/report".into(),
        will_write: 1,
    };
    let checked = ImportPage {
        status_key: "import-status-checked",
        is_checked: true,
        results: Some(results.clone()),
        notice: Some(lang.text("import-cancelled-notice")),
        ..ready.clone()
    };
    let running = |is_dry| ImportPage {
        is_waiting: false,
        progress: Some(ImportProgress { done: 1, total: 3, rate: 1, is_dry }),
        ..ready.clone()
    };
    let done = ImportPage {
        is_waiting: false,
        is_over: true,
        results: Some(ImportResults { is_dry: false, rows: Vec::new(), more_url: None, ..results }),
        ..checked.clone()
    };
    vec![
        ("imports-none", none.render()),
        ("imports", some.render()),
        ("import-ready", ready.render()),
        ("import-checking", running(true).render()),
        ("import-running", running(false).render()),
        ("import-checked", checked.render()),
        ("import-done", done.render()),
    ]
}

/// Every sample page in `lang`, by file name.
fn all(lang: Lang) -> Vec<(&'static str, String)> {
    rendered(lang).into_iter().map(|(name, page)| (name, page.expect("a sample renders"))).collect()
}

usher_page_tests::page_checks!(all);
