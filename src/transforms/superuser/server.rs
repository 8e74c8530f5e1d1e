//! The server that is meant: what the files say of it before the change.

use std::collections::BTreeSet;

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::env_file::{self, EnvEntry};
use crate::compose::model::{ComposeFile, file_name, folder, join};
use crate::compose::value::{Origin, Value, ValueKind};
use crate::repo::kind::{FileKind, kind};
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;
use crate::transforms::hazards::mount;
use crate::transforms::plan::PlanError;
use crate::transforms::rename::elsewhere::is_in_reach;

use super::family::{Family, family};
use super::options::Superuser;
use super::setting::Site;
use super::variable::{Users, sole};

/// A server with all that the files say of it.
pub(super) struct Server<'a> {
    pub(super) superuser: &'a Superuser,
    pub(super) repo: &'a Repo,
    pub(super) workspace: &'a Workspace,
    pub(super) project: &'a Project,
    pub(super) family: Family,
    /// The files that are loaded together, each with what they come to; the project's own first.
    pub(super) groups: Vec<Group<'a>>,
    /// Which services' values stand where.
    pub(super) users: Users,
    /// Hosts and containers that it answers to.
    pub(super) names: BTreeSet<String>,
    /// The superuser before.
    pub(super) old: Old,
    /// The default database before, and how Compose comes to it.
    pub(super) database: Database,
    /// The project's env files, templates too, in order of path.
    pub(super) env_files: Vec<EnvFile<'a>>,
    /// Every project of the tree, whatever `-f` says.
    pub(super) all_projects: &'a [Project],
}

/// Files that are loaded together and have the service.
pub(super) struct Group<'a> {
    pub(super) sites: Vec<Site<'a>>,
    pub(super) model: Effective,
    /// Whether the service runs a Postgres server here: a variant may have another database.
    pub(super) runs_postgres: bool,
}

impl<'a> Group<'a> {
    fn new(service: &str, sites: Vec<Site<'a>>, model: Effective) -> Self {
        let has = |name: &str| model.variable(service, name).is_some();
        let runs_postgres = model.services.get(service).is_some_and(|body| {
            let is_other = || mount::store(body).is_some_and(|store| store.name != "Postgres");
            family(body, &has).is_some() || has(Family::USER) && !is_other()
        });
        Self { sites, model, runs_postgres }
    }
}

/// The superuser before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Old {
    /// Its name, where the files or the person say it.
    pub(super) name: Option<String>,
    /// As it is written: `${POSTGRES_USER:-app}`.
    pub(super) raw: String,
    /// The variable that it is taken from, where it is nothing else.
    pub(super) variable: Option<String>,
    /// Whether the change was made before.
    pub(super) is_new: bool,
}

/// The default database before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Database {
    /// Its name, where the files say it.
    pub(super) name: Option<String>,
    /// How Compose comes to it, where it is set: `${POSTGRES_DB:-shop}`.
    pub(super) raw: Option<String>,
}

impl<'a> Server<'a> {
    /// Reads what the files say.
    ///
    /// # Errors
    /// The service is no server that the change is for, or has another superuser than `--from`.
    pub(super) fn read(
        superuser: &'a Superuser,
        repo: &'a Repo,
        workspace: &'a Workspace,
        project: &'a Project,
        all_projects: &'a [Project],
    ) -> Result<Self, PlanError> {
        let service = &superuser.service;
        let groups = groups(service, repo, workspace, project);
        let unsuited = |problem: String| {
            let site = groups.first().and_then(|group| group.sites.first());
            PlanError::Unsuited {
                service: service.clone(),
                problem,
                place: site.map(|site| {
                    (site.file.path.clone(), site.file.doc.node(site.service.key).span)
                }),
            }
        };
        let found = groups.iter().find_map(|group| {
            let body = group.model.services.get(service)?;
            let has = |name: &str| group.model.variable(service, name).is_some();
            Some((group, family(body, &has)?))
        });
        let Some((group, family)) = found else {
            return Err(unsuited(
                "runs no Postgres server that is known here: neither its image nor its variables and volumes say so".to_owned(),
            ));
        };
        let users = Users::of(groups.iter().map(|group| &group.model));
        let (old, database) = before(superuser, family, &group.model);
        let mut server = Self {
            superuser,
            repo,
            workspace,
            project,
            family,
            names: names(service, &groups),
            users,
            old,
            database,
            groups: Vec::new(),
            env_files: env_files(repo, workspace, project, all_projects),
            all_projects,
        };
        if server.old.name.is_none() {
            server.old.name = superuser.from.clone().or_else(|| server.name_in_templates());
        }
        if let Some(missing) = missing_env_file(service, repo, &group.model) {
            server.fill(&missing, &group.model).map_err(unsuited)?;
        }
        let known = server.old.name.as_ref();
        if let (Some(from), Some(known)) = (&superuser.from, known)
            && from != known
            && !server.old.is_new
        {
            return Err(unsuited(format!("has the superuser `{known}`, not `{from}`")));
        }
        if server.old.is_new {
            server.old.name = superuser.from.clone();
        }
        server.groups = groups;
        Ok(server)
    }

