//! `rename OLD NEW`: every real reference in every file, and the old name kept as alias.
//!
//! From the options to the plan: `select` chooses the projects, `structure` edits their Compose
//! files, `alias` keeps the old names, `elsewhere` classifies the mentions in all other files,
//! and the referees read each changed YAML file before anything is shown or written.

mod alias;
mod elsewhere;
pub mod options;
mod role;
mod select;
mod structure;
mod target;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::model::ComposeFile;
use crate::compose::names::Namespace;
use crate::compose::usage::{Class, Confidence, occurrences};
use crate::diagnostics::{Finding, Place, Severity};
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::change::ChangeSet;
use crate::text::edit::{Edit, TextEdit};
use crate::text::span::Span;
use crate::transforms::intent::{Intent, RenameIntent};
use crate::transforms::plan::{LeftMention, Outcome, Plan, PlanError, PlannedEdit, Transform};
use crate::yaml::document::Entry;
use crate::yaml::patch::{self, Patch, Refusal, Value};
use crate::yaml::referee;

use options::{ContainerName, Phase, Rename};
use role::Role;
use structure::{FileDraft, Meaning, Task};
use target::Target;

impl Transform for Rename {
    fn names(&self) -> Vec<String> {
        // The container's name as it is stands in a Compose file that is not read yet.
        match self.container_name {
            ContainerName::Set(_) => Vec::new(),
            ContainerName::Follow | ContainerName::Keep => vec![self.old.clone()],
        }
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        let workspace = Workspace::new(repo, &self.files);
        let namespace = self.kind;
        self.check_names(namespace)?;
        let mut selection = select::select(self, namespace, &workspace)?;
        role::adopt_overlays(&mut selection.projects, &self.old, &workspace);
        let mut draft = Draft {
            rename: self,
            repo,
            workspace: &workspace,
            projects: &selection.projects,
            is_proven: selection.is_proven,
            plan: Plan {
                title: format!("rename {} {} to {}", self.kind.word(), self.old, self.new),
                ..Plan::default()
            },
            patches: BTreeMap::new(),
            edits: Vec::new(),
        };
        let targets = draft.targets(namespace, selection.is_renamed)?;
        draft.intend(&targets, selection.is_renamed);
        draft.check_aliases(namespace)?;
        draft.say_what_is_ignored();
        draft.compose_files(&targets);
        draft.aliases(namespace, &targets, selection.is_renamed);
        draft.pinned_engine_name(namespace);
        draft.other_files(&targets);
        draft.finish(selection.is_renamed)
    }
}

impl Rename {
    fn check_names(&self, namespace: Namespace) -> Result<(), PlanError> {
        let wanted = std::iter::once((&self.new, namespace))
            .chain(self.aliases.iter().map(|alias| (alias, Namespace::Service)));
        for (name, namespace) in wanted {
            if let Some(problem) = validate::problem(name, namespace) {
                return Err(PlanError::InvalidName { name: name.clone(), problem });
            }
        }
        if let ContainerName::Set(name) = &self.container_name
            && let Some(problem) = validate::problem(name, Namespace::Container)
        {
            return Err(PlanError::InvalidName { name: name.clone(), problem });
        }
        if self.old == self.new {
            let problem = "it is the old name too".to_owned();
            return Err(PlanError::InvalidName { name: self.new.clone(), problem });
        }
        Ok(())
    }

    fn covers(&self, phase: Phase) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&phase))
    }
}

/// A plan in the making.
struct Draft<'a> {
    rename: &'a Rename,
    repo: &'a Repo,
    workspace: &'a Workspace,
    projects: &'a [Project],
    /// Whether the old name is or was the service's for sure.
    is_proven: bool,
    plan: Plan,
    /// Patches of Compose files by path.
    patches: BTreeMap<String, Patch>,
    /// Edits of all other files.
    edits: Vec<(String, Edit)>,
}

