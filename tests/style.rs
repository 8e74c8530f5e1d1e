//! The fixes of style over the corpus: every comment stays, every value stays, and a second run has
//! nothing to do.

#![expect(clippy::print_stdout, reason = "a test says what it skips, and how much it saw")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use composemod::compose::model::{ComposeFile, is_compose};
use composemod::diagnostics::Finding;
use composemod::diagnostics::fix::Applicability;
use composemod::lints::Group;
use composemod::lints::check::{Scope, check};
use composemod::lints::context::Inputs;
use composemod::lints::fixes::{Fixed, fix};
use composemod::lints::select::Selection;
use composemod::repo::load::Repo;
use composemod::text::source::SourceFile;
use composemod::yaml::document::Document;
use composemod::yaml::referee::check_same_values;
use rayon::prelude::*;

#[test]
fn style_changes_neither_values_nor_comments() {
    let corpus = corpus();
    let outcomes: Vec<Outcome> = corpus.par_iter().map(tidied).collect();
    let faults: Vec<&str> =
        outcomes.iter().flat_map(|outcome| &outcome.faults).map(String::as_str).collect();
    let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum::<usize>();
    println!(
        "{} Compose files, {} changed by {} fixes, {} comments kept, {} findings without a fix",
        outcomes.len(),
        outcomes.iter().filter(|outcome| outcome.mended > 0).count(),
        sum(|outcome| outcome.mended),
        sum(|outcome| outcome.comments),
        sum(|outcome| outcome.left.values().sum()),
    );
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, count) in outcomes.iter().flat_map(|outcome| &outcome.left) {
        *left.entry(id).or_default() += count;
    }
    println!("left: {left:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What came of one file.
#[derive(Debug, Default)]
struct Outcome {
    mended: usize,
    comments: usize,
    /// Findings that no fix mends, by lint.
    left: BTreeMap<&'static str, usize>,
    faults: Vec<String>,
}

fn tidied(source: &SourceFile) -> Outcome {
    let repo = Repo {
        all_paths: [source.path.as_str()].into_iter().collect(),
        files: vec![source.clone()],
        ..Repo::default()
    };
    let first = fixed(&repo);
    let again = fixed(&first.repo);
    let mut outcome = Outcome { mended: first.mended, ..Outcome::default() };
    for finding in &first.left {
        *outcome.left.entry(finding.id).or_default() += 1;
    }
    let Some(after) = first.repo.get(&source.path) else { return outcome };
    let (before, _) = Document::parse(&source.text);
    outcome.comments = before.comments().len();
    let mut fault = |what: String| outcome.faults.push(format!("{}: {what}", source.path));
    if !again.change.is_empty() {
        fault("a second run changes it again".to_owned());
    }
    for refused in &first.refused {
        fault(refused.message.clone());
    }
    if first.mended > 0 {
        if let Err(objection) = check_same_values(&before, &after.text) {
            fault(objection.to_string());
        }
        if comments(&source.text) != comments(&after.text) {
            fault("its comments are not the same".to_owned());
        }
        let lines = |text: &str| text.lines().count();
        if lines(&source.text) != lines(&after.text) {
            fault("it has another number of lines".to_owned());
        }
        if source.text.ends_with('\n') != after.text.ends_with('\n') {
            fault("it ends otherwise".to_owned());
        }
    }
    outcome
}

fn fixed(repo: &Repo) -> Fixed<'_> {
    let ids: Vec<&'static str> = Group::Style.lints().iter().map(|lint| lint.id).collect();
    let selection = Selection::only(&ids);
    let inputs = Inputs::default();
    let look =
        |repo: &Repo| -> Vec<Finding> { check(repo, &inputs, &selection, &Scope::Everything) };
    fix(repo, &look, Applicability::Safe)
}

/// The comments' texts, sorted.
fn comments(text: &Arc<str>) -> Vec<String> {
    let (doc, _) = Document::parse(text);
    let texts = doc.comments().iter().filter_map(|span| text.get(span.range()));
    let mut texts: Vec<String> = texts.map(|text| text.trim_end().to_owned()).collect();
    texts.sort();
    texts
}

/// The Compose files of the corpus; none where it is not checked out.
fn corpus() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "yml" || end == "yaml") {
                found.extend(source(&root, &path));
            }
        }
    }
    if found.is_empty() {
        println!("skipped: no corpus at {}", root.display());
    }
    found.retain(|source| {
        let file = ComposeFile::parse(source);
        file.is_sound() && is_compose(&file)
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn source(root: &Path, path: &Path) -> Option<SourceFile> {
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    let name = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    Some(SourceFile::new(name, text))
}
