//! A configuration of dclint, translated to the `lint` section of composemod.yaml.

use std::fmt::Write as _;

use crate::compose::model::file_name;
use crate::diagnostics::{Finding, Severity};
use crate::lints::dclint::{RULES, Rule, rule};
use crate::lints::{Default, find};
use crate::text::source::SourceFile;
use crate::yaml::document::{Document, Entry, NodeId, ScalarStyle, SyntaxErrorKind};
use crate::yaml::scalar::spell;

/// Where dclint looks for its configuration, in order.
pub const FILE_NAMES: [&str; 17] = [
    "package.json",
    ".dclintrc",
    ".dclintrc.json",
    ".dclintrc.yaml",
    ".dclintrc.yml",
    ".dclintrc.js",
    ".dclintrc.ts",
    ".dclintrc.cjs",
    ".config/dclintrc",
    ".config/dclintrc.json",
    ".config/dclintrc.yaml",
    ".config/dclintrc.yml",
    ".config/dclintrc.js",
    "dclint.config.js",
    "dclint.config.ts",
    "dclint.config.mjs",
    "dclint.config.cjs",
];

/// A translation.
#[derive(Debug)]
pub struct Translation {
    /// The `lint` section.
    pub text: String,
    /// What has no counterpart.
    pub findings: Vec<Finding>,
}

/// Translates a configuration. Nothing where it is a package.json that has none.
///
/// # Errors
/// It can't be read.
pub fn translate(source: &SourceFile) -> Result<Option<Translation>, Finding> {
    let name = file_name(&source.path);
    if [".js", ".ts", ".cjs", ".mjs"].iter().any(|end| name.ends_with(end)) {
        let message = format!("{}: a program would have to be run to read it", source.path);
        let help = "print what it exports into a .dclintrc.json, and translate that";
        return Err(Finding::error("config-unreadable", message).help(help));
    }
    let (doc, errors) = Document::parse(&source.text);
    if let Some(error) = errors.iter().find(|error| error.kind != SyntaxErrorKind::DuplicateKey) {
        let finding = Finding::error("config-syntax", error.message.clone());
        return Err(finding.at(source.path.as_str(), error.span).help("mend it here"));
    }
    let root = doc.roots().first().copied();
    let root = match name {
        "package.json" => match root.and_then(|root| doc.get(root, "dclint")) {
            Some(entry) => Some(entry.value),
            None => return Ok(None),
        },
        _ => root,
    };
    let mut reader = Reader { doc: &doc, path: &source.path, findings: Vec::new() };
    let section = reader.section(root);
    let text = section.text(&source.path);
    Ok(Some(Translation { text, findings: reader.findings }))
}

