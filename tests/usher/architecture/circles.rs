//! Circular dependencies between files. What a file takes from the `mod.rs` above it counts; what that takes from the
//! files below it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sources::{files, production};

type Module = Vec<String>;

/// Every cycle among the files below this folder, sorted by name.
pub fn circles(root: &Path) -> Vec<Vec<String>> {
    let modules: BTreeMap<Module, PathBuf> =
        files(root).into_iter().map(|file| (module_of(root, &file), file)).collect();
    let uses: BTreeMap<&Module, BTreeSet<&Module>> =
        modules.iter().map(|(module, file)| (module, used(&modules, module, &production(file)))).collect();
    let reaches: BTreeMap<&Module, BTreeSet<&Module>> =
        modules.keys().map(|module| (module, reached(&uses, module))).collect();
    let mut found = BTreeSet::new();
    for (module, there) in &reaches {
        let circle: BTreeSet<&Module> = there.iter().copied().filter(|other| reaches[other].contains(module)).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    let path = |module: &&Module| modules[*module].to_str().unwrap().to_owned();
    found.into_iter().map(|circle| circle.iter().map(path).collect()).collect()
}

fn module_of(root: &Path, file: &Path) -> Module {
    let inside = file.strip_prefix(root).unwrap().with_extension("");
    let mut module: Module = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| ["mod", "lib"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// Every module reachable from here; this module itself only through a cycle.
fn reached<'m>(uses: &BTreeMap<&'m Module, BTreeSet<&'m Module>>, from: &'m Module) -> BTreeSet<&'m Module> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Module> = vec![from];
    while let Some(module) = open.pop() {
        open.extend(uses[module].iter().copied().filter(|next| found.insert(*next)));
    }
    found
}

/// The modules that a file names by `crate::` or `super::`.
fn used<'m>(modules: &'m BTreeMap<Module, PathBuf>, here: &Module, code: &str) -> BTreeSet<&'m Module> {
    let named = paths(code).into_iter().filter_map(|path| absolute(here, &path));
    let owners = named.filter_map(|path| {
        (0..=path.len()).rev().find_map(|length| modules.get_key_value(&path[..length])).map(|(module, _)| module)
    });
    owners.filter(|module| *module != here).collect()
}

fn absolute(here: &Module, path: &[String]) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let (mut base, rest) = match path.first().map(String::as_str) {
        Some("crate") => (vec![], &path[1..]),
        _ => (here[..here.len().checked_sub(ups)?].to_vec(), &path[ups..]),
    };
    base.extend(rest.iter().cloned());
    Some(base)
}

/// Every path that begins with `crate::` or `super::`, with the groups of a `use` expanded.
fn paths(code: &str) -> Vec<Module> {
    let mut found = vec![];
    let starts = ["crate::", "super::"].iter().flat_map(|head| code.match_indices(head));
    for (at, _) in starts {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|sign| !sign.is_alphanumeric() && !['_', ':', '$'].contains(&sign)) {
            spread(&mut code[at..].chars().peekable(), &[], &mut found);
        }
    }
    found
}

/// Parses one tree of paths: `a::b`, or `a::{b, c::d}`.
fn spread(signs: &mut std::iter::Peekable<std::str::Chars<'_>>, before: &[String], found: &mut Vec<Module>) {
    let mut path = before.to_vec();
    loop {
        let mut word = String::new();
        while let Some(sign) = signs.next_if(|sign| sign.is_alphanumeric() || *sign == '_') {
            word.push(sign);
        }
        if !word.is_empty() {
            path.push(word);
        }
        if signs.next_if_eq(&':').is_none() || signs.next_if_eq(&':').is_none() {
            break;
        }
        if signs.next_if_eq(&'{').is_some() {
            spread_all(signs, &path, found);
            return;
        }
    }
    found.push(path);
}

fn spread_all(signs: &mut std::iter::Peekable<std::str::Chars<'_>>, before: &[String], found: &mut Vec<Module>) {
    loop {
        while signs.next_if(|sign| sign.is_whitespace() || *sign == ',').is_some() {}
        match signs.peek() {
            None => return,
            Some('}') => {
                signs.next();
                return;
            }
            Some(sign) if sign.is_alphanumeric() || *sign == '_' => spread(signs, before, found),
            Some(_) => {
                signs.next();
            }
        }
    }
}
