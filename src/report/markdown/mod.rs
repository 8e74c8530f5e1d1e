//! A plan as the body of a pull request.
//!
//! Invariants: the body fits what GitHub takes, whatever the plan; what is cut says so, the diff
//! first, then the lists. No secret is shown, in the diff neither. The commands work as printed,
//! from the root.

mod reach;
mod rollback;
pub(super) mod text;
mod why;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagnostics::{Finding, Severity};
use crate::repo::kind::kind;
use crate::repo::load::Repo;
use crate::report::attention::{Attention, class_name, count};
use crate::report::excerpt::{Mark, excerpt, masked};
use crate::report::summary::{by_file, headline, listed};
use crate::report::veil::{self, of_line};
use crate::text::source::line_range;
use crate::transforms::plan::{LeftMention, Outcome, Plan};
use crate::transforms::rename::options::Phase;
use crate::transforms::review::workspace;
use crate::transforms::situation::Situation;

use reach::Reach;
use text::{code, fence, message};

/// Characters that GitHub takes for the whole body.
const MOST: usize = 65_536;

/// Rows that each list shows, fewer where the body would be too long.
const LISTED: [usize; 5] = [50, 20, 8, 3, 1];

/// Room for what is said of a diff that is cut.
const DIFF_NOTE: usize = 200;

/// Backticks of a diff's fence; two of them and the note fit in the room for it.
const MOST_FENCE: usize = 40;

/// Gives the body: why, what changes, what differs when it runs, what can go wrong, what a person
/// must check, how to roll back, and the diff, folded.
#[must_use]
pub fn markdown(plan: &Plan, repo: &Repo) -> String {
    let workspace = workspace(plan, repo);
    let situation = workspace.as_ref().map(|workspace| Situation::new(plan, repo, workspace));
    let reach = situation.as_ref().map(|situation| Reach::of(plan, situation));
    let body = Body {
        plan,
        repo,
        situation: situation.as_ref(),
        reach: reach.unwrap_or_default(),
        attention: Attention::of(plan),
    };
    body.fitting()
}

struct Body<'a> {
    plan: &'a Plan,
    repo: &'a Repo,
    situation: Option<&'a Situation<'a>>,
    reach: Reach,
    attention: Attention<'a>,
}

