//! A top-level `version`.

use std::sync::Arc;

use crate::compose::model::ComposeFile;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::NodeId;
use crate::yaml::patch::remove;

declare_lint! {
    /// The file has a `version`, which Compose warns of and ignores.
    ///
    /// ## What it does
    ///
    /// Finds a top-level `version`. Its fix takes the line away. In a file for a swarm it is only
    /// told: old versions of `docker stack deploy` ask for it.
    ///
    /// ## Why is this bad
    ///
    /// It says nothing: Compose reads every file by the same specification. Each command of it warns
    /// of the line.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// version: "3.8"
    ///
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// ```
    ///
    /// ## Fix
    ///
    /// Removes the key. It is safe.
    "obsolete-version", Practice, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_swarm = is_for_swarm(view);
    let found = view.file.doc.roots().iter().filter_map(|&root| {
        let entry = view.get(root, "version")?;
        let message = "Compose ignores `version`, and warns of it at each command";
        let finding = LINT.finding(message).at(view.path(), view.span(entry.key));
        Some(match is_swarm {
            true => finding.severity(Severity::Info).help(
                "take the line away, if `docker stack deploy` is of Docker 25 or later where it runs",
            ),
            false => finding.help("take the line away").fix(fix(view.file, root, entry.key)),
        })
    });
    found.collect()
}

/// Tells whether a service is deployed as only a swarm does it.
fn is_for_swarm(view: &FileView<'_>) -> bool {
    let keys = ["endpoint_mode", "mode", "placement", "rollback_config", "update_config"];
    view.service_bodies().into_iter().any(|body| {
        let deploy = view.get(body, "deploy");
        deploy.is_some_and(|deploy| keys.iter().any(|key| view.get(deploy.value, key).is_some()))
    })
}

/// Takes the line away, and with it the blank ones that would begin the file or follow another.
fn fix(file: &ComposeFile, root: NodeId, key: NodeId) -> Option<Arc<Fix>> {
    if file.doc.entries(root).len() < 2 {
        return None;
    }
    let mut patch = remove(&file.doc, key).ok()?;
    let text = file.doc.text();
    if let [edit] = patch.edits.as_mut_slice() {
        let before = text.get(..edit.span.start as usize)?;
        let is_apart = before.lines().last().is_none_or(|line| matches!(line.trim(), "" | "---"));
        let is_line = before.is_empty() || before.ends_with('\n');
        if is_apart && is_line && edit.insert.is_empty() {
            let end = edit.span.end as usize + blank_lines(text.get(edit.span.end as usize..)?);
            *edit = Edit::replace(Span::new(edit.span.start as usize, end), "");
        }
    }
    Fix::patch("take `version` away", Applicability::Safe, &file.path, patch)
}

/// Gives the bytes of the blank lines at the start of a text.
fn blank_lines(text: &str) -> usize {
    let lines = text.split_inclusive('\n').take_while(|line| line.trim().is_empty());
    lines.map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found_in, mended};

    const REST: &str = "services:\n  a:\n    image: x\n";

    #[test]
    fn the_line_goes() {
        for (head, left) in [
            ("version: '3'\n", ""),
            ("version: '3'\n\n", ""),
            ("version: 3 # old\n\n\n", ""),
            ("# head\n\nversion: '3'\n\n", "# head\n\n"),
            ("# head\nversion: '3'\n\n", "# head\n\n"),
            ("---\nversion: '3'\n\n", "---\n"),
            ("name: a\n\nversion: '3'\n\n", "name: a\n\n"),
            ("name: a\nversion: '3'\n", "name: a\n"),
            ("version: '3'\r\n\r\nname: a\r\n", "name: a\r\n"),
        ] {
            assert_eq!(mended(&LINT, &format!("{head}{REST}")), format!("{left}{REST}"), "{head}");
        }
        assert_eq!(mended(&LINT, &format!("{REST}\nversion: '3'\n")), format!("{REST}\n"));
    }

    #[test]
    fn what_is_found() {
        assert_eq!(found_in(&LINT, REST), [""; 0]);
        assert_eq!(found_in(&LINT, &format!("x-version: 1\n{REST}")), [""; 0]);
        assert_eq!(found_in(&LINT, &format!("version: '3'\n{REST}")).len(), 1);
        let swarm = format!("version: '3'\n{REST}    deploy: {{mode: global}}\n");
        assert_eq!(found_in(&LINT, &swarm).len(), 1);
        assert_eq!(mended(&LINT, &swarm), swarm);
    }
}
