//! A service with data got another key: its old container stays on the same data.

use super::compare::{Change, changes};
use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::stateful_rename::danger;
use crate::transforms::hazards::view::replacement;

declare_lint! {
    /// A service with data was renamed, and its old container would stay on the same data.
    ///
    /// ## What it does
    ///
    /// With `--changed-since REV` it finds services that were there at REV, whose key is gone, and
    /// whose volume or folder a new service mounts. It is an error where the old one is a database.
    /// A job that others wait for to end is left alone, and so is a mount that is read-only, a cache
    /// or a log.
    ///
    /// ## Why is this bad
    ///
    /// Compose knows a container by its service's key. Under a new key `up -d` only warns of the
    /// orphan and starts the new container beside it. Two database servers on one data directory can
    /// destroy it: their lock files don't protect across containers.
    ///
    /// ## Example
    ///
    /// ```yaml compose.yaml base
    /// services:
    ///   bot-db:
    ///     image: postgres:16.4
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   app-db:
    ///     image: postgres:16.4
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ## Use instead
    ///
    /// Keep the key and give the new name as an alias and as the container's name, or follow the
    /// commands that the finding gives.
    ///
    /// ```yaml
    /// services:
    ///   bot-db:
    ///     container_name: app-db
    ///     image: postgres:16.4
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    ///     networks:
    ///       default:
    ///         aliases: [app-db]
    /// volumes:
    ///   pgdata:
    /// ```
    "stateful-rename", Hazards, Error, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    changes(context, find)
}

fn find(change: &Change<'_>) -> Vec<Finding> {
    let found = change.renamed().into_iter().filter_map(|(pair, mount)| {
        let (severity, message) = danger(pair.old, pair.new, (pair.before, pair.now), &mount);
        let commands =
            replacement(&change.compose_before(), &change.compose_now(), pair.old, pair.new);
        let help = format!(
            "before it is deployed, with the files of {}: {commands}; clients fail for the seconds in between",
            change.revision
        );
        let place = change.now.service(pair.new)?;
        let finding = LINT.finding(message).at(place.path, place.span).help(help);
        Some(Finding { severity, ..finding })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_since;

    fn found(before: &str, now: &str) -> Vec<String> {
        found_since(&LINT, &[("compose.yaml", before)], &[("compose.yaml", now)])
    }

    const DB: &str = "services:\n  bot-db:\n    image: postgres:16\n    volumes: [d:/var/lib/postgresql/data]\nvolumes:\n  d:\n";

    #[test]
    fn it_is_told_by_the_data() {
        let renamed = |now: &str| found(DB, &DB.replace("bot-db:", now));
        let expected = "compose.yaml:2:3 `up -d` starts `db` and leaves the old container of `bot-db` running on the same volume `d`: two Postgres servers on one data directory can destroy it";
        assert_eq!(renamed("db:"), [expected]);
        // A volume's key may change with it, where its name stays.
        let now = "name: shop\nservices:\n  db:\n    image: postgres:16\n    volumes: [e:/var/lib/postgresql/data]\nvolumes:\n  e: {name: shop_d}\n";
        assert_eq!(found(DB, now).len(), 1);
        let bind = DB.replace("d:/var", "./data:/var");
        assert_eq!(found(&bind, &bind.replace("bot-db", "db")).len(), 1);
        let named = DB.replace("image:", "container_name: bot\n    image:");
        let found = found(&named, &named.replace("bot-db", "db"));
        assert!(found[0].contains("is started beside it under another name"), "{found:?}");
    }

    #[test]
    fn what_shares_nothing_or_was_there_is_none() {
        for now in [
            DB.to_owned(),
            // Another volume.
            DB.replace("bot-db", "db").replace("d:", "e:"),
            // The service is gone.
            "services:\n  web:\n    image: x\nvolumes:\n  d:\n".to_owned(),
            // One that was there stays.
            DB.replace("volumes:\n  d", "  db:\n    image: postgres:16\n    volumes: [d:/var/lib/postgresql/data]\nvolumes:\n  d"),
            // A backup reads it.
            DB.replace("bot-db", "dump").replace("postgres:16", "x").replace("/data]", "/data:ro]"),
        ] {
            assert_eq!(found(DB, &now), [""; 0], "{now}");
        }
        let cache =
            "services:\n  web:\n    image: x\n    volumes: [c:/app/.cache]\nvolumes:\n  c:\n";
        assert_eq!(found(cache, &cache.replace("web", "site")), [""; 0]);
    }

    #[test]
    fn files_are_matched_by_their_folder() {
        let now = DB.replace("bot-db", "db");
        let moved = found_since(&LINT, &[("docker-compose.yml", DB)], &[("compose.yaml", &now)]);
        assert_eq!(moved.len(), 1);
        let apart = found_since(&LINT, &[("a/compose.yaml", DB)], &[("b/compose.yaml", &now)]);
        assert_eq!(apart, [""; 0]);
        let variant = found_since(
            &LINT,
            &[("compose.yaml", "services: {a: {image: x}}"), ("compose.prod.yaml", DB)],
            &[("compose.yaml", "services: {a: {image: x}}"), ("compose.prod.yaml", &now)],
        );
        assert_eq!(variant.len(), 1);
    }
}
