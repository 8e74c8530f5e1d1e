//! Makes a project out of choices: few names, many of them alike, in every place that takes one.

use std::collections::{BTreeMap, BTreeSet};

use crate::choices::Choices;
use crate::project::{
    Attributes, Base, Definition, Id, Kind, Layer, Names, Project, Rename, Role, Service, template,
    text,
};
use crate::service::{Scope, attributes};

/// What the project is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// All that the Compose specification has.
    Specification,
    /// What docker-compose 1.29 reads.
    DockerCompose,
}

/// Many a name is a part of another one.
const HOSTS: [&str; 20] = [
    "db",
    "web",
    "db-backup",
    "my_db",
    "app",
    "cache",
    "db2",
    "app-db",
    "redis",
    "web-1",
    "postgres",
    "db.main",
    "w",
    "backend",
    "api",
    "db-backup-2",
    "my_db_2",
    "worker",
    "node",
    "mail",
];
const NEW: [&str; 12] = [
    "main-db", "database", "db-new", "x", "db_", "new.db", "pg-15", "web2", "d", "backup", "b-db",
    "store",
];

/// Names that must be quoted where they are keys or values.
const ODD: [&str; 6] = ["on", "12", "null", "1e3", "0x1f", "~tmp"];

pub(crate) const WORDS: [&str; 10] =
    ["db", "web", "app", "main", "data", "db-backup", "postgres", "redis", "cache", "my_db"];

pub(crate) fn project(choices: &mut Choices, profile: Profile) -> Project {
    let is_spec = profile == Profile::Specification;
    let files = files(choices, is_spec);
    let mut names = Names::default();
    let mut hosts: Vec<&str> = HOSTS.to_vec();
    let count = 2 + choices.below(5);
    let mut services: Vec<Service> = Vec::new();
    let mut containers: BTreeMap<usize, Id> = BTreeMap::new();
    for index in 0..count {
        let id = Id { kind: Kind::Service, index };
        let name = choices.take(&mut hosts).unwrap_or("last").to_owned();
        if choices.chance(40) {
            let container = Id { kind: Kind::Container, index };
            let is_long = |name: &str| name.len() > 1;
            let own = if choices.chance(50) && is_long(&name) {
                name.clone()
            } else {
                choices.take(&mut hosts).filter(|name| is_long(name)).unwrap_or("ct").to_owned()
            };
            if !names.0.values().any(|known| *known == own) {
                names.0.insert(container, own);
                containers.insert(index, container);
            }
        }
        names.0.insert(id, name);
        services.push(Service { id, layers: Vec::new() });
    }
    for (kind, most) in
        [(Kind::Network, 3), (Kind::Volume, 3), (Kind::Secret, 2), (Kind::Config, 2)]
    {
        let mut words: Vec<&str> = HOSTS.iter().chain(&["front", "data", "key"]).copied().collect();
        // `w:/x` is a drive of Windows to compose-go, so that a volume can't be `w`.
        words.retain(|word| kind != Kind::Volume || word.len() > 1);
        for index in 0..choices.below(most + 1) {
            if let Some(name) = choices.take(&mut words) {
                names.0.insert(Id { kind, index }, name.to_owned());
            }
        }
    }
    let definitions = definitions(choices, &names, &files, is_spec);
    let mut project = Project {
        names,
        files,
        services,
        templates: Vec::new(),
        definitions,
        env_files: Vec::new(),
        has_compose_file: false,
    };
    let hosts: Vec<Id> =
        project.services.iter().map(|one| one.id).chain(containers.values().copied()).collect();
    // docker-compose says an env file's variables among the others.
    if is_spec {
        env_files(choices, &mut project, &hosts);
    }
    if project.file(Role::ExtendedFrom).is_some() {
        templates(choices, &mut project, &hosts, profile);
    }
    for index in 0..count {
        let container = containers.get(&index).copied();
        service(choices, &mut project, index, &hosts, container, profile);
    }
    let mut layers = project.services.iter().flat_map(|service| &service.layers);
    if !layers.any(|layer| matches!(layer.extends, Some(Base::Template(_)))) {
        // A file that nothing extends from is another project's.
        project.files.retain(|(_, role)| *role != Role::ExtendedFrom);
        project.templates.clear();
        project.names.0.retain(|id, _| id.kind != Kind::Template);
    }
    project.has_compose_file = is_spec && project.loaded().len() > 1 && choices.chance(15);
    project
}

