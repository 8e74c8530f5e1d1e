//! Makefiles, justfiles, Procfiles and Taskfiles: recipes are shell, targets are names.

use std::ops::Range;

use crate::compose::command;
use crate::compose::setting::{self, Subject};
use crate::compose::usage::Class;
use crate::repo::mentions::ci;
use crate::repo::mentions::env;
use crate::repo::mentions::page::{Page, certain, likely};
use crate::repo::mentions::people;

/// Reads a whole file.
pub(super) fn read(page: &mut Page<'_>) {
    let whole = 0..page.text.len();
    let name = page.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if name.contains(".yml") || name.contains(".yaml") {
        return ci::read(page, &whole);
    }
    page.commands.wrappers.extend(command::wrappers(page.text));
    let is_procfile = name.starts_with("procfile");
    for line in logical_lines(page.text) {
        if !page.is_named_in(&line) {
            continue;
        }
        let text = page.slice(&line);
        let trimmed = text.trim_start();
        let start = line.end - trimmed.len();
        if text.starts_with([' ', '\t']) || (is_procfile && trimmed.contains(": ")) {
            let skipped = match is_procfile {
                true => trimmed.find(": ").map_or(0, |at| at + 2),
                false => trimmed.len() - trimmed.trim_start_matches(['@', '-', '+', ' ']).len(),
            };
            page.command(&(start + skipped..line.end));
        } else {
            rule(page, &line);
        }
    }
    page.judge_all(&whole, certain(Class::Identifier, "a name in a Makefile"));
}

/// Gives lines, joined where a backslash continues them.
fn logical_lines(text: &str) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    let mut continues = false;
    for line in people::lines(text, &(0..text.len())) {
        let goes_on = text.get(line.clone()).is_some_and(|line| line.ends_with('\\'));
        match joined.last_mut() {
            Some(last) if continues => last.end = line.end,
            _ => joined.push(line),
        }
        continues = goes_on;
    }
    joined
}

/// Reads a line that is no recipe: a comment, a variable, a target.
fn rule(page: &mut Page<'_>, line: &Range<usize>) {
    let text = page.slice(line);
    if let Some(comment) = text.strip_prefix('#') {
        return env::commented(page, &(line.end - comment.len()..line.end));
    }
    let (content, comment) = env::without_comment(page.text, line);
    people::read(page, &comment, Class::Comment);
    let text = page.slice(&content);
    if let Some((key, value)) = variable(text) {
        let value = content.start + value.start..content.start + value.end;
        if people::command_start(page.slice(&value)).is_some() {
            page.command(&value);
        }
        setting(page, key, &value);
        return;
    }
    // `target: prerequisites ; recipe`
    if let Some((_, recipe)) = text.split_once(';') {
        page.command(&(content.end - recipe.len()..content.end));
    }
    // A recipe's parameter with its default: `logs service='db':`.
    for word in people::words(page.text, &content) {
        let text = page.slice(&word).trim_start_matches(['*', '+', '$']).trim_end_matches(':');
        let start = word.start + page.slice(&word).find(text).unwrap_or_default();
        if let Some((key, value)) = env::assignment(text) {
            setting(page, key, &(start + value.start..start + value.end));
        }
    }
    page.judge_all(&content, certain(Class::Identifier, "a target"));
}

/// Reads a variable's value: where the recipes run Compose, a `SERVICE` is one of its.
fn setting(page: &mut Page<'_>, key: &str, value: &Range<usize>) {
    let own = setting::subject(key) == Subject::Service && page.text.contains("compose");
    for (range, judgement) in page.setting_usages(key, value) {
        let judgement = match judgement.class {
            Class::ContainerReference if own => {
                likely(Class::ContainerReference, "service that a recipe is for")
            }
            _ => judgement,
        };
        page.judge(&range, judgement);
    }
}

/// Splits `export X ?= value`, in make's and just's spellings.
fn variable(text: &str) -> Option<(&str, Range<usize>)> {
    let at = text.find('=')?;
    let head = text.get(..at)?;
    let key = head.trim_end_matches([':', '?', '+', '!']).trim();
    let key = key.strip_prefix("export ").or(key.strip_prefix("override ")).unwrap_or(key).trim();
    let is_key = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    let rest = text.get(at + 1..)?;
    let start = at + 1 + rest.len() - rest.trim_start().len();
    is_key.then_some((key, start..text.trim_end().len().max(start)))
}
