//! Blocks of shell in documentation: commands, with or without prompts, and their output.

use std::ops::Range;

use crate::compose::command;
use crate::repo::mentions::page::Page;
use crate::repo::mentions::people;

/// Tells whether a block shows prompts: then lines without one are output.
pub(super) fn has_prompts(text: &str) -> bool {
    text.lines().any(|line| {
        prompt(line).is_some_and(|at| {
            // `# …` is a comment far more often than root's prompt.
            !line.trim_start().starts_with('#')
                || line.get(at..).is_some_and(|rest| people::command_start(rest) == Some(0))
        })
    })
}

/// Reads a block.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let text = page.slice(range);
    for line in people::lines(page.text, range) {
        if page.slice(&line).starts_with(&page.subject.name) {
            super::output(page, &line);
        }
    }
    if !has_prompts(text) {
        let saved = page.commands.wrappers.clone();
        page.commands.wrappers.extend(command::wrappers(text));
        page.command(range);
        page.commands.wrappers = saved;
        return;
    }
    let mut continues = false;
    for line in people::lines(page.text, range) {
        let shown = page.slice(&line);
        let start = match prompt(shown) {
            Some(at) => line.start + at,
            None if continues => line.start,
            None => {
                super::people_or_output(page, &line);
                continue;
            }
        };
        continues = shown.ends_with('\\');
        page.command(&(start..line.end));
    }
}

/// Finds the end of a prompt at a line's start: `$ `, `> `, `# `, `PS C:\> `, `user@host:~$ `.
fn prompt(line: &str) -> Option<usize> {
    let lead = line.len() - line.trim_start().len();
    let rest = line.get(lead..)?;
    for sign in ["$ ", "> ", "% ", "❯ ", "➜ ", "# "] {
        if rest.starts_with(sign) {
            return Some(lead + sign.len());
        }
    }
    let head = people::prefix(rest, 48);
    let at = head.find("$ ").or_else(|| head.find("# ")).or_else(|| head.find("> "))?;
    let host = head.get(..at)?;
    let is_prompt =
        (host.contains('@') && !host.contains([' ', '=', '"'])) || host.starts_with("PS ");
    is_prompt.then_some(lead + at + 2)
}
