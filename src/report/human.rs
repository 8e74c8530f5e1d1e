//! What a person must look at, for a terminal.
//!
//! Findings come with their line, mentions one a line as `path:line:column`. Both are capped, and
//! say so. Hazards come last, where a terminal shows them, and are never capped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};

use crate::diagnostics::{Finding, Severity};
use crate::repo::load::Repo;
use crate::report::attention::{Attention, class_name, count};
use crate::report::excerpt::{Excerpt, Mark, excerpt, harmless};
use crate::report::summary::headline;
use crate::report::veil::of_line;
use crate::text::source::{SourceFile, line_range};
use crate::text::span::Span;
use crate::transforms::plan::{LeftMention, Outcome, Plan};

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How much is shown.
    pub detail: Detail,
    /// Whether it is coloured.
    pub color: bool,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Errors only.
    Quiet,
    /// As much as a person reads.
    Capped,
    /// Everything.
    Full,
}

/// Findings shown of one file, and mentions shown of references and of text.
const FINDINGS_PER_FILE: usize = 20;
const REFERENCES: usize = 30;
const TEXT: usize = 10;

/// Effects shown.
const EFFECTS: usize = 20;

/// Gives all that there is to tell of a plan besides the change itself.
#[must_use]
pub fn report(plan: &Plan, repo: &Repo, look: Look) -> String {
    let mut out = String::new();
    if look.detail != Detail::Quiet {
        write_mentions(&mut out, plan, repo, look.detail);
    }
    out.push_str(&findings(&plan.findings, repo, look));
    if look.detail != Detail::Quiet && plan.outcome != Outcome::Refused {
        write_effects(&mut out, plan, look.detail);
    }
    for hazard in plan.hazards.iter().filter(|hazard| is_wanted(hazard, look)) {
        write_hazard(&mut out, hazard, repo, look);
    }
    let has_news = plan.outcome != Outcome::Changes || plan.change.is_empty();
    if has_news && look.detail != Detail::Quiet {
        let _ = writeln!(out, "{}: {}", plan.title, headline(plan));
    }
    out
}

/// Gives findings: errors and warnings with their line, information in one line each.
#[must_use]
pub fn findings(findings: &[Finding], repo: &Repo, look: Look) -> String {
    let mut out = String::new();
    let mut by_file: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_wanted(finding, look)) {
        if let Some(place) = &finding.place {
            let shown = by_file.entry(&place.path).or_default();
            *shown += 1;
            if *shown > FINDINGS_PER_FILE && look.detail != Detail::Full {
                continue;
            }
        }
        match finding.severity {
            Severity::Info => write_line(&mut out, finding, repo),
            Severity::Warning | Severity::Error => write_rendered(&mut out, finding, repo, look),
        }
    }
    for (path, number) in by_file {
        let more = number.saturating_sub(FINDINGS_PER_FILE);
        if more > 0 && look.detail != Detail::Full {
            let _ = writeln!(out, "{}: and {more} more; -v shows all", harmless(path));
        }
    }
    out
}

fn is_wanted(finding: &Finding, look: Look) -> bool {
    look.detail != Detail::Quiet || finding.severity == Severity::Error
}

/// Writes what differs when the change runs.
fn write_effects(out: &mut String, plan: &Plan, detail: Detail) {
    if plan.effects.is_empty() {
        return;
    }
    out.push_str("what differs when it runs:\n");
    let cap = if detail == Detail::Full { plan.effects.len() } else { EFFECTS };
    for effect in plan.effects.iter().take(cap) {
        let _ = writeln!(out, "  {}", harmless(effect).replace('\n', " "));
    }
    if plan.effects.len() > cap {
        let more = plan.effects.len() - cap;
        let _ = writeln!(out, "  and {more} more; -v or --format json shows all");
    }
}

/// Writes a hazard: its id and place, what happens, what to do.
fn write_hazard(out: &mut String, hazard: &Finding, repo: &Repo, look: Look) {
    let head = format!("hazard[{}]", hazard.id);
    let color = match hazard.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Info => "1;36",
    };
    let head = if look.color { format!("\u{1b}[{color}m{head}\u{1b}[m") } else { head };
    let place = place(hazard, repo).map(|place| format!(" {}", harmless(&place)));
    let _ = writeln!(out, "{head}{}", place.unwrap_or_default());
    let line = |text: &str| harmless(text).replace('\n', " ");
    let _ = writeln!(out, "  {}", line(&hazard.message));
    if let Some(help) = &hazard.help {
        let _ = writeln!(out, "  do: {}", line(help));
    }
}

/// Gives a finding's place as `path:line:column`, or its path where the text was not kept.
fn place(finding: &Finding, repo: &Repo) -> Option<String> {
    let place = finding.place.as_ref()?;
    Some(match repo.get(&place.path) {
        Some(file) => Line::of(repo, file, place.span, Mark::Veiled).place,
        None => place.path.clone(),
    })
}

