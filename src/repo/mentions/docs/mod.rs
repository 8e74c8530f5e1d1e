//! Documentation: code blocks by their language, inline code, prose.
//!
//! Nothing in documentation runs, so nothing in it is more than likely. Deliberately absent: the
//! whole of Markdown; blocks and inline code are what matters here.

use std::ops::Range;

use crate::compose::usage::{Class, Confidence};
use crate::repo::kind::{ConfigSyntax, FileKind, kind};
use crate::repo::mentions::ci;
use crate::repo::mentions::history;
use crate::repo::mentions::page::{Judgement, Page, certain, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::snippet;
use crate::repo::mentions::weigh;

mod blocks;
mod terminal;

use blocks::Block;

const ABOUT_RENAME: Judgement = Judgement {
    class: Class::History,
    confidence: Confidence::Unsure,
    reason: "a text about the rename itself",
};

/// Reads a whole document.
pub(super) fn read(page: &mut Page<'_>) {
    let whole = 0..page.text.len();
    if weigh::is_about_rename(page.text, page.subject) {
        return page.judge_all(&whole, ABOUT_RENAME);
    }
    for block in blocks::blocks(page.text) {
        match block {
            Block::Prose(range) => prose(page, &range),
            Block::Code { language, range } if page.is_named_in(&range) => {
                code(page, language, &range);
            }
            Block::Code { .. } => {}
        }
    }
}

/// Reads a block of code by the language that its fence names.
fn code(page: &mut Page<'_>, language: &str, range: &Range<usize>) {
    for open in page.open_in(range) {
        if people::is_used_database(page.around(&open).0) {
            page.judge(&open, certain(Class::Database, "database that a client uses"));
        }
    }
    let text = page.slice(range);
    if people::command_start(text.trim_start()) == Some(0) {
        // Whatever the fence says.
        return terminal::read(page, range);
    }
    match language {
        "sh" | "bash" | "shell" | "zsh" | "console" | "terminal" | "shell-session"
        | "sh-session" | "shellsession" | "powershell" | "ps1" | "pwsh" | "fish" | "bat"
        | "cmd" => {
            terminal::read(page, range);
        }
        "" | "text" | "txt" | "plain" | "plaintext" | "log" | "output" | "none" => {
            unnamed(page, range);
        }
        "yaml" | "yml" if ci::is_workflow(text) => ci::read(page, range),
        "yaml" | "yml" if snippet::is_compose(text) => snippet::read(page, range),
        "env" | "dotenv" => super::read_as(page, FileKind::Env, range, ""),
        "dockerfile" | "docker" => super::read_as(page, FileKind::Dockerfile, range, ""),
        "nginx" | "caddy" | "caddyfile" | "apache" | "haproxy" => {
            super::read_as(page, FileKind::Config(ConfigSyntax::Directives), range, "");
        }
        "ini" | "conf" | "cfg" | "properties" | "toml" | "systemd" => {
            super::read_as(page, FileKind::Config(ConfigSyntax::Lines), range, "");
        }
        "mermaid" | "plantuml" | "dot" | "graphviz" | "diagram" | "diff" | "patch" => {
            people_or_output(page, range);
        }
        _ => {
            let path = format!("x.{}", suffix(language));
            match kind(&path, "") {
                FileKind::Other | FileKind::History | FileKind::Generated | FileKind::Docs => {
                    unnamed(page, range);
                }
                kind => super::read_as(page, kind, range, suffix(language)),
            }
        }
    }
    page.judge_all(range, unsure(Class::Unknown, "in a block of code"));
}

/// Gives the suffix of a language that fences call by its name.
fn suffix(language: &str) -> &str {
    match language {
        "javascript" | "node" => "js",
        "typescript" => "ts",
        "python" | "python3" => "py",
        "golang" => "go",
        "ruby" => "rb",
        "rust" => "rs",
        "csharp" => "cs",
        "kotlin" => "kt",
        "elixir" => "ex",
        "perl" => "pl",
        "makefile" | "make" => "mk",
        "terraform" => "tf",
        "postgresql" | "postgres" | "mysql" => "sql",
        other => other,
    }
}

/// Reads a block that says nothing of its language, by what it looks like.
fn unnamed(page: &mut Page<'_>, range: &Range<usize>) {
    let text = page.slice(range);
    if ci::is_workflow(text) {
        return ci::read(page, range);
    }
    if snippet::is_compose(text) {
        return snippet::read(page, range);
    }
    if terminal::has_prompts(text) {
        return terminal::read(page, range);
    }
    for line in people::lines(page.text, range) {
        if page.is_named_in(&line) {
            unnamed_line(page, &line);
        }
    }
}

fn unnamed_line(page: &mut Page<'_>, line: &Range<usize>) {
    let text = page.slice(line);
    let lead = text.len() - text.trim_start().len();
    if people::command_start(text).is_some_and(|at| at == lead || is_run(text, at)) {
        return page.command(&(line.start + lead..line.end));
    }
    if let Some((key, range)) = people::pair(text.trim_start())
        && !text.trim_start().starts_with("- ")
    {
        let start = line.start + lead;
        for (range, judgement) in
            page.setting_usages(key, &(start + range.start..start + range.end))
        {
            if judgement.confidence >= Confidence::Likely {
                page.judge(&range, judgement);
            }
        }
    }
    people_or_output(page, line);
}

/// Tells whether what stands before a program runs it: `sudo`, settings, a prompt.
fn is_run(text: &str, at: usize) -> bool {
    let head = text.get(..at).unwrap_or_default();
    head.split_whitespace()
        .all(|word| matches!(word, "sudo" | "$" | ">" | "#" | "%") || word.contains('='))
}

/// Reads lines as output where they look so, as text else.
fn people_or_output(page: &mut Page<'_>, range: &Range<usize>) {
    for line in people::lines(page.text, range) {
        output(page, &line);
        people::read(page, &line, Class::Prose);
    }
}

/// Judges output of programs: only the name's look can support it.
fn output(page: &mut Page<'_>, line: &Range<usize>) {
    for open in page.open_in(line) {
        let (before, after) = page.around(&open);
        if history::is_output(before, after) {
            let judgement = if page.subject.distinctive {
                likely(Class::Output, "output of a program")
            } else {
                unsure(Class::Output, "output of a program")
            };
            page.judge(&open, judgement);
        }
    }
}

/// Reads a line of prose.
fn prose(page: &mut Page<'_>, line: &Range<usize>) {
    if !page.is_named_in(line) {
        return;
    }
    let text = page.slice(line);
    if weigh::names_both(text, page.subject) {
        return page.judge_all(line, ABOUT_RENAME);
    }
    people::read(page, line, Class::Prose);
    // What an image has built in does not change with a name.
    if let Some(at) = says_default(text) {
        page.revise(&(line.start + at..line.end), lowered);
    }
}

fn lowered(judgement: Judgement) -> Judgement {
    match judgement.class.refers() {
        true => unsure(judgement.class, "a default that may be built in"),
        false => judgement,
    }
}

/// Finds where a sentence starts to give a default.
fn says_default(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    [
        "default:",
        "default**:",
        "defaults to",
        "default is",
        "default value",
        "default `",
        "(default",
    ]
    .iter()
    .filter_map(|sign| lower.find(sign))
    .min()
}
