//! What holds for every file of `../shared/corpus`, real Compose projects beside this repository:
//! each is read or its fault has a place, and each service of each can be renamed there and back.
//!
//! Where the corpus is not checked out, the tests print so and pass.

#![expect(clippy::print_stdout, reason = "a test says what it skips, and how many are refused")]

use std::fs;
use std::path::Path;

use composemod::compose::model::{ComposeFile, is_compose};
use composemod::diagnostics::Severity;
use composemod::repo::load::Repo;
use composemod::text::source::SourceFile;
use composemod::transforms::plan::{Outcome, Plan, Transform};
use composemod::transforms::rename::options::Rename;
use composemod::transforms::review::review;
use composemod::yaml::document::Document;
use rayon::prelude::*;
use serde::Deserialize as _;
use serde_yaml::Value;

/// A name that nothing in the corpus bears.
const FRESH: &str = "renamed-for-a-test";

/// Of a hundred renames of a service in a file on its own, at most two may be refused.
const REFUSED_PERCENT: usize = 2;

#[test]
fn every_yaml_file_is_read_or_its_fault_has_a_place() {
    let faults: Vec<String> = corpus()
        .par_iter()
        .flat_map_iter(|file| {
            let (_, errors) = Document::parse(&file.text);
            errors.into_iter().filter_map(|error| {
                let is_placed = file.text.get(error.span.range()).is_some();
                let fault = format!("{}: {error:?}", file.path);
                (!is_placed || error.message.is_empty()).then_some(fault)
            })
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn there_and_back_restores_every_byte() {
    let tally = each_service(|file, service| {
        let there = plan(file, &rename(&file.path, service, FRESH, false))?;
        let renamed = after(file, &there)?;
        let back = plan(&renamed, &rename(&file.path, FRESH, service, false))?;
        let restored = after(&renamed, &back)?;
        match first_difference(&file.text, &restored.text) {
            None => Ok(()),
            Some(line) => Err(Failure::Wrong(line)),
        }
    });
    tally.assert("there and back");
}

#[test]
fn the_old_name_stays_an_alias_on_each_network() {
    let tally = each_service(|file, service| {
        let wanted = rename(&file.path, service, FRESH, true);
        let first = plan(file, &wanted)?;
        let renamed = after(file, &first)?;
        let is_impossible = first.hazards.iter().any(|hazard| hazard.id == "alias-impossible");
        match read_service(&renamed.text, FRESH) {
            None => return Err(Failure::Wrong("the renamed service is not there".to_owned())),
            Some(body) if !is_impossible && !answers_to(&body, service) => {
                return Err(Failure::Wrong(format!("no alias on each network: {body:?}")));
            }
            Some(_) => {}
        }
        let second = plan(&renamed, &wanted)?;
        match second.change.is_empty() {
            true => Ok(()),
            false => Err(Failure::Wrong("a second time there is more to do".to_owned())),
        }
    });
    tally.assert("with the old name as alias");
}

/// How a rename of one service ended, if not well.
enum Failure {
    /// Refused, with the reason.
    Refused(String),
    /// Done wrong.
    Wrong(String),
}

/// How the renames of all services ended.
struct Tally {
    total: usize,
    refused: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    fn assert(&self, title: &str) {
        let (total, refused) = (self.total, self.refused.len());
        let list = self.refused.join("\n");
        println!("{title}: {refused} of {total} services refused\n{list}");
        assert!(self.wrong.is_empty(), "{title}, wrong:\n{}", self.wrong.join("\n"));
        assert!(
            refused * 100 <= total * REFUSED_PERCENT,
            "{title}: {refused} of {total} services refused\n{list}"
        );
    }
}

/// Tries each service of each Compose file.
fn each_service(attempt: impl Fn(&SourceFile, &str) -> Result<(), Failure> + Sync) -> Tally {
    let files = corpus();
    let outcomes: Vec<(String, Result<(), Failure>)> = files
        .par_iter()
        .flat_map(|file| {
            let services = service_names(file).into_par_iter();
            services.map(|name| (format!("{}: {name}", file.path), attempt(file, &name)))
        })
        .collect();
    let mut tally = Tally { total: outcomes.len(), refused: Vec::new(), wrong: Vec::new() };
    for (place, outcome) in outcomes {
        match outcome {
            Ok(()) => {}
            Err(Failure::Refused(reason)) => tally.refused.push(format!("{place}: {reason}")),
            Err(Failure::Wrong(what)) => tally.wrong.push(format!("{place}: {what}")),
        }
    }
    tally
}

fn service_names(source: &SourceFile) -> Vec<String> {
    let file = ComposeFile::parse(source);
    if !is_compose(&file) {
        return Vec::new();
    }
    let mut names: Vec<String> = file.services().map(|service| service.name).collect();
    names.sort();
    names.dedup();
    names
}

fn rename(path: &str, old: &str, new: &str, keep_alias: bool) -> Rename {
    Rename { keep_alias, files: vec![path.to_owned()], ..Rename::new(old, new) }
}

/// Plans a rename in one file that is a project by itself. A refusal must say where and why.
fn plan(file: &SourceFile, rename: &Rename) -> Result<Plan, Failure> {
    let repo = Repo { files: vec![file.clone()], ..Repo::default() };
    let mut plan = rename.plan(&repo).map_err(|error| Failure::Refused(error.to_string()))?;
    review(&mut plan, &repo);
    if plan.outcome != Outcome::Refused {
        return Ok(plan);
    }
    let mut errors = plan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let placed = errors.find(|finding| {
        finding.place.as_ref().is_some_and(|place| file.text.get(place.span.range()).is_some())
    });
    let reason = placed.map(|finding| finding.message.clone());
    Err(match reason {
        // What a referee finds after the change is a fault of the change.
        Some(reason)
            if reason.contains("after the change")
                || reason.contains("than planned")
                || reason.contains("than the change says") =>
        {
            Failure::Wrong(reason)
        }
        Some(reason) => Failure::Refused(reason),
        None => Failure::Wrong("refused without a reason or a place".to_owned()),
    })
}

fn after(file: &SourceFile, plan: &Plan) -> Result<SourceFile, Failure> {
    match plan.change.get(&file.path) {
        Some(edit) => Ok(SourceFile::new(file.path.clone(), edit.apply(&file.text))),
        None => Err(Failure::Wrong("nothing changes".to_owned())),
    }
}

/// Reads a service as another YAML reader sees it, merges resolved.
fn read_service(text: &str, service: &str) -> Option<Value> {
    let documents = serde_yaml::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let mut values = documents.filter_map(|document| Value::deserialize(document).ok());
    values.find_map(|mut value| {
        // Fails where a list is merged, as real files do; what it has merged by then stays.
        let _ = value.apply_merge();
        value.get("services")?.get(service).cloned()
    })
}

/// Whether a service has the name as alias on each network that it joins.
fn answers_to(service: &Value, name: &str) -> bool {
    let Some(networks) = service.get("networks").and_then(Value::as_mapping) else { return false };
    !networks.is_empty()
        && networks.values().all(|network| {
            let aliases = network.get("aliases").and_then(Value::as_sequence);
            aliases.is_some_and(|aliases| aliases.iter().any(|alias| alias.as_str() == Some(name)))
        })
}

/// The first line in which two texts differ.
fn first_difference(expected: &str, actual: &str) -> Option<String> {
    let pairs = expected.split_inclusive('\n').zip(actual.split_inclusive('\n'));
    let differs = (1..).zip(pairs).find(|(_, (expected, actual))| expected != actual);
    match differs {
        Some((line, (expected, actual))) => {
            Some(format!("line {line}: {expected:?}, then {actual:?}"))
        }
        None if expected.len() != actual.len() => Some("one is longer than the other".to_owned()),
        None => None,
    }
}

/// Every YAML file of the corpus, in order of its path; none where it is not checked out.
fn corpus() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut paths = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("yml" | "yaml") => paths.push(path),
                _ => {}
            }
        }
    }
    if paths.is_empty() {
        println!("skipped: no corpus at {}", root.display());
    }
    paths.sort();
    paths.iter().filter_map(|path| source(&root, path)).collect()
}

fn source(root: &Path, path: &Path) -> Option<SourceFile> {
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    let name = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    Some(SourceFile::new(name, text))
}
