//! What a declaration must be beyond its types: names that can be given, and no two wishes that
//! contradict each other.

use std::collections::BTreeMap;

use crate::compose::model::join;
use crate::compose::names::Namespace;
use crate::compose::naming;
use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::text::source::SourceFile;
use crate::text::span::Span;

use super::{
    Allowance, At, Config, KeyOrder, LintOptions, LintSettings, RenameDeclaration,
    SuperuserDeclaration,
};

/// Says what is wrong with a declaration whose types are right.
pub(super) fn check(config: &Config, source: &SourceFile) -> Vec<Finding> {
    let mut checker = Checker { source, findings: Vec::new() };
    for rename in &config.renames {
        checker.rename(rename);
    }
    checker.renames_together(&config.renames);
    checker.superusers(config);
    checker.projects(config);
    checker.lint(&config.lint);
    checker.findings
}

/// Gives a declared path in the form of all paths; nothing where it leaves the root.
pub(super) fn from_root(path: &str) -> Option<String> {
    join("", path).filter(|path| !path.is_empty())
}

/// Says that a declared file is not there.
pub(super) fn missing_file(file: &At<String>, known: &[SourceFile], path: &str) -> Finding {
    let near = nearest(&file.value, known.iter().map(|known| known.path.as_str()));
    let help = match near.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => "paths are from the root".to_owned(),
    };
    let message = format!("`{}` is no file that can be read here", file.value);
    Finding::error("config-file-missing", message).at(path, file.span).help(help)
}

/// Names that a rename's service answers to in the end; of its aliases, those before a place.
fn answers(rename: &RenameDeclaration, before: Span) -> impl Iterator<Item = &At<String>> {
    let has_hosts = matches!(rename.kind, Namespace::Service | Namespace::Container);
    let old = std::iter::once(&rename.from).filter(|_| rename.keep_alias);
    let aliases = rename.aliases.iter().filter(move |alias| alias.span < before);
    old.chain([&rename.to]).chain(aliases).filter(move |_| has_hosts)
}