impl Draft<'_> {
    /// What is renamed: the name itself, and the container's where it goes along.
    fn targets(&self, namespace: Namespace, is_renamed: bool) -> Result<Vec<Target>, PlanError> {
        let rename = self.rename;
        let distinctive = target::looks_distinctive(&rename.old)
            && !elsewhere::names_a_path(self.repo, &rename.old)
            && !self.is_named_elsewhere(namespace);
        let mut target = Target {
            namespace,
            old: rename.old.clone(),
            new: rename.new.clone(),
            names_container: namespace == Namespace::Container,
            has_container_name: !self.container_names().is_empty(),
            is_split: false,
            is_distinctive: distinctive,
        };
        if namespace != Namespace::Service {
            return Ok(vec![target]);
        }
        let mut targets = Vec::new();
        let containers = self.container_names();
        if is_renamed {
            // The container went along in an earlier phase; what names it elsewhere is still to do.
            target.names_container =
                rename.container_name == ContainerName::Follow && containers.contains(&rename.new);
            return Ok(vec![target]);
        }
        for old in containers {
            let new = match &rename.container_name {
                ContainerName::Keep => continue,
                ContainerName::Follow if old != rename.old => continue,
                ContainerName::Follow => rename.new.clone(),
                ContainerName::Set(new) => new.clone(),
            };
            if old == new {
                continue;
            }
            if let Some((path, span)) = self.container_elsewhere(&new) {
                return Err(PlanError::Exists { name: new, path, span });
            }
            target.names_container |= old == rename.old && new == rename.new;
            target.is_split |= old == rename.old && new != rename.new;
            targets.push(Target {
                namespace: Namespace::Container,
                is_distinctive: target::looks_distinctive(&old),
                names_container: true,
                has_container_name: true,
                is_split: old == rename.old && new != rename.new,
                old,
                new,
            });
        }
        targets.insert(0, target);
        Ok(targets)
    }

    /// Says what is to become of the projects' models.
    fn intend(&mut self, targets: &[Target], is_made: bool) {
        let rename = self.rename;
        let containers = targets.iter().filter(|target| target.namespace == Namespace::Container);
        self.plan.intents.push(Intent::Rename(RenameIntent {
            projects: self.projects.to_vec(),
            namespace: rename.kind,
            old: rename.old.clone(),
            new: rename.new.clone(),
            containers: containers.map(|one| (one.old.clone(), one.new.clone())).collect(),
            aliases: self.wanted_aliases(targets),
            is_made,
        }));
    }

    /// The names to answer to besides the new ones, each once: those asked for, then the old ones.
    fn wanted_aliases(&self, targets: &[Target]) -> Vec<String> {
        let old = targets.iter().map(|target| &target.old).filter(|_| self.rename.keep_alias);
        let mut unique: Vec<String> = Vec::new();
        for name in self.rename.aliases.iter().chain(old) {
            if !unique.contains(name) {
                unique.push(name.clone());
            }
        }
        unique
    }

    /// Container names that the service bears in its files.
    fn container_names(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (file, name) in self.definitions() {
            let Some(service) = file.service(name) else { continue };
            if let Some(name) = file.container_name(service.body)
                && !found.iter().any(|known| known == name)
            {
                found.push(name.to_owned());
            }
        }
        found
    }

    /// The files that define the service, under its old name or, where that is done, its new one.
    fn definitions(&self) -> impl Iterator<Item = (&ComposeFile, &str)> {
        let names = [self.rename.old.as_str(), self.rename.new.as_str()];
        self.projects
            .iter()
            .flat_map(Project::all_files)
            .filter_map(|path| self.workspace.files.get(path))
            .filter_map(move |file| {
                names.iter().find(|name| file.service(name).is_some()).map(|name| (file, *name))
            })
    }

    /// Whether the tree has something of another kind by the old name.
    fn is_named_elsewhere(&self, namespace: Namespace) -> bool {
        self.workspace.files.values().any(|file| {
            file.names().references.iter().any(|reference| {
                let is_same_thing = matches!(
                    (namespace, reference.namespace),
                    (Namespace::Service, Namespace::Container)
                        | (Namespace::Container, Namespace::Service)
                );
                reference.name == self.rename.old
                    && reference.namespace != namespace
                    && !is_same_thing
            })
        })
    }

    /// Where another service of any project bears a container name already.
    fn container_elsewhere(&self, name: &str) -> Option<(String, Span)> {
        let own = [&self.rename.old, &self.rename.new];
        self.workspace.files.values().find_map(|file| {
            let service = file.services().find(|service| {
                !own.contains(&&service.name) && file.container_name(service.body) == Some(name)
            })?;
            Some((file.path.clone(), file.doc.node(service.key).span))
        })
    }

    /// Says that there is no container's name to change, and that the old name is another's too.
    fn say_what_is_ignored(&mut self) {
        if matches!(self.rename.container_name, ContainerName::Set(_))
            && self.container_names().is_empty()
        {
            let message = "--container-name changes a `container_name`, but the service has none";
            let finding = Finding::warning("container-name-missing", message);
            self.plan.findings.push(finding.help("add `container_name` to the service by hand"));
        }
        let keeps = self.rename.keep_alias
            && matches!(self.rename.kind, Namespace::Service | Namespace::Container);
        for path in self.projects.iter().flat_map(Project::all_files).filter(|_| keeps) {
            let Some(file) = self.workspace.files.get(path) else { continue };
            for service in file.services() {
                let is_other = ![&self.rename.old, &self.rename.new].contains(&&service.name);
                if is_other && alias::answers_in_file(file, &service, &self.rename.old) {
                    let reason = format!(
                        "service `{}` answers to `{}` as an alias already: with the old name kept, answers come from both in turn",
                        service.name, self.rename.old
                    );
                    let span = file.doc.node(service.key).span;
                    let said = Refusal { span, reason };
                    let said = finding("alias-collision", Severity::Warning, path, &said);
                    self.plan.findings.push(said);
                }
            }
        }
    }

    /// Refuses aliases that another service of the project answers to.
    fn check_aliases(&self, namespace: Namespace) -> Result<(), PlanError> {
        if !matches!(namespace, Namespace::Service | Namespace::Container) {
            return Ok(());
        }
        for path in self.projects.iter().flat_map(Project::all_files) {
            let Some(file) = self.workspace.files.get(path) else { continue };
            for service in file.services() {
                let container = file.container_name(service.body);
                let names = [&self.rename.old, &self.rename.new];
                let is_own = match namespace {
                    Namespace::Container => {
                        names.iter().any(|name| container == Some(name.as_str()))
                    }
                    _ => names.contains(&&service.name),
                };
                if is_own {
                    continue;
                }
                let mut wanted = self.rename.aliases.iter().chain([&self.rename.new]);
                let taken = wanted.find(|alias| {
                    **alias == service.name
                        || container == Some(alias.as_str())
                        || alias::answers_in_file(file, &service, alias)
                });
                if let Some(alias) = taken {
                    return Err(PlanError::Exists {
                        name: alias.clone(),
                        path: path.to_owned(),
                        span: file.doc.node(service.key).span,
                    });
                }
            }
        }
        Ok(())
    }

    fn compose_files(&mut self, targets: &[Target]) {
        let own_files: Vec<&str> = self.projects.iter().flat_map(Project::all_files).collect();
        let services = elsewhere::other_services(self.workspace, self.projects, &self.rename.old);
        let rename = self.rename;
        if !rename.covers(Phase::Compose) {
            return;
        }
        let task = Task {
            targets,
            own_files: &own_files,
            services: &services,
            keep_alias: rename.keep_alias,
            only_certain: rename.only_certain,
        };
        let drafts: Vec<(&ComposeFile, Role, FileDraft)> = self
            .workspace
            .files
            .par_iter()
            .filter(|(_, file)| targets.iter().any(|target| file.doc.text().contains(&target.old)))
            .map(|(_, file)| {
                let role = role::role(file, &rename.old, self.workspace, self.projects);
                (file, role, structure::draft(file, role, task))
            })
            .collect();
        for (file, role, draft) in drafts {
            if file.is_sound() {
                self.take(file, draft);
            } else if role == Role::Own {
                self.refuse_unsound(file, targets);
            }
        }
    }

    /// A file of the project with a fault in its YAML can't be edited safely, and without it the
    /// others would name what is no longer there.
    fn refuse_unsound(&mut self, file: &ComposeFile, targets: &[Target]) {
        let text = file.doc.text();
        let named = targets
            .iter()
            .find(|target| occurrences(text, &target.old).any(|(_, is_whole)| is_whole));
        if let (Some(target), Some(error)) = (named, file.errors.first()) {
            let reason =
                format!("the file names `{}` but can't be edited: {}", target.old, error.message);
            self.refusal(&file.path, &Refusal { span: error.span, reason });
        }
    }

    fn take(&mut self, file: &ComposeFile, draft: FileDraft) {
        for refusal in &draft.refusals {
            self.refusal(&file.path, refusal);
        }
        for warning in draft.warnings {
            self.plan.findings.push(finding(
                "undocumented-reference",
                Severity::Warning,
                &file.path,
                &warning,
            ));
        }
        for meaning in draft.left {
            self.left(&file.path, file.doc.text(), meaning);
        }
        for edit in &draft.patch.edits {
            // A key may be quoted anew, so the edit may be wider than the name.
            let meaning = draft.renamed.iter().find(|meaning| edit.span.contains(meaning.span));
            if let Some(meaning) = meaning {
                self.edit(&file.path, file.doc.text(), edit.clone(), meaning.clone());
            }
        }
        if !draft.patch.edits.is_empty() {
            self.patches.entry(file.path.clone()).or_default().extend(draft.patch);
        }
    }

    /// Keeps the old names on each network of the service.
    fn aliases(&mut self, namespace: Namespace, targets: &[Target], is_renamed: bool) {
        let rename = self.rename;
        let has_hosts = matches!(namespace, Namespace::Service | Namespace::Container);
        if !has_hosts || !rename.covers(Phase::Compose) {
            return;
        }
        let unique = self.wanted_aliases(targets);
        if unique.is_empty() {
            return;
        }
        for project in self.projects {
            for service in self.services_to_alias(project, namespace, is_renamed) {
                let found = alias::add(&self.workspace.files, project, &service, &unique);
                for (path, refusal) in &found.refusals {
                    self.refusal(path, refusal);
                }
                for (path, refusal) in &found.impossible {
                    self.plan.findings.push(finding(
                        "alias-impossible",
                        Severity::Warning,
                        path,
                        refusal,
                    ));
                }
                for (path, patch) in found.patches {
                    self.added(path, patch, Class::Alias, "the old name kept as network alias");
                }
            }
        }
    }

    /// The services that must go on answering to the old names.
    fn services_to_alias(
        &self,
        project: &Project,
        namespace: Namespace,
        is_renamed: bool,
    ) -> Vec<String> {
        if namespace == Namespace::Service {
            let name = if is_renamed { &self.rename.new } else { &self.rename.old };
            return vec![name.clone()];
        }
        let name = if is_renamed { &self.rename.new } else { &self.rename.old };
        let mut found: Vec<String> = project
            .all_files()
            .filter_map(|path| self.workspace.files.get(path))
            .flat_map(|file| {
                file.services()
                    .filter(|service| file.container_name(service.body) == Some(name.as_str()))
            })
            .map(|service| service.name)
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// A volume is found by its engine name, and so is all that is external: under a new key it must
    /// keep the one that it has.
    fn pinned_engine_name(&mut self, namespace: Namespace) {
        let section = match namespace {
            Namespace::Volume => "volumes",
            Namespace::Network => "networks",
            Namespace::Secret => "secrets",
            Namespace::Config => "configs",
            _ => return,
        };
        if !self.rename.covers(Phase::Compose) {
            return;
        }
        let old = &self.rename.old;
        let mut definitions = Vec::new();
        for path in self.projects.iter().flat_map(Project::all_files) {
            let Some(file) = self.workspace.files.get(path) else { continue };
            let named = |entry: &Entry| file.doc.value(entry.key).as_deref() == Some(old);
            definitions.extend(file.section(section).find(named).map(|entry| (file, entry)));
        }
        // The files are merged: a name in any of them counts for all, also in `external: {name}`.
        let has = |key: &str| {
            definitions.iter().find_map(|(file, entry)| file.attribute(entry.value, key))
        };
        let external = definitions.iter().find_map(|(file, entry)| {
            let (_, external) = file.attribute(entry.value, "external")?;
            Some(file.doc.value(external.value).is_none_or(|value| value != "false"))
        });
        let Some((file, entry)) = definitions.first().copied() else { return };
        let names_itself = definitions.iter().any(|(file, entry)| {
            let external = file.attribute(entry.value, "external");
            external.is_some_and(|(_, external)| file.doc.get(external.value, "name").is_some())
        });
        let engine_name = match external {
            _ if has("name").is_some() || names_itself => return,
            Some(true) => old.clone(),
            _ if namespace == Namespace::Volume => format!("${{COMPOSE_PROJECT_NAME}}_{old}"),
            _ => return,
        };
        let path = file.path.clone();
        if file.doc.resolve(entry.value) != entry.value || file.doc.is_shared(entry.value) {
            let reason = "it shares its settings with others through an anchor, so it can't be given the engine name that it must keep; write them out first".to_owned();
            self.refusal(&path, &Refusal { span: file.doc.node(entry.key).span, reason });
            return;
        }
        let name = Value::String(engine_name);
        let patch = if file.doc.entries(entry.value).is_empty() {
            let pair = vec![("name".to_owned(), name)];
            patch::replace_value(&file.doc, entry.value, &Value::Map(pair))
        } else {
            patch::add_entry(&file.doc, entry.value, "name", &name)
        };
        match patch {
            Ok(patch) => {
                if external != Some(true) {
                    let reason = "the volume keeps its engine name, so that it keeps its data; docker compose 2 sets COMPOSE_PROJECT_NAME by itself, with docker-compose 1 set it in .env".to_owned();
                    let span = file.doc.node(entry.key).span;
                    let refusal = Refusal { span, reason };
                    let said = finding("volume-name-pinned", Severity::Info, &path, &refusal);
                    self.plan.findings.push(said);
                }
                self.added(path, patch, Class::Volume, "the name that the engine knows it by");
            }
            Err(refusal) => self.refusal(&path, &refusal),
        }
    }

    fn other_files(&mut self, targets: &[Target]) {
        let services = elsewhere::other_services(self.workspace, self.projects, &self.rename.old);
        let definers: Vec<Project> = self.definers(targets);
        let project_names = elsewhere::project_names(self.repo, self.workspace, self.projects);
        let covered = |target: &&Target| target.is_reached_by_host();
        for target in targets.iter().filter(covered) {
            // Both targets have one name where the container is named after its service.
            let is_twin = target.namespace == Namespace::Container
                && !target.is_split
                && targets
                    .iter()
                    .any(|other| other.namespace == Namespace::Service && other.old == target.old);
            if is_twin {
                continue;
            }
            for found in elsewhere::find(self.repo, self.workspace, target, &services) {
                if self.rename.covers(found.phase) {
                    self.file_mentions(&found, target, &definers, &project_names);
                }
            }
        }
    }

    /// Projects that define the old name: the chosen ones (that did, where it is done) and others.
    fn definers(&self, targets: &[Target]) -> Vec<Project> {
        let others = self.workspace.projects.iter().filter(|project| {
            project.all_files().filter_map(|path| self.workspace.files.get(path)).any(|file| {
                file.services().any(|service| {
                    targets.iter().any(|target| {
                        service.name == target.old
                            || file.container_name(service.body) == Some(target.old.as_str())
                    })
                })
            })
        });
        self.projects.iter().chain(others).cloned().collect()
    }

    fn file_mentions(
        &mut self,
        found: &elsewhere::FileMentions<'_>,
        target: &Target,
        definers: &[Project],
        project_names: &BTreeSet<String>,
    ) {
        let in_reach =
            self.is_proven && elsewhere::is_in_reach(&found.file.path, self.projects, definers);
        let lowest =
            if self.rename.only_certain { Confidence::Certain } else { Confidence::Likely };
        let (path, text) = (&found.file.path, &found.file.text);
        for mention in &found.mentions {
            let mut meaning = Meaning {
                span: mention.span,
                class: mention.class,
                confidence: mention.confidence,
                reason: mention.reason.to_owned(),
            };
            let is_derived = || elsewhere::is_derived(text, mention.span, project_names);
            if mention.class == Class::LongerName && is_derived() {
                meaning.class = Class::DerivedName;
                meaning.confidence = Confidence::Unsure;
                meaning.reason = "a name that Compose derives from the service's".to_owned();
            } else if mention.class == Class::DerivedName && !is_derived() {
                meaning.confidence = Confidence::Unsure;
            }
            let line = found.file.line_at(mention.span.start as usize);
            let in_reach = in_reach
                && !(mention.class == Class::ComposeCommand
                    && elsewhere::runs_another_stack(line, self.workspace, self.projects));
            let is_ours = in_reach && target.accepts(mention.class);
            if is_ours && meaning.confidence >= lowest {
                let edit = Edit::replace(mention.span, target.new.clone());
                self.edits.push((path.clone(), edit.clone()));
                self.edit(path, text, edit, meaning);
                continue;
            }
            if mention.class.refers() && !in_reach {
                meaning.reason =
                    "another project's folder, or one of several projects with this name"
                        .to_owned();
                meaning.confidence = Confidence::Unsure;
            } else if mention.class.refers() && !is_ours {
                meaning.reason = format!("{}, but no container bears this name", meaning.reason);
                meaning.confidence = Confidence::Unsure;
            }
            self.left(path, text, meaning);
        }
    }

    fn edit(&mut self, path: &str, text: &str, edit: Edit, meaning: Meaning) {
        self.plan.edits.push(PlannedEdit {
            path: path.to_owned(),
            old: slice(text, edit.span),
            edit,
            class: meaning.class,
            confidence: meaning.confidence,
            reason: meaning.reason,
        });
    }

    /// Takes a patch that adds something besides the name's own edits.
    fn added(&mut self, path: String, patch: Patch, class: Class, reason: &str) {
        let text = self.workspace.files.get(&path).map(|file| file.doc.text());
        for edit in &patch.edits {
            self.plan.edits.push(PlannedEdit {
                path: path.clone(),
                edit: edit.clone(),
                old: text.map(|text| slice(text, edit.span)).unwrap_or_default(),
                class,
                confidence: Confidence::Certain,
                reason: reason.to_owned(),
            });
        }
        self.patches.entry(path).or_default().extend(patch);
    }

    fn left(&mut self, path: &str, text: &str, meaning: Meaning) {
        self.plan.left.push(LeftMention {
            path: path.to_owned(),
            span: meaning.span,
            text: slice(text, meaning.span),
            class: meaning.class,
            confidence: meaning.confidence,
            reason: meaning.reason,
        });
    }

    fn refusal(&mut self, path: &str, refusal: &Refusal) {
        self.plan.findings.push(finding("unsafe-change", Severity::Error, path, refusal));
        self.plan.outcome = Outcome::Refused;
    }

    /// Joins all edits, asks the referees, and says how it ends.
    fn finish(mut self, is_renamed: bool) -> Result<Plan, PlanError> {
        self.plan.findings.extend(self.repo.findings.iter().cloned());
        self.plan.findings.extend(self.workspace.findings.iter().cloned());
        self.missing_files();
        self.forget_edited();
        let patches = std::mem::take(&mut self.patches);
        let objections: Vec<(String, String)> = patches
            .par_iter()
            .filter_map(|(path, patch)| {
                Some((path.clone(), objection(self.workspace.files.get(path)?, patch)?))
            })
            .collect();
        for (path, reason) in objections {
            self.refusal(&path, &Refusal { span: Span::empty(0), reason });
        }
        let compose = patches.into_iter().flat_map(|(path, patch)| {
            patch.edits.into_iter().map(move |edit| (path.clone(), edit))
        });
        match ChangeSet::new(compose.chain(std::mem::take(&mut self.edits))) {
            Ok(change) => self.plan.change = change,
            Err(conflict) => {
                let span = conflict.conflict.first.span;
                let reason = conflict.conflict.to_string();
                self.refusal(&conflict.path, &Refusal { span, reason });
            }
        }
        if self.plan.outcome == Outcome::Refused {
            self.plan.change = ChangeSet::default();
        } else if self.plan.change.is_empty() && is_renamed {
            self.plan.outcome = Outcome::Done;
        }
        self.plan.sort();
        Ok(self.plan)
    }

    /// A name inside one that is edited is not left as it is (`db` in a container's `shop_db`).
    fn forget_edited(&mut self) {
        let edited: BTreeSet<(&str, Span)> =
            self.plan.edits.iter().map(|one| (one.path.as_str(), one.edit.span)).collect();
        self.plan.left.retain(|left| {
            let up_to = Span { start: left.span.start, end: u32::MAX };
            let before = edited.range(..=(left.path.as_str(), up_to)).next_back();
            !before.is_some_and(|(path, span)| *path == left.path && span.contains(left.span))
        });
    }

    /// Files that the projects name and that are not there.
    fn missing_files(&mut self) {
        for project in self.projects {
            for (named_by, path) in &project.missing {
                self.plan.findings.push(Finding {
                    id: "file-missing",
                    severity: Severity::Warning,
                    message: format!(
                        "{path} is no Compose file that can be read, but {named_by} names it"
                    ),
                    place: Some(Place { path: named_by.clone(), span: Span::empty(0) }),
                    help: Some("references in it stay as they are; check it by hand".to_owned()),
                });
            }
        }
    }
}

/// What the referees say against a patch.
fn objection(file: &ComposeFile, patch: &Patch) -> Option<String> {
    let edit = match TextEdit::new(patch.edits.clone()) {
        Ok(edit) => edit,
        Err(conflict) => return Some(conflict.to_string()),
    };
    let after = edit.apply(file.doc.text());
    referee::check(&file.doc, &after, &patch.changes).err().map(|objection| objection.to_string())
}

fn finding(id: &'static str, severity: Severity, path: &str, refusal: &Refusal) -> Finding {
    Finding {
        id,
        severity,
        message: refusal.reason.clone(),
        place: Some(Place { path: path.to_owned(), span: refusal.span }),
        help: None,
    }
}

fn slice(text: &str, span: Span) -> String {
    text.get(span.range()).unwrap_or_default().to_owned()
}
