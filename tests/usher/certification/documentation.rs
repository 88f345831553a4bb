//! The table of plans in `docs/specifications.md` is made of `modules.txt` and `conformance/plans`.

use std::fmt::Write as _;
use std::path::Path;

use super::plans;

#[test]
fn the_page_lists_every_plan_with_its_modules_and_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (path, begin, end) = (root.join("docs/specifications.md"), "<!-- certification -->\n", "<!-- end -->\n");
    let text = std::fs::read_to_string(&path).expect("docs/specifications.md is there");
    let (before, rest) = text.split_once(begin).expect("the page says where the table begins");
    let (_, after) = rest.split_once(end).expect("the page says where the table ends");
    let fresh = format!("{before}{begin}{}{end}{after}", table(root));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(&path, &fresh).expect("the page can be written");
    }
    assert_eq!(text, fresh, "docs/specifications.md is out of date: run this test with UPDATE_DOCS=1");
}

fn table(root: &Path) -> String {
    let mut table = String::from("| plan | modules | tests | configuration |\n|---|---|---|---|\n");
    for (plan, modules) in plans() {
        let file = format!("conformance/plans/{plan}.json");
        let config = std::fs::read(root.join(&file)).ok();
        let config: Option<serde_json::Value> = config.and_then(|text| serde_json::from_slice(&text).ok());
        let name = config.as_ref().and_then(|config| config["description"].as_str()).unwrap_or(&plan);
        let file = if config.is_some() { format!("`{file}`") } else { String::new() };
        writeln!(table, "| {name} | {} | `certification::{plan}` | {file} |", modules.len()).expect("text grows");
    }
    table
}
