//! The difference of the projects' models before and after a plan: held against what the plan
//! intends, and told in words.
//!
//! The models are compared whole. Each difference is either of the sort that an intent brings
//! (`allowed`), or it is unintended, and the plan must not be carried out.

mod allowed;
mod compare;
mod text;
mod words;

use crate::compose::effective::{Effective, Files as _};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;
use crate::repo::models::Tree;
use crate::text::span::Span;
use crate::transforms::intent::Intent;
use crate::transforms::plan::Plan;
use crate::transforms::situation::{Models, Situation};

/// A difference between two models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Keys from the top, by the names after the plan: `services`, `web`, `environment`, `DB_HOST`.
    pub path: Vec<String>,
    /// What becomes of the value there.
    pub sort: Sort,
    /// Where the value stands after the plan, else where it stood before.
    pub origin: Option<Origin>,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// Finds the differences that no intent brings.
#[must_use]
pub fn unintended(before: &Effective, after: &Effective, intents: &[Intent]) -> Vec<Difference> {
    compare::models(before, after, intents)
}

/// Gives a finding for each unintended difference of a situation.
#[must_use]
pub fn objections(plan: &Plan, situation: &Situation<'_>) -> Vec<Finding> {
    let objections = situation.models.iter().flat_map(|models| {
        let found = unintended(&models.before, &models.after, &plan.intents);
        found.into_iter().map(|difference| objection(&difference, models, &situation.before))
    });
    objections.collect()
}

/// Says in words what differs, project by project.
#[must_use]
pub fn effects(plan: &Plan, situation: &Situation<'_>) -> Vec<String> {
    words::effects(plan, situation)
}

fn objection(difference: &Difference, models: &Models, before: &Tree<'_>) -> Finding {
    let becomes = match difference.sort {
        Sort::Added => "would be added",
        Sort::Removed => "would go",
        Sort::Changed => "would change",
    };
    let path = difference.path.join(".");
    let message = format!(
        "the project of {} would differ by more than the change says: `{path}` {becomes}",
        models.main()
    );
    let finding = Finding::error("unintended-change", message)
        .help("nothing is written; make this change by hand, and report it with the file");
    // Spans of changed files are not those of the files as they are, so only the file is named.
    match &difference.origin {
        Some(origin) if before.compose(origin.path()).is_some() => finding.in_file(origin.path()),
        Some(Origin::EnvFile { path, .. }) => finding.at(path.as_ref(), Span::empty(0)),
        _ => finding.in_file(models.main()),
    }
}

/// The origin to show for a pair of values.
fn origin(before: Option<&Value>, after: Option<&Value>) -> Option<Origin> {
    after.or(before).and_then(|value| value.origin.clone())
}

#[cfg(test)]
mod tests {
    use super::{Difference, Sort, effects, unintended};
    use crate::compose::names::Namespace;
    use crate::repo::load::Repo;
    use crate::repo::models::Tree;
    use crate::repo::workspace::Workspace;
    use crate::text::source::SourceFile;
    use crate::transforms::intent::{Intent, RenameIntent, SuperuserIntent};
    use crate::transforms::plan::{Plan, Transform as _};
    use crate::transforms::rename::options::Rename;
    use crate::transforms::situation::Situation;

    fn repo(tree: &[(&str, &str)]) -> Repo {
        let files = tree.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        Repo { files, ..Repo::default() }
    }

    /// The differences of two Compose files that a rename of `db` to `app-db` does not bring.
    fn beyond(before: &str, after: &str) -> Vec<String> {
        let rename = Intent::Rename(RenameIntent {
            projects: Vec::new(),
            namespace: Namespace::Service,
            old: "db".to_owned(),
            new: "app-db".to_owned(),
            containers: Vec::new(),
            aliases: vec!["db".to_owned()],
            is_made: false,
        });
        differences(before, after, &[rename])
    }

    fn differences(before: &str, after: &str, intents: &[Intent]) -> Vec<String> {
        let model = |text: &str| {
            let repo = repo(&[("compose.yaml", text)]);
            let workspace = Workspace::new(&repo, &[]);
            Tree::before(&repo, &workspace).model(&workspace.projects[0])
        };
        let found = unintended(&model(before), &model(after), intents);
        let shown = |one: Difference| {
            let sign = match one.sort {
                Sort::Added => '+',
                Sort::Removed => '-',
                Sort::Changed => '~',
            };
            format!("{sign}{}", one.path.join("."))
        };
        found.into_iter().map(shown).collect()
    }