fn files(choices: &mut Choices, is_spec: bool) -> Vec<(String, Role)> {
    let mains = [
        ("compose.yaml", "compose.override.yaml"),
        ("docker-compose.yml", "docker-compose.override.yml"),
        ("compose.yml", "compose.override.yml"),
    ];
    let (main, over) = *choices.pick(if is_spec { &mains } else { &mains[1..2] });
    let mut files = vec![(main.to_owned(), Role::Main)];
    if choices.chance(40) {
        files.push((over.to_owned(), Role::Override));
    }
    if is_spec && choices.chance(30) {
        let path = *choices.pick(&["stack/more.yaml", "included.yaml", "stack/compose.yaml"]);
        files.push((path.to_owned(), Role::Included));
    }
    if choices.chance(30) {
        let path = *choices.pick(&["common.yml", "base/common.yaml"]);
        files.push((path.to_owned(), Role::ExtendedFrom));
    }
    files
}

fn definitions(
    choices: &mut Choices,
    names: &Names,
    files: &[(String, Role)],
    is_spec: bool,
) -> Vec<Definition> {
    let homes: Vec<usize> = (0..files.len())
        .filter(|at| matches!(files[*at].1, Role::Main | Role::Override | Role::Included))
        .collect();
    let over = files.iter().position(|(_, role)| *role == Role::Override);
    let mut found = Vec::new();
    for &id in names.0.keys() {
        let word = *choices.pick(&WORDS);
        let is_mounted = match id.kind {
            Kind::Service | Kind::Container | Kind::Template => continue,
            Kind::Volume | Kind::Network => false,
            Kind::Secret | Kind::Config => true,
        };
        let external = vec![("external", text("true"))];
        let named = vec![("external", text("true")), ("name", text(format!("{word}_{word}")))];
        let mut settings = match choices.below(6) {
            0 | 1 if is_mounted => vec![("file", text(format!("./{word}.txt")))],
            0 => Vec::new(),
            1 => vec![("driver", text(if id.kind == Kind::Network { "bridge" } else { "local" }))],
            2 => vec![("name", text(word))],
            3 => external,
            4 => named,
            _ if is_spec && id.kind == Kind::Config => {
                vec![("content", text(format!("name={word}")))]
            }
            _ if is_mounted => vec![("file", text(format!("./{word}/{word}")))],
            _ => Vec::new(),
        };
        if is_mounted && settings.len() == 1 && settings[0].0 == "name" {
            settings.push(("file", text(format!("./{word}.txt"))));
        }
        let file = *choices.pick(&homes);
        let is_external = settings.iter().any(|(key, _)| *key == "external");
        found.push(Definition { id, file, settings });
        // The override says more of what the main file defines; in docker-compose it would replace it.
        if let Some(over) =
            over.filter(|_| file == 0 && is_spec && !is_external && choices.chance(20))
        {
            let more = if is_mounted { vec![] } else { vec![("driver", text("local"))] };
            found.push(Definition { id, file: over, settings: more });
        }
    }
    found
}

fn env_files(choices: &mut Choices, project: &mut Project, hosts: &[Id]) {
    for path in ["web.env", "db.env"] {
        if choices.chance(25) {
            let host = *choices.pick(hosts);
            let word = *choices.pick(&WORDS);
            let lines = vec![
                ("DB_HOST".to_owned(), template("{}", &[host])),
                ("DB_NAME".to_owned(), text(word)),
                ("QUEUE_URL".to_owned(), template("amqp://u:p@{}:5672/v", &[host])),
            ];
            project.env_files.push((path.to_owned(), lines));
        }
    }
}

fn templates(choices: &mut Choices, project: &mut Project, hosts: &[Id], profile: Profile) {
    let count = 1 + choices.below(2);
    for index in 0..count {
        let id = Id { kind: Kind::Template, index };
        // The file has names of its own; one may be that of a service.
        let mut free = vec!["base".to_owned(), "common".to_owned()];
        free.push(project.names.of(project.services[index].id).to_owned());
        free.retain(|name| !(0..index).any(|at| project.names.of(Id { index: at, ..id }) == name));
        let name = choices.take(&mut free).unwrap_or_default();
        project.names.0.insert(id, name);
        let scope = Scope {
            project,
            earlier: &[],
            hosts,
            container: None,
            has_env_files: false,
            is_base: true,
            profile,
        };
        let found = attributes(choices, &scope, &BTreeSet::new(), None);
        project.templates.push(found);
    }
}

