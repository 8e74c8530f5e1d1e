//! What differs between the models, in words: a line for each thing that changes, and one for the
//! containers that docker compose makes anew.

use crate::compose::effective::Effective;
use crate::compose::names::Namespace;
use crate::compose::usage::occurrences;
use crate::compose::value::{Value, ValueKind};
use crate::transforms::intent::{
    Intent, RenameIntent, RetireIntent, ScaffoldIntent, SuperuserIntent,
};
use crate::transforms::plan::Plan;
use crate::transforms::situation::{Models, Situation};

/// Gives the lines of all projects; with several, each names its file.
pub(super) fn effects(plan: &Plan, situation: &Situation<'_>) -> Vec<String> {
    let own = || situation.models.iter().filter(|models| models.variant.is_none());
    let is_one = own().count() == 1;
    let lines = own().flat_map(|models| {
        let lines = plan
            .intents
            .iter()
            .filter(|intent| intent.projects().iter().any(|one| one.main == models.project.main))
            .flat_map(|intent| lines(intent, models))
            .chain(recreated(models));
        let prefix = if is_one { String::new() } else { format!("{}: ", models.main()) };
        lines.map(|line| format!("{prefix}{line}")).collect::<Vec<_>>()
    });
    lines.collect()
}

fn lines(intent: &Intent, models: &Models) -> Vec<String> {
    match intent {
        Intent::Rename(rename) => match rename.namespace {
            Namespace::Service => service(rename, models).into_iter().collect(),
            Namespace::Container => containers(rename, models),
            _ => thing(rename, models).into_iter().collect(),
        },
        Intent::Superuser(superuser) => superuser_line(superuser, models).into_iter().collect(),
        Intent::Retire(retire) => retired(retire, models),
        Intent::Scaffold(scaffold) => scaffolded(scaffold, models).into_iter().collect(),
    }
}

fn service(rename: &RenameIntent, models: &Models) -> Option<String> {
    let before = models.before.services.get(&rename.old);
    let after = models.after.services.get(&rename.new)?;
    let mut parts = vec![match before {
        Some(_) => format!("service {} → {}", rename.old, rename.new),
        None => format!("service {} is renamed already", rename.new),
    }];
    let name = |service: Option<&Value>| {
        service.and_then(|service| service.text_of("container_name")).map(str::to_owned)
    };
    match (name(before), name(Some(after))) {
        (Some(old), Some(new)) if old != new => parts.push(format!("container {old} → {new}")),
        (Some(old), Some(_)) => parts.push(format!("container {old} keeps its name")),
        _ => {}
    }
    parts.extend(answers(&rename.new, after));
    parts.extend(mounts(before.unwrap_or(after), after));
    let dependents = dependents(&models.before, &rename.old);
    parts.push(format!("dependents {}", dependents.len()));
    Some(parts.join("; "))
}

/// `answers on NETWORK to NAME, NAME`, for each network.
fn answers(service: &str, value: &Value) -> Vec<String> {
    let mut own = vec![service.to_owned()];
    own.extend(value.text_of("container_name").map(str::to_owned));
    let line = |network: &str, aliases: &[Value]| {
        let mut names = own.clone();
        names.extend(aliases.iter().filter_map(|alias| alias.text().map(str::to_owned)));
        let mut unique: Vec<String> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        format!("answers on {network} to {}", unique.join(", "))
    };
    if let Some(mode) = value.text_of("network_mode") {
        return vec![format!("has no name of its own, as its network_mode is {mode}")];
    }
    let networks: Vec<(&str, &Value)> =
        value.get("networks").into_iter().flat_map(Value::entries).collect();
    if networks.is_empty() {
        return vec![line("default", &[])];
    }
    let aliases =
        |network: &Value| network.get("aliases").map(Value::items).unwrap_or_default().to_vec();
    networks.iter().map(|(name, network)| line(name, &aliases(network))).collect()
}

/// `volume data unchanged`, for each mount with a name.
fn mounts(before: &Value, after: &Value) -> Vec<String> {
    let volumes =
        |service: &Value| service.get("volumes").map(Value::items).unwrap_or_default().to_vec();
    let old = volumes(before);
    let mut parts = Vec::new();
    for new in volumes(after).iter().filter(|one| one.text_of("type") == Some("volume")) {
        let target = new.text_of("target").unwrap_or_default();
        let earlier = old.iter().find(|one| one.text_of("target") == Some(target));
        let earlier = earlier.and_then(|one| one.text_of("source"));
        parts.push(match (earlier, new.text_of("source")) {
            (Some(old), Some(new)) if old == new => format!("volume {new} unchanged"),
            (Some(old), Some(new)) => format!("volume {old} → {new}"),
            (_, Some(new)) => format!("volume {new} is new"),
            (_, None) => format!("anonymous volume at {target} does not go along"),
        });
    }
    parts
}