fn write_mentions(out: &mut String, plan: &Plan, repo: &Repo, detail: Detail) {
    let attention = Attention::of(plan);
    let groups = [
        (&attention.references, REFERENCES, "that may be meant; look at them"),
        (&attention.text, TEXT, "in text for people"),
    ];
    for (mentions, cap, what) in groups {
        if mentions.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{} unchanged {what}:", count(mentions.len(), "mention"));
        let cap = if detail == Detail::Full { mentions.len() } else { cap };
        for mention in mentions.iter().take(cap) {
            write_mention(out, mention, repo);
        }
        if mentions.len() > cap {
            let more = mentions.len() - cap;
            let _ = writeln!(out, "  and {more} more; -v or --format json shows all");
        }
    }
    let rest = attention.rest();
    if !rest.is_empty() {
        let _ = writeln!(out, "also unchanged: {rest}");
    }
}

fn write_mention(out: &mut String, mention: &LeftMention, repo: &Repo) {
    let line = repo.get(&mention.path).map(|file| Line::of(repo, file, mention.span, Mark::Shown));
    let place = line.as_ref().map_or_else(|| mention.path.clone(), |line| line.place.clone());
    let class = class_name(mention.class);
    let text = line.as_ref().map_or("", |line| line.text.trim());
    let _ = writeln!(out, "  {}: {class}: {}: {text}", harmless(&place), harmless(&mention.reason));
}

/// Writes a finding as one line.
fn write_line(out: &mut String, finding: &Finding, repo: &Repo) {
    let place = place(finding, repo).map(|place| format!("{place}: "));
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    let text = format!("note: {}{}{help}", place.unwrap_or_default(), finding.message);
    let _ = writeln!(out, "{}", harmless(&text));
}

/// Writes a finding with the line that it is about.
fn write_rendered(out: &mut String, finding: &Finding, repo: &Repo, look: Look) {
    let theme =
        if look.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_wrap_lines(false)
        // The place that it would print counts bytes of the excerpt.
        .without_primary_span_start();
    let shown = Shown::new(finding, repo);
    if handler.render_report(out, &shown).is_err() {
        // The excerpt could not be drawn; what there is to say is said without it.
        write_line(out, finding, repo);
    }
    out.push('\n');
}

/// One line of a file, fit to be shown.
#[derive(Debug)]
struct Line {
    /// `path:line:column`, the column in characters.
    place: String,
    /// Its number, from 1.
    number: usize,
    text: String,
    /// The bytes of the text that are meant.
    mark: SourceSpan,
}

impl Line {
    /// Shows the line in which a span starts. A span that does not fit the file is cut.
    fn of(repo: &Repo, file: &SourceFile, span: Span, known: Mark) -> Self {
        let (line, mark) = Self::marked(file, span);
        let veiled = of_line(repo, file, span.range().start);
        Self::shown(file, span, excerpt(line, mark, &veiled, known))
    }

    /// Shows the line that a finding is about. Of a value, what its message says is shown.
    fn of_finding(repo: &Repo, file: &SourceFile, span: Span, finding: &Finding) -> Self {
        if finding.is_secret {
            return Self::without_secret(repo, file, span);
        }
        let is_told = finding.message.contains(file.slice(span));
        Self::of(repo, file, span, if is_told { Mark::Shown } else { Mark::Veiled })
    }

    /// Shows the line in which a secret starts, without the secret.
    fn without_secret(repo: &Repo, file: &SourceFile, span: Span) -> Self {
        let (line, mark) = Self::marked(file, span);
        let mut veiled = of_line(repo, file, span.range().start);
        veiled.push(mark.clone());
        Self::shown(file, span, excerpt(line, mark, &veiled, Mark::Veiled))
    }

    /// The line in which a span starts, and its part that is meant.
    fn marked(file: &SourceFile, span: Span) -> (&str, Range<usize>) {
        let bytes = span.range();
        let line = file.line_at(bytes.start);
        let start = line_range(&file.text, bytes.start).start;
        let end = bytes.end.min(start + line.len());
        let within = |at: usize| at.saturating_sub(start).min(line.len());
        (line, within(bytes.start)..within(end).max(within(bytes.start)))
    }

    fn shown(file: &SourceFile, span: Span, excerpt: Excerpt) -> Self {
        let position = file.position(span.range().start);
        let length = excerpt.mark.len();
        Self {
            place: format!("{}:{}:{}", file.path, position.line, position.column),
            number: position.line,
            mark: (excerpt.mark.start, length).into(),
            text: excerpt.text,
        }
    }
}

impl SourceCode for Line {
    /// Gives the line, whatever part of it is asked for: it is all there is.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            harmless(&self.place),
            self.text.as_bytes(),
            (0, self.text.len()).into(),
            self.number.saturating_sub(1),
            0,
            1,
        )))
    }
}

/// A finding as miette draws it.
#[derive(Debug)]
struct Shown<'f> {
    finding: &'f Finding,
    message: String,
    line: Option<Line>,
}

