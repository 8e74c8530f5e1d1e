//! Files of several YAML documents.

use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::schema::scalar::kind;
use crate::lints::schema::spec::Kind;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A file holds several YAML documents.
    ///
    /// ## What it does
    ///
    /// Finds `---` between documents. One that is no mapping, such as the empty one after a `---` at
    /// the end, is an error.
    ///
    /// ## Why is this bad
    ///
    /// docker compose lays the documents over one another, as if they were files. Other tools read
    /// the first and leave out the others, or refuse the file. A document that is no mapping docker
    /// compose refuses too.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    /// ---
    /// services:
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///   db:
    ///     image: postgres:16.4
    /// ```
    "several-documents", Schema, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let doc = &view.file.doc;
    let [_, others @ ..] = doc.roots() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let empty = doc.roots().iter().filter(|root| kind(doc, **root) != Kind::Object);
    found.extend(empty.map(|root| {
        let message = "this document is no mapping, so docker compose refuses the file";
        let help = "remove the `---` that makes a document of it";
        let finding = Finding::new(LINT.id, Severity::Error, message);
        finding.at(view.path(), view.span(*root)).help(help)
    }));
    if found.is_empty() {
        let message =
            "docker compose lays this document over the one before, other tools leave it out";
        let help = "join the documents, or make files of them";
        found.extend(
            others
                .iter()
                .map(|root| LINT.finding(message).at(view.path(), view.span(*root)).help(help)),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn documents_are_counted() {
        let one = "services: {a: {image: x}}\n";
        for (text, expected) in [
            (one.to_owned(), ""),
            (format!("%YAML 1.2\n---\n{one}...\n"), ""),
            (format!("---\n{one}"), ""),
            (format!("{one}---\n{one}"), "compose.yaml:3:1 docker compose lays"),
            (format!("{one}---\n"), "compose.yaml:2:4 this document is no mapping"),
            (format!("---\n---\n{one}"), "compose.yaml:1:4 this document is no mapping"),
        ] {
            let found = found_in(&LINT, &text);
            assert_eq!(found.len(), usize::from(!expected.is_empty()), "{text}: {found:?}");
            assert!(found.iter().all(|found| found.starts_with(expected)), "{text}: {found:?}");
        }
    }
}