    #[test]
    fn a_rename_brings_nothing_else() {
        let before = "services: {db: {image: x, volumes: ['d:/d'], networks: {n: {priority: 1}}}, web: {image: y, depends_on: [db], environment: {U: 'postgres://db@db/db'}}}";
        let made = "services: {app-db: {image: x, volumes: ['d:/d'], networks: {n: {priority: 1, aliases: [db]}}}, web: {image: y, depends_on: [app-db], environment: {U: 'postgres://db@app-db/db'}}}";
        assert_eq!(beyond(before, made), [""; 0]);
        for (from, to, expected) in [
            ("image: x", "image: z", "~services.app-db.image"),
            ("d:/d", "e:/d", "~services.app-db.volumes.0.source"),
            ("aliases: [db]", "aliases: [other]", "+services.app-db.networks.n.aliases"),
            ("priority: 1,", "priority: 2,", "~services.app-db.networks.n.priority"),
            ("depends_on: [app-db]", "depends_on: []", "-services.web.depends_on.db"),
            ("@app-db/db", "@app-db/shop", "~services.web.environment.U"),
            ("image: y,", "image: y, tty: true,", "+services.web.tty"),
        ] {
            let found = beyond(before, &made.replace(from, to));
            assert!(found.contains(&expected.to_owned()), "{to}: {found:?}");
        }
        assert_eq!(beyond(before, before), [""; 0]);
        assert_eq!(
            beyond(before, "services: {web: {image: y}}").first().map(String::as_str),
            Some("-services.db")
        );
    }

    #[test]
    fn the_default_network_may_be_written_out() {
        let before = "services: {db: {image: x}}";
        let after = "services: {app-db: {image: x, networks: {default: {aliases: [db]}}}}";
        assert_eq!(beyond(before, after), [""; 0]);
        let other = after.replace("default", "back");
        assert_eq!(beyond(before, &other), ["+services.app-db.networks"]);
    }

    #[test]
    fn a_superuser_change_touches_the_server_and_admin_commands() {
        let intent = Intent::Superuser(SuperuserIntent {
            projects: Vec::new(),
            service: "db".to_owned(),
            from: "shop".to_owned(),
            to: "postgres".to_owned(),
            database_before: Some("shop".to_owned()),
            database: "shop".to_owned(),
            split_password: None,
        });
        let before = "services: {db: {environment: {POSTGRES_USER: shop}, healthcheck: {test: pg_isready -U shop, interval: 5s}}, web: {image: y, environment: {U: 'postgres://shop@db/shop'}}}";
        let after = "services: {db: {environment: {POSTGRES_USER: postgres, POSTGRES_DB: shop}, healthcheck: {test: pg_isready -U postgres -d shop, interval: 5s}}, web: {image: y, environment: {U: 'postgres://shop@db/shop'}}}";
        let intents = [intent];
        assert_eq!(differences(before, after, &intents), [""; 0]);
        for (from, to, expected) in [
            ("5s", "6s", "~services.db.healthcheck.interval"),
            ("-d shop", "-d other", "~services.db.healthcheck.test"),
            (
                "postgres://shop@db/shop",
                "postgres://shop@other/shop",
                "~services.web.environment.U",
            ),
        ] {
            assert_eq!(differences(before, &after.replace(from, to), &intents), [expected]);
        }
    }

    #[test]
    fn effects_are_said_in_words() {
        let text = "services:\n  db:\n    image: postgres\n    container_name: db\n    volumes: [data:/var/lib/postgresql/data]\n    networks: [back]\n  web:\n    image: y\n    depends_on: [db]\n    networks: [back]\n    environment: {DB_HOST: db}\n  idle: {image: z}\nvolumes: {data: }\nnetworks: {back: }\n";
        let repo = repo(&[("compose.yaml", text)]);
        let rename = Rename { aliases: vec!["postgres".to_owned()], ..Rename::new("db", "app-db") };
        let plan: Plan = rename.plan(&repo).unwrap();
        let workspace = Workspace::new(&repo, &[]);
        let situation = Situation::new(&plan, &repo, &workspace);
        assert_eq!(
            effects(&plan, &situation),
            [
                "service db → app-db; container db → app-db; answers on back to app-db, postgres, db; volume data unchanged; dependents 1",
                "docker compose makes anew: app-db, web",
            ]
        );
    }
}
