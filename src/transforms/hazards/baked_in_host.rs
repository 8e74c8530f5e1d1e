//! The old name is reached though no file says so: by a default of an image.

use super::Hazard;
use super::mount::mounts;
use super::network::{answers, presences};
use super::view::{View, any_text};
use crate::compose::default_host::default_hosts;
use crate::compose::model::join;
use crate::compose::usage::occurrences;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Severity};

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
    let names = renamed.iter().map(|one| (one.old, one.old, one.new, one.before, one.after));
    let retired: Vec<_> = view.retired().collect();
    let aliases = retired.iter().map(|(retire, before, after)| {
        (retire.alias.as_str(), retire.service.as_str(), retire.service.as_str(), *before, *after)
    });
    names
        .chain(aliases)
        .flat_map(|(name, old, new, before, after)| {
            let server = Server { name, old, new, before, after };
            view.before
                .services
                .iter()
                .filter(|(client, _)| *client != old)
                .filter_map(|(client, value)| finding(view, &server, client, value))
                .collect::<Vec<_>>()
        })
        .collect()
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

fn finding(view: &View<'_>, server: &Server<'_>, client: &str, value: &Value) -> Option<Finding> {
    let image = value.get("image").filter(|_| value.get("build").is_none())?;
    let environment = view.before.environments.get(client);
    let is_set = |variable: &&str| environment.is_some_and(|known| known.contains_key(*variable));
    let known = default_hosts(image.text()?)
        .find(|known| known.host == server.name && !known.variables.iter().any(is_set));
    let waits = value.at(&["depends_on", server.old]).is_some();
    let is_likely = waits && USUAL.contains(&server.name) && !is_told(view, server, client, value);
    let message = match known {
        _ if !shares_a_network(view, server.before, value) => return None,
        Some(known) => format!(
            "`{client}` reaches `{}` by the default of its image, as {} is not set",
            server.name,
            known.variables.join(" or ")
        ),
        None if is_likely => format!(
            "no file says where `{client}` finds `{}`: its image may do so by that name",
            server.name
        ),
        None => return None,
    };
    let keeps = presences(&view.after, view.project, server.after)
        .iter()
        .any(|presence| presence.aliases.contains(&server.name));
    let (severity, message) = match keeps {
        true => (Severity::Info, format!("{message}; the alias must stay for it")),
        false => (Severity::Warning, format!("{message}, and nothing answers to it afterwards")),
    };
    let place = view.place(image)?;
    let finding = Finding::new(HAZARD.id, severity, message).at(place.path, place.span);
    let variable = known.and_then(|known| known.variables.first());
    Some(match variable.filter(|_| severity > Severity::Info) {
        Some(variable) => {
            finding.help(format!("set {variable} to the host `{}` in its environment", server.new))
        }
        None => finding,
    })
}

fn shares_a_network(view: &View<'_>, server: &Value, client: &Value) -> bool {
    let own = presences(&view.before, view.project, server);
    let theirs = presences(&view.before, view.project, client);
    own.iter().any(|own| theirs.iter().any(|other| other.id == own.id))
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
    let is_configured = mounts(value).filter(|mount| !mount.is_volume).any(|mount| {
        let path = mount.source.and_then(|source| join(&view.project.folder, source));
        path.is_some_and(|path| view.is_mentioned_in(&path))
    });
    in_environment || in_service || is_configured
}
