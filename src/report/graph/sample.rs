//! A graph with something of everything, for the tests of all drawings.

use std::collections::BTreeSet;

use crate::compose::graph::{
    Answer, AnswerKind, Edge, Evidence, Graph, Means, Node, NodeKind, ProjectLabel,
};
use crate::text::span::Span;

/// Gives the graph: two projects with a circle, a shared volume, an alias in use, a name outside,
/// and a service that reaches nobody.
pub(super) fn graph() -> Graph {
    let project = |name: Option<&str>, main: &str| ProjectLabel {
        name: name.map(str::to_owned),
        main: main.to_owned(),
    };
    let node = |project: Option<usize>, kind, name: &str| Node {
        project,
        kind,
        name: name.to_owned(),
        answers: Vec::new(),
    };
    let answer = |name: &str, kind| Answer {
        name: name.to_owned(),
        kind,
        networks: BTreeSet::from(["back".to_owned()]),
    };
    let mut nodes = vec![
        node(Some(0), NodeKind::Service, "app"),
        node(Some(0), NodeKind::Service, "größe-服务"),
        node(Some(0), NodeKind::Service, "lone"),
        node(Some(0), NodeKind::Service, "postgres"),
        node(Some(0), NodeKind::Volume, "data"),
        node(
            Some(1),
            NodeKind::Service,
            "a-service-with-a-name-that-is-longer-than-any-drawing-likes",
        ),
        node(None, NodeKind::External, "mail.example.com"),
    ];
    nodes[3].answers = vec![
        answer("postgres", AnswerKind::Service),
        answer("shop-postgres", AnswerKind::Container),
        answer("old-db", AnswerKind::Alias),
    ];
    let evidence = |means, name: &str, by: &str| Evidence {
        means,
        name: name.to_owned(),
        by: by.to_owned(),
        place: Some(("compose.yaml".to_owned(), Span::new(10, 20))),
    };
    let edge = |from, to, evidence: Vec<Evidence>| Edge { from, to, evidence };
    Graph {
        projects: vec![project(Some("shop"), "compose.yaml"), project(None, "b/\"odd\" <x>.yaml")],
        nodes,
        edges: vec![
            edge(0, 1, vec![evidence(Means::DependsOn, "größe-服务", "depends_on")]),
            edge(
                0,
                3,
                vec![
                    evidence(Means::Host, "old-db", "DATABASE_URL"),
                    evidence(Means::Host, "postgres", "A_HOST"),
                    evidence(Means::Host, "postgres", "B_HOST"),
                    evidence(Means::Host, "postgres", "C_HOST"),
                    evidence(Means::DependsOn, "postgres", "depends_on"),
                ],
            ),
            edge(0, 4, vec![evidence(Means::Volume, "data", "/data")]),
            edge(0, 6, vec![evidence(Means::Host, "mail.example.com", "SMTP_URL")]),
            edge(1, 0, vec![evidence(Means::Link, "app", "links")]),
            edge(1, 4, vec![evidence(Means::Volume, "data", "/data")]),
            edge(5, 3, vec![evidence(Means::Host, "shop-postgres", "PG_HOST")]),
        ],
    }
}
