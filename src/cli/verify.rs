//! `--verify-with`: a second opinion on a plan. A docker compose resolves the project before and
//! after the change, in a copy of the tree, and what it prints is compared as our own models are.
//!
//! It runs without the caller's environment, so that both sides depend on the files alone. What it
//! prints is never shown: it holds the project's secrets.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::compose::discover::{Project, env_value};
use crate::compose::effective::{Effective, Files};
use crate::compose::interpolate::{Operator, Piece, pieces};
use crate::compose::model::{ComposeFile, join};
use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::report::copy::copy;
use crate::text::change::ChangeSet;
use crate::text::source::SourceFile;
use crate::transforms::intent::Intent;
use crate::transforms::plan::{Outcome, Plan};
use crate::transforms::semantic::unintended;
use crate::yaml::document::Document;

/// The name under which a printed configuration is kept.
const CONFIG: &str = "compose.yaml";

/// Compares what a docker compose makes of each project before and after a plan, and refuses the
/// plan where that differs by more than it says.
pub(super) fn verify(plan: &mut Plan, repo: &Repo, program: &str) {
    if plan.outcome == Outcome::Refused {
        return;
    }
    let mut projects: Vec<&Project> = plan.intents.iter().flat_map(Intent::projects).collect();
    projects.sort_by(|a, b| a.main.cmp(&b.main));
    projects.dedup_by(|a, b| a.main == b.main);
    let mut told = Vec::new();
    for project in projects {
        match compare(plan, repo, project, program) {
            Ok(findings) if findings.is_empty() => {
                plan.effects.push(format!("{program} reads {} the same way", project.main));
            }
            Ok(findings) => {
                plan.outcome = Outcome::Refused;
                told.extend(findings);
            }
            Err(finding) => told.push(*finding),
        }
    }
    if told.iter().any(|finding| finding.id == "verify-failed") {
        plan.outcome = Outcome::Refused;
    }
    if plan.outcome == Outcome::Refused {
        plan.change = ChangeSet::default();
    }
    plan.findings.extend(told);
}

/// Gives a finding for each difference beyond the plan, or one that says why there is no answer.
fn compare(
    plan: &Plan,
    repo: &Repo,
    project: &Project,
    program: &str,
) -> Result<Vec<Finding>, Box<Finding>> {
    let impossible = |reason: &str| {
        let message = format!("{program} was not asked for its view of {}: {reason}", project.main);
        let finding = Finding::warning("verify-impossible", message).in_file(project.main.as_str());
        Box::new(finding.help("nothing is wrong with the change; leave --verify-with out"))
    };
    let folder = TempDir::new().map_err(|error| impossible(&error.to_string()))?;
    let resolve = |change: &ChangeSet| {
        copy(repo, change, folder.path()).map_err(|error| error.to_string())?;
        config(program, project, repo, folder.path())
    };
    let before = resolve(&ChangeSet::default()).map_err(|reason| impossible(&reason))?;
    let after = resolve(&plan.change).map_err(|reason| {
        let message = format!("{program} can read {} now, but not after the change", project.main);
        let message = format!("{message}: {reason}");
        Box::new(Finding::error("verify-failed", message).in_file(project.main.as_str()))
    })?;
    let found = unintended(&before, &after, &plan.intents).into_iter();
    let findings = found.map(|difference| {
        let path = difference.path.join(".");
        let message =
            format!("after the change {program} sees another `{path}` than the change says");
        Finding::error("verify-failed", message)
            .in_file(project.main.as_str())
            .help("nothing is written; make this change by hand, and report it with the file")
    });
    Ok(findings.collect())
}

/// What a docker compose makes of a project in a copy of the tree.
fn config(program: &str, project: &Project, repo: &Repo, root: &Path) -> Result<Effective, String> {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(program));
    command.args(words).current_dir(root.join(&project.folder)).env_clear();
    for name in ["PATH", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Any value does, as it is the same before and after; the project's `.env` would win over none.
    let env = repo.get(&join(&project.folder, ".env").unwrap_or_default());
    for name in required(project, repo) {
        if env.is_none_or(|env| env_value(&env.text, &name).is_none_or(|value| value.is_empty())) {
            command.env(name, "1");
        }
    }
    for path in &project.loaded {
        command.arg("-f").arg(root.join(path));
    }
    let output = command.arg("config").output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(reason(&text));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(Effective::load(&[CONFIG.to_owned()], "", &Printed::new(&text)))
}

/// What a message says first, without what it quotes: that may be a secret.
fn reason(text: &str) -> String {
    let is_told = |line: &&str| !line.trim().is_empty() && !line.contains("variable is not set");
    let told: Vec<&str> = text.lines().filter(is_told).map(str::trim).take(2).collect();
    if told.is_empty() {
        return "it fails without a reason".to_owned();
    }
    let mut told = told.join(" ");
    // Braces first, as they hold quotes; the innermost first, as they hold braces.
    for (open, close) in [('{', '}'), ('"', '"'), ('\'', '\'')] {
        told = without(&told, open, close);
    }
    told
}

/// A text without what stands between two characters; after a lone one, nothing is kept.
fn without(text: &str, open: char, close: char) -> String {
    let (mut out, mut depth) = (String::new(), 0_usize);
    for character in text.chars() {
        let is_open = character == open && (open != close || depth == 0);
        if is_open {
            if depth == 0 {
                out.push('…');
            }
            depth += 1;
        } else if character == close && depth > 0 {
            depth -= 1;
        } else if depth == 0 {
            out.push(character);
        }
    }
    out
}

/// The variables without which the project's files refuse to load (`${NAME:?why}`).
fn required(project: &Project, repo: &Repo) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in project.all_files() {
        let Some(source) = repo.get(path) else { continue };
        let (doc, _) = Document::parse(&source.text);
        for (id, _) in doc.nodes() {
            let Some(value) = doc.value(id).filter(|value| value.contains('?')) else { continue };
            for piece in pieces(&value).unwrap_or_default() {
                let Piece::Variable(variable) = piece else { continue };
                let operator = variable.operator.map(|(operator, _)| operator);
                if matches!(operator, Some(Operator::ErrorIfEmpty | Operator::ErrorIfUnset)) {
                    names.extend(value.get(variable.name).map(str::to_owned));
                }
            }
        }
    }
    names
}

/// The one file of a printed configuration.
struct Printed(ComposeFile);

impl Printed {
    fn new(text: &str) -> Self {
        Self(ComposeFile::parse(&SourceFile::new(CONFIG, Arc::<str>::from(text))))
    }
}

impl Files for Printed {
    fn compose(&self, path: &str) -> Option<&ComposeFile> {
        (path == CONFIG).then_some(&self.0)
    }

    fn text(&self, _path: &str) -> Option<&str> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn messages_are_shown_without_values() {
        for (text, expected) in [
            ("The X variable is not set.\nERROR: no \"secret\" here\n", "ERROR: no … here"),
            ("Missing value in {'PASSWORD': '${X:?hunter2}'} of 'db'", "Missing value in … of …"),
            (
                "The file \"a.yaml\" is invalid:\nservices.db is 'hunter2",
                "The file … is invalid: services.db is …",
            ),
            ("", "it fails without a reason"),
        ] {
            assert_eq!(reason(text), expected);
        }
    }
}
