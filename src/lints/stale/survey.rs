//! The names that are to go, each with its mentions.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::Place;
use crate::diagnostics::fix::{Applicability, Fix, Proof};
use crate::lints::context::{Context, StaleName};
use crate::repo::config::RenameDeclaration;
use crate::repo::kind::kind;
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::transforms::plan::{Outcome, Plan, Transform as _};
use crate::transforms::rename::options::{ContainerName, Phase, Rename};
use crate::transforms::rename::survey::{State, Survey, kind_of, survey};
use crate::transforms::retire::options::{Heed, Retire};

/// A name that is to go.
#[derive(Debug)]
pub(in crate::lints) struct Surveyed {
    /// The name.
    pub(super) old: String,
    /// The name in its place, if it is known.
    pub(super) new: Option<String>,
    /// What is declared of it.
    pub(super) declared: Option<RenameDeclaration>,
    /// How far its rename is.
    pub(super) state: State,
    /// Its mentions, aliases left out.
    pub(super) mentions: Vec<Mention>,
}

/// A mention of a name that is to go.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) place: Place,
    /// The sort of file that it is in.
    pub(super) phase: Phase,
    /// What it is, for people.
    pub(super) reason: String,
    /// Whether it surely means what is to go.
    pub(super) is_sure: bool,
    /// Whether something comes to the name by it: a host, not a command, and not a text for people.
    pub(super) is_host: bool,
    pub(super) fix: Option<Arc<Fix>>,
}

/// Surveys all names that are to go.
pub(in crate::lints) fn surveyed(context: &Context<'_>) -> Vec<Surveyed> {
    let inputs = context.inputs;
    let declared = inputs.config.renames.iter().filter_map(|declared| {
        let asked =
            StaleName { old: declared.from.value.clone(), new: Some(declared.to.value.clone()) };
        one(context, asked, Some(declared.clone()))
    });
    let asked = inputs.stale.iter().filter_map(|asked| one(context, asked.clone(), None));
    declared.chain(asked).collect()
}

fn one(
    context: &Context<'_>,
    asked: StaleName,
    declared: Option<RenameDeclaration>,
) -> Option<Surveyed> {
    let StaleName { old, new } = asked;
    let rename = Rename {
        kind: declared.as_ref().map_or_else(|| kind_of(&old, context.workspace), |one| one.kind),
        container_name: container_name(declared.as_ref()),
        aliases: declared.as_ref().map(aliases).unwrap_or_default(),
        keep_alias: new.is_some() && declared.as_ref().is_none_or(|one| one.keep_alias),
        files: context.inputs.files.clone(),
        // Where no name is to stand in its place, one that nothing bears does for the search.
        ..Rename::new(old.as_str(), new.clone().unwrap_or_else(|| format!("{old}-is-to-go")))
    };
    let Survey { state, plan } = survey(&rename, context.repo).ok()?;
    let fixes = Fixes::new(&plan, state, new.as_deref());
    let mentions = mentions(context, &plan, &old, &fixes);
    Some(Surveyed { old, new, declared, state, mentions })
}

fn container_name(declared: Option<&RenameDeclaration>) -> ContainerName {
    let name = declared.and_then(|declared| declared.container_name.as_ref());
    match name.map(|name| &*name.value) {
        None => ContainerName::Follow,
        Some("keep") => ContainerName::Keep,
        Some(name) => ContainerName::Set(name.to_owned()),
    }
}

fn aliases(declared: &RenameDeclaration) -> Vec<String> {
    declared.aliases.iter().map(|alias| alias.value.clone()).collect()
}

/// What mends the mentions of a plan.
enum Fixes {
    /// Nothing is known to.
    None,
    /// All of the plan at once, as it changes what runs.
    Whole(Arc<Fix>),
    /// Each Compose file on its own, and each mention elsewhere.
    Single { new: String, compose: BTreeMap<String, Arc<Fix>> },
}

impl Fixes {
    fn new(plan: &Plan, state: State, new: Option<&str>) -> Self {
        let Some(new) = new.filter(|_| plan.outcome != Outcome::Refused) else { return Self::None };
        let fix = |applicability, change| {
            let title = format!("write `{new}`");
            Arc::new(Fix { title, applicability, change, proof: Proof::Refereed })
        };
        match state {
            State::Unknown => Self::None,
            State::Pending => Self::Whole(fix(Applicability::Unsafe, plan.change.clone())),
            State::Made | State::Retired => {
                let of_file = |path: &str| {
                    let edits = plan.change.get(path)?.edits().iter().cloned();
                    let change = ChangeSet::new(edits.map(|edit| (path.to_owned(), edit))).ok()?;
                    Some(fix(Applicability::Safe, change))
                };
                let compose = plan
                    .change
                    .iter()
                    .filter_map(|(path, _)| Some((path.to_owned(), of_file(path)?)));
                Self::Single { new: new.to_owned(), compose: compose.collect() }
            }
        }
    }