fn service(
    choices: &mut Choices,
    project: &mut Project,
    index: usize,
    hosts: &[Id],
    container: Option<Id>,
    profile: Profile,
) {
    let over = project.file(Role::Override);
    let mut homes = vec![0, 0, 0];
    homes.extend(over.into_iter().chain(project.file(Role::Included)));
    let file = *choices.pick(&homes);
    let earlier: Vec<Id> = (0..index).map(|index| Id { kind: Kind::Service, index }).collect();
    let is_simple = |attributes: &Attributes| {
        let needs = ["depends_on", "links", "volumes_from", "network_mode", "ipc", "pid"];
        let is_bound = attributes.iter().any(|(key, _)| needs.contains(key));
        // docker-compose 1.29 extends no service that needs another one.
        let is_named = attributes.iter().any(|(key, _)| *key == "container_name");
        !is_named && (profile == Profile::Specification || !is_bound)
    };
    let mut bases: Vec<Base> = Vec::new();
    // docker-compose 1.29 looks in the main file for what an override extends.
    let may_extend = file == 0 || profile == Profile::Specification;
    for at in (0..index).filter(|_| may_extend) {
        let same = project.services[at].layers.iter().find(|layer| layer.file == file);
        if same.is_some_and(|layer| is_simple(&project.resolved(layer))) {
            bases.push(Base::Service(at));
        }
    }
    // What is included from a folder would name the file from there.
    if file == 0 {
        bases.extend((0..project.templates.len()).map(Base::Template));
    }
    let extends =
        if !bases.is_empty() && choices.chance(35) { Some(*choices.pick(&bases)) } else { None };
    let mut layer = Layer { file, extends, attributes: Attributes::new() };
    let inherited = project.resolved(&layer);
    let taken = |attributes: &Attributes| -> BTreeSet<&'static str> {
        attributes.iter().map(|(key, _)| *key).collect()
    };
    let here = &project.files[file].0;
    let scope = Scope {
        project,
        earlier: &earlier,
        hosts,
        container,
        has_env_files: !here.contains('/'),
        is_base: false,
        profile,
    };
    layer.attributes = attributes(choices, &scope, &taken(&inherited), None);
    let mut layers = vec![layer];
    if let Some(over) = over.filter(|_| file == 0 && choices.chance(45)) {
        let so_far = project.resolved(&layers[0]);
        let scope = Scope { container: None, ..scope };
        let more = attributes(choices, &scope, &taken(&so_far), Some(&so_far));
        layers.push(Layer { file: over, extends: None, attributes: more });
    }
    project.services[index].layers = layers;
}

/// Chooses what is renamed, and to what. Gives none where there is no such thing.
pub(crate) fn rename(choices: &mut Choices, project: &Project, keeps_alias: bool) -> Rename {
    let is_open = |id: &&Id| match id.kind {
        Kind::Template => false,
        // A host by a name that container and service bear may mean either, so that the model
        // can't tell which hosts are to change where only one of both is renamed.
        Kind::Container => {
            let service = Id { kind: Kind::Service, ..**id };
            project.names.of(**id) != project.names.of(service)
        }
        Kind::Service => true,
        _ => !keeps_alias,
    };
    let all: Vec<Id> = project.names.0.keys().filter(is_open).copied().collect();
    let services: Vec<Id> = all.iter().filter(|id| id.kind == Kind::Service).copied().collect();
    let is_any = choices.chance(50);
    let id = *choices.pick(if is_any { &all } else { &services });
    let is_odd = choices.chance(5);
    let mut free: Vec<&str> = match is_odd {
        false => NEW.iter().chain(&HOSTS).copied().collect(),
        true => ODD.iter().filter(|name| !name.starts_with('~')).copied().collect(),
    };
    let is_host = |kind: Kind| matches!(kind, Kind::Service | Kind::Container | Kind::Template);
    free.retain(|new| {
        let mut names = project.names.0.iter();
        let is_taken = names.any(|(other, name)| {
            name == new && (other.kind == id.kind || is_host(other.kind) && is_host(id.kind))
        });
        !is_taken && (new.len() > 1 || !is_host(id.kind) && id.kind != Kind::Volume)
    });
    let new = choices.take(&mut free).unwrap_or("last-one").to_owned();
    Rename { id, new, keeps_alias }
}
