//! Certification: one test for each module of the plans in `modules.txt`, under the name of the module and in the file of
//! the plan. `conformance/` has the configuration with which the suite itself runs.
//!
//! A module that several plans have is one function, which takes how the plans differ.

mod automation;
mod backchannel;
mod basic;
mod config;
mod documentation;
pub mod fapi;
mod fapi2;
mod fapi2_message_signing;
mod form_post;
mod oidcc;
mod rp_initiated;

use std::collections::BTreeSet;
use std::path::Path;

/// The tests of a plan: each calls the function of its name in `modules`.
macro_rules! plan {
    ($variant:expr; $($module:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $module() {
            modules::$module($variant).await;
        }
    )*};
}
use plan;

/// The name of the test of a module. Modules of FAPI lose what all of their names begin with.
fn test_name(module: &str) -> String {
    module.trim_start_matches("fapi2-security-profile-final-").to_lowercase().replace('-', "_")
}

/// The plans of `modules.txt` with the names of their tests.
fn plans() -> Vec<(String, BTreeSet<String>)> {
    let text = include_str!("modules.txt");
    let mut plans: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')), plans.last_mut()) {
            (Some(plan), _) => plans.push((plan.to_owned(), BTreeSet::new())),
            (None, Some((_, modules))) => assert!(modules.insert(test_name(line)), "{line} is named twice"),
            (None, None) => panic!("{line} belongs to no plan"),
        }
    }
    let basic = plans.iter().find(|(plan, _)| plan == "basic").expect("the basic plan").1.clone();
    plans.push(("form_post".to_owned(), basic));
    plans
}

/// The names of the tests in a file: those of its `plan!`, and those that stand in it.
fn tests_in(text: &str) -> BTreeSet<String> {
    let listed = text.split_once("plan! {").and_then(|(_, rest)| rest.split_once(';')).map_or("", |(_, rest)| rest);
    let listed = listed.split(['}', '(']).next().unwrap_or_default().split(',').map(str::trim);
    let written = text.split("#[tokio::test]\nasync fn ").skip(1).filter_map(|rest| rest.split('(').next());
    listed.filter(|name| !name.is_empty()).chain(written).map(str::to_owned).collect()
}

#[test]
fn every_module_of_every_plan_has_its_test_and_no_other_name_is_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/usher/certification");
    let plans = plans();
    for (name, count) in [
        ("basic", 38),
        ("config", 1),
        ("rp_initiated", 11),
        ("backchannel", 2),
        ("fapi2", 56),
        ("fapi2_message_signing", 70),
        ("form_post", 38),
    ] {
        assert!(
            plans.iter().any(|(plan, modules)| plan == name && modules.len() == count),
            "{name} has {count} modules"
        );
    }
    for (plan, modules) in plans {
        let text = std::fs::read_to_string(folder.join(format!("{plan}.rs"))).expect("each plan has a file");
        let tests = tests_in(&text);
        let missing: Vec<_> = modules.difference(&tests).collect();
        let unknown: Vec<_> = tests.difference(&modules).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{plan}: without a test {missing:?}, no module {unknown:?}");
    }
}
