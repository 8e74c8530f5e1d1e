//! A host that looks like a service of the project and is none.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::{Directory, Scene, Scenes};
use super::spot::{Spot, spot};
use crate::compose::endpoint::Form;
use crate::compose::graph::{Reach, Reader, private_names};
use crate::compose::interpolate::interpolate;
use crate::compose::model::ComposeFile;
use crate::compose::network::{Ground, Presence, is_external};
use crate::compose::store;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Place};
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A host looks like a service of the project, and no service answers to it.
    ///
    /// ## What it does
    ///
    /// Finds hosts without dots in environment variables, env files, commands, health checks and
    /// labels that nothing in the tree answers to: no service, container, alias, link or
    /// `extra_hosts`. It says so where exactly one name is very near, as with a typing error, and
    /// where a connection to a database or broker names none while just one such server runs here.
    ///
    /// Names of other machines and of other projects' containers are no typing errors, and left
    /// alone: services on the host's network, and names on external networks that are near to none.
    ///
    /// ## Why is this bad
    ///
    /// The name does not resolve. The service starts, and fails at its first connection.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     environment:
    ///       DATABASE_URL: postgres://app@postgress:5432/app
    ///   postgres:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     environment:
    ///       DATABASE_URL: postgres://app@postgres:5432/app
    ///   postgres:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Fix
    ///
    /// Where exactly one name is very near, it takes the host's place; nothing else of the value
    /// changes. It is unsafe, as another service may be meant.
    "unknown-host", References, Warning, On, Run::Scenes(run),
}

fn run(scenes: &Scenes<'_>) -> Vec<Finding> {
    let context = scenes.context;
    let known = names_of_tree(context, scenes);
    let mut found: BTreeMap<(Place, String), Finding> = BTreeMap::new();
    for scene in &scenes.all {
        for reach in &scene.reaches {
            let name = reach.host.to_ascii_lowercase();
            if reach.form.is_none() || is_placeholder(&reach.host) || is_known(&known, &name) {
                continue;
            }
            let Some(spot) = spot(scene.loading.model, reach.value, &reach.host) else { continue };
            let Some(place) = spot.place(context) else { continue };
            if let Some(finding) = judge(context, scene, &scenes.directory, reach, &spot) {
                let key = (place, reach.host.clone());
                let (path, span) = (key.0.path.clone(), key.0.span);
                found.entry(key).or_insert_with(|| finding.at(path, span));
            }
        }
    }
    found.into_values().collect()
}

fn judge(
    context: &Context<'_>,
    scene: &Scene<'_>,
    directory: &Directory<'_>,
    reach: &Reach<'_>,
    spot: &Spot<'_>,
) -> Option<Finding> {
    let Ground::Networks(own) = scene.ground(reach.service) else { return None };
    let (asking, host, by) = (reach.service, &reach.host, &reach.by);
    let answered = names_on(scene, directory, &own, asking);
    let near = very_near(host, &answered);
    if !near.is_empty() {
        let shown: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "no service answers to `{host}` ({by}), so `{asking}` does not find it; {} is very near",
            shown.join(" or ")
        );
        let finding = LINT.finding(message).help(format!("use {}", shown.join(" or ")));
        return Some(match near.as_slice() {
            [name] => finding.fix(spot.renamed(context, name)),
            _ => finding,
        });
    }
    let is_open = own
        .iter()
        .any(|presence| scene.loading.model.networks.get(presence.key).is_some_and(is_external));
    if reach.reader != Reader::Service || is_open || !spot.is_in_compose() || spot.is_default {
        return None;
    }
    let wanted = store_of(reach)?;
    let servers = servers(scene, &own, wanted);
    // A server's own settings name what it is known by.
    let &[server] = servers.as_slice() else { return None };
    if server == asking || !scene.loading.project.missing.is_empty() {
        return None;
    }
    let message = format!("no service answers to `{host}` ({by}), so `{asking}` does not find it");
    Some(LINT.finding(message).help(format!("use `{server}`, if that is the server that is meant")))
}