    /// Gives the service's name.
    pub(super) fn service(&self) -> &'a str {
        &self.superuser.service
    }

    /// Gives the files of the project, the Compose files that could be read.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a ComposeFile> {
        let workspace = self.workspace;
        self.project.all_files().filter_map(move |path| workspace.files.get(path))
    }

    /// Gives the ways of loading the files in which the service is a Postgres server.
    pub(super) fn postgres_groups(&self) -> impl Iterator<Item = &Group<'a>> {
        self.groups.iter().filter(|group| group.runs_postgres)
    }

    /// Gives what the project's own files come to.
    pub(super) fn model(&self) -> Option<&Effective> {
        self.groups.first().map(|group| &group.model)
    }

    /// Tells whether a group's variables are in an env file that is not here.
    pub(super) fn is_told_by_templates(&self, group: &Group<'_>) -> bool {
        missing_env_file(self.service(), self.repo, &group.model).is_some()
            && group.model.variable(self.service(), Family::USER).is_none()
    }

    /// Tells whether a service is given the env file that Compose itself reads, which is not here
    /// but sets a variable by its templates.
    pub(super) fn is_to_be_given(&self, body: &Value, variable: &str) -> bool {
        let Some(read) = join(&self.project.folder, ".env") else { return false };
        let items = body.get("env_file").map(Value::items).unwrap_or_default();
        let is_given = self.repo.get(&read).is_none()
            && items.iter().any(|item| env_path(item).as_ref() == Some(&read));
        let mut files = self.env_files.iter();
        is_given
            && files.any(|file| {
                file.is_template()
                    && folder(&file.file.path) == self.project.folder
                    && file.entry(variable).is_some()
            })
    }

    /// Takes from templates what an env file sets that is not here.
    ///
    /// # Errors
    /// They do not say it, and neither does the person.
    fn fill(&mut self, missing: &str, model: &Effective) -> Result<(), String> {
        let superuser = self.superuser;
        let service = self.service();
        let sets = |name: &str| model.variable(service, name).is_some();
        let beside =
            |file: &&EnvFile<'_>| file.is_template() && folder(&file.file.path) == folder(missing);
        let key = self.family.database_key();
        let templates: Vec<&EnvFile<'_>> = self.env_files.iter().filter(beside).collect();
        let told = |name: &str| templates.iter().find_map(|file| file.value(name));
        let user = superuser.from.clone().or_else(|| told(Family::USER));
        let database = told(key).filter(|name| !name.is_empty());
        if !sets(Family::USER) {
            let Some(user) = user.filter(|user| super::options::is_plain(user)) else {
                return Err(format!(
                    "takes its variables from {missing}, which is not here, so its superuser can't be told: name it with --from, or put the file there"
                ));
            };
            self.old = Old {
                is_new: user == superuser.to,
                raw: user.clone(),
                name: Some(user.clone()),
                variable: None,
            };
            if !sets(key) && self.family.default_database().is_none() {
                self.database.name = Some(user);
            }
        }
        if sets(key) || superuser.default_database.is_some() {
            return Ok(());
        }
        match database {
            // The container has it, whatever it is there.
            Some(name) => {
                self.database = Database { name: Some(name), raw: Some(format!("$${key}")) }
            }
            None if templates.is_empty() => {
                return Err(format!(
                    "takes its variables from {missing}, which is not here, so its default database can't be told: name it with --default-database, or put the file there"
                ));
            }
            None => {}
        }
        Ok(())
    }

    /// The one value that the templates give the superuser's variable.
    fn name_in_templates(&self) -> Option<String> {
        let variable = self.old.variable.as_ref()?;
        let values: BTreeSet<String> = self
            .env_files
            .iter()
            .filter_map(|file| file.value(variable))
            .filter(|value| super::options::is_plain(value))
            .collect();
        let mut values = values.into_iter();
        values.next().filter(|_| values.next().is_none())
    }
}

/// An env file with its assignments.
pub(super) struct EnvFile<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) entries: Vec<EnvEntry>,
}

impl<'a> EnvFile<'a> {
    fn new(file: &'a SourceFile) -> Self {
        Self { file, entries: env_file::entries(&file.text) }
    }

    /// Finds the last assignment of a variable, which counts.
    pub(super) fn entry(&self, name: &str) -> Option<&EnvEntry> {
        let named = |entry: &&EnvEntry| self.file.text.get(entry.name.clone()) == Some(name);
        self.entries.iter().rev().find(named)
    }

