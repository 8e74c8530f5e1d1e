//! A name that is to go, in Compose files.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::rename::options::Phase;

declare_lint! {
    /// A Compose file names a service, container or volume by its old name.
    ///
    /// ## What it does
    ///
    /// Finds the names that composemod.yaml's renames do away with, and those that `--stale OLD=NEW`
    /// gives, in Compose files. Longer names, databases, users and the like that only look like it are
    /// left alone; what can't be told is a note, not a warning.
    ///
    /// ## Why is this bad
    ///
    /// The name works only as long as the alias is there; a key that bears it is a rename half made.
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
    ///     environment:
    ///       DATABASE_URL: postgres://app@main-db:5432/app
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
    ///   web:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://app@app-db:5432/app
    /// ```
    ///
    /// ## Fix
    ///
    /// The rename's own edits. They are safe once the rename is made in the Compose files; until then
    /// they belong together, change what runs, and need `--unsafe-fixes`: `composemod apply`
    /// shows them with all that they bring about.
    "stale-name-in-compose", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    super::in_files(context, &LINT, Phase::Compose)
}
