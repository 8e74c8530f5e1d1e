//! The walk held against a JSON schema validator that is not ours: both must pass and refuse the same
//! files, for files of each shape and for each of them with any one value or key spoiled.

use crate::compose::model::ComposeFile;
use crate::lints::schema::spec::Spec;
use crate::lints::schema::walk::{Extent, FaultKind, faults_of};
use crate::text::source::SourceFile;

const TEXT: &str = include_str!("compose-spec.json");

/// Sound files with one of most things that the schema knows.
const FILES: [&str; 3] = [
    "name: n\nversion: '3'\nx-a: [1]\nservices:\n  a:\n    image: x\n    build: {context: ., args: [A=b], labels: {a: 1}, secrets: [s], x-b: c}\n    command: [a]\n    entrypoint: x\n    environment: {A: 1, B: null, C: true, D: e}\n    depends_on: {b: {condition: service_started, restart: true}}\n    ports: [80, '81', {target: 80, published: '90'}]\n    healthcheck: {test: [CMD, x], interval: 1s, retries: 3}\n    networks: {n: {aliases: [z], priority: 1}, m: null}\n    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}\n",
    "services:\n  b:\n    image: x\n    build: .\n    environment: [A=1]\n    env_file: [a, {path: b, format: raw}]\n    depends_on: [a]\n    networks: [n]\n    volumes: [a:/b, {type: tmpfs, target: /x, tmpfs: {size: 1, mode: 755}}]\n    deploy: {replicas: 2, resources: {limits: {cpus: 0.5, memory: 1g}, reservations: {devices: [{capabilities: [gpu], count: 1}]}}, update_config: {order: stop-first}}\n    logging: {driver: x, options: {a: 1, b: null}}\n    cpu_count: 1\n    cpu_percent: 50\n    oom_score_adj: -1\n    gpus: all\n    pull_policy: daily\n    container_name: abc\n    extra_hosts: {a: [b], c: d}\n    develop: {watch: [{path: ., action: rebuild, ignore: x}]}\n    post_start: [{command: x}]\n    provider: {type: x, options: {a: [b], c: 1}}\n    cap_add: [A, B]\n",
    "include: [a, {path: [b], project_directory: c}]\nnetworks: {n: {driver: x, ipam: {config: [{subnet: a}]}, external: {name: b}}, m: null}\nvolumes: {v: {driver_opts: {a: 1}}, w: null}\nsecrets: {s: {file: x}}\nconfigs: {c: {content: x, labels: [a]}}\nmodels: {m: {model: x, context_size: 1}}\n",
];

/// What a value is spoiled with.
const SPOILED: [&str; 9] = ["~", "true", "7", "-1", "1.5", "word", "[word]", "[]", "{word: word}"];

#[test]
fn both_pass_and_refuse_the_same() {
    let spec = Spec::read(TEXT).unwrap();
    let schema = serde_json::from_str(TEXT).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let mut tried = 0;
    let mut refused = 0;
    for text in FILES {
        let file = ComposeFile::parse(&SourceFile::new("compose.yaml", text));
        let spans: Vec<_> = file.doc.nodes().map(|(_, node)| node.span.range()).collect();
        let spoiled = spans.iter().flat_map(|span| SPOILED.map(|with| (span.clone(), with)));
        for (span, with) in std::iter::once((0..0, "")).chain(spoiled) {
            let changed = format!("{}{with}{}", &text[..span.start], &text[span.end..]);
            let Ok(instance) = serde_yaml::from_str::<serde_json::Value>(&changed) else {
                continue;
            };
            let file = ComposeFile::parse(&SourceFile::new("compose.yaml", changed.as_str()));
            // A key that is no text JSON does not know.
            let found: Vec<_> = faults_of(&file, &spec, Extent::Whole)
                .into_iter()
                .filter(|fault| !matches!(fault.kind, FaultKind::BadKey(_)))
                .collect();
            assert_eq!(
                found.is_empty(),
                validator.is_valid(&instance),
                "{changed}\n{found:#?}\n{:?}",
                validator.iter_errors(&instance).map(|error| error.to_string()).collect::<Vec<_>>()
            );
            tried += 1;
            refused += usize::from(!found.is_empty());
        }
    }
    assert!(tried > 1500 && refused > 700, "{tried} {refused}");
}
