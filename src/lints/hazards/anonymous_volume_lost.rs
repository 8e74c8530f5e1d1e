//! Data in an anonymous volume that the new container is not given.

use super::compare::{Change, changes};
use crate::compose::store::{Holds, Store, Unmounted};
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::mount;

declare_lint! {
    /// A database whose data are in an anonymous volume would start without them.
    ///
    /// ## What it does
    ///
    /// With `--changed-since REV` it finds databases for whose data nothing was mounted at REV, so
    /// that they are in the volume without a name that the image makes, and that got another key, or
    /// a volume of their own.
    ///
    /// ## Why is this bad
    ///
    /// Compose hands an anonymous volume on from a container to the next one of the same service,
    /// and only where nothing else is mounted in its place. Otherwise the database starts with
    /// nothing, and the old data are in a volume that has a hash for a name.
    ///
    /// ## Example
    ///
    /// ```yaml compose.yaml base
    /// services:
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ## Use instead
    ///
    /// Take a dump while the old container runs, then give it the volume and load the dump. Where
    /// the data don't matter, allow the finding.
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    /// ```
    "anonymous-volume-lost", Hazards, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    changes(context, find)
}

fn find(change: &Change<'_>) -> Vec<Finding> {
    let mounted = change.kept().filter_map(|pair| {
        let store = store(pair.before).filter(|store| store_of(pair.now) == Some(*store))?;
        let data = mount::data(pair.now);
        let mount = data.first()?;
        // One that was there may hold what was copied.
        let key = mount.source.filter(|_| mount.is_volume)?;
        if change.before.model.volumes.contains_key(key) {
            return None;
        }
        let message = format!(
            "`{}` starts with empty data in the volume `{key}`: those that it has are in the volume that the {} image makes by itself",
            pair.new, store.name
        );
        finding(change, message, change.now.place(mount.value)?, pair.old)
    });
    mounted.chain(renamed(change)).collect()
}

/// A database that got another key, where that is the one thing it can be.
fn renamed(change: &Change<'_>) -> Option<Finding> {
    let (before, now) = (&change.before.model.services, &change.now.model.services);
    let mut gone = before
        .iter()
        .filter(|(name, _)| !now.contains_key(*name))
        .filter_map(|(name, service)| Some((name, store(service)?, service.text_of("image")?)));
    let mut new = now
        .iter()
        .filter(|(name, _)| !before.contains_key(*name))
        .filter_map(|(name, service)| Some((name, store(service)?, service.text_of("image")?)));
    let (old, store, image) = gone.next()?;
    let (name, other, taken) = new.next()?;
    let is_sure = gone.next().is_none() && new.next().is_none();
    if !is_sure || store != other || image != taken {
        return None;
    }
    let message = format!(
        "`{name}` starts with empty data: those of `{old}` are in the volume that the {} image makes by itself, which only `{old}` is handed on",
        store.name
    );
    finding(change, message, change.now.service(name)?, old)
}

fn finding(
    change: &Change<'_>,
    message: String,
    place: crate::diagnostics::Place,
    old: &str,
) -> Option<Finding> {
    let help = format!(
        "take a dump from the container of `{old}` before it goes, with the files of {}",
        change.revision
    );
    Some(LINT.finding(message).at(place.path, place.span).help(help))
}

/// The store of a service whose data are in the volume that its image makes.
fn store(service: &Value) -> Option<&'static Store> {
    store_of(service).filter(|store| {
        let is_records = store.holds == Holds::Records && store.unmounted == Unmounted::Anonymous;
        is_records && !mount::is_covered(store, service)
    })
}

fn store_of(service: &Value) -> Option<&'static Store> {
    // An image that is built may keep its data elsewhere.
    mount::store(service).filter(|_| service.get("build").is_none())
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_since;

    fn found(before: &str, now: &str) -> Vec<String> {
        found_since(&LINT, &[("compose.yaml", before)], &[("compose.yaml", now)])
    }

    const DB: &str = "services:\n  db:\n    image: mysql:8\n";

    #[test]
    fn data_without_a_name_are_left_behind() {
        let mounted = DB.to_owned() + "    volumes: [d:/var/lib/mysql]\nvolumes: {d: }\n";
        let expected = "compose.yaml:4:15 `db` starts with empty data in the volume `d`: those that it has are in the volume that the MySQL image makes by itself";
        assert_eq!(found(DB, &mounted), [expected]);
        let expected = "compose.yaml:2:3 `app-db` starts with empty data: those of `db` are in the volume that the MySQL image makes by itself, which only `db` is handed on";
        assert_eq!(found(DB, &DB.replace("db:", "app-db:")), [expected]);
    }

    #[test]
    fn what_has_none_or_keeps_them_is_silent() {
        let cache = DB.replace("mysql:8", "redis:7");
        let memory = DB.to_owned() + "    tmpfs: /var/lib/mysql\n";
        for (before, now) in [
            (DB.to_owned(), DB.replace(":8", ":9")),
            (cache.clone(), cache.replace("db:", "cache:")),
            (memory.clone(), memory.replace("db:", "app-db:")),
            (DB.to_owned(), DB.to_owned() + "  other:\n    image: mysql:8\n"),
            (DB.to_owned(), DB.replace("db:", "app-db:").replace("mysql:8", "postgres:16")),
        ] {
            assert_eq!(found(&before, &now), [""; 0], "{now}");
        }
    }
}