/// What composemod.yaml is to say.
#[derive(Debug, Default)]
struct Section {
    select: Vec<&'static str>,
    ignore: Vec<&'static str>,
    severity: Vec<(&'static str, Severity)>,
    exclude: Vec<String>,
    /// By lint: its option, and what it is set to.
    options: Vec<(&'static str, &'static str, Vec<String>)>,
}

impl Section {
    fn text(&self, path: &str) -> String {
        let plain = |text: &str| spell(text, ScalarStyle::Plain, false);
        let mut out = format!("# What {path} tells dclint.\nlint:\n");
        let mut list = |key: &str, items: &[String]| {
            if !items.is_empty() {
                let _ = writeln!(out, "  {key}:");
            }
            for item in items {
                let _ = writeln!(out, "    - {}", plain(item));
            }
        };
        let owned =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        list("select", &owned(&self.select));
        list("ignore", &owned(&self.ignore));
        list("exclude", &self.exclude);
        if !self.severity.is_empty() {
            out.push_str("  severity:\n");
        }
        for (lint, severity) in &self.severity {
            let _ = writeln!(out, "    {lint}: {}", severity.word());
        }
        if !self.options.is_empty() {
            out.push_str("  options:\n");
        }
        for (lint, option, values) in &self.options {
            let _ = writeln!(out, "    {lint}:");
            match values.as_slice() {
                [value] if *option != ORDER => {
                    let _ = writeln!(out, "      {option}: {}", plain(value));
                }
                values => {
                    let _ = writeln!(out, "      {option}:");
                    for value in values {
                        let _ = writeln!(out, "        - {}", plain(value));
                    }
                }
            }
        }
        out
    }
}

/// The option of lints of order.
const ORDER: &str = "order";

struct Reader<'d> {
    doc: &'d Document,
    path: &'d str,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn tell(&mut self, node: NodeId, message: String, help: impl Into<String>) {
        let finding = Finding::warning("no-counterpart", message);
        self.findings.push(finding.at(self.path, self.doc.node(node).span).help(help));
    }

    fn text(&self, node: NodeId) -> String {
        self.doc.value(node).unwrap_or_default().into_owned()
    }

    fn texts(&self, list: NodeId) -> Vec<String> {
        self.doc.items(list).iter().map(|item| self.text(item.value)).collect()
    }

    fn section(&mut self, root: Option<NodeId>) -> Section {
        let mut section = Section::default();
        let mut rules: Vec<Entry> = Vec::new();
        for entry in root.map(|root| self.doc.entries(root)).unwrap_or_default() {
            match &*self.text(entry.key) {
                "rules" => rules.extend(self.doc.entries(entry.value)),
                "exclude" => {
                    for path in self.texts(entry.value) {
                        let path = path.trim_matches('/').trim_start_matches("./").to_owned();
                        section.exclude.extend([format!("**/{path}"), format!("**/{path}/**")]);
                    }
                    let message = "dclint leaves out each path that holds one of these texts, and \
                                   composemod whole files and folders";
                    let help = "see whether the patterns in `exclude` cover what is meant";
                    self.tell(entry.key, message.to_owned(), help);
                }
                "quiet" if self.text(entry.value) == "true" => {
                    let message = "composemod.yaml has no `quiet`".to_owned();
                    self.tell(entry.key, message, "say `composemod check --fail-on error`");
                }
                "quiet" | "debug" | "$schema" => {}
                key => {
                    let message = format!("dclint has no setting `{key}`");
                    self.tell(entry.key, message, "leave it out");
                }
            }
        }
        section.select.push("DEFAULT");
        for known in &RULES {
            let entry = rules.iter().find(|entry| self.text(entry.key) == known.name);
            let (level, options) = match entry {
                None => (Level::Own, None),
                Some(entry) => self.level(*entry),
            };
            self.rule(known, level, &mut section);
            for option in options.map(|options| self.doc.entries(options).to_vec()).iter().flatten()
            {
                self.option(known, *option, &mut section);
            }
        }
        for entry in &rules {
            let name = self.text(entry.key);
            if rule(&name).is_none() {
                let message = format!("dclint has no rule `{name}`");
                self.tell(entry.key, message, "leave it out");
            }
        }
        section
    }

    /// Reads `0`, `1`, `2`, or one of them with options.
    fn level(&mut self, entry: Entry) -> (Level, Option<NodeId>) {
        let items = self.doc.items(entry.value);
        let level = items.first().map_or(entry.value, |item| item.value);
        let options = items.get(1).map(|item| item.value);
        let level = match &*self.text(level) {
            "0" => Level::Off,
            "1" => Level::Is(Severity::Warning),
            "2" => Level::Is(Severity::Error),
            _ => {
                let message = format!("`{}` has no level that dclint knows", self.text(entry.key));
                self.tell(entry.key, message, "write 0, 1 or 2");
                Level::Own
            }
        };
        (level, options)
    }

    fn rule(&mut self, rule: &Rule, level: Level, section: &mut Section) {
        let lint = find(rule.lint());
        let is_default = lint.is_some_and(|lint| lint.default == Default::On);
        match level {
            Level::Off if is_default => section.ignore.push(rule.lint()),
            Level::Off => {}
            _ if is_default => {}
            _ => section.select.push(rule.lint()),
        }
        if let Level::Is(severity) = level
            && lint.is_none_or(|lint| lint.severity != severity)
        {
            section.severity.push((rule.lint(), severity));
        }
    }

    fn option(&mut self, rule: &Rule, option: Entry, section: &mut Section) {
        let name = self.text(option.key);
        match (rule.name, &*name) {
            ("require-quotes-in-ports", "quoteType") => {
                section.options.push((rule.lint(), "quotes", vec![self.text(option.value)]));
            }
            ("top-level-properties-order", "customOrder") => {
                let keys = self.texts(option.value).into_iter();
                let keys = keys.map(|key| match &*key {
                    "x-properties" => "x-".to_owned(),
                    _ => key,
                });
                section.options.push((rule.lint(), ORDER, keys.collect()));
            }
            ("service-keys-order", "groupOrder" | "groups") => {
                let is_told = section.options.iter().any(|(lint, ..)| *lint == rule.lint());
                let options = self.doc.node(option.key).parent.filter(|_| !is_told);
                if let Some(order) = options.map(|options| self.keys(options)) {
                    section.options.push((rule.lint(), ORDER, order));
                }
            }
            _ => {
                let message = format!("`{}` has no option like `{name}`", rule.lint());
                let help = format!("`composemod explain {}` tells its options", rule.lint());
                self.tell(option.key, message, help);
            }
        }
    }

    /// Gives the keys of all groups in order.
    fn keys(&mut self, options: NodeId) -> Vec<String> {
        let own = self.doc.get(options, "groups").map(|entry| entry.value);
        let order = self.doc.get(options, "groupOrder").map(|entry| entry.value);
        let order = match order {
            Some(order) => self.texts(order),
            None => GROUPS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        let mut keys: Vec<String> = Vec::new();
        for group in order {
            let own = own.and_then(|own| self.doc.get(own, &group));
            let usual = GROUPS.iter().find(|(name, _)| *name == group);
            let found = match (own, usual) {
                (Some(own), _) => self.texts(own.value),
                (None, Some((_, keys))) => keys.iter().map(|key| (*key).to_owned()).collect(),
                (None, None) => {
                    let message = format!("dclint has no group of keys `{group}`");
                    self.tell(options, message, "leave it out");
                    Vec::new()
                }
            };
            for key in found {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }
}

/// How grave a rule is.
#[derive(Clone, Copy, Debug)]
enum Level {
    Off,
    /// As the lint is by itself.
    Own,
    Is(Severity),
}

/// The groups of `service-keys-order`, with their keys.
const GROUPS: [(&str, &[&str]); 9] = [
    ("Core Definitions", &["image", "build", "container_name"]),
    ("Service Dependencies", &["depends_on"]),
    ("Data Management and Configuration", &["volumes", "volumes_from", "configs", "secrets"]),
    ("Environment Configuration", &["environment", "env_file"]),
    ("Networking", &["ports", "networks", "network_mode", "extra_hosts"]),
    ("Runtime Behavior", &["command", "entrypoint", "working_dir", "restart", "healthcheck"]),
    ("Operational Metadata", &["logging", "labels"]),
    ("Security and Execution Context", &["user", "isolation"]),
    ("Other", &[]),
];

#[cfg(test)]
mod tests {
    use super::translate;
    use crate::repo::config::Config;
    use crate::text::source::SourceFile;

    fn translated(path: &str, text: &str) -> (String, Vec<String>) {
        let translation = translate(&SourceFile::new(path, text)).unwrap().unwrap();
        let told = translation.findings.into_iter().map(|finding| finding.message).collect();
        let read = Config::parse(&SourceFile::new("composemod.yaml", translation.text.as_str()));
        assert!(read.is_ok(), "{read:?}\n{}", translation.text);
        (translation.text, told)
    }

    #[test]
    fn levels_become_selection_and_severity() {
        let text = r#"{"rules": {"service-keys-order": 0, "services-alphabetical-order": 2, "service-image-require-explicit-tag": 0, "require-quotes-in-ports": [1, {"quoteType": "double"}]}, "exclude": ["legacy"], "quiet": true}"#;
        let (text, told) = translated(".dclintrc", text);
        assert!(
            text.contains("    - DEFAULT\n") && text.contains("    - ports-unsorted\n"),
            "{text}"
        );
        assert!(!text.contains("service-keys-unsorted"), "{text}");
        assert!(text.contains("  ignore:\n    - image-tag-missing\n"), "{text}");
        assert!(text.contains("    services-unsorted: error\n"), "{text}");
        assert!(!text.contains("ports-unquoted: warning"), "{text}");
        assert!(text.contains("    ports-unquoted:\n      quotes: double\n"), "{text}");
        assert!(text.contains("**/legacy/**"), "{text}");
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[test]
    fn options_are_translated_or_told() {
        let text = "rules:\n  top-level-properties-order: [1, {customOrder: [name, x-properties, services]}]\n  service-keys-order: [1, {groupOrder: [Networking, Core Definitions], groups: {Networking: [ports]}}]\n  service-image-require-explicit-tag: [1, {prohibitedTags: [x]}]\n  no-such-rule: 1\n  no-version-field: 3\n";
        let (text, told) = translated(".dclintrc.yaml", text);
        let keys = "      order:\n        - ports\n        - image\n        - build\n        - container_name\n";
        assert!(text.contains(keys), "{text}");
        assert!(text.contains("        - name\n        - x-\n        - services\n"), "{text}");
        assert_eq!(told.len(), 3, "{told:?}");
    }

    #[test]
    fn other_files() {
        let package = r#"{"name": "x", "dclint": {"rules": {"no-version-field": 0}}}"#;
        assert!(translated("package.json", package).0.contains("DEFAULT"));
        assert!(translate(&SourceFile::new("package.json", "{}")).unwrap().is_none());
        assert!(translate(&SourceFile::new(".dclintrc.cjs", "module.exports = {}")).is_err());
        assert!(translate(&SourceFile::new(".dclintrc", "{rules: [")).is_err());
        assert!(translated(".dclintrc", "").0.contains("lint:\n  select:\n    - DEFAULT"));
    }
}