/// Gives the names that answer on some networks, and those of the project's other services.
fn names_on<'s>(
    scene: &Scene<'s>,
    directory: &Directory<'s>,
    own: &[Presence<'_>],
    asking: &str,
) -> Vec<&'s str> {
    let ids: BTreeSet<&str> = own.iter().map(|presence| presence.id.as_str()).collect();
    let here = scene.names().filter(|name| {
        let bearers = scene.bearers(name);
        bearers.is_some_and(|bearers| bearers.keys().any(|service| *service != asking))
    });
    let beside = directory.keys().filter(|(network, _)| ids.contains(network.as_str()));
    let all: BTreeSet<&str> = here.chain(beside.map(|(_, name)| *name)).collect();
    all.into_iter().filter(|name| !name.is_empty() && *name != asking).collect()
}

/// Finds the names that a mistyped one is nearest to, where they are so near that nothing else can
/// be meant.
fn very_near<'n>(host: &str, names: &[&'n str]) -> Vec<&'n str> {
    let scored = names.iter().filter_map(|name| Some((distance(host, name)?, *name)));
    let scored: Vec<(usize, &str)> = scored.collect();
    let least = scored.iter().map(|(distance, _)| *distance).min();
    scored
        .into_iter()
        .filter(|(distance, _)| Some(*distance) == least)
        .map(|(_, name)| name)
        .collect()
}

/// Gives how many letters two names differ by, where that is a typing error's worth.
fn distance(host: &str, name: &str) -> Option<usize> {
    let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
    let bare = |text: &str| text.replace(['-', '_', '.'], "");
    if host == name || bare(&host) == bare(&name) {
        return Some(0);
    }
    // Names that are counted are different things.
    let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), "");
    if letters(&host) == letters(&name) || digits(&host) != digits(&name) {
        return None;
    }
    // A program's own name is hardly another one's mistyped.
    if store::of_image(&host).is_some() {
        return None;
    }
    let shorter = host.len().min(name.len());
    let distance = strsim::osa_distance(&host, &name);
    let same_start = host.as_bytes().first() == name.as_bytes().first();
    let is_near = match shorter {
        0..4 => false,
        4..6 => {
            distance == 1 && same_start && (host.len() != name.len() || is_swapped(&host, &name))
        }
        6..10 => distance == 1,
        _ => distance <= 2 && same_start || distance == 1,
    };
    is_near.then_some(distance)
}

/// Tells whether two names have the same letters.
fn is_swapped(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    sorted(a) == sorted(b)
}

/// What a connection is to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Store(&'static str),
    AnySql,
}

/// Tells what server a connection is to, by its scheme or its setting's name.
fn store_of(reach: &Reach<'_>) -> Option<Wanted> {
    let named = |word: &str| store::of_image(word).map(|store| Wanted::Store(store.name));
    if reach.form == Some(Form::Authority) {
        let scheme = reach.scheme.strip_prefix("jdbc:").unwrap_or(&reach.scheme);
        let scheme = scheme.split(['+', ':']).next().unwrap_or_default();
        return match scheme {
            "amqp" | "amqps" => named("rabbitmq"),
            "pgsql" | "psql" => named("postgres"),
            "rediss" => named("redis"),
            "mysql2" => named("mysql"),
            _ => named(scheme),
        };
    }
    let key = reach.by.to_ascii_lowercase();
    let mut words = key.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| match word {
        "db" | "database" | "dbhost" => Some(Wanted::AnySql),
        "pg" | "pghost" | "pgsql" => named("postgres"),
        "" => None,
        _ => named(word),
    })
}

