//! A volume, or the project, got another name, and so the service starts on an empty volume.

use super::compare::{Change, Pair, Told, changes, told};
use crate::compose::network::{engine_name, is_external, project_name};
use crate::compose::store::Holds;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Place, Severity};
use crate::lints::context::{Context, Loading};
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::mount::{self, Mount};

declare_lint! {
    /// A volume has another name than before, so that its service starts on an empty one.
    ///
    /// ## What it does
    ///
    /// With `--changed-since REV` it finds services that mount another volume than at REV where they
    /// keep their data: one of a new key without a `name`, or one whose `name` is another. It also
    /// finds a project whose `name` changed while its volumes have none of their own. It is an error
    /// where a database gets a volume that is new for sure. Volumes that are `external` and folders
    /// of the host are left alone: somebody filled them.
    ///
    /// ## Why is this bad
    ///
    /// The engine knows a volume by its `name`, or by `<project>_<key>` where it has none. Under
    /// another key the service starts with nothing; the data stay in the old volume, which looks
    /// unused and goes with the next `docker volume prune -a`.
    ///
    /// ## Example
    ///
    /// ```yaml compose.yaml base
    /// name: shop
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes: [bot-data:/var/lib/postgresql/data]
    /// volumes:
    ///   bot-data:
    /// ```
    ///
    /// ```yaml
    /// name: shop
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes: [db-data:/var/lib/postgresql/data]
    /// volumes:
    ///   db-data:
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// name: shop
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes: [db-data:/var/lib/postgresql/data]
    /// volumes:
    ///   db-data:
    ///     name: shop_bot-data
    /// ```
    "volume-key-renamed", Hazards, Error, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    changes(context, find)
}

fn find(change: &Change<'_>) -> Vec<Finding> {
    if let Some(finding) = project(change) {
        return vec![finding];
    }
    let renamed = change.renamed().into_iter().map(|(pair, _)| pair);
    let pairs = change.kept().chain(renamed);
    pairs.flat_map(|pair| of_service(change, &pair)).collect()
}

/// Finds mounts of a service's data that lead to another volume than before.
fn of_service(change: &Change<'_>, pair: &Pair<'_>) -> Vec<Finding> {
    let now = mount::data(pair.now);
    let found = mount::data(pair.before).into_iter().filter_map(|own| {
        let other = now
            .iter()
            .find(|other| other.target.trim_end_matches('/') == own.target.trim_end_matches('/'))?;
        // What moved to another path of the container is there all the same.
        let is_elsewhere = now.iter().any(|other| change.is_same_source(&own, other));
        (!is_elsewhere).then(|| finding(change, pair, &own, other)).flatten()
    });
    found.collect()
}

fn finding(
    change: &Change<'_>,
    pair: &Pair<'_>,
    own: &Mount<'_>,
    other: &Mount<'_>,
) -> Option<Finding> {
    let (Some(old), Some(new)) = (own.source, other.source) else { return None };
    let volumes = &change.now.model.volumes;
    // Volumes that both are there before and after were exchanged on purpose.
    let is_moved =
        old != new && (volumes.contains_key(old) || change.before.model.volumes.contains_key(new));
    if !own.is_volume || !other.is_volume || is_moved || old.contains('$') || new.contains('$') {
        return None;
    }
    let settings = volumes.get(new);
    if settings.is_some_and(is_external) {
        return None;
    }
    let name = settings.and_then(|settings| settings.get("name"));
    let engine =
        |loading: &Loading<'_>, key| engine_name(loading.model, loading.project, "volumes", key);
    if name.is_some_and(|name| told(&change.now, name) == Told::Not) {
        return None;
    }
    let was_named =
        change.before.model.volumes.get(old).is_some_and(|old| old.get("name").is_some());
    if old == new && name.is_none() && !was_named {
        // It is the project's name that is another.
        return None;
    }
    let before = engine(&change.before, old);
    let severity = match name {
        None if holds_records(pair.before) => Severity::Error,
        _ => Severity::Warning,
    };
    let message = match name.and_then(Value::text) {
        Some(name) => format!(
            "`{}` gets the volume called `{name}`: its data stay in the one of `{old}`, unless they were copied",
            pair.new
        ),
        None => format!(
            "the volume `{new}` is a new, empty one: the data of `{}` stay in that of `{old}`",
            pair.new
        ),
    };
    let before = before.unwrap_or_else(|| format!("<project>_{old}"));
    let help = format!(
        "give `{new}` under `volumes` the name of the old one: `name: {before}` (`docker volume ls` shows it)"
    );
    let place = name.and_then(|name| change.now.place(name));
    let place = place.or_else(|| change.now.definition("volumes", new));
    let place = place.or_else(|| change.now.place(other.value))?;
    let finding = LINT.finding(message).at(place.path, place.span).help(help);
    Some(Finding { severity, ..finding })
}

