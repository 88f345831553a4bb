//! Lists what the crate embeds by folder: the migrations of both databases, and the files that have statements. A new
//! migration or file needs no entry anywhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut migrations = String::new();
    for (name, folder) in [("SQLITE", "sqlite"), ("POSTGRES", "postgres")] {
        list_migrations(&mut migrations, name, &here.join("../../migrations").join(folder))?;
    }
    fs::write(out.join("migrations.rs"), migrations)?;
    let sources = here.join("src");
    let mut files = String::from("const FILES: &[(&str, &[Sql])] = &[\n");
    list_statements(&mut files, &sources, &sources)?;
    fs::write(out.join("statements.rs"), files + "];\n")
}

/// Writes the list of the files `NUMBER_description.sql` in a folder, by number.
fn list_migrations(list: &mut String, name: &str, folder: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let _ = writeln!(list, "const {name}: &[Migration] = &[");
    for file in sorted(folder)? {
        println!("cargo::rerun-if-changed={}", file.display());
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let (number, description) = stem.split_once('_').unwrap_or_default();
        let version: i64 = number.parse().map_err(|_| io::Error::other(format!("{stem} has no number")))?;
        let description = description.replace('_', " ");
        let path = file.canonicalize()?;
        let path = path.to_string_lossy();
        let _ = writeln!(
            list,
            "Migration {{ version: {version}, description: {description:?}, sql: include_str!({path:?}) }},"
        );
    }
    list.push_str("];\n");
    Ok(())
}

/// Writes the list of the source files with a `statements!` block.
fn list_statements(list: &mut String, sources: &Path, folder: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for path in sorted(folder)? {
        if path.is_dir() {
            list_statements(list, sources, &path)?;
        } else if fs::read_to_string(&path)?.contains("\nstatements! {") {
            let inside = path.strip_prefix(sources).unwrap_or(&path).with_extension("");
            let file = inside.to_string_lossy().replace('\\', "/");
            let file = file.strip_suffix("/mod").unwrap_or(&file);
            let _ = writeln!(list, "({file:?}, crate::{}::ALL),", file.replace('/', "::"));
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
