//! Keys that Compose does not know.

use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::schema::spec::{Schema, Spec};
use crate::lints::schema::tell::{holder, one_of, report};
use crate::lints::schema::walk::FaultKind;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A key is none that Compose knows.
    ///
    /// ## What it does
    ///
    /// Holds each mapping against the Compose specification's own schema, through aliases and merges,
    /// and finds keys that it does not have. Keys that begin with `x-` are yours wherever the schema
    /// says so, and what `!reset` takes away is left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     enviroment:
    ///       TZ: UTC
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     environment:
    ///       TZ: UTC
    /// ```
    "unknown-key", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    report(&LINT, view, |fault, path| {
        let FaultKind::UnknownKey(schema) = fault.kind else { return None };
        let key = view.text(fault.node).unwrap_or_default();
        if let Some((_, owner)) = DIALECTS.iter().find(|(own, _)| *own == key) {
            let message = format!("`{key}` is a key of {owner}'s, which docker compose refuses");
            let help = format!("leave it where {owner} reads the file; else remove it");
            return Some(Finding::new(LINT.id, Severity::Info, message).help(help));
        }
        let message = match holder(path) {
            "" => format!("there is no top-level key `{key}`, so docker compose refuses the file"),
            holder => format!("`{holder}` has no key `{key}`, so docker compose refuses the file"),
        };
        Some(LINT.finding(message).help(help(schema, &key, holder(path))))
    })
}

/// Keys that other programs read in Compose files, and nothing else is called like.
const DIALECTS: [(&str, &str); 4] = [
    ("content", "Coolify"),
    ("exclude_from_hc", "Coolify"),
    ("isDirectory", "Coolify"),
    ("is_directory", "Coolify"),
];

/// Keys of the old formats, with what has become of them.
const RETIRED: [(&str, &str); 7] = [
    ("dockerfile", "`dockerfile` goes under `build`"),
    ("log_driver", "it is `driver` under `logging` now"),
    ("log_opt", "it is `options` under `logging` now"),
    ("net", "it is `network_mode` now"),
    ("volume_driver", "say `driver` at the volume, under the top-level `volumes`"),
    ("extra_host", "it is `extra_hosts`"),
    ("uts_mode", "it is `uts`"),
];

/// Sections whose names, among the services, are those of a section that is indented too far.
const SECTIONS: [&str; 5] = ["volumes", "networks", "secrets", "configs", "models"];

fn help(schema: &Schema, key: &str, holder: &str) -> String {
    if let Some(section) = holder.strip_prefix("services.").filter(|name| SECTIONS.contains(name)) {
        return format!("`{section}` stands among the services: move it to the left margin");
    }
    if let Some((_, help)) = RETIRED.iter().find(|(retired, _)| *retired == key) {
        return (*help).to_owned();
    }
    let known = nearest(key, schema.properties.keys().map(String::as_str));
    let is_close = |near: &&str| near.len().abs_diff(key.len()) < 3;
    let below = Spec::get().holders(schema, key);
    match known.first() {
        _ if !below.is_empty() && below.len() < 4 => {
            let below: Vec<String> = below.iter().map(|name| format!("`{name}`")).collect();
            let below: Vec<&str> = below.iter().map(String::as_str).collect();
            format!("`{key}` goes under {}", one_of(&below))
        }
        Some(near) if is_close(near) || key.contains(near) || near.contains(key) => {
            format!("did you mean `{near}`?")
        }
        _ => "remove it; a name that begins with `x-` is left alone".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::schema::spec::Kind;
    use crate::lints::testing::found_in;

    #[test]
    fn keys_are_reported_once_and_where_they_stand() {
        let merged = "x-a: &a\n  image: x\n  foo: 1\nservices:\n  a:\n    <<: *a\n  b:\n    <<: *a\n    deploy: &d {replica: 1}\n  c:\n    image: x\n    deploy: *d\n";
        let refused = "so docker compose refuses the file";
        assert_eq!(
            found_in(&LINT, merged),
            [
                format!("compose.yaml:3:3 `x-a` has no key `foo`, {refused}"),
                format!("compose.yaml:9:17 `services.b.deploy` has no key `replica`, {refused}"),
            ]
        );
        let top = "services: {a: {image: x}}\nvolume: {}\n";
        assert_eq!(
            found_in(&LINT, top),
            [format!("compose.yaml:2:1 there is no top-level key `volume`, {refused}")]
        );
    }

    #[test]
    fn what_docker_compose_takes_is_left_alone() {
        for silent in [
            "x-foo: {a: b}\nservices:\n  a:\n    image: x\n    x-bar: 1\n    build: {context: ., x-c: 1}\n",
            "services:\n  a:\n    image: x\n    foo: !reset null\n    environment: {anything: goes}\n",
            "services:\n  a:\n    image: x\n    pre_start: [{command: x, per_replica: true}]\n",
            "services:\n  a:\n    image: x\n    build: {context: ., no_cache_filter: [a]}\n",
            "x-unused: {image: x, foo: bar}\nservices: {a: {image: x, logging: {options: {any: a}}}}\n",
            "services:\n  a:\n    image: x\n    gpus: [{count: all, foo: 1}]\n",
            "services:\n  a:\n    image: x\n    deploy: {labels: {a: b}, resources: {limits: {cpus: 1}}}\n",
        ] {
            assert_eq!(found_in(&LINT, silent), [""; 0], "{silent}");
        }
    }

    #[test]
    fn a_key_of_another_program_is_a_note() {
        let text = "services:\n  a:\n    image: x\n    volumes:\n      - {type: bind, source: ./a, target: /a, content: b}\n";
        let found = found_in(&LINT, text);
        assert!(found.len() == 1 && found[0].contains("of Coolify's"), "{found:?}");
    }

    #[test]
    fn the_way_out_is_told() {
        let spec = super::Spec::get();
        let service = spec.at("services.*")[0];
        let (schema, _) = spec.narrow(service, Kind::Object).unwrap();
        for (key, expected) in [
            ("enviroment", "did you mean `environment`?"),
            ("context", "`context` goes under `build`"),
            ("restart_policy", "`restart_policy` goes under `deploy`"),
            ("net", "it is `network_mode` now"),
            ("zzz", "remove it; a name that begins with `x-` is left alone"),
        ] {
            assert_eq!(super::help(schema, key, "services.a"), expected);
        }
        let help = super::help(schema, "data", "services.volumes");
        assert!(help.contains("margin"), "{help}");
    }
}
