//! Each hazard where it is and where it is not, on trees written as text.

mod rename;
mod superuser;

use crate::repo::load::Repo;
use crate::text::source::SourceFile;
use crate::transforms::hazards::HAZARDS;
use crate::transforms::plan::{Plan, Transform};
use crate::transforms::rename::options::Rename;
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
    Rename::new(old, new)
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

/// A hazard's firing and silent cases: what the tree holds besides, what becomes of `db`, and what
/// the findings start with, one a line.
fn check(id: &str, rename: &Rename, cases: &[(Tree<'_>, &str)]) {
    for (tree, expected) in cases {
        let found = found(&planned(tree, rename), id);
        let starts: Vec<&str> = expected.lines().collect();
        let fit = found.iter().zip(&starts).all(|(found, start)| found.contains(start));
        assert!(
            found.len() == starts.len() && fit,
            "{id}: {tree:?}\nexpected {starts:#?}\nfound {found:#?}"
        );
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
fn commands_name_the_files() {
    let service = "services:\n  db:\n    image: postgres\n";
    let plan = planned(&[("shop/stack.compose.yml", service)], &rename("db", "app-db"));
    let found = plan.hazards.iter().find(|finding| finding.id == "stateful-rename");
    assert_eq!(
        found.and_then(|finding| finding.help.clone()).unwrap_or_default(),
        "while the old file is in place: `docker compose -f shop/stack.compose.yml stop -t 120 db && docker compose -f shop/stack.compose.yml rm -f db`, then check that `docker compose -f shop/stack.compose.yml ps -a db` lists none; with the new file: `docker compose -f shop/stack.compose.yml up -d app-db`; clients fail for the seconds in between"
    );
}

#[test]
fn what_is_not_deployed_has_no_hazards() {
    let text = "services:\n  db: {image: postgres, container_name: x}\n  web: {image: y, environment: {DB_HOST: db}}\n";
    let docs = Rename {
        only: Some([crate::transforms::rename::options::Phase::Docs].into()),
        ..rename("db", "app-db")
    };
    let plan = planned(&[("compose.yaml", text)], &docs);
    assert!(plan.hazards.is_empty(), "{:?}", plan.hazards);
    let shared = "x-db: &db {image: postgres}\nservices:\n  db: *db\n  other: *db\n";
    let refused = planned(&[("compose.yaml", shared)], &rename("db", "app-db"));
    assert_eq!(refused.outcome, crate::transforms::plan::Outcome::Refused);
    assert!(refused.hazards.is_empty(), "{:?}", refused.hazards);
}
