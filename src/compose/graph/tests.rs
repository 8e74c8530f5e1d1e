use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, NodeKind, Part, graph};
use crate::compose::discover::{Project, from_files};
use crate::compose::effective::{Effective, Files};
use crate::compose::model::ComposeFile;
use crate::text::source::SourceFile;

struct Tree(BTreeMap<String, (ComposeFile, String)>);

impl Files for Tree {
    fn compose(&self, path: &str) -> Option<&ComposeFile> {
        self.0.get(path).map(|(file, _)| file)
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(|(_, text)| text.as_str())
    }
}

/// The graph of a tree in which each list of paths is a project.
fn made(tree: &[(&str, &str)], projects: &[&[&str]]) -> Graph {
    let files = Tree(
        tree.iter()
            .map(|&(path, text)| {
                let file = ComposeFile::parse(&SourceFile::new(path, text));
                (path.to_owned(), (file, text.to_owned()))
            })
            .collect(),
    );
    let compose: BTreeMap<String, ComposeFile> =
        files.0.iter().map(|(path, (file, _))| (path.clone(), file.clone())).collect();
    let env = BTreeMap::new();
    let projects: Vec<Project> = projects
        .iter()
        .map(|paths| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            from_files(&paths, super::super::discover::Files { compose: &compose, env: &env })
        })
        .collect();
    let models: Vec<Effective> =
        projects.iter().map(|project| Effective::of(project, &files)).collect();
    let parts: Vec<Part<'_>> =
        projects.iter().zip(&models).map(|(project, model)| Part { project, model }).collect();
    graph(&parts, &files)
}

/// Edges as `from -> to: means name by`, one for each evidence.
fn edges(graph: &Graph) -> Vec<String> {
    let name = |node: usize| {
        let node = &graph.nodes[node];
        match node.kind {
            NodeKind::Service => node.name.clone(),
            NodeKind::Volume => format!("[{}]", node.name),
            NodeKind::External => format!("({})", node.name),
        }
    };
    let lines = graph.edges.iter().flat_map(|edge| {
        edge.evidence.iter().map(move |evidence| {
            let means = serde_json::to_value(evidence.means).unwrap();
            let means = means.as_str().unwrap_or_default().to_owned();
            format!(
                "{} -> {}: {means} {} {}",
                name(edge.from),
                name(edge.to),
                evidence.name,
                evidence.by
            )
        })
    });
    lines.collect()
}

fn one(services: &str) -> Vec<String> {
    edges(&made(&[("c.yaml", services)], &[&["c.yaml"]]))
}

#[test]
fn every_way_of_reaching_is_an_edge() {
    for (web, expected) in [
        ("depends_on: [db]", "web -> db: depends-on db depends_on"),
        ("depends_on: {db: {condition: service_healthy}}", "web -> db: depends-on db depends_on"),
        ("environment: [DB_HOST=db]", "web -> db: host db DB_HOST"),
        ("environment: {DB_URL: 'pg://u:p@db:1/x'}", "web -> db: host db DB_URL"),
        ("environment: {DB_URL: 'pg://u:p@${H:-db}:1/x'}", "web -> db: host db DB_URL"),
        ("environment: {DB_URL: 'pg://u:p@old:1/x'}", "web -> db: host old DB_URL"),
        ("environment: {DB_URL: 'pg://u:p@box:1/x'}", "web -> db: host box DB_URL"),
        ("links: [db]", "web -> db: link db links"),
        ("network_mode: 'service:db'", "web -> db: namespace db network_mode"),
        ("pid: 'container:box'", "web -> db: namespace box pid"),
        ("volumes_from: ['db:ro']", "web -> db: volumes-from db volumes_from"),
        ("command: pg_isready -h db", "web -> db: host db command"),
        ("command: [pg_isready, -h, db]", "web -> db: host db command"),
        ("entrypoint: [sh, -c, 'docker exec box ls']", "web -> db: command box entrypoint"),
        (
            "healthcheck: {test: ['CMD-SHELL', 'pg_isready -h db']}",
            "web -> db: host db healthcheck",
        ),
        ("external_links: ['far:f']", "web -> (far): link far external_links"),
        (
            "environment: {MAIL_URL: 'smtp://mail.example.com:25'}",
            "web -> (mail.example.com): host mail.example.com MAIL_URL",
        ),
    ] {
        let services = format!(
            "services:\n  web: {{{web}}}\n  db: {{container_name: box, networks: {{default: {{aliases: [old]}}}}}}\n"
        );
        assert_eq!(one(&services), [expected], "{web}");
    }
}

#[test]
fn what_reaches_nobody_is_no_edge() {
    for web in [
        "image: db",
        "environment: {POSTGRES_DB: db, POSTGRES_USER: db, PASSWORD: db}",
        "environment: {URL: 'http://web:80', ALLOWED_HOSTS: 'web,localhost'}",
        "environment: {URL: 'pg://u:p@x-db.y/db'}",
        "extends: db",
        "build: {additional_contexts: {a: 'service:db'}}",
        "depends_on: [gone]",
    ] {
        let found = one(&format!("services:\n  web: {{{web}}}\n  db: {{}}\n"));
        let found: Vec<&String> = found.iter().filter(|edge| edge.contains("-> db")).collect();
        assert!(found.is_empty(), "{web}: {found:?}");
    }
}

