//! The schema and the reader take the same files, and what is wrong is said at its place.

use serde_json::Value;

use super::{Config, Quotes};
use crate::text::source::SourceFile;

/// Every key there is.
const FULL: &str = "\
renames:
  - from: ticket-db
    to: main-db
    kind: service
    container-name: keep
    aliases: [postgres, store]
    keep-alias: true
    keep-alias-until: 2027-01-31
  - {from: data, to: main-data, kind: volume}
superusers:
  - service: main-db
    from: ticket
    to: postgres
    default-database: ticket
    split-password: POSTGRES_SUPERUSER_PASSWORD
projects:
  - files: [deploy/base.yml, deploy/prod.yml]
lint:
  select: [ALL]
  ignore: [services-unsorted]
  severity: {image-tag-missing: warning}
  fail-on: error
  exclude: ['archive/**']
  allow:
    - {paths: ['docs/**'], lints: [stale-name], reason: kept as history}
  options:
    container-name-pattern: {pattern: '^[a-z-]+$'}
    ports-unquoted: {quotes: double}
    service-keys-unsorted: {order: [image, build]}
    top-level-unsorted: {order: [name, services, x-]}
";

fn parse(text: &str) -> Result<Config, Vec<crate::diagnostics::Finding>> {
    Config::parse(&SourceFile::new("composemod.yaml", text))
}

/// Errors as `line:column id: message (help)`.
fn errors(text: &str) -> Vec<String> {
    let source = SourceFile::new("composemod.yaml", text);
    let line = |finding: &crate::diagnostics::Finding| {
        let at = finding.place.as_ref().map(|place| source.position(place.span.range().start));
        let (line, column) = at.map_or((0, 0), |at| (at.line, at.column));
        let help = finding.help.as_deref().unwrap_or_default();
        format!("{line}:{column} {}: {} ({help})", finding.id, finding.message)
    };
    parse(text).err().unwrap_or_default().iter().map(line).collect()
}

#[test]
fn everything_is_read() {
    let config = parse(FULL).unwrap();
    let rename = &config.renames[0];
    assert_eq!((&*rename.from.value, &*rename.to.value), ("ticket-db", "main-db"));
    assert_eq!(
        rename.keep_alias_until.as_ref().map(|at| at.value.to_string()).as_deref(),
        Some("2027-01-31")
    );
    assert_eq!(
        rename.aliases.iter().map(|alias| &*alias.value).collect::<Vec<_>>(),
        ["postgres", "store"]
    );
    assert!(rename.keep_alias && config.renames[1].keep_alias);
    assert_eq!(config.superusers[0].default_database.as_ref().map(|at| &*at.value), Some("ticket"));
    assert_eq!(config.project_files(), [["deploy/base.yml", "deploy/prod.yml"]]);
    assert_eq!(config.lint.severity.len(), 1);
    assert_eq!(config.lint.allow[0].reason.as_ref().map(|at| &*at.value), Some("kept as history"));
    let options = &config.lint.options;
    assert_eq!(options.ports_unquoted.quotes, Quotes::Double);
    assert_eq!(options.top_level_unsorted.order.len(), 3);
}

#[test]
fn a_file_with_nothing_declares_nothing() {
    for text in ["", "# nothing yet\n", "---\n", "{}\n"] {
        assert!(parse(text).unwrap().renames.is_empty(), "{text:?}");
    }
}

/// Gives the schema's objects by where they stand in [`FULL`], with their keys.
fn schema_keys(schema: &Value, here: &Value, path: &str, found: &mut Vec<(String, Vec<String>)>) {
    let reference =
        here.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    if let Some(definition) = reference.and_then(|name| schema.pointer(name)) {
        schema_keys(schema, definition, path, found);
    }
    if let Some(items) = here.get("items") {
        schema_keys(schema, items, &format!("{path}/0"), found);
    }
    if let Some(keys) = here.get("properties").and_then(Value::as_object) {
        found.push((path.to_owned(), keys.keys().cloned().collect()));
        for (key, value) in keys {
            schema_keys(schema, value, &format!("{path}/{key}"), found);
        }
    }
}

#[test]
fn the_reader_asks_for_every_key_of_the_schema() {
    let schema = Config::schema().to_value();
    let full: Value = serde_yaml::from_str(FULL).unwrap();
    let mut objects = Vec::new();
    schema_keys(&schema, &schema, "", &mut objects);
    assert_eq!(objects.len(), 11, "{objects:?}");
    for (path, mut keys) in objects {
        // `FULL` is read without an error, so its keys are those that the reader asks for.
        let written = full.pointer(&path).and_then(Value::as_object).unwrap();
        let mut written: Vec<String> = written.keys().cloned().collect();
        written.sort();
        keys.sort();
        assert_eq!(written, keys, "{path}");
    }
}

