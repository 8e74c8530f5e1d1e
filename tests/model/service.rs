//! The attributes of one service: each has references, and letters that only look like one.

use std::collections::BTreeSet;

use crate::choices::Choices;
use crate::generate::{Profile, WORDS};
use crate::project::{
    Attributes, Command, Id, Kind, Membership, Mount, Piece, Project, Text, Value, template, text,
};

/// What a service may refer to.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'p> {
    pub(crate) project: &'p Project,
    /// Services that it may need without a circle.
    pub(crate) earlier: &'p [Id],
    /// Services and containers, which can be reached from anywhere.
    pub(crate) hosts: &'p [Id],
    pub(crate) container: Option<Id>,
    pub(crate) has_env_files: bool,
    /// Whether it is only extended from.
    pub(crate) is_base: bool,
    pub(crate) profile: Profile,
}

impl Scope<'_> {
    fn is_spec(&self) -> bool {
        self.profile == Profile::Specification
    }

    fn all(&self, kind: Kind) -> Vec<Id> {
        self.project.names.0.keys().filter(|id| id.kind == kind).copied().collect()
    }

    fn host(&self, choices: &mut Choices) -> Id {
        *choices.pick(self.hosts)
    }

    /// Up to so many things of a kind, each once.
    fn some(&self, choices: &mut Choices, kind: Kind, most: usize) -> Vec<Id> {
        let mut all = match kind {
            Kind::Service => self.earlier.to_vec(),
            kind => self.all(kind),
        };
        (0..=choices.below(most)).filter_map(|_| choices.take(&mut all)).collect()
    }
}

/// Makes attributes; `inherited` are those that the service has already by another file, and
/// `under` what an override is laid over.
pub(crate) fn attributes(
    choices: &mut Choices,
    scope: &Scope<'_>,
    inherited: &BTreeSet<&str>,
    under: Option<&Attributes>,
) -> Attributes {
    let mut found = Attributes::new();
    let is_override = under.is_some();
    let has = |key: &str| inherited.contains(key);
    if !is_override || choices.chance(20) {
        let word = *choices.pick(&WORDS);
        let image = format!("{}{word}{}", choices.pick(&["", "reg/"]), choices.pick(&["", ":15"]));
        if scope.is_spec() && !is_override && choices.chance(20) {
            let args =
                vec![("UPSTREAM_HOST".to_owned(), Some(template("{}", &[scope.host(choices)])))];
            let contexts = scope.some(choices, Kind::Service, 2);
            let contexts = contexts.into_iter().map(|id| (format!("c{}", id.index), id)).collect();
            found.push(("build", Value::Build(args, contexts)));
        } else {
            found.push(("image", Value::Scalar(text(image))));
        }
    }
    if let Some(container) = scope.container {
        found.push(("container_name", Value::Scalar(vec![Piece::Name(container)])));
    }
    network(choices, scope, inherited, &mut found);
    for key in ["depends_on", "volumes_from"] {
        let earlier = scope.some(choices, Kind::Service, 3);
        if earlier.is_empty() || !choices.chance(40) || is_override && key == "volumes_from" {
            continue;
        }
        let value = match key {
            "depends_on" => {
                let healthy = choices.chance(40);
                Value::Depends(earlier.into_iter().map(|id| (id, healthy)).collect())
            }
            // Joined lists would name a service twice.
            _ if has(key) => continue,
            _ => {
                let mode = *choices.pick(&["{}", "{}:ro", "{}:rw"]);
                Value::Items(earlier.iter().map(|id| template(mode, &[*id])).collect())
            }
        };
        found.push((key, value));
    }
    if choices.chance(60) {
        found.push(("environment", Value::Pairs(environment(choices, scope))));
    }
    if scope.has_env_files && !has("env_file") && choices.chance(30) {
        let paths = scope.project.env_files.iter().map(|(path, _)| text(path.clone()));
        let paths: Vec<Text> = paths.collect();
        if !paths.is_empty() {
            found.push(("env_file", Value::Items(paths)));
        }
    }
    mounts(choices, scope, inherited, &mut found);
    for key in ["command", "entrypoint"] {
        if choices.chance(20) {
            found.push((key, Value::Command(command(choices, scope))));
        }
    }
    if choices.chance(20) {
        let test = match choices.below(3) {
            0 => Command::Shell(shell(choices, scope)),
            1 => Command::Words(vec![text("CMD-SHELL"), shell(choices, scope)]),
            _ => match command(choices, scope) {
                Command::Words(words) => {
                    Command::Words(std::iter::once(text("CMD")).chain(words).collect())
                }
                shell => shell,
            },
        };
        let interval = if choices.chance(50) { Some("10s".to_owned()) } else { None };
        found.push(("healthcheck", Value::Health(Some(test), interval)));
    }
    decoys(choices, scope, inherited, &mut found);
    choices.shuffle(&mut found);
    found
}

