//! What `composemod check` looks for: one file for each lint, one line in its group's list.
//!
//! A lint is a pure function of what was read, and says what it finds with a place, a reason and a
//! way out. Its doc comment is its page (`explain`, docs/lints.md, SARIF's rules), with an example
//! that fires and a cure that does not: `tests/lints.rs` tries both. Invariant: lints never use one
//! another; what several need stands in their group's own file.

pub mod check;
pub mod context;
pub mod dclint;
pub mod doc;
pub mod fixes;
mod hazards;
mod practice;
mod references;
mod schema;
pub mod select;
mod stale;
mod style;
pub mod suppress;
mod suppressions;
#[cfg(test)]
mod testing;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::diagnostics::{Finding, Severity};
use context::{Context, FileView, Loading};
use references::Scenes;

/// One sort of thing that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Lint {
    /// What findings of it are called, kebab-case: it names the problem.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// How grave its findings are, unless composemod.yaml says otherwise.
    pub severity: Severity,
    /// Whether it runs without being selected.
    pub default: Default,
    /// Its page: see [`doc::Doc`].
    pub doc: &'static str,
    /// Finds it.
    run: Run,
}

/// What lints are about. Groups can be selected by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Names that are to go, and the aliases that stand in for them.
    Stale,
    /// Names that lead nowhere, or to two things.
    References,
    /// What docker compose refuses, or reads otherwise than was meant.
    Schema,
    /// What goes wrong when a change of a server that has data is deployed.
    Hazards,
    /// What runs, and should not run so.
    Practice,
    /// Order and quotes.
    Style,
    /// Comments that keep lints silent.
    Suppressions,
}

/// Whether a lint runs without being selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// It runs.
    On,
    /// It runs where it is selected.
    Off,
}

impl Lint {
    /// Tells whether files far from the one that it finds something in may tell that it is none.
    #[must_use]
    pub fn looks_far(&self) -> bool {
        let is_of_one_file = matches!(self.run, Run::File(_) | Run::Syntax(_));
        // What sets a variable may be any script.
        !is_of_one_file || self.id == references::VARIABLE_UNSET
    }
}

/// How a lint is run.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// On each Compose file by itself, as it is written.
    File(fn(&FileView<'_>) -> Vec<Finding>),
    /// On each way of loading a project: its own files, then each variant of them. What is found at
    /// the same place in several is said once.
    Project(fn(&Loading<'_>) -> Vec<Finding>),
    /// On who reaches whom, in all ways of loading and over all projects.
    Scenes(fn(&Scenes<'_>) -> Vec<Finding>),
    /// On the tree as a whole.
    Tree(fn(&Context<'_>) -> Vec<Finding>),
    /// On each Compose file, also on one whose YAML breaks off.
    Syntax(fn(&FileView<'_>) -> Vec<Finding>),
    /// Not by itself: the check finds it when all others have run.
    Check,
}

impl Group {
    /// All groups in order.
    pub const ALL: [Self; 7] = [
        Self::Stale,
        Self::References,
        Self::Schema,
        Self::Hazards,
        Self::Practice,
        Self::Style,
        Self::Suppressions,
    ];

    /// Gives the name by which it is selected.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::References => "references",
            Self::Schema => "schema",
            Self::Hazards => "hazards",
            Self::Practice => "practice",
            Self::Style => "style",
            Self::Suppressions => "suppressions",
        }
    }

    /// Gives what its lints are about, in one line.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Stale => "Names that are to go, and the aliases that stand in for them",
            Self::References => "Names that lead nowhere, or to two things",
            Self::Schema => "What docker compose refuses, or reads otherwise than was meant",
            Self::Hazards => "What goes wrong when a server that has data is changed",
            Self::Practice => "What runs, and should not run so",
            Self::Style => "Order and quotes",
            Self::Suppressions => "Comments that keep lints silent",
        }
    }

    /// Gives its lints, in order of their ids.
    #[must_use]
    pub fn lints(self) -> &'static [Lint] {
        match self {
            Self::Stale => stale::LINTS,
            Self::References => references::LINTS,
            Self::Schema => schema::LINTS,
            Self::Hazards => hazards::LINTS,
            Self::Practice => practice::LINTS,
            Self::Style => style::LINTS,
            Self::Suppressions => suppressions::LINTS,
        }
    }
}

impl Lint {
    /// Tells whether its findings can be mended: what its page has under `Fix`.
    #[must_use]
    pub fn has_fix(&self) -> bool {
        doc::Doc::parse(self.doc).section("Fix").is_some()
    }

    /// Makes a finding of it.
    #[must_use]
    pub(crate) fn finding(&self, message: impl Into<String>) -> Finding {
        Finding::new(self.id, self.severity, message)
    }
}

/// Gives every lint, in order of their groups.
pub fn all() -> impl Iterator<Item = &'static Lint> {
    Group::ALL.into_iter().flat_map(|group| group.lints())
}

/// Finds a lint by its id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Lint> {
    static LINTS: LazyLock<HashMap<&'static str, &'static Lint>> =
        LazyLock::new(|| all().map(|lint| (lint.id, lint)).collect());
    LINTS.get(id).copied()
}

/// Declares a lint as `LINT`: its doc comment, then `"id", Group, Severity, Default, Run`.
macro_rules! declare_lint {
    ($(#[doc = $doc:literal])+ $id:literal, $group:ident, $severity:ident, $default:ident, $run:expr $(,)?) => {
        $(#[doc = $doc])+
        pub(super) const LINT: $crate::lints::Lint = $crate::lints::Lint {
            id: $id,
            group: $crate::lints::Group::$group,
            severity: $crate::diagnostics::Severity::$severity,
            default: $crate::lints::Default::$default,
            doc: concat!($($doc, "\n"),+),
            run: $run,
        };
    };
}
use declare_lint;