#[test]
fn every_key_of_the_schema_is_described() {
    let schema = Config::schema().to_value();
    let definitions = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for definition in definitions {
        let keys = definition.get("properties").and_then(Value::as_object);
        for (key, value) in keys.into_iter().flatten() {
            assert!(value.get("description").is_some(), "{key}: {value}");
        }
    }
}

#[test]
fn schema_and_reader_accept_the_same() {
    let schema = Config::schema().to_value();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (text, is_valid) in [
        (FULL, true),
        ("{}", true),
        ("renames: []", true),
        ("renames: [{from: a, to: b}]", true),
        ("renames: [{from: a, to: b, kind: secret}]", true),
        ("renames: [{from: a, to: '1'}]", true),
        ("renames: [{from: a, to: yes}]", true),
        ("renames: [{from: a, to: b, aliases: []}]", true),
        ("renames: [&one {from: a, to: b}]\nsuperusers: [{service: b, to: &p p}]", true),
        ("superusers: [{service: a, to: p, from: 'odd name'}]", true),
        ("lint: {severity: {x: error}, allow: [{paths: [a], lints: [b]}]}", true),
        ("[]", false),
        ("text", false),
        ("rename: []", false),
        ("renames:", false),
        ("renames: {}", false),
        ("renames: [a]", false),
        ("renames: [{from: a}]", false),
        ("renames: [{to: a}]", false),
        ("renames: [{from: a, to: }]", false),
        ("renames: [{from: a, to: 1}]", false),
        ("renames: [{from: a, to: true}]", false),
        ("renames: [{from: a, to: [b]}]", false),
        ("renames: [{from: a, to: b, too: c}]", false),
        ("renames: [{from: a, to: ''}]", false),
        ("renames: [{from: a, to: b c}]", false),
        ("renames: [{from: a, to: b, kind: Service}]", false),
        ("renames: [{from: a, to: b, kind: pod}]", false),
        ("renames: [{from: a, to: b, aliases: c}]", false),
        ("renames: [{from: a, to: b, aliases: [c, c]}]", false),
        ("renames: [{from: a, to: b, aliases: [c/d]}]", false),
        ("renames: [{from: a, to: b, container-name: b/c}]", false),
        ("renames: [{from: a, to: b, keep-alias: 'no'}]", false),
        ("renames: [{from: a, to: b, keep-alias: no}]", false),
        ("renames: [{from: a, to: b, keep-alias-until: 2027-02-30}]", false),
        ("renames: [{from: a, to: b, keep-alias-until: 2027-1-3}]", false),
        ("renames: [{from: a, to: b, keep-alias-until: 2027}]", false),
        ("renames: [{from: a, to: b, keep-alias-until: }]", false),
        ("superusers: [{service: a}]", false),
        ("superusers: [{to: a}]", false),
        ("superusers: [{service: a, to: ''}]", false),
        ("superusers: [{service: a, to: p, default-database: ''}]", false),
        ("superusers: [{service: a, to: p, split-password: A-B}]", false),
        ("superusers: [{service: a, to: p, split-password: 1A}]", false),
        ("projects: [{}]", false),
        ("projects: [{files: []}]", false),
        ("projects: [{files: ['']}]", false),
        ("projects: [{files: [a, a]}]", false),
        ("projects: [{files: a}]", false),
        ("lint: []", false),
        ("lint: {select: ALL}", false),
        ("lint: {select: ['']}", false),
        ("lint: {severity: [x]}", false),
        ("lint: {severity: {x: fatal}}", false),
        ("lint: {allow: [{paths: [a]}]}", false),
        ("lint: {options: {ports-unquoted: {}}}", true),
        ("lint: {options: {ports-unquoted: {quotes: curly}}}", false),
        ("lint: {options: {image-tag-missing: {}}}", false),
        ("lint: {options: {top-level-unsorted: {order: [a, a]}}}", false),
        ("lint: {options: {container-name-pattern: {pattern: ''}}}", false),
        ("lint: {allow: [{paths: [], lints: [b]}]}", false),
        ("lint: {allow: [{paths: [a], lints: [b], reason: 1}]}", false),
    ] {
        let value: Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(validator.is_valid(&value), is_valid, "the schema: {text}");
        assert_eq!(parse(text).is_ok(), is_valid, "the reader: {text}: {:?}", errors(text));
    }
}

#[test]
fn all_errors_are_told_with_place_and_way_out() {
    let text = "\
renames:
  - from: a
    too: b
  - from: c
    to: 12
    keep-alias-until: 2027-02-30
    kind: servise
superuser: []
";
    assert_eq!(
        errors(text),
        [
            "2:5 config-missing-key: a rename without `to` (add `to: …`)",
            "3:5 config-unknown-key: a rename has no key `too` (did you mean `to`?)",
            "5:9 config-wrong-type: text is wanted here, but this is a number (put it in quotes)",
            "6:23 config-invalid-value: `2027-02-30` is no day of the calendar (write a day as YYYY-MM-DD: 2027-01-31)",
            "7:11 config-invalid-value: `servise` is none of `service`, `container`, `volume`, `network`, `secret`, `config`, `model` (did you mean `service`?)",
            "8:1 config-unknown-key: composemod.yaml has no key `superuser` (did you mean `superusers`?)",
        ]
    );
}

