//! The page of settings is generated from the rows of `crates/config/src/sections`.

use std::fmt::Write as _;
use std::path::Path;

use usher_config::{ExplainedSetting, RunMode, defaults};

#[test]
fn the_page_lists_every_setting_with_its_variable_and_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let (begin, end) = ("<!-- the table -->\n", "<!-- end -->\n");
    let text = std::fs::read_to_string(&path).expect("docs/settings.md is there");
    let (before, rest) = text.split_once(begin).expect("the page says where the table begins");
    let (_, after) = rest.split_once(end).expect("the page says where the table ends");
    let fresh = format!("{before}{begin}{}{end}{after}", markdown());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(&path, &fresh).expect("the page can be written");
    }
    assert_eq!(text, fresh, "docs/settings.md is out of date: run this test with UPDATE_DOCS=1");
}

fn markdown() -> String {
    let mut table = String::from("| setting | variable | default | what it does |\n|---|---|---|---|\n");
    for (serve, dev) in defaults(RunMode::Serve).iter().zip(defaults(RunMode::Dev)) {
        assert_eq!(serve.key, dev.key);
        let (key, variable, about) = (&serve.key, serve.variable(), serve.about.trim());
        let default = match (shown(serve), shown(&dev)) {
            (serve, dev) if serve == dev => serve,
            (serve, dev) => format!("{serve}; {dev} in development"),
        };
        let about = about.replace('|', "\\|");
        writeln!(table, "| `{key}` | `{variable}` | {default} | {about} |").expect("text grows");
    }
    table
}

fn shown(setting: &ExplainedSetting) -> String {
    match setting.default.or(setting.value.as_deref()) {
        None => "none".to_owned(),
        Some("") => "empty".to_owned(),
        Some(value) => format!("`{value}`"),
    }
}
