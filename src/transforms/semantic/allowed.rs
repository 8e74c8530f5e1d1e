//! The differences that intents bring.

use crate::compose::names::Namespace;
use crate::compose::setting;
use crate::compose::usage::Confidence;
use crate::compose::value::{Origin, Value, ValueKind};
use crate::transforms::intent::{
    Intent, RenameIntent, RetireIntent, ScaffoldIntent, SuperuserIntent,
};
use crate::transforms::semantic::text::{is_renamed, is_renamed_with};
use crate::transforms::superuser::variable::without_messages;

/// A value before and after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'v> {
    pub(super) before: Option<&'v Value>,
    pub(super) after: Option<&'v Value>,
}

/// What a change may do to a model.
pub(super) struct Allowed {
    renames: Vec<RenameIntent>,
    superusers: Vec<SuperuserIntent>,
    retired: Vec<RetireIntent>,
    scaffolds: Vec<ScaffoldIntent>,
    /// Names that may be replaced in any text, with what may stand there afterwards.
    pairs: Vec<(String, String)>,
}

impl Allowed {
    pub(super) fn of(intents: &[Intent]) -> Self {
        let mut allowed = Self {
            renames: Vec::new(),
            superusers: Vec::new(),
            retired: Vec::new(),
            scaffolds: Vec::new(),
            pairs: Vec::new(),
        };
        for intent in intents {
            match intent {
                Intent::Rename(rename) => {
                    let names = std::iter::once((rename.old.clone(), rename.new.clone()));
                    for (old, new) in names.chain(rename.containers.iter().cloned()) {
                        // A bare link keeps its host name: `old` becomes `new:old`.
                        allowed.pairs.push((old.clone(), format!("{new}:{old}")));
                        allowed.pairs.push((old, new));
                    }
                    allowed.renames.push(rename.clone());
                }
                Intent::Superuser(superuser) => allowed.superusers.push(superuser.clone()),
                Intent::Retire(retire) => allowed.retired.push(retire.clone()),
                Intent::Scaffold(scaffold) => allowed.scaffolds.push(scaffold.clone()),
            }
        }
        allowed
    }

    /// The name that a thing has afterwards, where it is renamed.
    pub(super) fn renamed(&self, namespace: Namespace, name: &str) -> Option<&str> {
        let rename =
            self.renames.iter().find(|one| one.namespace == namespace && one.old == name)?;
        Some(&rename.new)
    }

    /// The name that a reference by key has afterwards (`depends_on`, `networks`).
    pub(super) fn renamed_key(&self, path: &[String], name: &str) -> Option<&str> {
        let namespace = match path {
            [_, _, key] if key == "depends_on" => Some(Namespace::Service),
            [_, _, key] if key == "networks" => Some(Namespace::Network),
            _ => None,
        };
        let is_meant = |one: &&RenameIntent| {
            one.old == name && namespace.is_none_or(|namespace| one.namespace == namespace)
        };
        Some(&self.renames.iter().find(is_meant)?.new)
    }

    /// Tells whether the values under a path may differ as they do.
    pub(super) fn permits(&self, path: &[String], pair: Pair<'_>) -> bool {
        let Pair { before, after } = pair;
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        if let (Some(old), Some(new)) = (before.and_then(Value::text), after.and_then(Value::text))
            && is_renamed(old, new, &self.pairs)
        {
            return !self.is_of_another_kind(&keys, old);
        }
        if self.scaffolds.iter().any(|one| one.permits(&keys, pair)) {
            return true;
        }
        match keys.as_slice() {
            ["services", service, rest @ ..] => {
                self.permits_networks(service, rest, pair)
                    || self.permits_container(service, rest, pair)
                    || self.superusers.iter().any(|one| one.permits(service, rest, pair))
            }
            // A renamed thing keeps its name on the engine.
            ["volumes" | "networks" | "secrets" | "configs", name, rest @ ..] => {
                self.is_new_name(name)
                    && (rest == ["name"] || rest.is_empty())
                    && is_named_only(before, after)
            }
            _ => false,
        }
    }

