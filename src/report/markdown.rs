//! A plan as the body of a pull request.

use std::fmt::Write as _;

use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::report::attention::{Attention, class_name, count};
use crate::report::diff::diff;
use crate::report::excerpt::{excerpt, harmless, masked};
use crate::report::summary::{by_file, headline, listed};
use crate::text::source::line_range;
use crate::transforms::plan::{LeftMention, Plan};

/// Bytes of the diff that are folded in: GitHub takes 65,536 characters for the whole body.
const DIFF_BYTES: usize = 40_000;

/// Mentions and findings that are listed.
const LISTED: usize = 50;

/// Gives the body: what changes, what a person must check, and the diff, folded.
#[must_use]
pub fn markdown(plan: &Plan, repo: &Repo) -> String {
    let mut out = format!("# {}\n\n{}.\n", line(&plan.title), headline(plan));
    write_table(&mut out, plan);
    let attention = Attention::of(plan);
    write_findings(&mut out, "Before this is put to work", &plan.hazards, repo);
    write_findings(&mut out, "Findings", &plan.findings, repo);
    write_mentions(&mut out, "To check: they may be meant", &attention.references, repo);
    write_mentions(&mut out, "To check: text for people", &attention.text, repo);
    let rest = attention.rest();
    if !rest.is_empty() {
        let _ = write!(out, "\nAlso unchanged: {rest}.\n");
    }
    write_diff(&mut out, &diff(plan, repo));
    out
}

fn write_table(out: &mut String, plan: &Plan) {
    let files = by_file(plan);
    if files.is_empty() {
        return;
    }
    out.push_str("\n| File | Edits | What |\n| --- | ---: | --- |\n");
    for (path, classes) in files {
        let number: usize = classes.values().sum();
        let path = code(path).replace('|', "\\|");
        let _ = writeln!(out, "| {path} | {number} | {} |", listed(&classes));
    }
}

fn write_findings(out: &mut String, title: &str, findings: &[Finding], repo: &Repo) {
    if findings.is_empty() {
        return;
    }
    let _ = write!(out, "\n## {title}\n\n");
    for finding in findings.iter().take(LISTED) {
        let place = finding.place.as_ref().map(|place| {
            format!("{} ", code(&located(repo, &place.path, place.span.range().start)))
        });
        let help = finding.help.as_ref().map(|help| format!(" ({})", line(help)));
        let (place, help) = (place.unwrap_or_default(), help.unwrap_or_default());
        let _ = writeln!(out, "- [ ] {place}{}{help}", line(&finding.message));
    }
    write_more(out, findings.len());
}

fn write_mentions(out: &mut String, title: &str, mentions: &[&LeftMention], repo: &Repo) {
    if mentions.is_empty() {
        return;
    }
    let _ = write!(out, "\n## {title}\n\n{} unchanged.\n\n", count(mentions.len(), "mention"));
    for mention in mentions.iter().take(LISTED) {
        let start = mention.span.range().start;
        let place = code(&located(repo, &mention.path, start));
        let class = class_name(mention.class);
        let _ = write!(out, "- [ ] {place} {class}: {}", line(&mention.reason));
        if let Some(file) = repo.get(&mention.path) {
            let before = line_range(&file.text, start).start;
            let mark =
                start.saturating_sub(before)..mention.span.range().end.saturating_sub(before);
            let _ = write!(out, ": {}", code(excerpt(file.line_at(start), mark).text.trim()));
        }
        out.push('\n');
    }
    write_more(out, mentions.len());
}

fn write_more(out: &mut String, number: usize) {
    if number > LISTED {
        let _ = writeln!(out, "\nAnd {} more; `--format json` lists all.", number - LISTED);
    }
}

fn write_diff(out: &mut String, diff: &str) {
    if diff.is_empty() {
        return;
    }
    let shown = diff.split_inclusive('\n').scan(0, |bytes, line| {
        *bytes += line.len();
        (*bytes <= DIFF_BYTES).then_some(line)
    });
    // Secrets beside a changed line would go to where the request is read.
    let shown: String = shown.map(masked).collect();
    let fence = "`".repeat(longest_run(&shown).max(2) + 1);
    let _ = write!(out, "\n<details><summary>Diff</summary>\n\n{fence}diff\n{shown}{fence}\n");
    let left = diff.lines().count() - shown.lines().count();
    if left > 0 {
        let _ = write!(out, "\nAnd {left} more lines.\n");
    }
    out.push_str("\n</details>\n");
}

fn located(repo: &Repo, path: &str, offset: usize) -> String {
    match repo.get(path) {
        Some(file) => {
            let position = file.position(offset);
            format!("{path}:{}:{}", position.line, position.column)
        }
        None => path.to_owned(),
    }
}

/// Gives text as code, whatever backticks it holds.
fn code(text: &str) -> String {
    let text = line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// Gives text as one line.
fn line(text: &str) -> String {
    harmless(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::text::change::ChangeSet;
    use crate::text::edit::Edit;
    use crate::text::source::SourceFile;
    use crate::transforms::plan::Outcome;

    #[test]
    fn a_body_has_what_a_reviewer_needs() {
        let text = markdown(&sample::plan(), &sample::repo());
        assert!(!text.contains("hunter2"), "{text}");
        sample::assert_snapshot("markdown", &text);
    }

    #[test]
    fn a_refused_plan_has_no_diff() {
        let plan = Plan { title: "x".to_owned(), outcome: Outcome::Refused, ..Plan::default() };
        let expected = "# x\n\nrefused, nothing may be written.\n";
        assert_eq!(markdown(&plan, &sample::repo()), expected);
    }

    #[test]
    fn a_long_diff_is_cut_at_a_line() {
        let text = "```` é\n".repeat(20_000);
        let edits = (0..20_000).map(|line| ("a".to_owned(), Edit::insert(line * 8, "x")));
        let change = ChangeSet::new(edits).unwrap();
        let files = vec![SourceFile::new("a", text)];
        let repo = Repo { files, ..Repo::default() };
        let body = markdown(&Plan { change, ..Plan::default() }, &repo);
        assert!(body.len() < DIFF_BYTES + 500, "{}", body.len());
        assert!(body.contains("\n`````diff\n"));
        let shown = body.lines().filter(|line| line.starts_with(['+', '-', '@', 'd'])).count();
        let more = format!("\n`````\n\nAnd {} more lines.\n\n</details>\n", 40_004 - shown);
        assert!(body.ends_with(&more), "{shown}");
    }

    #[test]
    fn code_holds_any_backticks() {
        let cases =
            [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a\n``b", "```a ``b```")];
        for (text, expected) in cases {
            assert_eq!(code(text), expected);
        }
    }
}