impl<'f> Shown<'f> {
    fn new(finding: &'f Finding, repo: &Repo) -> Self {
        let place = finding.place.as_ref();
        let line = place.and_then(|place| {
            Some(Line::of_finding(repo, repo.get(&place.path)?, place.span, finding))
        });
        let message = match place {
            // The file was not kept: its path is all that can be shown of it.
            Some(place) if line.is_none() => format!("{}: {}", place.path, finding.message),
            _ => finding.message.clone(),
        };
        Self { finding, message: harmless(&message), line }
    }
}

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.finding.id))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Info => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let help = self.finding.help.as_ref()?;
        Some(Box::new(harmless(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.line.as_ref().map(|line| line as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let line = self.line.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, line.mark))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::text::change::ChangeSet;

    const CAPPED: Look = Look { detail: Detail::Capped, color: false };
    const FULL: Look = Look { detail: Detail::Full, color: false };
    const QUIET: Look = Look { detail: Detail::Quiet, color: false };

    #[test]
    fn a_secret_is_not_shown_where_a_finding_is_about_it() {
        let text = "a:\n  SALT: \"ab\"\n  PASSWORD: hunter2   # c\n";
        let mut repo = Repo::default();
        repo.files.push(SourceFile::new("x.yaml", text));
        for secret in ["ab", "hunter2"] {
            let at = text.find(secret).unwrap();
            let finding = Finding::warning("x", "it is so").secret();
            let finding = finding.at("x.yaml", Span::new(at, at + secret.len()));
            let shown = findings(&[finding], &repo, FULL);
            assert!(shown.contains("***") && !shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn a_report_shows_what_to_look_at() {
        let text = report(&sample::plan(), &sample::repo(), CAPPED);
        assert!(!text.contains("hunter2"), "{text}");
        sample::assert_snapshot("human", &text);
    }

    #[test]
    fn a_quiet_report_has_errors_only() {
        let text = report(&sample::plan(), &sample::repo(), QUIET);
        assert_eq!(text, "whole-run\n\n  × it concerns\n  │ all files\n\n");
    }

    #[test]
    fn colour_is_only_where_it_is_wanted() {
        let colored = report(&sample::plan(), &sample::repo(), Look { color: true, ..FULL });
        assert!(colored.contains("\u{1b}["));
        let plain = report(&sample::plan(), &sample::repo(), FULL);
        assert!(!plain.contains('\u{1b}'), "{plain}");
    }

    #[test]
    fn what_is_capped_says_so() {
        let mut plan = sample::plan();
        let mention = plan.left[4].clone();
        plan.left = vec![mention; REFERENCES + 5];
        plan.findings = vec![plan.findings[2].clone(); FINDINGS_PER_FILE + 3];
        let capped = report(&plan, &sample::repo(), CAPPED);
        assert!(capped.contains("\n  and 5 more; -v or --format json shows all\n"), "{capped}");
        assert!(capped.contains("\ncompose.yaml: and 3 more; -v shows all\n"), "{capped}");
        assert_eq!(capped.matches("min.js:").count(), REFERENCES);
        assert_eq!(capped.matches("a-line").count(), FINDINGS_PER_FILE);
        let full = report(&plan, &sample::repo(), FULL);
        assert_eq!(full.matches("min.js:").count(), REFERENCES + 5);
        assert_eq!(full.matches("a-line").count(), FINDINGS_PER_FILE + 3);
        assert!(!full.contains(" more"), "{full}");
    }

    #[test]
    fn hazards_are_never_capped() {
        let hazards = vec![sample::plan().hazards[0].clone(); 2 * FINDINGS_PER_FILE];
        let plan = Plan { hazards, effects: vec!["x".to_owned(); EFFECTS + 2], ..sample::plan() };
        let text = report(&plan, &sample::repo(), CAPPED);
        assert_eq!(text.matches("hazard[orphan] compose.yaml:2:3\n").count(), plan.hazards.len());
        assert!(text.contains("\n  and 2 more; -v or --format json shows all\n"), "{text}");
        let colored = report(&plan, &sample::repo(), Look { color: true, ..CAPPED });
        assert!(colored.contains("\u{1b}[1;33mhazard[orphan]\u{1b}[m"), "{colored}");
    }

    #[test]
    fn how_it_ends_is_said_where_nothing_changes() {
        let cases = [
            (Outcome::Done, "rename service db to app-db: already made, nothing to do\n"),
            (Outcome::Refused, "rename service db to app-db: refused, nothing may be written\n"),
            (Outcome::Changes, "rename service db to app-db: nothing to change\n"),
        ];
        for (outcome, expected) in cases {
            let plan = Plan {
                title: sample::plan().title,
                change: ChangeSet::default(),
                outcome,
                ..Plan::default()
            };
            assert_eq!(report(&plan, &sample::repo(), CAPPED), expected);
        }
    }
}