/// The servers of a kind that run on some networks.
fn servers<'s>(scene: &Scene<'s>, own: &[Presence<'_>], wanted: Wanted) -> Vec<&'s str> {
    let is_it = |service: &Value| {
        let store = service.text_of("image").and_then(store::of_image).map(|store| store.name);
        let sql = ["Postgres", "MySQL", "MariaDB"];
        store.is_some_and(|store| match wanted {
            Wanted::Store(name) => {
                store == name || [store, name].iter().all(|one| sql[1..].contains(one))
            }
            Wanted::AnySql => sql.contains(&store),
        })
    };
    let services = scene.loading.services().filter(|(_, service)| is_it(service));
    let is_near = |name: &str| match scene.ground(name) {
        Ground::Networks(theirs) => {
            own.iter().any(|mine| theirs.iter().any(|their| their.id == mine.id))
        }
        _ => false,
    };
    services.map(|(name, _)| name).filter(|name| is_near(name)).collect()
}

/// Every name that something in the tree answers to, in lower case.
fn names_of_tree(context: &Context<'_>, scenes: &Scenes<'_>) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let loaded = scenes.all.iter().map(|scene| scene.loading.model);
    for model in loaded.chain(scenes.projects.iter().map(|(_, model)| *model)) {
        for (name, service) in &model.services {
            let aliases = service.get("networks").into_iter().flat_map(Value::entries);
            let aliases = aliases.filter_map(|(_, settings)| settings.get("aliases"));
            let aliases = aliases.flat_map(Value::items).filter_map(Value::text);
            let names = aliases.chain([name.as_str()]).chain(service.text_of("container_name"));
            known.extend(names.chain(private_names(service)).map(str::to_ascii_lowercase));
        }
    }
    // Files that nothing loads are here as they are written.
    for file in context.workspace.files.values() {
        known.extend(names_of(file));
    }
    known
}

fn names_of(file: &ComposeFile) -> impl Iterator<Item = String> + '_ {
    file.services().flat_map(|service| {
        let said = ["container_name", "hostname"].map(|key| file.text_of(service.body, key));
        let said = said.into_iter().flatten();
        let said = said.filter_map(|text| interpolate(&text, &|_| None).ok());
        said.chain([service.name]).map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>()
    })
}

/// Tells whether a name is one of a set, or one that Compose or Swarm makes of one:
/// `shop-db-1`, `shop_db_1`, `shop_db`.
fn is_known(known: &BTreeSet<String>, name: &str) -> bool {
    let counted = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let bare = counted.strip_suffix(['-', '_']).filter(|_| counted.len() < name.len());
    let ends_in_one = |text: &str, marks: &[char]| {
        text.match_indices(marks).any(|(at, _)| known.contains(&text[at + 1..]))
    };
    known.contains(name)
        || bare.is_some_and(|bare| ends_in_one(bare, &['-', '_']))
        || ends_in_one(name, &['_'])
}

/// Tells a name that stands for one to be filled in, or that every machine has.
fn is_placeholder(host: &str) -> bool {
    if !host.contains(|c: char| c.is_ascii_lowercase()) {
        return true;
    }
    let name = host.to_ascii_lowercase();
    const WORDS: &[&str] = &[
        "address",
        "changeme",
        "domain",
        "example",
        "fqdn",
        "gateway",
        "host",
        "hostname",
        "ip",
        "localhost",
        "null",
        "placeholder",
        "server",
        "todo",
        "url",
        "user",
        "username",
        "xxx",
    ];
    const STARTS: &[&str] = &["change", "example", "my", "replace", "some", "the-", "your", "xx"];
    WORDS.contains(&name.as_str())
        || STARTS.iter().any(|start| name.starts_with(start))
        || name.len() < 2
}

#[cfg(test)]
mod tests {
    use super::{LINT, distance};
    use crate::lints::testing::{found, found_in, mended};

    fn project(setting: &str, rest: &str) -> String {
        format!(
            "services:\n  web:\n    image: web:1\n    environment: [\"{setting}\"]\n{rest}  postgres:\n    image: postgres:16\n"
        )
    }

