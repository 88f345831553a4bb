//! The sources of the workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every crate by its name, with its source folder.
pub fn crates() -> BTreeMap<String, PathBuf> {
    let folders = fs::read_dir("crates").unwrap().map(|entry| entry.unwrap().path());
    let named = folders.map(|folder| (folder.file_name().unwrap().to_str().unwrap().to_owned(), folder.join("src")));
    named.chain([("usher".to_owned(), PathBuf::from("src"))]).collect()
}

/// Every source file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            found.push(entry);
        }
    }
    found
}

/// The text of a file without comments.
pub fn code(file: &Path) -> String {
    let source = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// The text of a file without comments and tests.
pub fn production(file: &Path) -> String {
    let code = code(file);
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// The number of lines of code in a file.
pub fn code_lines(file: &Path) -> usize {
    code(file).lines().filter(|line| !line.trim().is_empty()).count()
}
