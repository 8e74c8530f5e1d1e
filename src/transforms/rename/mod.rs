//! `rename OLD NEW`: every real reference in every file, and the old name kept as alias.
//!
//! From the options to the plan: `select` chooses the projects, `structure` edits their Compose
//! files, `alias` keeps the old names, `elsewhere` classifies the mentions in all other files,
//! and the referees read each changed YAML file before anything is shown or written.

mod alias;
pub(super) mod elsewhere;
mod engine_name;
pub mod options;
pub(super) mod role;
pub(super) mod select;
mod structure;
pub mod survey;
mod target;
pub(super) mod uses;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::model::ComposeFile;
use crate::compose::names::Namespace;
use crate::compose::naming;
use crate::compose::usage::{Class, Confidence, occurrences};
use crate::diagnostics::{Finding, Severity};
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::transforms::choose;
use crate::transforms::draft::{Draft, Meaning, Progress};
use crate::transforms::intent::{Intent, RenameIntent};
use crate::transforms::plan::{Plan, PlanError, Transform};
use crate::yaml::patch::Refusal;

use options::{ContainerName, Phase, Rename};
use role::Role;
use structure::{FileDraft, Task};
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
        let title = format!("rename {} {} to {}", self.kind.word(), self.old, self.new);
        let mut renaming = Renaming {
            rename: self,
            repo,
            workspace: &workspace,
            projects: &selection.projects,
            is_proven: selection.is_proven,
            draft: Draft::new(repo, &workspace, title),
        };
        let targets = renaming.targets(namespace, selection.is_renamed)?;
        renaming.intend(&targets, selection.is_renamed);
        renaming.check_aliases(namespace)?;
        renaming.say_what_is_ignored();
        renaming.compose_files(&targets);
        renaming.aliases(namespace, &targets, selection.is_renamed);
        renaming.pinned_engine_name(namespace);
        renaming.other_files(&targets);
        let progress = if selection.is_renamed { Progress::Made } else { Progress::Open };
        let mut plan = renaming.draft.finish(&selection.projects, progress);
        choose::say_which_can_go(&mut plan, &selection.projects);
        Ok(plan)
    }
}

impl Rename {
    fn check_names(&self, namespace: Namespace) -> Result<(), PlanError> {
        let wanted = std::iter::once((&self.new, namespace))
            .chain(self.aliases.iter().map(|alias| (alias, Namespace::Service)));
        for (name, namespace) in wanted {
            if let Some(problem) = naming::problem(name, namespace) {
                return Err(PlanError::InvalidName { name: name.clone(), problem });
            }
        }
        if let ContainerName::Set(name) = &self.container_name
            && let Some(problem) = naming::problem(name, Namespace::Container)
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

/// A rename in the making.
struct Renaming<'a> {
    rename: &'a Rename,
    repo: &'a Repo,
    workspace: &'a Workspace,
    projects: &'a [Project],
    /// Whether the old name is or was the service's for sure.
    is_proven: bool,
    draft: Draft<'a>,
}

impl Renaming<'_> {
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
        self.draft.plan.intents.push(Intent::Rename(RenameIntent {
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
            self.draft
                .plan
                .findings
                .push(finding.help("add `container_name` to the service by hand"));
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
            self.draft.refuse(&file.path, &Refusal { span: error.span, reason });
        }
    }

    fn take(&mut self, file: &ComposeFile, draft: FileDraft) {
        for refusal in &draft.refusals {
            self.draft.refuse(&file.path, refusal);
        }
        for warning in draft.warnings {
            self.draft.plan.findings.push(finding(
                "undocumented-reference",
                Severity::Warning,
                &file.path,
                &warning,
            ));
        }
        for meaning in draft.left {
            self.draft.left(&file.path, file.doc.text(), meaning);
        }
        for edit in &draft.patch.edits {
            // A key may be quoted anew, so the edit may be wider than the name.
            let meaning = draft.renamed.iter().find(|meaning| edit.span.contains(meaning.span));
            if let Some(meaning) = meaning {
                self.draft.tell(&file.path, file.doc.text(), edit.clone(), meaning.clone());
            }
        }
        self.draft.patch(&file.path, draft.patch);
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
                    self.draft.refuse(path, refusal);
                }
                for (path, patch) in found.written_out {
                    let reason = "networks of its own, so that the alias does not reach it";
                    self.draft.added(&path, patch, Class::Network, reason);
                }
                for (path, patch) in found.patches {
                    self.draft.added(
                        &path,
                        patch,
                        Class::Alias,
                        "the old name kept as network alias",
                    );
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
                self.draft.edit(path, text, edit, meaning);
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
            self.draft.left(path, text, meaning);
        }
    }
}

fn finding(id: &'static str, severity: Severity, path: &str, refusal: &Refusal) -> Finding {
    Finding::new(id, severity, refusal.reason.as_str()).at(path, refusal.span)
}
