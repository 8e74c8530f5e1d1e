//! A name that is to go, in scripts, Makefiles, Dockerfiles and CI.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::rename::options::Phase;

declare_lint! {
    /// A script names a service or container by its old name.
    ///
    /// ## What it does
    ///
    /// Finds the names that composemod.yaml's renames do away with, and those that `--stale OLD=NEW`
    /// gives, in scripts, Makefiles, Dockerfiles and CI. Longer names, databases, users and the like that only look like it are
    /// left alone; what can't be told is a note, not a warning.
    ///
    /// ## Why is this bad
    ///
    /// No engine takes an alias for a container: the command fails as soon as the rename is deployed.
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
    /// ```sh backup.sh
    /// #!/bin/sh
    /// docker compose exec main-db pg_dumpall
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```sh backup.sh
    /// #!/bin/sh
    /// docker compose exec app-db pg_dumpall
    /// ```
    ///
    /// ## Fix
    ///
    /// The rename's own edits. They are safe once the rename is made in the Compose files; until then
    /// they belong together, change what runs, and need `--unsafe-fixes`: `composemod apply`
    /// shows them with all that they bring about.
    "stale-name-in-scripts", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    super::in_files(context, &LINT, Phase::Scripts)
}
