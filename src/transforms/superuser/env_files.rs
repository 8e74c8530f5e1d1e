//! Env files: a variable's new value where it is set, and a new variable beside another.

use crate::compose::env_file::Quote;
use crate::compose::model::{folder, join};
use crate::compose::usage::{Class, Confidence};
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::transforms::draft::Meaning;
use crate::transforms::plan::PlannedEdit;

use super::Change;
use super::server::{EnvFile, Server, env_path};

impl Change<'_, '_, '_> {
    /// Gives the superuser's variable its new value where it is set.
    pub(super) fn change_variable(&mut self, variable: &str) {
        let server = self.server;
        self.mirror(variable);
        let env = join(&server.project.folder, ".env").unwrap_or_default();
        let is_here = server.repo.get(&env).is_some();
        if !is_here {
            let message = format!(
                "`{variable}` has its new value as the default here; where it is set elsewhere (a shell, an env file that is not here), set it to `{}` there too",
                server.superuser.to
            );
            self.draft.plan.findings.push(Finding::info("variable-set-outside", message));
        }
    }

    /// Changes a variable in every env file that gives it the old superuser's name.
    pub(super) fn mirror(&mut self, variable: &str) {
        let server = self.server;
        for file in &server.env_files {
            let Some(entry) = file.entry(variable) else { continue };
            if file.value(variable) != server.old.name {
                continue;
            }
            if let Some(range) = entry.value.clone() {
                let span = Span::new(range.start, range.end);
                let reason = if file.is_template() {
                    "the superuser's variable, in a template"
                } else {
                    "the superuser's variable"
                };
                self.env_value(&file.file.path, &file.file.text, span, reason);
            }
        }
    }

    /// Replaces a value in an env file by the new superuser.
    pub(super) fn env_value(&mut self, path: &str, text: &str, span: Span, reason: &str) {
        let edit = Edit::replace(span, self.server.superuser.to.clone());
        let is_known = |one: &PlannedEdit| one.path == path && one.edit == edit;
        if self.draft.plan.edits.iter().any(is_known) {
            return;
        }
        let meaning = Meaning {
            span,
            class: Class::User,
            confidence: Confidence::Certain,
            reason: reason.to_owned(),
        };
        self.draft.edit(path, text, edit, meaning);
    }

    /// Adds a variable for a secret to each env file that has the one it was split from. A real
    /// file gets no value: a person must give it one.
    pub(super) fn add_secret(&mut self, old: &str, new: &str) {
        let server = self.server;
        let mut is_added = false;
        for file in &server.env_files {
            if file.entry(new).is_some() {
                is_added = true;
                continue;
            }
            let Some(line) = secret_line(file, old, new) else { continue };
            if server.is_of_apps(file) {
                continue;
            }
            is_added = true;
            let meaning = Meaning {
                span: Span::empty(line.at),
                class: Class::Identifier,
                confidence: Confidence::Certain,
                reason: "the superuser's password, apart from the apps'".to_owned(),
            };
            let edit = Edit::insert(line.at, line.text);
            self.draft.edit(&file.file.path, &file.file.text, edit, meaning);
            if !file.is_template() {
                let message = format!("`{new}` has no value yet: give it a new password");
                let finding = Finding::warning("secret-to-fill", message)
                    .at(&file.file.path, line.beside)
                    .help(format!(
                        "the old password stays the apps', under `{old}`; do not use it again"
                    ));
                self.draft.plan.findings.push(finding);
            }
        }
        if !is_added {
            let message = format!(
                "no env file here sets `{old}`, so none could get `{new}`: set it where `{old}` is set, to a new password"
            );
            self.draft.plan.findings.push(Finding::warning("secret-to-fill", message));
        }
    }
}

impl Change<'_, '_, '_> {
    /// Says that Compose files take a secret that no env file has before a later phase.
    pub(super) fn secret_to_come(&mut self, old: &str, new: &str) {
        let server = self.server;
        for file in server.env_files_without(old, new) {
            let message = format!("`{new}` is not set here yet, as env files are left out");
            let mut finding = Finding::warning("secret-to-fill", message).help(
                "set it to a new password before this is deployed; `--only config` adds the line",
            );
            if let Some(entry) = file.entry(old) {
                let span = Span::new(entry.name.start, entry.name.end);
                finding = finding.at(&file.file.path, span);
            }
            self.draft.plan.findings.push(finding);
        }
    }

    /// Says where to set a secret that Compose fills in, where the old one stands in an env file
    /// that Compose does not read.
    pub(super) fn add_secret_apart(&mut self, old: &str, new: &str) {
        let message = format!(
            "`{new}` is not set yet: {old} only reaches the container, so set it in .env beside the Compose file, to a new password"
        );
        self.draft.plan.findings.push(Finding::warning("secret-to-fill", message));
    }
}

