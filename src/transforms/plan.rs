//! What a transform would do: one value for the diff, the check and the writing.

use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::{Finding, Place};
use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::transforms::intent::Intent;

/// A change of a repository that can be planned without making it.
pub trait Transform: Sync {
    /// Gives the names one of which a file must hold to matter to the change, Compose and env
    /// files aside; none where every text matters.
    fn names(&self) -> Vec<String>;

    /// Plans the change.
    ///
    /// # Errors
    /// What was asked for can't be understood here: exit code 2.
    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError>;
}

/// A planned change with all that there is to say about it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the change is: `rename service db to app-db`.
    pub title: String,
    /// The edits that would be made. Empty where the plan is refused.
    pub change: ChangeSet,
    /// Each edit with its meaning. Invariant: sorted by path and span.
    pub edits: Vec<PlannedEdit>,
    /// Mentions that stay as they are. Invariant: sorted by path and span.
    pub left: Vec<LeftMention>,
    /// What a person should know.
    pub findings: Vec<Finding>,
    /// What the change is to do to the projects' models; all else in them must stay.
    pub intents: Vec<Intent>,
    /// What can go wrong when the change is deployed.
    pub hazards: Vec<Finding>,
    /// What differs in the projects' models afterwards, in words.
    pub effects: Vec<String>,
    /// How it ends.
    pub outcome: Outcome,
}

/// How planning ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// There may be changes to make.
    #[default]
    Changes,
    /// The change is made already, and nothing is pending.
    Done,
    /// It can't be made safely: the findings say why, and nothing may be written.
    Refused,
}

/// One edit with what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEdit {
    /// Path from the root.
    pub path: String,
    /// The replacement of the name's own bytes; for what is added, the insertion.
    pub edit: Edit,
    /// What stood there.
    pub old: String,
    /// What the name means there.
    pub class: Class,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, for people.
    pub reason: String,
}

/// A mention that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMention {
    /// Path from the root.
    pub path: String,
    /// The name's own bytes.
    pub span: Span,
    /// The name.
    pub text: String,
    /// What it means there.
    pub class: Class,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why it stays, for people.
    pub reason: String,
}