/// What a container's namespaces are, with its links.
fn network(
    choices: &mut Choices,
    scope: &Scope<'_>,
    inherited: &BTreeSet<&str>,
    found: &mut Attributes,
) {
    let has = |key: &str| inherited.contains(key);
    let spaces: Vec<Text> = {
        let services = scope.earlier.iter().map(|id| template("service:{}", &[*id]));
        let containers = scope.all(Kind::Container);
        // The service's index is that of the first which it may not need.
        let own = scope.earlier.len();
        let containers = containers.into_iter().filter(|id| scope.is_base || id.index != own);
        // docker-compose 1.29 asks the engine for a container that is not the project's.
        let containers = containers.filter(|_| scope.is_spec());
        services.chain(containers.map(|id| template("container:{}", &[id]))).collect()
    };
    for key in ["ipc", "pid"] {
        if !spaces.is_empty() && choices.chance(8) {
            found.push((key, Value::Scalar(choices.pick(&spaces).clone())));
        }
    }
    let is_free = !has("networks") && !has("links");
    if has("network_mode") || !spaces.is_empty() && is_free && !scope.is_base && choices.chance(10)
    {
        if !spaces.is_empty() {
            found.push(("network_mode", Value::Scalar(choices.pick(&spaces).clone())));
        }
        return;
    }
    if choices.chance(50) {
        let mut networks: Vec<(Text, Membership)> = Vec::new();
        let with_default = choices.chance(20);
        let names =
            scope.some(choices, Kind::Network, 3).into_iter().map(|id| vec![Piece::Name(id)]);
        for name in names.chain(with_default.then(|| text("default"))) {
            let mut one = Membership::default();
            if choices.chance(30) {
                let alias = format!("{}-alias", choices.pick(&WORDS));
                one.aliases.push(format!("{alias}{}", if has("networks") { "-2" } else { "" }));
            }
            if choices.chance(10) {
                one.address = Some(format!("10.0.0.{}", 1 + choices.below(200)));
            }
            networks.push((name, one));
        }
        if !networks.is_empty() {
            found.push(("networks", Value::Networks(networks)));
        }
    }
    if !has("links") && choices.chance(25) {
        let mut links = Vec::new();
        for id in scope.some(choices, Kind::Service, 2) {
            let word = *choices.pick(&WORDS);
            let pattern = *choices.pick(&["{}", "{}:alias", "{}:W"]);
            links.push(template(&pattern.replace('W', word), &[id]));
        }
        if !links.is_empty() {
            found.push(("links", Value::Items(links)));
        }
    }
    if !has("external_links") && choices.chance(8) {
        let mut containers = scope.some(choices, Kind::Container, 2);
        containers.retain(|id| scope.is_base || id.index != scope.earlier.len());
        let pattern = *choices.pick(&["{}", "{}:alias"]);
        let links: Vec<Text> = containers.iter().map(|id| template(pattern, &[*id])).collect();
        if !links.is_empty() {
            found.push(("external_links", Value::Items(links)));
        }
    }
}

fn environment(choices: &mut Choices, scope: &Scope<'_>) -> Vec<(String, Option<Text>)> {
    let mut patterns = vec![
        ("DB_HOST", "{}"),
        ("REDIS_HOST", "{}"),
        ("PGHOST", "{}"),
        ("DATABASE_URL", "postgres://app:pw@{}:5432/W"),
        ("W_URL", "http://{}:8080/W/x"),
        ("BROKER_URL", "redis://{}:6379/0"),
        ("KAFKA_BROKERS", "{}:9092,{}:9092"),
        ("DSN", "host={} port=5432 user=W dbname=W"),
        ("CACHE_ADDR", "{}:6379"),
        ("MONGO_URI", "mongodb://W:W@{}:27017,{}:27017/W?replicaSet=W"),
        ("POSTGRES_USER", "W"),
        ("POSTGRES_DB", "W"),
        ("DB_NAME", "W"),
        ("DB_USER", "W"),
        ("LOG_PATH", "/var/log/W/W.log"),
        ("MODE", "production"),
        ("EMPTY", ""),
        ("WORKERS", "4"),
        ("PASSED", "!"),
    ];
    if scope.is_spec() {
        patterns.push(("SQL_HOST", "${SQL_HOST:-{}}"));
        patterns.push(("API_URL", "http://${API_HOST:-{}}:80/W"));
        patterns.push(("SECRET", "${W_PASSWORD:?set W}"));
    }
    let mut found = Vec::new();
    for _ in 0..=choices.below(4) {
        let Some((key, pattern)) = choices.take(&mut patterns) else { break };
        let word = *choices.pick(&WORDS);
        let key = key.replace('W', "WEB");
        let pattern = if pattern.contains("PASSWORD") {
            pattern.replace("set W", "set it").replace("{W", "{WEB")
        } else {
            pattern.replace('W', word)
        };
        let hosts = [scope.host(choices), scope.host(choices)];
        found.push((key, (pattern != "!").then(|| template(&pattern, &hosts))));
    }
    found
}

