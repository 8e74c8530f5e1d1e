//! The floors of the crate: a module imports from floors below its own, never from a sibling on its
//! floor nor from above.
//!
//! The paths `crate::x` in `src/` are the evidence, in `use` lines and in code alike. A module that
//! [`FLOORS`] does not name fails the test, so that the list stays whole.

#![expect(clippy::disallowed_methods, reason = "the sources are read here")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from bottom to top; each entry is one floor.
const FLOORS: [&[&str]; 11] = [
    &["text"],
    &["yaml"],
    &["compose"],
    &["diagnostics"],
    &["repo"],
    &["transforms", "postgres", "engine"],
    &["lints"],
    &["report"],
    &["migrate"],
    &["server"],
    &["cli"],
];

/// Files at the top of `src/` that see all floors.
const ROOTS: [&str; 2] = ["lib.rs", "main.rs"];

#[test]
fn each_module_imports_only_from_floors_below() -> Result<(), Box<dyn Error>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = BTreeSet::new();
    for path in rust_files(&src)? {
        let inside = path.strip_prefix(&src)?;
        if inside.to_str().is_some_and(|name| ROOTS.contains(&name)) {
            continue;
        }
        let module = module_of(inside);
        let Some(own) = floor(&module) else {
            wrong.insert(format!("src/{module} is on no floor: name it in tests/layers.rs"));
            continue;
        };
        for (line, text) in (1..).zip(fs::read_to_string(&path)?.lines()) {
            for used in used_modules(text) {
                let place = format!("src/{}:{line}", inside.display());
                match floor(used) {
                    _ if used == module => {}
                    Some(other) if other < own => {}
                    Some(other) => {
                        wrong.insert(format!(
                            "{place}: {module} (floor {own}) uses {used} (floor {other})"
                        ));
                    }
                    None => {
                        wrong.insert(format!("{place}: {used} is on no floor"));
                    }
                }
            }
        }
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "the floors are mixed up:\n{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn paths_in_code_are_seen() {
    let cases = [
        ("use crate::text::span::Span;", vec!["text"]),
        ("    pub(crate) use crate::yaml;", vec!["yaml"]),
        ("use crate::{compose::names, text};", vec!["compose", "text"]),
        ("fn f(x: crate::repo::load::Repo) -> crate::text::Edit {", vec!["repo", "text"]),
        ("/// See [`crate::cli`].", vec![]),
        ("let a = mycrate::text;", vec![]),
    ];
    for (line, expected) in cases {
        assert_eq!(used_modules(line), expected, "{line}");
    }
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// `compose/names.rs` and `compose.rs` are both of `compose`.
fn module_of(inside: &Path) -> String {
    let first = inside.components().next().map(|part| part.as_os_str().to_string_lossy());
    first.unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// Names right after `crate::` in a line of code, those of a one-line `crate::{a, b::c}` too.
/// Nested braces are looked into no further; rustfmt's default never makes them at the crate's root.
fn used_modules(line: &str) -> Vec<&str> {
    let code = line.trim_start();
    if code.starts_with("//") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or(list);
                found.extend(list.split(',').map(|part| name(part.trim())));
            }
            None => found.push(name(rest)),
        }
    }
    found.retain(|module| !module.is_empty());
    found
}

fn name(path: &str) -> &str {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    &path[..end]
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