    /// Tells whether a renamed thing's name stands where it means something else. An anchor can bring
    /// one scalar to places of both sorts.
    fn is_of_another_kind(&self, keys: &[&str], name: &str) -> bool {
        let mut renames = self.renames.iter().filter(|rename| rename.old == name).peekable();
        if renames.peek().is_none() {
            return false;
        }
        let mut is_renamed = |namespace| renames.any(|rename| rename.namespace == namespace);
        match keys {
            ["services", _, "volumes", _, "source"] => !is_renamed(Namespace::Volume),
            ["services", _, "secrets", _, "source"] => !is_renamed(Namespace::Secret),
            ["services", _, "configs", _, "source"] => !is_renamed(Namespace::Config),
            ["services", _, "profiles", _]
            | ["services", _, "hostname" | "domainname" | "image" | "user"] => true,
            ["services", _, "environment", key] => {
                let usages = setting::classify(key, name, name);
                usages
                    .iter()
                    .any(|one| !one.class.refers() && one.confidence == Confidence::Certain)
            }
            _ => false,
        }
    }

    fn is_new_name(&self, name: &str) -> bool {
        self.renames.iter().any(|rename| rename.new == name)
    }

    /// Aliases come to a renamed service, and one goes from a service that retires it.
    fn permits_networks(&self, service: &str, rest: &[&str], pair: Pair<'_>) -> bool {
        let Pair { before, after } = pair;
        let networks = |value: Option<&Value>| -> Vec<(String, Vec<String>)> {
            // Without any, a service is on the default network.
            let none = Value::new(ValueKind::Null);
            let entries: Vec<(String, &Value)> = match value.map(|value| &value.kind) {
                Some(ValueKind::Map(entries)) if !entries.is_empty() => {
                    entries.iter().map(|(key, value)| (key.clone(), value)).collect()
                }
                _ => vec![("default".to_owned(), &none)],
            };
            entries.into_iter().map(|(name, value)| (name, aliases(value))).collect()
        };
        if rest != ["networks"] {
            return false;
        }
        let (old, new) = (networks(before), networks(after));
        let same_settings = settings(before) == settings(after);
        let names = |list: &[(String, Vec<String>)]| -> Vec<String> {
            let name =
                |name: &String| self.renamed(Namespace::Network, name).unwrap_or(name).to_owned();
            let mut names: Vec<String> = list.iter().map(|(key, _)| name(key)).collect();
            names.sort();
            names
        };
        let aliases_fit = old.iter().all(|(network, old)| {
            let renamed = self.renamed(Namespace::Network, network);
            let found =
                new.iter().find(|(name, _)| name == network || Some(name.as_str()) == renamed);
            found.is_some_and(|(_, new)| self.aliases_fit(service, old, new))
        });
        same_settings && names(&old) == names(&new) && aliases_fit
    }

    fn aliases_fit(&self, service: &str, old: &[String], new: &[String]) -> bool {
        let comes = |name: &String| {
            let mut own = self.renames.iter().filter(|rename| bears(rename, service));
            own.any(|rename| rename.aliases.contains(name))
        };
        let goes = |name: &String| {
            let mut own = self.retired.iter().filter(|retire| retire.service == service);
            own.any(|retire| retire.alias == *name)
                // A renamed service's new name needs no alias.
                || self.is_new_name(name)
        };
        new.iter().all(|name| old.contains(name) || comes(name))
            && old.iter().all(|name| new.contains(name) || goes(name))
    }

    /// A container gets the name that was asked for.
    fn permits_container(&self, service: &str, rest: &[&str], pair: Pair<'_>) -> bool {
        let name = pair.after.and_then(Value::text);
        rest == ["container_name"]
            && self
                .renames
                .iter()
                .filter(|rename| bears(rename, service))
                .any(|rename| rename.containers.iter().any(|(_, new)| Some(new.as_str()) == name))
    }
}

impl SuperuserIntent {
    /// Tells whether a value of a service may differ so.
    fn permits(&self, service: &str, rest: &[&str], pair: Pair<'_>) -> bool {
        let Pair { before, after } = pair;
        let is_server = service == self.service;
        match rest {
            ["environment", variable] if is_server => {
                ["POSTGRES", "PG"].iter().any(|prefix| variable.starts_with(prefix))
            }
            // The split-off variable reaches every service that is given the whole env file.
            ["environment", variable] if before.is_none() => {
                self.split_password.as_deref() == Some(*variable)
            }
            ["environment", _] if self.takes_split_password(after) => true,
            ["environment" | "labels", ..]
            | ["command" | "entrypoint", ..]
            | ["healthcheck", "test", ..] => {
                let (Some(before), Some(after)) = (before, after) else { return false };
                let database = &self.database;
                let mut more = vec!["-d".to_owned(), database.clone(), format!("-d{database}")];
                more.push(format!("--dbname={database}"));
                more.extend(self.database_before.clone());
                more.push(self.from.clone());
                // The container's own variables.
                more.extend(["$POSTGRES_DB", "${POSTGRES_DB}"].map(str::to_owned));
                let mut pairs = vec![(self.from.clone(), self.to.clone())];
                let before = without_messages(&flat(before));
                // A user whose variable no file sets stays as it is written.
                if rest[0] != "environment" {
                    let open = before.split_whitespace().filter_map(|word| {
                        Some(word.get(word.find('$')?..)?.trim_end_matches(['"', '\'']))
                    });
                    pairs.extend(open.map(|word| (word.to_owned(), self.to.clone())));
                }
                let after = without_messages(&flat(after));
                is_renamed_with(&before, &after, &pairs, &more)
            }
            _ => false,
        }
    }
}