    /// Gives what mends one mention.
    fn of(&self, path: &str, edit: &Edit, is_compose: bool) -> Option<Arc<Fix>> {
        match self {
            Self::None => None,
            Self::Whole(fix) => Some(Arc::clone(fix)),
            Self::Single { compose, .. } if is_compose => compose.get(path).cloned(),
            Self::Single { new, .. } => {
                let change = ChangeSet::new([(path.to_owned(), edit.clone())]).ok()?;
                let (title, applicability) = (format!("write `{new}`"), Applicability::Safe);
                Some(Arc::new(Fix { title, applicability, change, proof: Proof::Refereed }))
            }
        }
    }
}

fn mentions(context: &Context<'_>, plan: &Plan, old: &str, fixes: &Fixes) -> Vec<Mention> {
    let is_compose = |path: &str| context.workspace.files.contains_key(path);
    let phase_of = |path: &str| match context.repo.get(path) {
        _ if is_compose(path) => Phase::Compose,
        Some(file) => Phase::of(kind(&file.path, &file.text)),
        None => Phase::Config,
    };
    let paths =
        plan.edits.iter().map(|edit| &edit.path).chain(plan.left.iter().map(|left| &left.path));
    let paths: BTreeSet<&str> = paths.map(String::as_str).collect();
    let phases: HashMap<&str, Phase> =
        paths.into_par_iter().map(|path| (path, phase_of(path))).collect();
    let phase = |path: &str| phases.get(path).copied().unwrap_or(Phase::Config);
    let edits = plan.edits.iter().filter(|edit| edit.old.contains(old));
    let sure = edits.map(|edit| {
        let at = edit.old.find(old).unwrap_or_default() + edit.edit.span.start as usize;
        Mention {
            place: Place { path: edit.path.clone(), span: Span::new(at, at + old.len()) },
            phase: phase(&edit.path),
            reason: edit.reason.clone(),
            is_sure: true,
            is_host: is_host(edit.class),
            fix: fixes.of(&edit.path, &edit.edit, is_compose(&edit.path)),
        }
    });
    let left = plan.left.iter().filter(|left| {
        left.confidence == Confidence::Unsure
            && (left.class.refers() || left.class == Class::Unknown)
            && !matches!(left.class, Class::Output | Class::History)
    });
    let unsure = left.map(|left| Mention {
        place: Place { path: left.path.clone(), span: left.span },
        phase: phase(&left.path),
        reason: left.reason.clone(),
        is_sure: false,
        is_host: false,
        fix: None,
    });
    sure.chain(unsure).collect()
}

fn is_host(class: Class) -> bool {
    matches!(class, Class::Host | Class::HostSetting | Class::Literal | Class::NameList)
}

impl Surveyed {
    /// Tells whether the alias was to go before today.
    pub(super) fn is_expired(&self, context: &Context<'_>) -> bool {
        let until = self.declared.as_ref().and_then(|declared| declared.keep_alias_until.as_ref());
        match (until, context.inputs.today) {
            (Some(until), Some(today)) => until.value < today,
            _ => false,
        }
    }
}

/// What it would take to take an alias away.
pub(super) struct Retirement {
    /// Where the alias stands.
    pub(super) place: Place,
    /// The change; none where something uses the alias.
    pub(super) fix: Option<Arc<Fix>>,
}

/// Plans to take an old name away that is kept as an alias; nothing where it is not kept.
pub(super) fn retirement(context: &Context<'_>, name: &Surveyed) -> Option<Retirement> {
    if name.state != State::Made {
        return None;
    }
    let retire = Retire {
        name: name.old.clone(),
        heed: Heed::Possible,
        files: context.inputs.files.clone(),
        project: None,
        all_projects: true,
        declared: None,
    };
    let plan = retire.plan(context.repo).ok()?;
    let alias = plan.edits.iter().find(|edit| edit.class == Class::Alias)?;
    let span = edited_name(context, &alias.path, alias.edit.span, &name.old);
    let fix = (plan.outcome == Outcome::Changes && !plan.change.is_empty()).then(|| {
        Arc::new(Fix {
            title: format!("take the alias `{}` away", name.old),
            applicability: Applicability::Unsafe,
            change: plan.change.clone(),
            proof: Proof::Refereed,
        })
    });
    Some(Retirement { place: Place { path: alias.path.clone(), span }, fix })
}

/// The bytes of a name in what an edit takes away; the edit's own where they don't hold it.
fn edited_name(context: &Context<'_>, path: &str, span: Span, name: &str) -> Span {
    let text = context.repo.get(path).map(|file| file.slice(span)).unwrap_or_default();
    match text.find(name) {
        Some(at) => Span::new(at, at + name.len()).shifted(span.start as usize),
        None => span,
    }
}
