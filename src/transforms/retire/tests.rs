use super::options::{Declared, Heed, Retire};
use crate::diagnostics::Place;
use crate::repo::load::Repo;
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::transforms::plan::{Outcome, Plan, PlanError, Transform};

/// Retires `old-db`, which a declared rename made an alias of `db`.
fn retire(tree: &[(&str, &str)], keep_until: Option<&str>) -> Result<Plan, PlanError> {
    let files = tree.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let declared = Declared {
        service: "db".to_owned(),
        keep_until: keep_until.map(str::to_owned),
        place: Place { path: "composemod.yaml".to_owned(), span: Span::empty(0) },
    };
    let retire = Retire {
        name: "old-db".to_owned(),
        heed: Heed::Possible,
        files: Vec::new(),
        project: None,
        all_projects: false,
        declared: Some(declared),
    };
    retire.plan(&Repo { files, ..Repo::default() })
}

fn ids(plan: &Plan) -> Vec<&'static str> {
    plan.findings.iter().map(|finding| finding.id).collect()
}

const BORNE: &str = "services: {db: {image: x, networks: {n: {aliases: [old-db]}}}}\n";
const GONE: &str = "services: {db: {image: x, networks: {n: {}}}}\n";

#[test]
fn an_alias_that_is_gone_is_retired() {
    let plan = retire(&[("compose.yaml", GONE)], None).unwrap();
    assert_eq!(plan.outcome, Outcome::Done);
    assert_eq!(ids(&plan), ["alias-gone"]);
}

#[test]
fn uses_of_an_alias_that_is_gone_are_told() {
    let script = ("run.sh", "#!/bin/sh\npg_isready -h old-db\n");
    let plan = retire(&[("compose.yaml", GONE), script], None).unwrap();
    assert_eq!(plan.outcome, Outcome::Done);
    assert_eq!(ids(&plan), ["name-in-use", "alias-gone"]);
    assert_eq!(plan.left[0].reason, "in use: host that a client connects to");
}

#[test]
fn a_container_of_that_name_is_what_commands_mean() {
    let kept = "services: {db: {image: x, container_name: old-db}}\n";
    let script = ("run.sh", "#!/bin/sh\ndocker exec old-db true\n");
    let plan = retire(&[("compose.yaml", kept), script], None).unwrap();
    assert_eq!((plan.outcome, ids(&plan)), (Outcome::Done, vec!["alias-gone"]));
}

#[test]
fn a_rename_that_is_not_made_yet_left_no_alias() {
    let error = retire(&[("compose.yaml", "services: {old-db: {image: x}}\n")], None).unwrap_err();
    assert!(matches!(error, PlanError::NotAnAlias { kind: "service", .. }), "{error}");
}

#[test]
fn a_day_to_come_is_told() {
    let plan = retire(&[("compose.yaml", BORNE)], Some("2031-01-31")).unwrap();
    assert_eq!(plan.outcome, Outcome::Changes);
    assert_eq!(ids(&plan), ["alias-kept-by-declaration"]);
    assert_eq!(plan.findings[0].message, "the alias `old-db` is declared to stay until 2031-01-31");
}