fn containers(rename: &RenameIntent, models: &Models) -> Vec<String> {
    let named = |service: &Value| service.text_of("container_name").map(str::to_owned);
    let services = models.after.services.iter().filter_map(|(name, after)| {
        let old = named(models.before.services.get(name)?)?;
        let new = named(after)?;
        (old != new && new == rename.new)
            .then(|| format!("container {old} → {new} of service {name}"))
    });
    services.collect()
}

/// A volume, network, secret, config or model.
fn thing(rename: &RenameIntent, models: &Models) -> Option<String> {
    let word = rename.namespace.word();
    let section = format!("{word}s");
    let after = models.after.section(&section)?.get(&rename.new)?;
    let users = models.after.services.values().filter(|service| holds(service, &rename.new));
    let mut line =
        format!("{word} {} → {}; used by {}", rename.old, rename.new, counted(users.count()));
    if let Some(name) = after.text_of("name") {
        line.push_str(&format!("; on the engine {name} as before"));
    }
    Some(line)
}

fn counted(number: usize) -> String {
    format!("{number} service{}", if number == 1 { "" } else { "s" })
}

fn superuser_line(superuser: &SuperuserIntent, models: &Models) -> Option<String> {
    models.after.services.get(&superuser.service)?;
    let mut parts =
        vec![format!("superuser of {}: {} → {}", superuser.service, superuser.from, superuser.to)];
    let database = &superuser.database;
    parts.push(match &superuser.database_before {
        Some(before) if before != database => format!("default database {before} → {database}"),
        _ => format!("default database {database} unchanged"),
    });
    if let Some(variable) = &superuser.split_password {
        parts.push(format!("password from ${{{variable}}}"));
    }
    Some(parts.join("; "))
}

fn retired(retire: &RetireIntent, models: &Models) -> Vec<String> {
    let before = models.before.services.get(&retire.service);
    let Some(after) = models.after.services.get(&retire.service) else { return Vec::new() };
    if before == Some(after) {
        // A refused plan changes nothing.
        return Vec::new();
    }
    let answers = answers(&retire.service, after).join("; ");
    vec![format!("service {} loses the alias {}; it {answers}", retire.service, retire.alias)]
}

fn scaffolded(scaffold: &ScaffoldIntent, models: &Models) -> Option<String> {
    let ScaffoldIntent { service, server, dashboard, .. } = scaffold;
    let added = models.after.services.get(service)?;
    if models.before.services.contains_key(service) {
        return None;
    }
    let mut parts = vec![format!("service {service} is new, and makes databases on {server}")];
    parts.extend(answers(service, added));
    let calls =
        scaffold.variables.iter().all(|one| models.after.variable(dashboard, one).is_some());
    parts.extend(calls.then(|| format!("{dashboard} calls it")));
    Some(parts.join("; "))
}

/// The services that name another one: by reference, or in a setting or command.
fn dependents(model: &Effective, name: &str) -> Vec<String> {
    let names = |(service, value): (&String, &Value)| {
        let environment = model.environments.get(service);
        let is_user = service != name
            && (holds(value, name)
                || environment.is_some_and(|all| all.values().any(|value| holds(value, name))));
        is_user.then(|| service.clone())
    };
    model.services.iter().filter_map(names).collect()
}

/// Tells whether a value, or a key of it, names something as a whole word.
fn holds(value: &Value, name: &str) -> bool {
    let is_in = |text: &str| occurrences(text, name).any(|(_, is_whole)| is_whole);
    match &value.kind {
        ValueKind::Null => false,
        ValueKind::Scalar(text) => is_in(text),
        ValueKind::List(items) => items.iter().any(|item| holds(item, name)),
        ValueKind::Map(entries) => {
            // Labels and images speak of other things by the same name.
            let told =
                entries.iter().filter(|(key, _)| !matches!(key.as_str(), "image" | "labels"));
            told.into_iter().any(|(key, value)| key == name || holds(value, name))
        }
    }
}

/// Says which containers docker compose makes anew, as their settings or names change.
fn recreated(models: &Models) -> Option<String> {
    let changed: Vec<&str> = models
        .after
        .services
        .iter()
        .filter(|(name, after)| {
            let before = models.before.services.get(*name);
            before.is_none_or(|before| !settings(before).eq(settings(after)))
                || !environment(&models.before, name).eq(environment(&models.after, name))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    (!changed.is_empty()).then(|| format!("docker compose makes anew: {}", changed.join(", ")))
}

/// What of a service a container is made with, its environment aside.
fn settings(service: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let is_setting =
        |key: &str| !matches!(key, "depends_on" | "profiles" | "env_file" | "environment");
    service.entries().filter(move |(key, _)| is_setting(key))
}

fn environment<'m>(
    model: &'m Effective,
    service: &str,
) -> impl Iterator<Item = (&'m String, &'m Value)> {
    model.environments.get(service).into_iter().flatten()
}
