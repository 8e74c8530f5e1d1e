//! A whole tree: its projects are found, its lints run, a service and a volume of each project are
//! renamed, there and back.

use composemod::compose::model::ComposeFile;
use composemod::compose::names::Namespace;
use composemod::lints::check::{Scope, check};
use composemod::lints::context::Inputs;
use composemod::lints::select::{Selection, Wanted};
use composemod::repo::config::LintSettings;
use composemod::repo::load::Repo;
use composemod::repo::workspace::Workspace;
use composemod::report::diff;
use composemod::text::source::SourceFile;
use composemod::transforms::plan::{Outcome, Plan, Transform};
use composemod::transforms::rename::options::Rename;
use composemod::transforms::review::review;

use crate::check_place;

/// What stands before a file's path, on a line of its own; what stands before the first such line is
/// `compose.yaml`.
pub const MARK: &str = "=== ";

/// A name that no seed has.
const FRESH: &str = "renamed-by-the-fuzzer";

pub fn holds(text: &str) {
    let repo = repo(text);
    let workspace = Workspace::new(&repo, &[]);
    for project in &workspace.projects {
        assert!(project.all_files().all(|path| repo.get(path).is_some()), "{project:?}");
    }
    let selection = Selection::new(&LintSettings::default(), "", &Wanted::default());
    let selection = selection.expect("the default lints");
    for finding in check(&repo, &Inputs::default(), &selection, &Scope::Everything) {
        check_place(&finding, &repo.files);
    }
    for project in workspace.projects.iter().take(2) {
        let Some(file) = workspace.files.get(&project.main) else { continue };
        for (kind, name) in names(file) {
            there_and_back(&repo, &project.folder, kind, &name);
        }
    }
}

/// Makes a tree of the files that a text holds.
fn repo(text: &str) -> Repo {
    let mut files: Vec<(String, String)> = vec![("compose.yaml".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(MARK).map(str::trim) {
            Some(path) if is_path(path) => files.push((path.to_owned(), String::new())),
            _ => files.last_mut().expect("there is one").1.push_str(line),
        }
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files.dedup_by(|one, other| one.0 == other.0);
    let files = files.into_iter().map(|(path, text)| SourceFile::new(path, text)).collect();
    Repo { files, ..Repo::default() }
}

fn is_path(path: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    path.len() < 100 && path.split('/').all(is_part) && !path.contains(['\0', '\\'])
}

/// A service and a volume.
fn names(file: &ComposeFile) -> Vec<(Namespace, String)> {
    let service = file.services().next().map(|service| (Namespace::Service, service.name));
    let doc = &file.doc;
    let volumes = doc.roots().first().and_then(|&root| doc.get(root, "volumes"));
    let volume = volumes.and_then(|volumes| doc.entries(doc.resolve(volumes.value)).first());
    let volume = volume.and_then(|volume| doc.value(volume.key));
    let volume = volume.map(|name| (Namespace::Volume, name.into_owned()));
    service.into_iter().chain(volume).collect()
}

fn there_and_back(repo: &Repo, folder: &str, kind: Namespace, name: &str) {
    let rename = |old: &str, new: &str| Rename {
        kind,
        keep_alias: false,
        project: Some(folder.to_owned()),
        ..Rename::new(old, new)
    };
    let Some(there) = plan(repo, &rename(name, FRESH)) else { return };
    let renamed = repo.with(&there.change);
    let Some(back) = plan(&renamed, &rename(FRESH, name)) else { return };
    let restored = renamed.with(&back.change);
    for file in &repo.files {
        let edits = there.change.get(&file.path);
        let text = restored.get(&file.path).map(|file| file.text.to_string());
        // A volume is given its old name at the engine, which stays. What was quoted for the new name
        // may stay so too.
        if kind == Namespace::Service && edits.is_some() && !file.text.contains(['"', '\'']) {
            assert_eq!(text.as_deref(), Some(&*file.text), "{kind:?} {name:?} in {}", file.path);
        }
    }
}

/// Plans a change that is made, with all that is reviewed and printed of it.
fn plan(repo: &Repo, rename: &Rename) -> Option<Plan> {
    let mut plan = rename.plan(repo).ok()?;
    review(&mut plan, repo);
    for finding in &plan.findings {
        check_place(finding, &repo.files);
        // A referee that objects after the change has found a fault of ours.
        assert!(!finding.message.contains("than planned"), "{finding:?}");
    }
    let diff = diff::diff(&plan, repo);
    assert!(plan.change.is_empty() || !diff.is_empty());
    (plan.outcome == Outcome::Changes).then_some(plan)
}