impl SuperuserIntent {
    /// Tells whether a value is the superuser's password now, as a backup of the cluster has it.
    fn takes_split_password(&self, after: Option<&Value>) -> bool {
        let raw = after.and_then(|after| after.origin.as_ref()).map(Origin::raw);
        let (Some(variable), Some(raw)) = (&self.split_password, raw) else { return false };
        let rest = raw.strip_prefix("${").and_then(|rest| rest.strip_prefix(variable.as_str()));
        rest.is_some_and(|rest| rest.starts_with(['}', ':', '?']) && raw.ends_with('}'))
    }
}

impl ScaffoldIntent {
    /// Tells whether a value of the project may differ so: only by what comes.
    fn permits(&self, keys: &[&str], pair: Pair<'_>) -> bool {
        let Pair { before, after } = pair;
        let is_own = |name: &&Value| {
            let name = name.text_of("source");
            self.secrets.iter().any(|secret| name == Some(secret))
        };
        let items = |value: Option<&Value>| value.map(Value::items).unwrap_or_default().to_vec();
        match keys {
            ["services", service] => before.is_none() && *service == self.service,
            ["secrets", secret] => before.is_none() && self.secrets.iter().any(|own| own == secret),
            ["services", service, "environment", variable] if *service == self.dashboard => {
                before.is_none() && self.variables.iter().any(|own| own == variable)
            }
            ["services", service, "secrets"] if *service == self.dashboard => {
                let (old, new) = (items(before), items(after));
                new.get(..old.len()) == Some(&old)
                    && new.iter().skip(old.len()).all(|item| is_own(&item))
            }
            _ => false,
        }
    }
}

/// Tells whether a rename is of the service that has this name afterwards.
fn bears(rename: &RenameIntent, service: &str) -> bool {
    match rename.namespace {
        Namespace::Service => rename.new == service || rename.old == service,
        Namespace::Container => true,
        _ => false,
    }
}

/// The aliases of a service on one network.
fn aliases(network: &Value) -> Vec<String> {
    let items = network.get("aliases").map(Value::items).unwrap_or_default();
    items.iter().filter_map(|item| item.text().map(str::to_owned)).collect()
}

/// What a service says of its networks besides aliases, by network: none where it says nothing.
fn settings(networks: Option<&Value>) -> Vec<Vec<(String, Value)>> {
    let Some(networks) = networks else { return vec![Vec::new()] };
    let of = |value: &Value| {
        let entries = value.entries().filter(|(key, _)| *key != "aliases");
        entries.map(|(key, value)| (key.to_owned(), value.clone())).collect()
    };
    let mut found: Vec<Vec<(String, Value)>> =
        networks.entries().map(|(_, value)| of(value)).collect();
    if found.is_empty() {
        found.push(Vec::new());
    }
    found
}

/// Tells whether a thing differs only by a name that is given now.
fn is_named_only(before: Option<&Value>, after: Option<&Value>) -> bool {
    let without_name = |value: Option<&Value>| -> Vec<(String, Value)> {
        let entries = value.into_iter().flat_map(Value::entries).filter(|(key, _)| *key != "name");
        entries.map(|(key, value)| (key.to_owned(), value.clone())).collect()
    };
    after.is_some() && without_name(before) == without_name(after)
}

/// A command as one text, however it is written.
fn flat(value: &Value) -> String {
    match &value.kind {
        ValueKind::Scalar(text) => text.clone(),
        ValueKind::List(items) => items.iter().map(flat).collect::<Vec<_>>().join(" "),
        ValueKind::Null | ValueKind::Map(_) => String::new(),
    }
}