/// Finds a project that is called otherwise, with volumes that are called by it.
fn project(change: &Change<'_>) -> Option<Finding> {
    let name = |loading: &Loading<'_>| project_name(loading.model, loading.project);
    let (before, now) = (name(&change.before)?, name(&change.now)?);
    if before == now {
        return None;
    }
    let place = name_place(&change.now)?;
    let mut volumes: Vec<&str> = Vec::new();
    for pair in change.kept() {
        for mount in mount::data(pair.before).iter().filter(|mount| mount.is_volume) {
            let Some(key) = mount.source else { continue };
            let is_named = |loading: &Loading<'_>| {
                let settings = loading.model.volumes.get(key);
                settings
                    .is_none_or(|settings| settings.get("name").is_some() || is_external(settings))
            };
            let is_its = !is_named(&change.before) && !is_named(&change.now);
            if is_its && !volumes.contains(&key) {
                volumes.push(key);
            }
        }
    }
    let first = volumes.first()?;
    let names: Vec<String> = volumes.iter().map(|key| format!("`{key}`")).collect();
    let message = format!(
        "the project is called `{now}` and was `{before}`: the volumes {} are new, empty ones, and the old containers run on",
        names.join(", ")
    );
    let help = format!(
        "keep the name, or stop the old project (`docker compose -p {before} down`) and give each volume its old name: `name: {before}_{first}`"
    );
    let finding = LINT.finding(message).at(place.path, place.span).help(help);
    Some(Finding { severity: Severity::Warning, ..finding })
}

/// Where a project's name stands.
fn name_place(loading: &Loading<'_>) -> Option<Place> {
    if let Some(value) = loading.model.env.get("COMPOSE_PROJECT_NAME") {
        return loading.place(value);
    }
    loading.files.iter().rev().find_map(|path| {
        let file = loading.context.workspace.files.get(path)?;
        let doc = &file.doc;
        let entry = doc.roots().iter().find_map(|&root| doc.get(root, "name"))?;
        Some(Place { path: path.clone(), span: doc.node(entry.value).span })
    })
}

fn holds_records(service: &Value) -> bool {
    mount::store(service).is_some_and(|store| store.holds == Holds::Records)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_since;

    fn found(before: &str, now: &str) -> Vec<String> {
        found_since(&LINT, &[("compose.yaml", before)], &[("compose.yaml", now)])
    }

    const DB: &str = "name: shop\nservices:\n  db:\n    image: postgres:16\n    volumes: [old:/var/lib/postgresql/data]\nvolumes:\n  old:\n";

    #[test]
    fn a_new_volume_in_the_olds_place_is_empty() {
        let expected = "compose.yaml:7:3 the volume `new` is a new, empty one: the data of `db` stay in that of `old`";
        assert_eq!(found(DB, &DB.replace("old:", "new:")), [expected]);
        let app = DB.replace("postgres:16", "x").replace("postgresql", "app");
        assert_eq!(found(&app, &app.replace("old:", "new:")).len(), 1);
        let named = DB.replace("  old:\n", "  old:\n    name: data\n");
        let expected = "compose.yaml:8:11 `db` gets the volume called `data`: its data stay in the one of `old`, unless they were copied";
        assert_eq!(found(DB, &named), [expected]);
        assert_eq!(found(&named, DB).len(), 1);
        let expected = "compose.yaml:1:7 the project is called `store` and was `shop`: the volumes `old` are new, empty ones, and the old containers run on";
        assert_eq!(found(DB, &DB.replace("shop", "store")), [expected]);
    }

    #[test]
    fn a_folder_names_its_project_too() {
        let unnamed = DB.replace("name: shop\n", "");
        let found = |now: &str| {
            found_since(&LINT, &[("shop/compose.yaml", &unnamed)], &[("shop/compose.yaml", now)])
        };
        assert_eq!(found(DB), [""; 0]);
        assert_eq!(found(&DB.replace("name: shop", "name: store")).len(), 1);
        // Nothing says what is in a name that a variable gives.
        assert_eq!(found(&DB.replace("name: shop", "name: ${NAME}")), [""; 0]);
    }

    #[test]
    fn what_is_pinned_or_meant_is_none() {
        for now in [
            DB.to_owned(),
            DB.replace("old:", "new:") + "    name: shop_old\n",
            DB.to_owned() + "    name: shop_old\n",
            DB.replace("old:", "new:") + "    external: true\n",
            DB.replace("old:", "new:") + "    name: ${VOLUME}\n",
            DB.replace("[old:", "[./data:"),
            DB.replace("  db:", "  other:").replace("old:", "new:"),
            DB.replace("name: shop\n", ""),
        ] {
            assert_eq!(found(DB, &now), [""; 0], "{now}");
        }
        // Where the project's name is not known, the volume is told by the end of its name.
        let unnamed = DB.replace("name: shop\n", "");
        assert_eq!(found(&unnamed, &(unnamed.clone() + "    name: any_old\n")), [""; 0]);
        let both = DB.to_owned() + "  new:\n";
        assert_eq!(found(&both, &both.replace("[old:", "[new:")), [""; 0]);
    }
}
