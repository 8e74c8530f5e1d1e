//! A name that is to go, in documentation.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::rename::options::Phase;

declare_lint! {
    /// Documentation names a service by its old name.
    ///
    /// ## What it does
    ///
    /// Finds the names that composemod.yaml's renames do away with, and those that `--stale OLD=NEW`
    /// gives, in documentation. Longer names, databases, users and the like that only look like it are
    /// left alone; what can't be told is a note, not a warning.
    ///
    /// ## Why is this bad
    ///
    /// Whoever follows the text runs commands on a container that does not exist.
    ///
    /// ## Example
    ///
    /// ```yaml composemod.yaml
    /// renames:
    ///   - from: main-db
    ///     to: app-db
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   app-db:
    ///     image: postgres:16
    ///     networks:
    ///       default:
    ///         aliases: [main-db]
    ///   web:
    ///     build: .
    /// ```
    ///
    /// ```markdown README.md
    /// Open a shell with `docker compose exec main-db psql`.
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```markdown README.md
    /// Open a shell with `docker compose exec app-db psql`.
    /// ```
    ///
    /// ## Fix
    ///
    /// The rename's own edits. They are safe once the rename is made in the Compose files; until then
    /// they belong together, change what runs, and need `--unsafe-fixes`: `composemod apply`
    /// shows them with all that they bring about.
    "stale-name-in-docs", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    super::in_files(context, &LINT, Phase::Docs)
}
