//! Shell scripts and crontabs.

use std::ops::Range;

use crate::compose::command;
use crate::repo::mentions::page::Page;
use crate::repo::mentions::people;

/// Reads a range as a script.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let text = page.slice(range);
    page.commands.wrappers.extend(command::wrappers(text));
    if text.lines().filter(|line| schedule(line).is_some()).count() > 0 && !text.starts_with("#!") {
        for line in people::lines(page.text, range) {
            let skipped = schedule(page.slice(&line)).unwrap_or_default();
            page.command(&(line.start + skipped..line.end));
        }
        return;
    }
    page.command(range);
}

/// Finds the end of a crontab line's schedule: five fields, or `@daily`.
fn schedule(line: &str) -> Option<usize> {
    let lead = line.len() - line.trim_start().len();
    let rest = line.get(lead..)?;
    if let Some(named) = rest.strip_prefix('@') {
        let len = named.find(char::is_whitespace)?;
        let known = ["reboot", "hourly", "daily", "weekly", "monthly", "yearly", "midnight"];
        return known.contains(&named.get(..len)?).then_some(lead + 1 + len);
    }
    let mut at = lead;
    for _ in 0..5 {
        let field = line.get(at..)?;
        let len = field.find(char::is_whitespace)?;
        let fits = |c: char| c.is_ascii_digit() || "*/,-".contains(c);
        if len == 0 || !field.get(..len)?.chars().all(fits) {
            return None;
        }
        let rest = field.get(len..)?;
        at += len + rest.len() - rest.trim_start().len();
    }
    Some(at)
}