impl Body<'_> {
    /// Gives the longest body that fits.
    fn fitting(&self) -> String {
        let diff = veil::diff(&self.plan.change, self.repo);
        for rows in LISTED {
            let mut body = self.text(rows);
            let length = body.chars().count();
            if length + DIFF_NOTE <= MOST {
                write_diff(&mut body, &diff, MOST - length - DIFF_NOTE);
                return body;
            }
        }
        // Names so long that not even one of each fits: the start says the most.
        let note = "\n\nThe rest is left out; `--format json` has all of it.\n";
        let text = self.text(0);
        text.chars().take(MOST - note.len()).chain(note.chars()).collect()
    }

    fn text(&self, rows: usize) -> String {
        let plan = self.plan;
        let mut out = format!("# {}\n\n{}.\n", message(&plan.title), headline(plan));
        if plan.outcome != Outcome::Refused {
            self.write_why(&mut out);
            self.write_changes(&mut out, rows);
            self.write_effects(&mut out, rows);
            self.reach.write(&mut out);
        }
        self.write_hazards(&mut out, rows);
        self.write_checks(&mut out, rows);
        if plan.outcome == Outcome::Changes && !plan.change.is_empty() {
            rollback::write(&mut out, plan, self.situation);
        }
        out
    }

    fn write_why(&self, out: &mut String) {
        if self.plan.intents.is_empty() {
            return;
        }
        out.push_str("\n## Why\n");
        let dependents = self.reach.dependents();
        for intent in &self.plan.intents {
            let _ = write!(out, "\n{}\n", why::why(intent, &dependents));
        }
    }

    fn write_changes(&self, out: &mut String, rows: usize) {
        let files = by_file(self.plan);
        if files.is_empty() {
            return;
        }
        let mut phases: BTreeMap<Phase, Vec<&str>> = BTreeMap::new();
        for path in files.keys() {
            phases.entry(self.phase(path)).or_default().push(path);
        }
        out.push_str("\n## What changes\n");
        for (phase, paths) in phases {
            let edits = paths.iter().filter_map(|path| files.get(path)).flat_map(BTreeMap::values);
            let (edits, number) = (count(edits.sum(), "edit"), count(paths.len(), "file"));
            let _ = write!(out, "\n**{}**: {edits} in {number}\n\n", phase_name(phase));
            out.push_str("| File | Edits | What |\n| --- | ---: | --- |\n");
            for path in paths.iter().take(rows) {
                let Some(classes) = files.get(path) else { continue };
                let number: usize = classes.values().sum();
                let path = code(path).replace('|', "\\|");
                let _ = writeln!(out, "| {path} | {number} | {} |", listed(classes));
            }
            write_more(out, paths.len(), rows);
        }
    }

    fn phase(&self, path: &str) -> Phase {
        let is_compose =
            self.situation.is_some_and(|situation| situation.workspace.files.contains_key(path));
        let text = self.repo.get(path).map_or("", |file| &file.text);
        if is_compose { Phase::Compose } else { Phase::of(kind(path, text)) }
    }

    fn write_effects(&self, out: &mut String, rows: usize) {
        if self.plan.effects.is_empty() {
            return;
        }
        out.push_str("\n## What differs when it runs\n\n");
        for effect in self.plan.effects.iter().take(rows) {
            let _ = writeln!(out, "- {}", message(effect));
        }
        write_more(out, self.plan.effects.len(), rows);
    }

    fn write_hazards(&self, out: &mut String, rows: usize) {
        if self.plan.hazards.is_empty() {
            return;
        }
        out.push_str("\n## What can go wrong when it is deployed\n\n");
        for hazard in self.plan.hazards.iter().take(rows) {
            let place = self.place(hazard).map(|place| format!(" {place}")).unwrap_or_default();
            let _ = writeln!(out, "- **{}**{place}: {}", hazard.id, message(&hazard.message));
        }
        write_more(out, self.plan.hazards.len(), rows);
    }

    /// All that a person must check: what hazards ask for, findings, and mentions that stay.
    fn write_checks(&self, out: &mut String, rows: usize) {
        let asks = self.plan.hazards.iter().filter_map(|hazard| {
            let help = hazard.help.as_deref()?;
            Some(format!("**{}**: {}", hazard.id, message(help)))
        });
        let told = |finding: &&Finding| {
            let place = self.place(finding).map(|place| format!("{place} ")).unwrap_or_default();
            let help = finding.help.as_deref().map(|help| format!(" ({})", message(help)));
            format!("{place}{}{}", message(&finding.message), help.unwrap_or_default())
        };
        let (blockers, findings): (Vec<&Finding>, Vec<&Finding>) =
            self.plan.findings.iter().partition(|finding| finding.severity == Severity::Error);
        let mention = |mention: &&LeftMention| self.mention(mention);
        let groups: [(&str, Vec<String>); 5] = [
            ("In the way of the change", blockers.iter().map(told).collect()),
            ("Before and while it is deployed", asks.collect()),
            ("Findings", findings.iter().map(told).collect()),
            (
                "Mentions unchanged that may be meant",
                self.attention.references.iter().map(mention).collect(),
            ),
            (
                "Mentions unchanged in text for people",
                self.attention.text.iter().map(mention).collect(),
            ),
        ];
        let rest = self.attention.rest();
        if rest.is_empty() && groups.iter().all(|(_, items)| items.is_empty()) {
            return;
        }
        out.push_str("\n## To check\n");
        for (title, items) in groups.iter().filter(|(_, items)| !items.is_empty()) {
            let _ = write!(out, "\n{title}:\n\n");
            for item in items.iter().take(rows) {
                let _ = writeln!(out, "- [ ] {item}");
            }
            write_more(out, items.len(), rows);
        }
        if !rest.is_empty() {
            let _ = write!(out, "\nAlso unchanged: {rest}.\n");
        }
    }

    fn mention(&self, mention: &LeftMention) -> String {
        let start = mention.span.range().start;
        let place = code(&self.located(&mention.path, start));
        let class = class_name(mention.class);
        let mut text = format!("{place} {class}: {}", message(&mention.reason));
        if let Some(file) = self.repo.get(&mention.path) {
            let before = line_range(&file.text, start).start;
            let mark =
                start.saturating_sub(before)..mention.span.range().end.saturating_sub(before);
            let veiled = of_line(self.repo, file, start);
            let excerpt = excerpt(file.line_at(start), mark, &veiled, Mark::Shown);
            let _ = write!(text, ": {}", code(excerpt.text.trim()));
        }
        text
    }

    fn place(&self, finding: &Finding) -> Option<String> {
        let place = finding.place.as_ref()?;
        Some(code(&self.located(&place.path, place.span.range().start)))
    }

    fn located(&self, path: &str, offset: usize) -> String {
        match self.repo.get(path) {
            Some(file) => {
                let position = file.position(offset);
                format!("{path}:{}:{}", position.line, position.column)
            }
            None => path.to_owned(),
        }
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Compose => "Compose files",
        Phase::Config => "Env files and configuration",
        Phase::Scripts => "Scripts, Makefiles, Dockerfiles, CI",
        Phase::Code => "Programs",
        Phase::Docs => "Documentation",
    }
}

