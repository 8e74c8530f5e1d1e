//! Dockerfiles: images and stages, settings, and the shell of `RUN`.

use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::kind::Language;
use crate::repo::mentions::env;
use crate::repo::mentions::page::{Page, certain};
use crate::repo::mentions::people;
use crate::repo::mentions::rules::Rules;
use crate::repo::mentions::tokens::{Kind, Source};
use crate::repo::mentions::words;

/// Reads a range as a Dockerfile.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    for instruction in instructions(page.text, range) {
        if page.is_named_in(&instruction) {
            read_one(page, &instruction);
        }
    }
}

/// Gives instructions with their continued lines, comments between them, and heredocs.
fn instructions(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut continues = false;
    let mut heredoc: Option<&str> = None;
    for line in people::lines(text, range) {
        let shown = text.get(line.clone()).unwrap_or_default();
        let joins = continues || heredoc.is_some();
        match found.last_mut() {
            Some(last) if joins => last.end = line.end,
            _ => found.push(line),
        }
        if let Some(mark) = heredoc {
            heredoc = Some(mark).filter(|mark| shown.trim() != *mark);
            continue;
        }
        let is_comment = shown.trim_start().starts_with('#');
        if !(continues && (is_comment || shown.trim().is_empty())) {
            continues = !is_comment && shown.trim_end().ends_with('\\');
        }
        heredoc = shown.split_once("<<").and_then(|(_, mark)| {
            let mark = mark.trim_start_matches('-').trim_start_matches(['"', '\'']);
            let len = mark.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            mark.get(..len).filter(|mark| !mark.is_empty())
        });
    }
    found
}

fn read_one(page: &mut Page<'_>, range: &Range<usize>) {
    let text = page.slice(range);
    let trimmed = text.trim_start();
    let start = range.end - trimmed.len();
    if let Some(comment) = trimmed.strip_prefix('#') {
        return env::commented(page, &(range.end - comment.len()..range.end));
    }
    let Some((word, rest)) = trimmed.split_once(char::is_whitespace) else { return };
    let rest_start = start + trimmed.len() - rest.len();
    let rest = rest_start..range.end;
    match word.to_ascii_uppercase().as_str() {
        "FROM" => from(page, &rest),
        "ENV" | "ARG" | "LABEL" => settings(page, &rest),
        "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" => command(page, &rest),
        "HEALTHCHECK" => {
            let text = page.slice(&rest);
            let at = text.find("CMD").map_or(0, |at| at + "CMD".len());
            command(page, &(rest.start + at..rest.end));
        }
        "ONBUILD" => read_one(page, &rest),
        "COPY" | "ADD" => {
            stage(page, &rest);
            page.judge_all(&rest, certain(Class::Path, "a path to copy"));
        }
        "WORKDIR" | "VOLUME" => page.judge_all(&rest, certain(Class::Path, "a path")),
        "USER" => page.judge_all(&rest, certain(Class::User, "a user")),
        _ => page.setting("", &rest),
    }
}

fn from(page: &mut Page<'_>, rest: &Range<usize>) {
    let text = page.slice(rest);
    if let Some(at) = text.to_ascii_uppercase().find(" AS ") {
        let name = rest.start + at..rest.end;
        page.judge_all(&name, certain(Class::Identifier, "a build stage"));
    }
    page.judge_all(rest, certain(Class::Image, "an image"));
}

/// `--from=NAME`
fn stage(page: &mut Page<'_>, rest: &Range<usize>) {
    for open in page.open_in(rest) {
        let (before, _) = page.around(&open);
        if before.ends_with("--from=") {
            page.judge(&open, certain(Class::Identifier, "a build stage"));
        }
    }
}

/// `ENV A=b C="d e"`, `ENV A b`.
fn settings(page: &mut Page<'_>, rest: &Range<usize>) {
    let text = page.slice(rest);
    let first = text.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        let value = rest.start + text.find(first).unwrap_or_default() + first.len()..rest.end;
        return page.setting(first, &value);
    }
    let mut start = 0;
    let mut quote = None;
    let ends = text.char_indices().chain([(text.len(), '\n')]);
    for (at, c) in ends {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => {
                if let Some((key, value)) = text.get(start..at).and_then(env::assignment) {
                    let from = rest.start + start;
                    page.setting(key, &(from + value.start..from + value.end));
                }
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
}

/// Shell text, or the exec form: a JSON array of words.
fn command(page: &mut Page<'_>, rest: &Range<usize>) {
    if page.slice(rest).trim_start().starts_with('[') {
        let source = Source::new(page.text, rest, Rules::new(Language::Slashes, "json"));
        let first = source.tokens.iter().position(|token| token.kind == Kind::Open(b'['));
        if let Some(open) = first {
            words::read(page, &words::of_bracket(&source, open));
        }
    }
    page.command(rest);
}
