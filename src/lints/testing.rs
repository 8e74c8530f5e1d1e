//! What the tests of lints need: a tree in memory, and what a lint finds there.

use crate::diagnostics::Finding;
use crate::diagnostics::fix::Applicability;
use crate::lints::Lint;
use crate::lints::check::{Scope, check};
use crate::lints::context::{Base, Inputs};
use crate::lints::fixes::fix;
use crate::lints::select::Selection;
use crate::repo::config::{Config, Date, FILE_NAME};
use crate::repo::load::Repo;
use crate::text::source::SourceFile;

/// Makes a tree of files, by path and text.
pub(super) fn repo(files: &[(&str, &str)]) -> Repo {
    let mut repo = Repo::default();
    for (path, text) in files {
        let source = SourceFile::new(*path, *text);
        if *path == FILE_NAME {
            repo.config = Some(source);
        } else {
            repo.files.push(source);
        }
    }
    repo.all_paths = repo.files.iter().map(|file| file.path.as_str()).collect();
    repo.files.sort_by(|a, b| a.path.cmp(&b.path));
    repo
}

/// Gives what a tree and its declaration ask of a check, on 2026-06-01.
pub(super) fn inputs(repo: &Repo) -> Inputs {
    let config = repo.config.as_ref().map(|source| Config::parse(source).expect("a declaration"));
    let config = config.unwrap_or_default();
    Inputs { config, today: Date::parse("2026-06-01"), ..Inputs::default() }
}

/// Gives what a lint finds in a tree, each as `path:line:column message`.
pub(super) fn found(lint: &Lint, files: &[(&str, &str)]) -> Vec<String> {
    let repo = repo(files);
    told(&repo, &look(lint, &repo, &inputs(&repo)))
}

/// Gives what a lint finds in one `compose.yaml`.
pub(super) fn found_in(lint: &Lint, text: &str) -> Vec<String> {
    found(lint, &[("compose.yaml", text)])
}

/// Gives what a lint finds in a tree that was another one before.
pub(super) fn found_since(
    lint: &Lint,
    before: &[(&str, &str)],
    now: &[(&str, &str)],
) -> Vec<String> {
    let repo = repo(now);
    let base = Base::of("main", self::repo(before), &repo);
    let inputs = Inputs { base: Some(base), ..inputs(&repo) };
    told(&repo, &look(lint, &repo, &inputs))
}

/// Gives a `compose.yaml` after the fixes of a lint, the unsafe ones too.
pub(super) fn mended(lint: &Lint, text: &str) -> String {
    let repo = repo(&[("compose.yaml", text)]);
    let inputs = inputs(&repo);
    let fixed = fix(&repo, &|repo| look(lint, repo, &inputs), Applicability::Unsafe);
    assert_eq!(fixed.refused, [], "{text}");
    let again = fix(&fixed.repo, &|repo| look(lint, repo, &inputs), Applicability::Unsafe);
    assert!(again.change.is_empty(), "a second time there is more to do: {text}");
    fixed.repo.get("compose.yaml").map(|file| file.text.to_string()).unwrap_or_default()
}

fn look(lint: &Lint, repo: &Repo, inputs: &Inputs) -> Vec<Finding> {
    check(repo, inputs, &Selection::only(&[lint.id]), &Scope::Everything)
}

fn told(repo: &Repo, findings: &[Finding]) -> Vec<String> {
    let told = findings.iter().map(|finding| match &finding.place {
        Some(place) => {
            let at = repo.get(&place.path).map(|file| file.position(place.span.start as usize));
            let at = at.map(|at| format!("{}:{}", at.line, at.column)).unwrap_or_default();
            format!("{}:{at} {}", place.path, finding.message)
        }
        None => finding.message.clone(),
    });
    told.collect()
}