#[test]
fn wishes_that_contradict_each_other_are_told() {
    for (text, expected) in [
        (
            "renames:\n- {from: a, to: b}\n- {from: a, to: c}\n",
            "3:10 config-conflict: `a` is renamed in line 2 already (keep one of the two)",
        ),
        (
            "renames:\n- {from: a, to: b}\n- {from: c, to: b}\n",
            "3:17 config-conflict: `b` is the new name in line 2 already (give another name to one of the two)",
        ),
        (
            "renames:\n- {from: a, to: b}\n- {from: b, to: c}\n",
            "3:10 config-conflict: a chain: `a` becomes `b` in line 2, and that becomes `c` (declare one rename, from `a` to `c`, with `b` among its aliases)",
        ),
        (
            "renames:\n- {from: b, to: c}\n- {from: a, to: b}\n",
            "2:10 config-conflict: a chain: `a` becomes `b` in line 3, and that becomes `c` (declare one rename, from `a` to `c`, with `b` among its aliases)",
        ),
        (
            "renames: [{from: a, to: a}]",
            "1:25 config-conflict: `a` is the old name too (give another name, or take the rename away)",
        ),
        (
            "renames:\n- {from: a, to: b, aliases: [c]}\n- {from: c, to: d}\n",
            "2:30 config-conflict: line 3 gives the name `c` to another service: answers would come from both in turn (give each name to one service)",
        ),
        (
            "renames:\n- {from: a, to: b, aliases: [x]}\n- {from: c, to: d, aliases: [x]}\n",
            "3:30 config-conflict: line 2 gives the name `x` to another service: answers would come from both in turn (give each name to one service)",
        ),
        (
            "renames: [{from: aa, to: bb, kind: volume, aliases: [c]}]",
            "1:54 config-conflict: a volume can't be reached by an alias (take `aliases` away)",
        ),
        (
            "renames: [{from: a, to: b, kind: network, container-name: c1}]",
            "1:59 config-conflict: a network has no container name (take `container-name` away)",
        ),
        (
            "renames: [{from: a, to: b, keep-alias: false, keep-alias-until: 2027-01-31}]",
            "1:65 config-conflict: the old name's alias is not kept at all: `keep-alias: false` (keep one of the two keys)",
        ),
        (
            "renames:\n- {from: a, to: b}\nsuperusers:\n- {service: a, to: postgres}\n",
            "4:13 config-conflict: `a` is renamed in line 2, and superusers are changed after all renames (write `service: b`)",
        ),
        (
            "superusers:\n- {service: a, to: b}\n- {service: a, to: c}\n",
            "3:13 config-conflict: the service `a` stands in line 2 already (keep one of the two)",
        ),
        (
            "superusers: [{service: a, from: b, to: b}]",
            "1:40 config-conflict: `b` is the superuser as it is too (give another name)",
        ),
        (
            "projects:\n- files: [a.yml]\n- files: [a.yml]\n",
            "3:11 config-conflict: this project is declared in line 2 already (keep one of the two)",
        ),
        (
            "projects: [{files: [../a.yml]}]",
            "1:21 config-invalid-value: `../a.yml` is no path from the root to a file in it (write it without a slash before it and without `..`)",
        ),
        (
            "lint: {options: {container-name-pattern: {pattern: '['}}}",
            "1:52 config-invalid-value: `[` is no regular expression (write one: '^[a-z][a-z0-9-]+$')",
        ),
        (
            "renames: []\nrenames: []\n",
            "2:1 config-syntax: the key `renames` stands twice in this mapping (keep one of the two)",
        ),
        (
            "renames: []\n---\nrenames: []\n",
            "3:1 config-syntax: a second YAML document, but a declaration is one (remove `---` and what follows it)",
        ),
    ] {
        assert_eq!(errors(text), [expected], "{text}");
    }
    for text in [
        "renames:\n- {from: a, to: b, keep-alias: false}\n- {from: c, to: d, aliases: [a]}\n",
        "renames:\n- {from: aa, to: bb}\n- {from: aa, to: bb, kind: volume}\n",
        "projects:\n- files: [base.yml, a.yml]\n- files: [base.yml, b.yml]\n",
    ] {
        assert_eq!(errors(text), [""; 0], "{text}");
    }
}

#[test]
fn broken_yaml_is_one_error() {
    let told = errors("renames: [\n");
    assert!(matches!(&*told, [one] if one.contains("config-syntax")), "{told:?}");
}