    #[test]
    fn typing_errors_are_told_from_other_names() {
        for (host, name, is_near) in [
            ("postgress", "postgres", true),
            ("postgers", "postgres", true),
            ("redi", "redis", true),
            ("my_db", "my-db", true),
            ("discord-bot-bd", "discord-bot-db", true),
            ("discord-bot-db", "homelab-postgres", false),
            ("kafka2", "kafka", false),
            ("kafka2", "kafka1", false),
            ("mysql", "mssql", false),
            ("postgres", "postgrest", false),
            ("mail", "main", false),
            ("db", "dbs", false),
        ] {
            assert_eq!(distance(host, name).is_some(), is_near, "{host} {name}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_found() {
        for setting in [
            "DATABASE_URL=postgres://app@postgress:5432/app",
            "DB_HOST=postgress",
            "DB_HOST=${DB_HOST:-postgress}",
            "API_URL=http://postgress:8080/x",
            // Nothing else here is a server of that kind.
            "DATABASE_URL=postgres://app@database:5432/app",
            "POSTGRES_HOST=database",
            "DB_HOST=database",
        ] {
            assert_eq!(found_in(&LINT, &project(setting, "")).len(), 1, "{setting}");
        }
    }

    #[test]
    fn names_of_something_else_are_left_alone() {
        for (setting, rest) in [
            ("DB_HOST=postgres", ""),
            ("DB_HOST=localhost", ""),
            ("DB_HOST=db.example.com", ""),
            ("DB_HOST=your-host", ""),
            ("DB_HOST=HOST", ""),
            ("DB_HOST=$DB_HOST", ""),
            ("REDIS_HOST=cache", ""),
            ("DB_HOST=shop-postgres-1", ""),
            ("DB_HOST=shop_postgres", ""),
            ("DB_HOST=${DB_HOST:-database}", ""),
            ("API_URL=http://nas:8080", ""),
            ("MYSQL_DB=mysql://u:p@tcp(postgres:3306)/x", ""),
            ("DATABASE_URL=postgres://u:p@shop%5Fdb:5432/x", ""),
            ("POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256", ""),
            ("DB_HOST=postgress", "    network_mode: host\n"),
            ("DB_HOST=postgress", "    extra_hosts: ['postgress:10.0.0.2']\n"),
            ("DB_HOST=postgress", "    hostname: postgress\n"),
            ("DB_HOST=database", "    networks: [proxy]\nnetworks: {proxy: {external: true}}\n"),
        ] {
            let text = match rest.split_once("networks: {") {
                Some((own, top)) => format!("{}networks: {{{top}", project(setting, own)),
                None => project(setting, rest),
            };
            assert_eq!(found_in(&LINT, &text), [""; 0], "{text}");
        }
    }

    #[test]
    fn files_beside_and_other_projects_define_names_too() {
        let base = project("DB_HOST=postgress", "");
        let other = "services:\n  postgress: {image: x}\n";
        for path in ["compose.prod.yaml", "other/compose.yaml"] {
            assert_eq!(found(&LINT, &[("compose.yaml", &base), (path, other)]), [""; 0], "{path}");
        }
    }

    #[test]
    fn a_variable_is_found_where_it_is_set() {
        let base = project("DB_HOST=${HOST_OF_DB}", "");
        let files = [("compose.yaml", base.as_str()), (".env", "HOST_OF_DB=postgress\n")];
        let found = found(&LINT, &files);
        assert!(found.first().is_some_and(|first| first.starts_with(".env:1:12 ")), "{found:?}");
    }

    #[test]
    fn the_fix_changes_the_host_alone() {
        for (setting, fixed) in [
            (
                "URL=postgres://postgress:x@postgress:5432/x",
                "URL=postgres://postgress:x@postgres:5432/x",
            ),
            ("DB_HOST=${DB_HOST:-postgress}", "DB_HOST=${DB_HOST:-postgres}"),
        ] {
            assert_eq!(mended(&LINT, &project(setting, "")), project(fixed, ""));
        }
    }
}