struct Checker<'s> {
    source: &'s SourceFile,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn invalid(&mut self, span: Span, message: String, help: impl Into<String>) {
        let finding = Finding::error("config-invalid-value", message);
        self.findings.push(finding.at(self.source.path.as_str(), span).help(help));
    }

    fn conflict(&mut self, span: Span, message: String, help: impl Into<String>) {
        let finding = Finding::error("config-conflict", message);
        self.findings.push(finding.at(self.source.path.as_str(), span).help(help));
    }

    fn line(&self, span: Span) -> usize {
        self.source.position(span.range().start).line
    }

    fn rename(&mut self, rename: &RenameDeclaration) {
        let kind = rename.kind;
        self.name(&rename.from, kind);
        self.name(&rename.to, kind);
        if rename.from.value == rename.to.value {
            let message = format!("`{}` is the old name too", rename.to.value);
            self.conflict(rename.to.span, message, "give another name, or take the rename away");
        }
        for alias in &rename.aliases {
            self.name(alias, Namespace::Service);
        }
        self.once(&rename.aliases, "alias");
        if let Some(name) = rename.container_name.as_ref() {
            if kind != Namespace::Service {
                let message = format!("a {} has no container name", kind.word());
                self.conflict(name.span, message, "take `container-name` away");
            }
            self.name(name, Namespace::Container);
        }
        let has_hosts = matches!(kind, Namespace::Service | Namespace::Container);
        if let (Some(alias), false) = (rename.aliases.first(), has_hosts) {
            let message = format!("a {} can't be reached by an alias", kind.word());
            self.conflict(alias.span, message, "take `aliases` away");
        }
        if let Some(until) = &rename.keep_alias_until {
            let (message, help) = if !rename.keep_alias {
                (
                    "the old name's alias is not kept at all: `keep-alias: false`".to_owned(),
                    "keep one of the two keys",
                )
            } else if !has_hosts {
                (format!("a {} keeps no alias", kind.word()), "take `keep-alias-until` away")
            } else {
                return;
            };
            self.conflict(until.span, message, help);
        }
    }

    fn name(&mut self, name: &At<String>, kind: Namespace) {
        if let Some(problem) = naming::problem(&name.value, kind) {
            self.invalid(name.span, problem, "give another name");
        }
    }

    fn filled(&mut self, text: &At<String>) {
        if text.value.is_empty() {
            self.invalid(
                text.span,
                "an empty text names nothing".to_owned(),
                "write what is meant",
            );
        }
    }

    /// Reports values that a list has twice.
    fn once(&mut self, values: &[At<String>], what: &str) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for value in values {
            if let Some(first) = seen.insert(&value.value, value.span) {
                let message = format!(
                    "the {what} `{}` stands in line {} already",
                    value.value,
                    self.line(first)
                );
                self.conflict(value.span, message, "keep one of the two");
            }
        }
    }

    /// Renames are made in turn, so no two of them may want the same name.
    fn renames_together(&mut self, renames: &[RenameDeclaration]) {
        for (at, rename) in renames.iter().enumerate() {
            for earlier in renames.iter().take(at) {
                if earlier.kind == rename.kind {
                    self.two_renames(earlier, rename);
                }
            }
            for alias in &rename.aliases {
                let others = renames.iter().enumerate().filter(|(other, _)| *other != at);
                let mut names = others.flat_map(|(_, other)| answers(other, alias.span));
                if let Some(taken) = names.find(|name| name.value == alias.value) {
                    let message = format!(
                        "line {} gives the name `{}` to another service: answers would come from both in turn",
                        self.line(taken.span),
                        alias.value
                    );
                    self.conflict(alias.span, message, "give each name to one service");
                }
            }
        }
    }

    fn two_renames(&mut self, earlier: &RenameDeclaration, later: &RenameDeclaration) {
        let line = |checker: &Self, name: &At<String>| checker.line(name.span);
        if earlier.from.value == later.from.value {
            let first = line(self, &earlier.from);
            let message = format!("`{}` is renamed in line {first} already", later.from.value);
            self.conflict(later.from.span, message, "keep one of the two");
        } else if earlier.to.value == later.to.value {
            let first = line(self, &earlier.to);
            let message = format!("`{}` is the new name in line {first} already", later.to.value);
            self.conflict(later.to.span, message, "give another name to one of the two");
        }
        for (before, after) in [(earlier, later), (later, earlier)] {
            if before.to.value == after.from.value && before.from.value != before.to.value {
                let message = format!(
                    "a chain: `{}` becomes `{}` in line {}, and that becomes `{}`",
                    before.from.value,
                    before.to.value,
                    line(self, &before.to),
                    after.to.value
                );
                let help = if before.from.value == after.to.value {
                    "a name can't come and go in one declaration: take a third name".to_owned()
                } else {
                    format!(
                        "declare one rename, from `{}` to `{}`, with `{}` among its aliases",
                        before.from.value, after.to.value, after.from.value
                    )
                };
                self.conflict(after.from.span, message, help);
            }
        }
    }

    fn superusers(&mut self, config: &Config) {
        let services: Vec<At<String>> =
            config.superusers.iter().map(|superuser| superuser.service.clone()).collect();
        self.once(&services, "service");
        for superuser in &config.superusers {
            self.superuser(superuser);
            let renamed = config.renames.iter().find(|rename| {
                rename.kind == Namespace::Service && rename.from.value == superuser.service.value
            });
            if let Some(rename) = renamed {
                let message = format!(
                    "`{}` is renamed in line {}, and superusers are changed after all renames",
                    rename.from.value,
                    self.line(rename.from.span)
                );
                let help = format!("write `service: {}`", rename.to.value);
                self.conflict(superuser.service.span, message, help);
            }
        }
    }

    fn superuser(&mut self, superuser: &SuperuserDeclaration) {
        self.name(&superuser.service, Namespace::Service);
        let database = superuser.default_database.as_ref();
        for name in superuser.from.iter().chain([&superuser.to]).chain(database) {
            self.filled(name);
        }
        if superuser.from.as_ref().is_some_and(|from| from.value == superuser.to.value) {
            let message = format!("`{}` is the superuser as it is too", superuser.to.value);
            self.conflict(superuser.to.span, message, "give another name");
        }
        if let Some(variable) = &superuser.split_password {
            let name = &variable.value;
            let is_word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
            let is_variable = name.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_')
                && name.chars().all(is_word);
            if !is_variable {
                let message = format!("`{name}` is no variable's name");
                let help = "write letters, digits and `_`: POSTGRES_SUPERUSER_PASSWORD";
                self.invalid(variable.span, message, help);
            }
        }
    }

    fn projects(&mut self, config: &Config) {
        let mut known: Vec<(Vec<String>, Span)> = Vec::new();
        for project in &config.projects {
            self.once(&project.files, "file");
            for file in &project.files {
                if from_root(&file.value).is_none() {
                    let message =
                        format!("`{}` is no path from the root to a file in it", file.value);
                    self.invalid(
                        file.span,
                        message,
                        "write it without a slash before it and without `..`",
                    );
                }
            }
            let Some(first) = project.files.first() else { continue };
            let files: Vec<String> = project.files.iter().map(|file| file.value.clone()).collect();
            match known.iter().find(|(other, _)| *other == files) {
                Some((_, span)) => {
                    let message =
                        format!("this project is declared in line {} already", self.line(*span));
                    self.conflict(first.span, message, "keep one of the two");
                }
                None => known.push((files, first.span)),
            }
        }
    }

    fn lint(&mut self, lint: &LintSettings) {
        let lists = [&lint.select, &lint.ignore, &lint.exclude];
        for text in lists.into_iter().flatten() {
            self.filled(text);
        }
        for Allowance { paths, lints, .. } in &lint.allow {
            for text in paths.iter().chain(lints) {
                self.filled(text);
            }
        }
        self.options(&lint.options);
    }

    fn options(&mut self, options: &LintOptions) {
        for KeyOrder { order } in [&options.service_keys_unsorted, &options.top_level_unsorted] {
            self.once(order, "key");
            for key in order {
                self.filled(key);
            }
        }
        let Some(pattern) = &options.container_name_pattern.pattern else { return };
        self.filled(pattern);
        if regex::Regex::new(&pattern.value).is_err() {
            let message = format!("`{}` is no regular expression", pattern.value);
            self.invalid(pattern.span, message, "write one: '^[a-z][a-z0-9-]+$'");
        }
    }
}