impl<'a> Server<'a> {
    /// Gives the env files that have one variable and should have the other.
    pub(super) fn env_files_without<'s>(
        &'s self,
        old: &'s str,
        new: &'s str,
    ) -> impl Iterator<Item = &'s EnvFile<'a>> {
        self.env_files.iter().filter(move |file| {
            file.entry(old).is_some() && file.entry(new).is_none() && !self.is_of_apps(file)
        })
    }

    /// Tells whether an env file, or the one that its template is for, is what an app is given, and
    /// none that Compose reads: the app is not to have the superuser's password.
    fn is_of_apps(&self, file: &EnvFile<'_>) -> bool {
        let here = folder(&file.file.path);
        let is_beside = |service: &str, body: &Value| {
            let items = body.get("env_file").map(Value::items).unwrap_or_default();
            let mut paths = items.iter().filter_map(env_path);
            service != self.service() && paths.any(|path| folder(&path) == here)
        };
        here != self.project.folder
            && self.groups.iter().any(|group| {
                group.model.services.iter().any(|(service, body)| is_beside(service, body))
            })
    }
}

/// A line to be added.
struct Line {
    at: usize,
    text: String,
    /// The line before, which it was made after.
    beside: Span,
}

/// The line of a new secret behind that of another.
fn secret_line(file: &EnvFile<'_>, old: &str, new: &str) -> Option<Line> {
    let entry = file.entry(old)?;
    let text = &file.file.text;
    let end = entry.value.as_ref().map_or(entry.name.end, |value| value.end);
    let rest = text.get(end..)?;
    let line_end = end + rest.find('\n').unwrap_or(rest.len());
    let carriage = text.get(..line_end)?.ends_with('\r');
    let at = if carriage { line_end - 1 } else { line_end };
    let start = text.get(..entry.name.start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(start..entry.name.start)?.trim_start_matches('\u{feff}');
    let value = entry.value.clone().and_then(|value| text.get(value)).unwrap_or_default();
    let value = if file.is_template() { placeholder(value, old, new) } else { String::new() };
    let quote = match entry.quote {
        Quote::Bare => "",
        Quote::Single => "'",
        Quote::Double => "\"",
    };
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let text = format!("{line_break}{before}{new}={quote}{value}{quote}");
    Some(Line { at, text, beside: Span::new(entry.name.start, entry.name.end) })
}

/// A placeholder in the style of its neighbour's: the same, but for the other variable's name in
/// it. What may be a real secret is not copied.
fn placeholder(neighbour: &str, old: &str, new: &str) -> String {
    let lower = neighbour.to_ascii_lowercase();
    let (old, new) = (old.to_ascii_lowercase(), new.to_ascii_lowercase());
    let tells = [
        "your",
        "change",
        "replace",
        "generate",
        "example",
        "placeholder",
        "secret",
        "password",
        "random",
        "todo",
        "xxx",
        "***",
        "here",
        "<",
        "${",
    ];
    let is_word = |byte: u8| byte.is_ascii_lowercase() || b"_-<>*{}$. ".contains(&byte);
    if neighbour.is_empty() {
        return String::new();
    }
    if !tells.iter().any(|word| lower.contains(word)) {
        return "change_me".to_owned();
    }
    for mark in ["_", "-", " "] {
        let (own, other) = (old.replace('_', mark), new.replace('_', mark));
        if let Some(at) = lower.find(&own)
            && let (Some(before), Some(after)) =
                (neighbour.get(..at), neighbour.get(at + own.len()..))
        {
            let is_upper = neighbour.bytes().all(|byte| !byte.is_ascii_lowercase());
            let other = if is_upper { other.to_ascii_uppercase() } else { other };
            return format!("{before}{other}{after}");
        }
    }
    // `your_app_password` for APP_DB_PASSWORD speaks of the app.
    let usual = ["password", "pass", "db", "database", "pg", "postgres", "postgresql", "secret"];
    let own = old.split('_').find(|word| !usual.contains(word)).unwrap_or("\0");
    let speaks = lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == own);
    let is_plain = neighbour.bytes().map(|byte| byte.to_ascii_lowercase()).all(is_word);
    if speaks || !is_plain { "change_me".to_owned() } else { neighbour.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::placeholder;

    #[test]
    fn placeholders_are_like_their_neighbours() {
        for (neighbour, expected) in [
            ("", ""),
            ("changeme", "changeme"),
            ("<app db password>", "<pg password>"),
            ("your_secure_password", "your_secure_password"),
            ("your-app-password-here", "change_me"),
            ("generate-random-password", "generate-random-password"),
            ("Password123", "change_me"),
            ("put_app_db_password_here", "put_pg_password_here"),
            ("S3cr3t!real", "change_me"),
        ] {
            assert_eq!(placeholder(neighbour, "APP_DB_PASSWORD", "PG_PASSWORD"), expected);
        }
    }
}
