//! Each hazard where it is and where it is not, on trees written as text.

use crate::compose::names::Namespace;
use crate::repo::load::Repo;
use crate::text::source::SourceFile;
use crate::transforms::hazards::HAZARDS;
use crate::transforms::plan::{Plan, Transform};
use crate::transforms::rename::options::{ContainerName, Rename};
use crate::transforms::review::review;

/// A tree of `(path, text)`.
type Tree<'t> = &'t [(&'t str, &'t str)];

fn repo(tree: Tree<'_>) -> Repo {
    let mut files: Vec<SourceFile> =
        tree.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let all_paths = files.iter().map(|file| file.path.clone()).collect();
    Repo { files, all_paths, ..Repo::default() }
}

fn rename(old: &str, new: &str) -> Rename {
    Rename {
        old: old.to_owned(),
        new: new.to_owned(),
        kind: Namespace::Service,
        container_name: ContainerName::Follow,
        aliases: Vec::new(),
        keep_alias: true,
        only: None,
        only_certain: false,
        files: Vec::new(),
        project: None,
        all_projects: false,
    }
}

/// The plan of a rename, reviewed.
fn planned(tree: Tree<'_>, rename: &Rename) -> Plan {
    let repo = repo(tree);
    let mut plan = rename.plan(&repo).unwrap();
    review(&mut plan, &repo);
    plan
}

/// The hazards of one id, as `severity path: message`.
fn found(plan: &Plan, id: &str) -> Vec<String> {
    let shown = plan.hazards.iter().filter(|finding| finding.id == id).map(|finding| {
        let path = finding.place.as_ref().map_or("", |place| &place.path);
        format!("{:?} {path}: {}", finding.severity, finding.message)
    });
    shown.collect()
}

/// Renames `db` to `app-db` in a tree of one file.
fn renamed(compose: &str) -> Plan {
    planned(&[("compose.yaml", compose)], &rename("db", "app-db"))
}

#[test]
fn every_hazard_is_documented_once() {
    let ids: Vec<&str> = HAZARDS.iter().map(|hazard| hazard.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    for hazard in HAZARDS {
        let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(hazard.id.chars().all(is_kebab), "{}", hazard.id);
        for text in [hazard.what, hazard.why, hazard.remedy] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", hazard.id);
        }
    }
}

#[test]
fn stateful_rename() {
    for (service, expected) in [
        (
            "image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']",
            "Error compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running on the same volume `data`: two Postgres servers on one data directory can destroy it",
        ),
        (
            "image: postgres:16\n    volumes: ['./pg:/var/lib/postgresql/data', './x.conf:/etc/x.conf']",
            "Error compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running on the same folder `./pg`: two Postgres servers on one data directory can destroy it",
        ),
        (
            "image: redis:7",
            "Warning compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running: `db` is answered by both in turn, each with its own data",
        ),
        (
            "image: example/wiki\n    volumes: ['data:/var/www/uploads']",
            "Warning compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running: both write to the same volume `data`",
        ),
        (
            "image: example/web\n    volumes: ['./src:/app', 'data:/app/node_modules', '/var/run/docker.sock:/var/run/docker.sock']",
            "",
        ),
        ("image: example/web", ""),
    ] {
        let text = format!("services:\n  db:\n    {service}\nvolumes: {{data: }}\n");
        assert_eq!(found(&renamed(&text), "stateful-rename").join("\n"), expected, "{service}");
    }
}

#[test]
fn a_hazard_of_several_files_is_said_once() {
    let service = "services:\n  db:\n    image: postgres\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes: {data: }\n";
    let overlay = "services:\n  db:\n    restart: always\n";
    let tree =
        [("compose.yaml", service), ("compose.dev.yaml", service), ("compose.prod.yaml", overlay)];
    let plan = planned(&tree, &rename("db", "app-db"));
    let found = found(&plan, "stateful-rename");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("(so too in compose.dev.yaml)"), "{found:?}");
}

#[test]
fn container_name_in_use() {
    for (name, expected) in [
        (
            "pg",
            "Error compose.yaml: the old container of `db` bears the name `pg`, so `app-db` can't start under it",
        ),
        (
            "${NAME:-pg}",
            "Error compose.yaml: the old container of `db` bears the name `pg`, so `app-db` can't start under it",
        ),
        ("db", ""),
    ] {
        let text =
            format!("services:\n  db:\n    image: example/web\n    container_name: {name}\n");
        assert_eq!(found(&renamed(&text), "container-name-in-use").join("\n"), expected, "{name}");
    }
}

#[test]
fn commands_name_the_files() {
    let service = "services:\n  db:\n    image: postgres\n";
    let plan = planned(&[("shop/stack.compose.yml", service)], &rename("db", "app-db"));
    let help = plan.hazards.iter().find_map(|finding| finding.help.clone()).unwrap();
    assert_eq!(
        help,
        "while the old file is in place: `docker compose -f shop/stack.compose.yml stop -t 120 db && docker compose -f shop/stack.compose.yml rm -f db`, then check that `docker compose -f shop/stack.compose.yml ps -a db` lists none; with the new file: `docker compose -f shop/stack.compose.yml up -d app-db`; clients fail for the seconds in between"
    );
}

#[test]
fn volume_key_renamed() {
    let volume = Rename { kind: Namespace::Volume, ..rename("data", "pgdata") };
    let text = "services: {db: {image: postgres, volumes: ['data:/var/lib/postgresql/data']}}\nvolumes:\n  data: {}\n";
    assert!(found(&planned(&[("compose.yaml", text)], &volume), "volume-key-renamed").is_empty());
    // A variant that is loaded alone has the volume without the name that the main file gives it.
    let tree = [("compose.yaml", text), ("compose.dev.yaml", text)];
    assert_eq!(
        found(&planned(&tree, &volume), "volume-key-renamed"),
        [
            "Error compose.dev.yaml: the volume `pgdata` is a new, empty one: the data stay in that of `data`"
        ]
    );
}
