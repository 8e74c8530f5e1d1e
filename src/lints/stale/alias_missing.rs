//! An old name that nothing answers to, though it is declared to live on.

use crate::compose::model::ComposeFile;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::lints::context::Context;
use crate::lints::stale::Surveyed;
use crate::lints::{Run, declare_lint};
use crate::repo::config::RenameDeclaration;
use crate::transforms::rename::survey::{State, alias_patch};

declare_lint! {
    /// A renamed service does not answer to its old name, which is still in use.
    ///
    /// ## What it does
    ///
    /// Looks at each rename that composemod.yaml declares and that is made: where the old name is to
    /// stay as an alias and does not, while its day (`keep-alias-until`) is still to come or a file
    /// still reaches for the name as a host.
    ///
    /// ## Why is this bad
    ///
    /// Whoever looks the old name up finds nobody: the connection fails.
    ///
    /// ## Example
    ///
    /// ```yaml composemod.yaml
    /// renames:
    ///   - from: main-db
    ///     to: app-db
    ///     keep-alias-until: 2027-01-31
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   app-db:
    ///     image: postgres:16
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   app-db:
    ///     image: postgres:16
    ///     networks:
    ///       default:
    ///         aliases: [main-db]
    /// ```
    ///
    /// ## Fix
    ///
    /// Adds the alias on each network of the service. It is unsafe, as the container is made anew.
    "alias-missing", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    let names = context.stale_names().iter();
    names.filter_map(|name| finding(context, name, name.declared.as_ref()?)).collect()
}

fn finding(
    context: &Context<'_>,
    name: &Surveyed,
    declared: &RenameDeclaration,
) -> Option<Finding> {
    let is_due = declared.kind == Namespace::Service
        && declared.keep_alias
        && name.state == State::Retired
        && !name.is_expired(context);
    let uses = name.mentions.iter().filter(|mention| mention.is_sure && mention.is_host);
    let uses: Vec<_> = uses.collect();
    if !is_due || (declared.keep_alias_until.is_none() && uses.is_empty()) {
        return None;
    }
    let (old, new) = (&name.old, name.new.as_ref()?);
    let mut files = context.workspace.files.values();
    let (file, service) = files.find_map(|file: &ComposeFile| Some((file, file.service(new)?)))?;
    let message = format!("`{new}` does not answer to `{old}`, its old name: nobody does");
    let mut finding =
        LINT.finding(message).at(file.path.as_str(), file.doc.node(service.key).span).help(
            format!("give it the network alias `{old}`, or take the rename out of composemod.yaml"),
        );
    for mention in uses.iter().take(MOST_RELATED) {
        finding = finding.related(mention.place.clone(), format!("`{old}` is used here"));
    }
    let fix = alias_patch(context.workspace, new, old).and_then(|(path, patch)| {
        Fix::patch(format!("add the alias `{old}`"), Applicability::Unsafe, &path, patch)
    });
    Some(finding.fix(fix))
}

/// Uses that one finding points at.
const MOST_RELATED: usize = 5;

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    const DECLARED: &str = "renames: [{from: main-db, to: app-db}]\n";
    const WITHOUT: &str = "services:\n  app-db:\n    image: postgres:16\n";

    #[test]
    fn it_is_missed_where_it_is_used_or_promised() {
        let compose = ("compose.yaml", WITHOUT);
        let used = ("app.env", "DATABASE_URL=postgres://u@main-db:5432/x\n");
        let promised = "renames: [{from: main-db, to: app-db, keep-alias-until: 2026-07-01}]\n";
        let over = "renames: [{from: main-db, to: app-db, keep-alias-until: 2026-05-01}]\n";
        let dropped = "renames: [{from: main-db, to: app-db, keep-alias: false}]\n";
        for (declared, files, expected) in [
            (DECLARED, vec![compose, used], 1),
            (DECLARED, vec![compose], 0),
            (promised, vec![compose], 1),
            (over, vec![compose, used], 0),
            (dropped, vec![compose, used], 0),
            (DECLARED, vec![("compose.yaml", "services: {main-db: {image: postgres}}"), used], 0),
        ] {
            let files: Vec<_> = files.into_iter().chain([("composemod.yaml", declared)]).collect();
            assert_eq!(found(&LINT, &files).len(), expected, "{files:?}");
        }
    }
}