    /// Gives the value of a variable.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        Some(self.entry(name)?.decoded(&self.file.text))
    }

    /// Tells whether the file is one that people copy to make the real one.
    pub(super) fn is_template(&self) -> bool {
        let name = file_name(&self.file.path).to_ascii_lowercase();
        let words = ["example", "sample", "template", "dist", "tmpl", "tpl", "default", "defaults"];
        name.split(['.', '-', '_']).any(|part| words.contains(&part))
    }
}

/// The first env file that a service is given and that is not here.
fn missing_env_file(service: &str, repo: &Repo, model: &Effective) -> Option<String> {
    let files = model.services.get(service)?.get("env_file")?.items();
    files.iter().filter_map(env_path).find(|path| repo.get(path).is_none())
}

/// Gives the path from the root of an item of `env_file`.
pub(super) fn env_path(item: &Value) -> Option<String> {
    let path = item.get("path")?;
    let here = path.origin.as_ref().map_or("", |origin| folder(origin.path()));
    join(here, path.text()?)
}

/// The env files that are the project's and no other's.
fn env_files<'a>(
    repo: &'a Repo,
    workspace: &Workspace,
    project: &Project,
    all_projects: &[Project],
) -> Vec<EnvFile<'a>> {
    let chosen = std::slice::from_ref(project);
    let files = repo.files.iter().filter(|file| {
        !workspace.files.contains_key(&file.path)
            && kind(&file.path, &file.text) == FileKind::Env
            && is_in_reach(&file.path, chosen, all_projects)
    });
    files.map(EnvFile::new).collect()
}

/// The files that are loaded together: the project's own with what is laid over them, and each
/// variant that can be loaded alone.
fn groups<'a>(
    service: &str,
    repo: &'a Repo,
    workspace: &'a Workspace,
    project: &'a Project,
) -> Vec<Group<'a>> {
    let tree = Tree::before(repo, workspace);
    let site = |path: &String| Site::find(workspace.files.get(path)?, service);
    let mut main: Vec<Site<'a>> = project.files.iter().filter_map(site).collect();
    let mut alone = Vec::new();
    for path in &project.variants {
        let Some(site) = site(path) else { continue };
        if site.is_whole() {
            let model = tree.variant(project, path);
            alone.push(Group::new(service, vec![site], model));
        } else {
            main.push(site);
        }
    }
    let mut groups = Vec::new();
    if !main.is_empty() {
        groups.push(Group::new(service, main, tree.model(project)));
    }
    groups.append(&mut alone);
    groups
}

/// What the variables say of the superuser and its database.
pub(super) fn before(superuser: &Superuser, family: Family, model: &Effective) -> (Old, Database) {
    let service = &superuser.service;
    let written = |name: &str| {
        let value = model.variable(service, name)?;
        let own = model.services.get(service).and_then(|body| body.at(&["environment", name]));
        // A name without a value is passed through from the caller or the project's env file.
        let is_passed = own.is_some_and(|own| own.kind == ValueKind::Null);
        let raw = match value.origin.as_ref() {
            _ if is_passed => format!("${{{name}}}"),
            origin => origin.map(Origin::raw).unwrap_or_default().to_owned(),
        };
        match value.text() {
            Some("") => None,
            Some(text) => Some((text.to_owned(), raw)),
            None => Some((format!("${name}"), format!("${{{name}}}"))),
        }
    };
    if model.variable(service, "POSTGRES_USER_FILE").is_some() {
        let raw = "POSTGRES_USER_FILE".to_owned();
        let old = Old { name: None, raw, variable: None, is_new: false };
        return (old, Database { name: None, raw: None });
    }
    let known = |text: String| (!text.contains('$')).then_some(text);
    let (text, raw) = written(Family::USER)
        .unwrap_or_else(|| (family.default_user().to_owned(), family.default_user().to_owned()));
    let variable = sole(&raw).map(|(name, _)| name);
    let old = Old { is_new: text == superuser.to, name: known(text), raw, variable };
    let database = match written(family.database_key()) {
        Some((text, raw)) => Database { name: known(text), raw: Some(raw) },
        None => Database {
            name: family.default_database().map(str::to_owned).or_else(|| old.name.clone()),
            raw: None,
        },
    };
    (old, database)
}

/// Names by which other containers and `docker exec` reach the server.
fn names(service: &str, groups: &[Group<'_>]) -> BTreeSet<String> {
    let mut names = BTreeSet::from([service.to_owned()]);
    for group in groups {
        let Some(body) = group.model.services.get(service) else { continue };
        names.extend(body.text_of("container_name").map(str::to_owned));
        let networks = body.get("networks").into_iter().flat_map(Value::entries);
        for (_, network) in networks {
            let aliases = network.get("aliases").map(Value::items).unwrap_or_default();
            names.extend(aliases.iter().filter_map(|alias| alias.text().map(str::to_owned)));
        }
    }
    names.retain(|name| !name.contains('$'));
    names
}