/// Why a request can't be understood here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No Compose file at all.
    #[error("no Compose file found: name it with -f, or run in the project's folder")]
    NoComposeFile,
    /// Nothing of that name.
    #[error("no {kind} `{name}` in any Compose file{}{}", suggestion(.nearest), exists_hint(.new_exists))]
    NotFound {
        /// What was looked for: `service`.
        kind: &'static str,
        /// OLD.
        name: String,
        /// The nearest names that exist.
        nearest: Vec<String>,
        /// Where NEW stands already, though it does not answer to OLD.
        new_exists: Option<(String, Span)>,
        /// What is wrong with files that may hold it.
        findings: Vec<Finding>,
    },
    /// The name is one of another kind, which is no alias to take away.
    #[error(
        "`{name}` is no network alias but the name of a {kind}: `composemod rename {name} NEW --kind {kind}` gives it another"
    )]
    NotAnAlias {
        /// The name.
        name: String,
        /// What it is a name of: `service`.
        kind: &'static str,
        /// The file that defines it.
        path: String,
        /// Where in it.
        span: Span,
    },
    /// Several services answer to one alias.
    #[error("several services answer to `{name}`, so whose clients would lose it can't be told: {}; take it from all but one by hand", quoted(.services))]
    SeveralBearers {
        /// The alias.
        name: String,
        /// The services.
        services: Vec<String>,
    },
    /// The service is none that the change is for.
    #[error("service `{service}` {problem}")]
    Unsuited {
        /// The service.
        service: String,
        /// Why not, and what to do.
        problem: String,
        /// Where it is defined.
        place: Option<(String, Span)>,
    },
    /// No service runs a Postgres server.
    #[error(
        "no service runs a Postgres server that is known here: name its service with --server, or run in the project that has it"
    )]
    NoServer,
    /// Several services do, and nothing says which is meant.
    #[error("several services run a Postgres server: {}; name the one meant with --server", quoted(.services))]
    SeveralServers {
        /// The services.
        services: Vec<String>,
    },
    /// A file that was named can't be used.
    #[error("{path} is no Compose file that can be read here: check the path given with -f")]
    UnreadableFile {
        /// The path.
        path: String,
    },
    /// The name is taken.
    #[error(
        "`{name}` is taken already: a service, container or alias of that name is defined here"
    )]
    Exists {
        /// NEW, or an alias.
        name: String,
        /// The file that defines it.
        path: String,
        /// Where in it.
        span: Span,
    },
    /// No such name can be given.
    #[error("`{name}` can't be the new name: {problem}")]
    InvalidName {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What was given to a flag can't be used.
    #[error("{flag} {value}: {problem}")]
    InvalidArgument {
        /// The flag: `--path`.
        flag: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Several independent projects define OLD.
    #[error("`{name}` is defined in {} projects; choose one, or take all with --all-projects:{}", .choices.len(), list(.choices))]
    SeveralProjects {
        /// OLD.
        name: String,
        /// Folder and main file of each.
        choices: Vec<(String, String)>,
    },
    /// Several independent projects, and nothing says which is meant.
    #[error("there are {} projects; choose one, or take all with --all-projects:{}", .choices.len(), list(.choices))]
    ManyProjects {
        /// Folder and main file of each.
        choices: Vec<(String, String)>,
    },
    /// The project that was chosen is none.
    #[error("no project `{wanted}`; there are:{}", list(.known))]
    UnknownProject {
        /// What was asked for.
        wanted: String,
        /// Folder and main file of each project.
        known: Vec<(String, String)>,
    },
    /// What is declared can't be understood here.
    #[error("{error}")]
    Declared {
        /// Why.
        error: Box<Self>,
        /// The place that it is about, if it has one, in the tree before any step.
        place: Option<Place>,
        /// The place that declares it.
        declared: Place,
    },
}

impl PlanError {
    /// Gives the error itself, wherever it was declared.
    #[must_use]
    pub fn cause(&self) -> &Self {
        match self {
            Self::Declared { error, .. } => error.cause(),
            error => error,
        }
    }

    /// Gives what else there is to say.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::NotFound { findings, .. } => findings,
            Self::Declared { error, .. } => error.findings(),
            _ => &[],
        }
    }

    /// Gives the place that the error is about, if it has one.
    #[must_use]
    pub fn place(&self) -> Option<(&str, Span)> {
        match self {
            Self::Exists { path, span, .. } | Self::NotAnAlias { path, span, .. } => {
                Some((path, *span))
            }
            Self::NotFound { new_exists: Some((path, span)), .. }
            | Self::Unsuited { place: Some((path, span)), .. } => Some((path, *span)),
            Self::Declared { place, declared, .. } => {
                let place = place.as_ref().unwrap_or(declared);
                Some((&place.path, place.span))
            }
            _ => None,
        }
    }
}

impl Plan {
    /// Brings what was collected into the order of the output: by path, place, id.
    pub fn sort(&mut self) {
        self.edits.sort_by(|a, b| (&a.path, &a.edit).cmp(&(&b.path, &b.edit)));
        self.left.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
        for findings in [&mut self.findings, &mut self.hazards] {
            findings
                .sort_by(|a, b| (&a.place, a.id, &a.message).cmp(&(&b.place, b.id, &b.message)));
            findings.dedup();
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

fn exists_hint(new_exists: &Option<(String, Span)>) -> &'static str {
    match new_exists {
        Some(_) => {
            "; the new name exists already, but does not answer to the old one (run with --no-keep-alias if that is meant)"
        }
        None => "",
    }
}

fn list(choices: &[(String, String)]) -> String {
    choices
        .iter()
        .map(|(folder, main)| format!("\n  --project {folder}    (or -f {main})"))
        .collect()
}
