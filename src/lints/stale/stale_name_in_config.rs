//! A name that is to go, in env files and configuration.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::rename::options::Phase;

declare_lint! {
    /// Configuration names a service by its old name.
    ///
    /// ## What it does
    ///
    /// Finds the names that composemod.yaml's renames do away with, and those that `--stale OLD=NEW`
    /// gives, in env files and configuration. Longer names, databases, users and the like that only look like it are
    /// left alone; what can't be told is a note, not a warning.
    ///
    /// ## Why is this bad
    ///
    /// What reads the file loses its server on the day on which the alias goes.
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
    /// ```dotenv .env
    /// DB_HOST=main-db
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv .env
    /// DB_HOST=app-db
    /// ```
    ///
    /// ## Fix
    ///
    /// The rename's own edits. They are safe once the rename is made in the Compose files; until then
    /// they belong together, change what runs, and need `--unsafe-fixes`: `composemod apply`
    /// shows them with all that they bring about.
    "stale-name-in-config", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    super::in_files(context, &LINT, Phase::Config)
}