fn write_more(out: &mut String, number: usize, rows: usize) {
    if number > rows {
        let _ = write!(out, "\nAnd {} more; `--format json` lists all.\n", number - rows);
    }
}

/// Writes as many of a diff's lines as there is room for, in characters.
fn write_diff(out: &mut String, diff: &str, room: usize) {
    if diff.is_empty() {
        return;
    }
    let mut left = room;
    let shown = diff.split_inclusive('\n').map_while(|line| {
        // Secrets beside a changed line would go to where the request is read.
        let line = masked(line);
        left = left.checked_sub(line.chars().count())?;
        Some(line)
    });
    let mut shown: String = shown.collect();
    // Backticks in the diff make its fences longer than there is room for.
    if fence(&shown).len() > MOST_FENCE {
        shown.clear();
    }
    let more = diff.lines().count() - shown.lines().count();
    out.push_str("\n<details><summary>Diff</summary>\n");
    if !shown.is_empty() {
        let fence = fence(&shown);
        let _ = write!(out, "\n{fence}diff\n{shown}{fence}\n");
    }
    if more > 0 {
        let _ = write!(out, "\nAnd {more} more lines.\n");
    }
    out.push_str("\n</details>\n");
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
        let length = body.chars().count();
        assert!((MOST - 2 * DIFF_NOTE..=MOST).contains(&length), "{length}");
        assert!(body.contains("\n`````diff\n"));
        let shown = body.lines().filter(|line| line.starts_with(['+', '-', '@', 'd'])).count();
        let more = format!("\n`````\n\nAnd {} more lines.\n\n</details>\n", 40_004 - shown);
        assert!(body.ends_with(&more), "{shown}");
    }

    #[test]
    fn whatever_the_plan_the_body_fits() {
        for (length, number) in [(10, 3000), (3000, 300), (70_000, 2)] {
            let long = "é".repeat(length);
            let hazard = Finding::warning("long", &long).help(&long).in_file(&long);
            let plan = Plan {
                title: long.clone(),
                hazards: vec![hazard.clone(); number],
                findings: vec![hazard; number],
                effects: vec![long.clone(); number],
                ..sample::plan()
            };
            let body = markdown(&plan, &sample::repo());
            let length = body.chars().count();
            assert!(length <= MOST, "{length}");
            assert!(number < 50 || body.contains("`--format json`"), "{body}");
        }
    }
}