#[test]
fn env_files_and_overrides_decide() {
    let tree = [
        (
            "c.yaml",
            "services: {web: {env_file: [w.env], environment: {A_HOST: '${H:-db}', B_HOST: db}}, db: {}, new: {}, low: {}}",
        ),
        ("o.yaml", "services: {web: {environment: {B_HOST: new}}}"),
        (".env", "H=new\n"),
        ("w.env", "C_HOST=low\nA_HOST=low\n"),
    ];
    let found = edges(&made(&tree, &[&["c.yaml", "o.yaml"]]));
    let expected = [
        "web -> low: host low C_HOST",
        "web -> new: host new A_HOST",
        "web -> new: host new B_HOST",
    ];
    assert_eq!(found, expected);
}

#[test]
fn links_and_extra_hosts_are_the_services_own_names() {
    let found = one(
        "services: {web: {links: ['db:store'], environment: {S_HOST: store}}, mail: {extra_hosts: ['db:10.0.0.1'], environment: {S_URL: 'pg://db/x', T_HOST: store}}, db: {}}",
    );
    let expected = [
        "mail -> (db): host db S_URL",
        "mail -> (store): host store T_HOST",
        "web -> db: host store S_HOST",
        "web -> db: link db links",
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_alias_is_looked_up_on_the_networks_of_who_asks() {
    let found = one(
        "services: {a: {networks: [x], environment: {H_HOST: db}}, b: {networks: [y], environment: {H_HOST: db}}, one: {networks: {x: {aliases: [db]}}}, two: {networks: {y: {aliases: [db]}}}}",
    );
    assert_eq!(found, ["a -> one: host db H_HOST", "b -> two: host db H_HOST"]);
}

#[test]
fn shared_volumes_are_nodes() {
    let found = one(
        "services: {a: {volumes: ['data:/a']}, b: {volumes: [{type: volume, source: data, target: /b}]}, c: {volumes: ['own:/c', './data:/d']}}\nvolumes: {data: , own: }",
    );
    assert_eq!(found, ["a -> [data]: volume data /a", "b -> [data]: volume data /b"]);
}

#[test]
fn projects_reach_each_other_on_a_network_that_both_are_on() {
    let shared = "networks: {proxy: {external: true}}";
    let a = format!(
        "services: {{web: {{networks: [proxy], environment: {{U_URL: 'http://db:1'}}}}}}\n{shared}"
    );
    let b = format!("services: {{db: {{networks: [proxy]}}, lone: {{}}}}\n{shared}");
    let tree = [("a/c.yaml", a.as_str()), ("b/c.yaml", b.as_str())];
    let both = made(&tree, &[&["a/c.yaml"], &["b/c.yaml"]]);
    assert_eq!(edges(&both), ["web -> db: host db U_URL"]);
    let names: Vec<Option<&str>> =
        both.projects.iter().map(|project| project.name.as_deref()).collect();
    assert_eq!(names, [Some("a"), Some("b")]);
    assert_eq!(edges(&made(&tree, &[&["a/c.yaml"]])), ["web -> (db): host db U_URL"]);
    let apart = b.replace("external: true", "name: other");
    let tree = [("a/c.yaml", a.as_str()), ("b/c.yaml", &apart)];
    assert_eq!(
        edges(&made(&tree, &[&["a/c.yaml"], &["b/c.yaml"]])),
        ["web -> (db): host db U_URL"]
    );
}

#[test]
fn answers_say_where_a_service_is_found() {
    let found = made(
        &[(
            "c.yaml",
            "services: {db: {container_name: box, networks: {x: {aliases: [old, db]}, y: {aliases: [old]}}}, n: {network_mode: host}}",
        )],
        &[&["c.yaml"]],
    );
    let answers: Vec<String> = found.nodes[0]
        .answers
        .iter()
        .map(|answer| format!("{:?} {} {:?}", answer.kind, answer.name, answer.networks))
        .collect();
    let both = "{\"x\", \"y\"}";
    assert_eq!(
        answers,
        [
            format!("Service db {both}"),
            format!("Container box {both}"),
            format!("Alias old {both}")
        ]
    );
    assert!(found.nodes[1].answers.is_empty());
}

#[test]
fn the_part_around_a_node_is_capped() {
    let graph = made(
        &[(
            "c.yaml",
            "services: {a: {depends_on: [db, b]}, b: {depends_on: [db]}, c: {depends_on: [db]}, d: {}, db: {}}",
        )],
        &[&["c.yaml"]],
    );
    let db = graph.find(0, NodeKind::Service, "db").unwrap();
    let (all, left_out) = graph.around(&BTreeSet::from([db]), 9);
    assert_eq!((all.nodes.len(), all.edges.len(), left_out), (4, 3, 0));
    let (few, left_out) = graph.around(&BTreeSet::from([db]), 2);
    assert_eq!((few.nodes.len(), few.edges.len(), left_out), (3, 2, 1));
}
