//! Projects without `name`.

use std::sync::Arc;

use crate::compose::model::{ComposeFile, file_name};
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix, Proof};
use crate::lints::context::{Loading, LoadingKind};
use crate::lints::{Run, declare_lint};
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::yaml::document::{Document, Kind, Style};
use crate::yaml::patch::Change;
use crate::yaml::referee;

declare_lint! {
    /// A project has no name of its own.
    ///
    /// ## What it does
    ///
    /// Finds projects of whose files none has `name`, and whose `.env` has no `COMPOSE_PROJECT_NAME`.
    /// The fix writes the name of the folder, which is what Compose takes now. It is unsafe: a checkout
    /// in a folder of another name would get new containers, networks and volumes.
    ///
    /// ## Why is this bad
    ///
    /// Compose names the project after its folder, and containers, networks and volumes after the
    /// project. A clone into a folder of another name starts with empty volumes.
    ///
    /// ## Example
    ///
    /// ```yaml shop/compose.yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml shop/compose.yaml
    /// name: shop
    /// services:
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Fix
    ///
    /// Writes `name:` with the folder's name, which is what Compose takes it for now. It is unsafe: a copy of the
    /// folder would be the same project.
    "project-name-missing", Style, Warning, Off, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    // What is loaded on top of others need not say it again.
    if loading.kind == LoadingKind::Overlay || loading.model.name.is_some() {
        return Vec::new();
    }
    let files = &loading.context.workspace.files;
    let Some(file) = loading.files.first().and_then(|path| files.get(path)) else {
        return Vec::new();
    };
    let Some(first) = file.doc.roots().first().and_then(|&root| file.doc.entries(root).first())
    else {
        return Vec::new();
    };
    let message = "the project has no `name`, so it is another one in a folder of another name";
    let finding = LINT.finding(message).at(file.path.as_str(), file.doc.node(first.key).span);
    let name = folder_name(&loading.project.folder);
    let help = match &name {
        Some(name) => format!("write `name: {name}` at the top: that is what it is called now"),
        None => "write `name: …` at the top: `docker compose ls` tells its name now".to_owned(),
    };
    vec![finding.help(help).fix(name.and_then(|name| fix(file, &name)))]
}

/// Gives the name that Compose makes of a folder's. The root's own name is not known.
fn folder_name(folder: &str) -> Option<String> {
    let name = file_name(folder).to_lowercase();
    let is_taken = |ch: &char| ch.is_ascii_alphanumeric() || "_-".contains(*ch);
    let name: String = name.chars().filter(is_taken).collect();
    let name = name.trim_start_matches(['_', '-']);
    (!name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit())).then(|| name.to_owned())
}

/// Writes `name` above the first key, below `version`.
fn fix(file: &ComposeFile, name: &str) -> Option<Arc<Fix>> {
    let doc = &*file.doc;
    let &[root] = doc.roots() else { return None };
    let Kind::Mapping { style: Style::Block, entries } = &doc.node(root).kind else { return None };
    let is_version = |key| doc.value(key).is_some_and(|key| key == "version");
    let below = entries.iter().find(|entry| !is_version(entry.key))?;
    let at = doc.node(below.key).span.start as usize;
    let text = doc.text();
    let is_first = text.get(..at)?.ends_with(['\n', '\u{feff}']) || at == 0;
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let edit = Edit::insert(at, format!("name: {name}{line_break}"));
    let change = ChangeSet::new([(file.path.clone(), edit)]).ok()?;
    let after: Arc<str> = Arc::from(change.get(&file.path)?.apply(text));
    is_undone(&after, text).then_some(())?;
    let title = "name the project as its folder".to_owned();
    let (applicability, proof) = (Applicability::Unsafe, Proof::Refereed);
    is_first.then(|| Arc::new(Fix { title, applicability, change, proof }))
}

/// Tells whether the file is as before once the name goes: the referees' plans add pairs only at a
/// mapping's end.
fn is_undone(after: &Arc<str>, before: &str) -> bool {
    let (after, errors) = Document::parse(after);
    let key = after.roots().first().and_then(|&root| after.get(root, "name"));
    let Some(key) = key.filter(|_| errors.is_empty()).map(|entry| entry.key) else { return false };
    referee::check(&after, before, &[Change::Remove(key)]).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{LINT, folder_name};
    use crate::diagnostics::fix::Applicability;
    use crate::lints::check::{Scope, check};
    use crate::lints::fixes::fix;
    use crate::lints::select::Selection;
    use crate::lints::testing::{found, inputs, repo};

    #[test]
    fn one_name_is_enough() {
        let services = "services: {a: {image: x}}\n";
        let named = "name: a\nservices: {a: {image: x}}\n";
        for (files, count) in [
            (vec![("compose.yaml", services)], 1),
            (vec![("a/compose.yaml", services), ("b/compose.yaml", services)], 2),
            (vec![("compose.yaml", services), ("compose.override.yaml", named)], 0),
            (vec![("compose.yaml", named), ("compose.override.yaml", services)], 0),
            (vec![("compose.yaml", services), (".env", "COMPOSE_PROJECT_NAME=a\n")], 0),
            (vec![("compose.yaml", named)], 0),
        ] {
            assert_eq!(found(&LINT, &files).len(), count, "{files:?}");
        }
    }

    #[test]
    fn a_folder_gives_its_name() {
        for (folder, expected) in [
            ("", None),
            ("a/Shop.v2", Some("shopv2")),
            ("_x", Some("x")),
            ("42", None),
            ("über", Some("ber")),
        ] {
            assert_eq!(folder_name(folder).as_deref(), expected, "{folder}");
        }
    }

    #[test]
    fn the_name_is_written_at_the_top() {
        for (before, after) in [
            ("# c\nservices:\n  a: {image: x}\n", "# c\nname: shop\nservices:\n  a: {image: x}\n"),
            (
                "version: '3'\r\nservices: {a: {image: x}}\r\n",
                "version: '3'\r\nname: shop\r\nservices: {a: {image: x}}\r\n",
            ),
            ("{services: {a: {image: x}}}\n", "{services: {a: {image: x}}}\n"),
        ] {
            let repo = repo(&[("shop/compose.yaml", before)]);
            let inputs = inputs(&repo);
            let selection = Selection::only(&[LINT.id]);
            let look = |repo: &_| check(repo, &inputs, &selection, &Scope::Everything);
            let fixed = fix(&repo, &look, Applicability::Unsafe);
            let text = fixed.repo.get("shop/compose.yaml").map(|file| file.text.to_string());
            assert_eq!(text.as_deref(), Some(after));
        }
    }
}
