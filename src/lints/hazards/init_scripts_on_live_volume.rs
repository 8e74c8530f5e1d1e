//! Scripts that run on an empty volume only were changed on a server that has data.

use super::compare::{Change, Pair, changes};
use super::first_run::scripts;
use crate::compose::model::join;
use crate::compose::store::is_within;
use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A database's init script was changed, which the database that there is does not get.
    ///
    /// ## What it does
    ///
    /// With `--changed-since REV` it finds files below what is mounted at
    /// `/docker-entrypoint-initdb.d` that are other than they were, and such mounts that are new,
    /// where the service keeps the data that it had at REV. Without a revision it is silent: the
    /// mount as such is right.
    ///
    /// ## Why is this bad
    ///
    /// The images run these scripts when the volume is empty, and never again. What works in a test
    /// that starts from nothing is missing where the data are.
    ///
    /// ## Example
    ///
    /// ```yaml compose.yaml base
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - pgdata:/var/lib/postgresql/data
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - pgdata:/var/lib/postgresql/data
    ///       - ./init:/docker-entrypoint-initdb.d:ro
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ## Use instead
    ///
    /// Make the same change in the running database with SQL, or by a migration that the
    /// application runs; the script is then for new installations.
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - pgdata:/var/lib/postgresql/data
    /// volumes:
    ///   pgdata:
    /// ```
    "init-scripts-on-live-volume", Hazards, Info, On, Run::Tree(run),
}

const HELP: &str =
    "make the same change in the running database with SQL, and try the scripts on an empty volume";

fn run(context: &Context<'_>) -> Vec<Finding> {
    changes(context, |change| find(context, change))
}

fn find(context: &Context<'_>, change: &Change<'_>) -> Vec<Finding> {
    let pairs = change.with_their_data();
    pairs.iter().flat_map(|pair| of_service(context, change, pair)).collect()
}

fn of_service(context: &Context<'_>, change: &Change<'_>, pair: &Pair<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for mount in scripts(pair.now) {
        let was_there = scripts(pair.before)
            .any(|old| old.target == mount.target && change.is_same_source(&old, &mount));
        if !was_there {
            let message = format!(
                "what is mounted at {} runs on an empty volume only, and that of `{}` has data",
                mount.target, pair.new
            );
            let place = change.now.place(mount.value);
            found.extend(place.map(|at| LINT.finding(message).at(at.path, at.span).help(HELP)));
            continue;
        }
        let source = mount.source.filter(|_| !mount.is_volume);
        let folder = source.and_then(|source| join(&change.now.project.folder, source));
        let (Some(base), Some(folder)) = (&context.inputs.base, folder) else { continue };
        let scripts = base.changed.iter().filter(|path| is_within(path, &folder));
        for path in scripts.filter(|path| context.repo.all_paths.contains(path)) {
            let message = format!(
                "{path} runs on an empty volume only, and that of `{}` has data: the database does not get the change",
                pair.new
            );
            found.push(LINT.finding(message).in_file(path.as_str()).help(HELP));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_since;

    const DB: &str = "services:\n  db:\n    image: postgres:16\n    volumes:\n      - d:/var/lib/postgresql/data\n      - ./init:/docker-entrypoint-initdb.d\nvolumes:\n  d:\n";

    #[test]
    fn a_changed_script_is_told() {
        let found = |compose: &str, before: &str, now: &str| {
            found_since(
                &LINT,
                &[("compose.yaml", compose), ("init/a.sql", before)],
                &[("compose.yaml", compose), ("init/a.sql", now)],
            )
        };
        let expected = "init/a.sql:1:1 init/a.sql runs on an empty volume only, and that of `db` has data: the database does not get the change";
        assert_eq!(found(DB, "select 1;", "select 2;"), [expected]);
        assert_eq!(found(DB, "select 1;", "select 1;"), [""; 0]);
        let memory = DB.replace("      - d:/var/lib/postgresql/data\n", "");
        assert_eq!(found(&memory, "select 1;", "select 2;"), [""; 0]);
    }

    #[test]
    fn a_new_mount_is_told_where_the_data_are_old() {
        let without = DB.replace("      - ./init:/docker-entrypoint-initdb.d\n", "");
        let found =
            |before: &str| found_since(&LINT, &[("compose.yaml", before)], &[("compose.yaml", DB)]);
        let expected = "compose.yaml:6:9 what is mounted at /docker-entrypoint-initdb.d runs on an empty volume only, and that of `db` has data";
        assert_eq!(found(&without), [expected]);
        assert_eq!(found(DB), [""; 0]);
        assert_eq!(found("services: {web: {image: x}}"), [""; 0]);
        assert_eq!(found(&without.replace("d:", "e:")), [""; 0]);
    }
}
