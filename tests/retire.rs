//! A rename whose alias is retired comes to what a rename without the alias comes to.
//!
//! Each case of `testdata/transforms/rename/` that keeps the old name is made in memory, the alias is
//! retired, and the effective models are compared with those of the same rename with
//! `--no-keep-alias`. Only the form of `networks` may differ.

#![expect(clippy::disallowed_methods, reason = "the cases are read here")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use composemod::compose::discover::Project;
use composemod::compose::value::{Value, ValueKind};
use composemod::repo::load::{LoadOptions, Repo};
use composemod::repo::models::Tree;
use composemod::repo::workspace::Workspace;
use composemod::transforms::plan::{Outcome, PlanError, Transform};
use composemod::transforms::rename::options::Rename;
use composemod::transforms::retire::options::{Heed, Retire};

type Tested<T> = Result<T, Box<dyn Error>>;

/// A service of each project: what it holds, in one form.
type Models = BTreeMap<(String, String), String>;

#[test]
fn a_retired_alias_leaves_what_a_rename_without_it_leaves() -> Tested<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transforms/rename");
    let mut compared = 0;
    for folder in folders(&root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let command = fs::read_to_string(folder.join("cmd"))?;
        let Some(rename) = simple_rename(&command) else { continue };
        let repo = Repo::load(&folder.join("before"), &LoadOptions::default())?;
        let Some(kept) = changed(&rename, &repo) else { continue };
        let Some(plain) = changed(&Rename { keep_alias: false, ..rename.clone() }, &repo) else {
            continue;
        };
        let retire = Retire {
            name: rename.old.clone(),
            heed: Heed::Sure,
            files: Vec::new(),
            project: None,
            all_projects: true,
            declared: None,
        };
        // Elsewhere the old name is an alias before the rename.
        if !matches!(retire.plan(&repo), Err(PlanError::NotAnAlias { .. })) {
            continue;
        }
        let Some(retired) = changed(&retire, &kept) else { continue };
        assert_eq!(models(&retired), models(&plain), "{name}");
        compared += 1;
    }
    assert!(compared > 60, "only {compared} cases were compared");
    Ok(())
}

/// Reads a rename of a service without flags, or with aliases alone.
fn simple_rename(command: &str) -> Option<Rename> {
    let mut words = command.split_whitespace().skip(2);
    let (old, new) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut aliases = Vec::new();
    while let Some(word) = words.next() {
        aliases.push((word == "--alias").then(|| words.next()).flatten()?.to_owned());
    }
    // Asked for by name, it is an alias in both.
    (!aliases.contains(&old)).then_some(Rename { aliases, ..Rename::new(old, new) })
}

/// The tree after a change; nothing where none can be made.
fn changed(transform: &dyn Transform, repo: &Repo) -> Option<Repo> {
    let plan = transform.plan(repo).ok()?;
    let is_made = plan.outcome == Outcome::Changes && !plan.change.is_empty();
    is_made.then(|| repo.with(&plan.change))
}

fn models(repo: &Repo) -> Models {
    let workspace = Workspace::new(repo, &[]);
    let tree = Tree::before(repo, &workspace);
    let of = |project: &Project| {
        let variants = project.variants.iter().map(|path| (path, tree.variant(project, path)));
        let all = std::iter::once((&project.main, tree.model(project))).chain(variants);
        let services = all.flat_map(|(main, model)| {
            let services = model.services.into_iter();
            services.map(move |(name, body)| ((main.clone(), name), shown(&joined(body))))
        });
        services.collect::<Vec<_>>()
    };
    workspace.projects.iter().flat_map(of).collect()
}

/// A service with its networks in one form: no settings are an empty mapping, and `default` alone
/// without settings is what there is without `networks`. A link's other end is left out: it is kept
/// where the old name is.
fn joined(mut service: Value) -> Value {
    let ValueKind::Map(body) = &mut service.kind else { return service };
    if let Some(Value { kind: ValueKind::Map(networks), .. }) = body.get_mut("networks") {
        for settings in networks.values_mut() {
            if settings.entries().next().is_none() {
                settings.kind = ValueKind::Null;
            }
        }
        let is_default = networks.len() == 1
            && networks.get("default").is_some_and(|settings| settings.kind == ValueKind::Null);
        if is_default || networks.is_empty() {
            body.remove("networks");
        }
    }
    for key in ["links", "external_links"] {
        let Some(Value { kind: ValueKind::List(links), .. }) = body.get_mut(key) else { continue };
        for link in links {
            if let ValueKind::Scalar(text) = &mut link.kind {
                text.truncate(text.find(':').unwrap_or(text.len()));
            }
        }
    }
    service
}

fn shown(value: &Value) -> String {
    match &value.kind {
        ValueKind::Null => "~".to_owned(),
        ValueKind::Scalar(text) => text.clone(),
        ValueKind::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| format!("{key}: {}", shown(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

fn folders(parent: &Path) -> Tested<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