fn mounts(
    choices: &mut Choices,
    scope: &Scope<'_>,
    inherited: &BTreeSet<&str>,
    found: &mut Attributes,
) {
    if choices.chance(40) {
        let mut mounts = Vec::new();
        // Two files' mounts must not meet at one target.
        let at = if inherited.contains("volumes") { "srv" } else { "var" };
        for (place, id) in scope.some(choices, Kind::Volume, 2).into_iter().enumerate() {
            let target = format!("/{at}/lib/{}/{place}", choices.pick(&WORDS));
            let source = Some(vec![Piece::Name(id)]);
            mounts.push(Mount { source, target, read_only: choices.chance(25) });
        }
        if choices.chance(40) {
            let word = *choices.pick(&WORDS);
            let source = text(format!("./{word}"));
            let target = format!("/{at}/{word}");
            mounts.push(Mount { source: Some(source), target, read_only: choices.chance(25) });
        }
        if !mounts.is_empty() {
            found.push(("volumes", Value::Mounts(mounts)));
        }
    }
    for (key, kind) in [("secrets", Kind::Secret), ("configs", Kind::Config)] {
        let all = scope.some(choices, kind, 2);
        if all.is_empty() || inherited.contains(key) || !choices.chance(40) {
            continue;
        }
        let target = match choices.below(3) {
            0 | 1 => None,
            _ => Some(format!("/etc/{}", choices.pick(&WORDS))),
        };
        let file = |(at, id): (usize, Id)| (id, target.clone().map(|path| format!("{path}{at}")));
        found.push((key, Value::Files(all.into_iter().enumerate().map(file).collect())));
    }
}

fn shell(choices: &mut Choices, scope: &Scope<'_>) -> Text {
    let pattern = *choices.pick(&[
        "pg_isready -h {} -p 5432",
        "curl -f http://{}:8080/W",
        "psql -h {} -U W W",
        "wait-for-it {}:5432 -- serve W",
        "redis-cli -h {} ping",
        "echo ready",
        "serve --name W",
    ]);
    let word = *choices.pick(&WORDS);
    template(&pattern.replace('W', word), &[scope.host(choices)])
}

fn command(choices: &mut Choices, scope: &Scope<'_>) -> Command {
    if choices.chance(40) {
        return Command::Shell(shell(choices, scope));
    }
    let words: &[&str] = choices.pick::<&[&str]>(&[
        &["pg_isready", "-h", "{}"],
        &["psql", "--host={}", "-U", "W", "W"],
        &["curl", "-f", "http://{}:80/W"],
        &["serve"],
        &["redis-cli", "-h", "{}", "ping"],
    ]);
    let word = *choices.pick(&WORDS);
    let host = scope.host(choices);
    Command::Words(words.iter().map(|part| template(&part.replace('W', word), &[host])).collect())
}

/// What holds letters of names and never refers to one.
fn decoys(
    choices: &mut Choices,
    scope: &Scope<'_>,
    inherited: &BTreeSet<&str>,
    found: &mut Attributes,
) {
    let word = *choices.pick(&WORDS);
    if choices.chance(15) {
        found.push(("hostname", Value::Scalar(text(word))));
    }
    if choices.chance(15) {
        found.push(("restart", Value::Scalar(text("unless-stopped"))));
    }
    if choices.chance(10) {
        found.push(("working_dir", Value::Scalar(text(format!("/srv/{word}")))));
    }
    if choices.chance(10) {
        found.push(("user", Value::Scalar(text(word))));
    }
    if scope.is_spec() && choices.chance(10) && !inherited.contains("profiles") {
        found.push(("profiles", Value::Items(vec![text(word)])));
    }
    if choices.chance(20) && !inherited.contains("ports") && !inherited.contains("network_mode") {
        let port = 8000 + choices.below(900);
        if !found.iter().any(|(key, _)| *key == "network_mode") {
            found.push(("ports", Value::Items(vec![text(format!("127.0.0.1:{port}:80"))])));
        }
    }
    if choices.chance(20) {
        let label = match choices.below(3) {
            0 => ("team".to_owned(), Some(text(word))),
            1 => (format!("org.{word}.path"), Some(text(format!("/{word}")))),
            _ => {
                let host = scope.host(choices);
                ("upstream.url".to_owned(), Some(template("http://{}:80/", &[host])))
            }
        };
        found.push(("labels", Value::Pairs(vec![label])));
    }
}
