//! The old name is reached though no file says so: by a default of an image.

use super::Hazard;
use super::mount::mounts;
use super::view::{View, any_text};
use crate::compose::default_host::default_hosts;
use crate::compose::model::{file_name, folder, join};
use crate::compose::network::{answers, presences};
use crate::compose::setting::{Subject, subject};
use crate::compose::usage::occurrences;
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "baked-in-host",
    what: "a service stops finding the renamed one, once the old name does not answer any more",
    why: "where nothing tells it the host, an image uses the one that it was made with: `db`, \
          `redis`, `mysql`",
    remedy: "keep the alias for good, or set the host in the service's environment first",
    run,
};

/// Names that images use for a host of this sort.
const USUAL: &[&str] = &[
    "cache",
    "clickhouse",
    "database",
    "db",
    "elasticsearch",
    "kafka",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "opensearch",
    "postgres",
    "postgresql",
    "rabbitmq",
    "redis",
    "valkey",
];

fn run(view: &View<'_>) -> Vec<Finding> {
    let renamed = view.renamed();
    let retired: Vec<_> = view.retired().collect();
    let names = renamed.iter().map(|one| Server {
        name: one.old,
        old: one.old,
        new: one.new,
        before: one.before,
        after: one.after,
    });
    let aliases = retired.iter().map(|(retire, before, after)| Server {
        name: &retire.alias,
        old: &retire.service,
        new: &retire.service,
        before,
        after,
    });
    names.chain(aliases).flat_map(|server| of_server(view, &server)).collect()
}

/// The service that is reached.
struct Server<'v> {
    /// The name by which it is.
    name: &'v str,
    old: &'v str,
    new: &'v str,
    before: &'v Value,
    after: &'v Value,
}

fn of_server(view: &View<'_>, server: &Server<'_>) -> Vec<Finding> {
    let (mut found, mut likely) = (Vec::new(), Vec::new());
    for (client, value) in &view.before.services {
        let image = value.get("image").filter(|_| value.get("build").is_none());
        let Some((image, text)) = image.and_then(|image| Some((image, image.text()?))) else {
            continue;
        };
        if client == server.old || !shares_a_network(view, server.before, value) {
            continue;
        }
        let environment = view.before.environments.get(client);
        let is_set = |name: &&str| environment.is_some_and(|known| known.contains_key(*name));
        let known = default_hosts(text)
            .find(|known| known.host == server.name && !known.variables.iter().any(is_set));
        let waits = value.at(&["depends_on", server.old]).is_some();
        if let Some(known) = known {
            let variables = known.variables.join(" or ");
            let message = format!(
                "`{client}` reaches `{}` by the default of its image, as no file sets {variables}",
                server.name
            );
            let variable = known.variables.first().unwrap_or(&"the variable");
            let help = format!("set {variable} of `{client}` to the host `{}`", server.new);
            found.extend(finding(view, server, image, &message, Some(help)));
        } else if waits
            && USUAL.contains(&server.name)
            && !is_told(view, server, client, value)
            && !is_told_outside(view, client, value)
        {
            likely.push((client, image));
        }
    }
    if let Some((_, image)) = likely.first() {
        let names: Vec<String> = likely.iter().map(|(client, _)| format!("`{client}`")).collect();
        let (finds, its) = match names.len() {
            1 => ("finds", "its image"),
            _ => ("find", "their images"),
        };
        let message = format!(
            "no file says where {} {finds} `{}`: {its} may do so by that name",
            names.join(", "),
            server.name
        );
        found.extend(finding(view, server, image, &message, None));
    }
    found
}

fn finding(
    view: &View<'_>,
    server: &Server<'_>,
    image: &Value,
    message: &str,
    help: Option<String>,
) -> Option<Finding> {
    let keeps = presences(&view.after, view.project, server.after)
        .iter()
        .any(|presence| presence.aliases.contains(&server.name));
    let place = view.place(image)?;
    Some(match keeps {
        true => Finding::info(HAZARD.id, format!("{message}; the alias must stay for that"))
            .at(place.path, place.span),
        false => {
            let message = format!("{message}, and nothing answers to it afterwards");
            let finding = Finding::warning(HAZARD.id, message).at(place.path, place.span);
            Finding { help, ..finding }
        }
    })
}

fn shares_a_network(view: &View<'_>, server: &Value, client: &Value) -> bool {
    let own = presences(&view.before, view.project, server);
    let theirs = presences(&view.before, view.project, client);
    own.iter().any(|own| theirs.iter().any(|other| other.id == own.id))
}

/// Whether what tells the client its server may stand in a file or variable that is not in the tree.
fn is_told_outside(view: &View<'_>, client: &str, value: &Value) -> bool {
    let repo = view.situation.repo;
    let is_missing = |origin: Option<&Origin>, path: &str| {
        let here = origin.map_or(view.project.folder.as_str(), |origin| folder(origin.path()));
        join(here, path).is_none_or(|path| !repo.all_paths.contains(&path))
    };
    let env_files = value.get("env_file").map(Value::items).unwrap_or_default();
    let mut paths = env_files.iter().filter_map(|item| item.get("path"));
    let lacks_env =
        paths.any(|path| path.text().is_some_and(|text| is_missing(path.origin.as_ref(), text)));
    let lacks_file = mounts(value).filter(|mount| !mount.is_volume).any(|mount| {
        let source = mount.source.unwrap_or_default();
        // A file has an ending; a folder of data is rarely in the tree.
        let is_file = file_name(source).trim_start_matches('.').contains('.');
        is_file && source.starts_with('.') && is_missing(mount.value.origin.as_ref(), source)
    });
    let environment = view.before.environments.get(client);
    let is_passed = environment.into_iter().flatten().any(|(key, value)| {
        matches!(subject(key), Subject::Host | Subject::Address)
            && value.text().is_none_or(|text| text.contains('$'))
    });
    lacks_env || lacks_file || is_passed
}

/// Whether a file tells the client one of the server's names.
fn is_told(view: &View<'_>, server: &Server<'_>, client: &str, value: &Value) -> bool {
    let by_network = answers(&view.before, view.project, server.old, server.before);
    let names: Vec<&str> =
        by_network.values().flatten().copied().chain([server.name, server.new]).collect();
    let tells =
        |text: &str| names.iter().any(|name| occurrences(text, name).any(|(_, is_whole)| is_whole));
    let environment = view.before.environments.get(client);
    let in_environment =
        environment.is_some_and(|known| known.values().filter_map(Value::text).any(tells));
    let keys = ["command", "entrypoint", "labels", "configs", "extra_hosts", "links"];
    let in_service =
        keys.iter().filter_map(|key| value.get(key)).any(|value| any_text(value, &tells));
    // `content` of a mounted file, as some platforms' own Compose has it.
    let contents = mounts(value).filter_map(|mount| mount.value.text_of("content"));
    let in_content = contents.into_iter().any(tells);
    let is_configured = mounts(value).filter(|mount| !mount.is_volume).any(|mount| {
        let path = mount.source.and_then(|source| join(&view.project.folder, source));
        path.is_some_and(|path| view.is_mentioned_in(&path))
    });
    in_environment || in_service || in_content || is_configured
}
