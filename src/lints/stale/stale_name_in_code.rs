//! A name that is to go, in program text.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::rename::options::Phase;

declare_lint! {
    /// A program names a service by its old name.
    ///
    /// ## What it does
    ///
    /// Finds the names that composemod.yaml's renames do away with, and those that `--stale OLD=NEW`
    /// gives, in program text. Longer names, databases, users and the like that only look like it are
    /// left alone; what can't be told is a note, not a warning.
    ///
    /// ## Why is this bad
    ///
    /// The program loses its server on the day on which the alias goes.
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
    /// ```python app.py
    /// connect("postgres://app@main-db:5432/app")
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```python app.py
    /// connect("postgres://app@app-db:5432/app")
    /// ```
    ///
    /// ## Fix
    ///
    /// The rename's own edits. They are safe once the rename is made in the Compose files; until then
    /// they belong together, change what runs, and need `--unsafe-fixes`: `composemod apply`
    /// shows them with all that they bring about.
    "stale-name-in-code", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    super::in_files(context, &LINT, Phase::Code)
}
