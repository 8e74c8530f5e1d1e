//! A plan with something of everything, for the tests of all reports.

use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::transforms::plan::{LeftMention, Outcome, Plan, PlannedEdit};

const FILES: [(&str, &str); 4] = [
    (".env", "DB_HOST=db\nDB_URL=postgres://u:hunter2@db/x\nDB_PASSWORD=hunter2 # of db\n"),
    ("compose.yaml", "services:\n  db: &x\n    image: db\n  wéb:\n    links: [\"é\", db]\n"),
    ("docs/a|`b`.md", "Ask the db.\n```\nTOKEN=hunter2 call db \u{1b}[31m\n```\n"),
    ("min.js", "LONG"),
];

/// Gives what was read.
pub(super) fn repo() -> Repo {
    let long = format!("{}db{}", "a".repeat(300), "é".repeat(300));
    let file = |(path, text): (&str, &str)| SourceFile::new(path, text.replace("LONG", &long));
    let files: Vec<SourceFile> = FILES.map(file).to_vec();
    let all_paths = files.iter().map(|file| file.path.clone()).collect();
    Repo { files, all_paths, ..Repo::default() }
}

/// Gives a plan of changes of it.
pub(super) fn plan() -> Plan {
    let repo = repo();
    let edit = |path: &str, nth: usize, class| PlannedEdit {
        path: path.to_owned(),
        edit: Edit::replace(nth_span(&repo, path, nth), "app-db"),
        old: "db".to_owned(),
        class,
        confidence: Confidence::Certain,
        reason: "a reason".to_owned(),
    };
    let edits = vec![
        edit(".env", 0, Class::HostSetting),
        edit(".env", 1, Class::Host),
        edit("compose.yaml", 0, Class::ServiceReference),
        edit("compose.yaml", 2, Class::ServiceReference),
    ];
    let left = |path: &str, nth: usize, class, confidence| LeftMention {
        path: path.to_owned(),
        span: nth_span(&repo, path, nth),
        text: "db".to_owned(),
        class,
        confidence,
        reason: "another reason".to_owned(),
    };
    let change = edits.iter().map(|edit| (edit.path.clone(), edit.edit.clone()));
    Plan {
        title: "rename service db to app-db".to_owned(),
        change: ChangeSet::new(change).unwrap(),
        edits,
        left: vec![
            left(".env", 2, Class::Comment, Confidence::Likely),
            left("compose.yaml", 1, Class::Image, Confidence::Certain),
            left("docs/a|`b`.md", 0, Class::Prose, Confidence::Unsure),
            left("docs/a|`b`.md", 1, Class::Unknown, Confidence::Unsure),
            left("min.js", 0, Class::Literal, Confidence::Unsure),
            left("min.js", 0, Class::OtherNamespace, Confidence::Unsure),
            left("min.js", 0, Class::History, Confidence::Certain),
        ],
        findings: vec![
            Finding::error("whole-run", "it concerns\nall files"),
            Finding::info("good-to-know", "a file").in_file("compose.yaml").help("do nothing"),
            Finding::warning("a-line", "what is wrong")
                .at("compose.yaml", nth_span(&repo, "compose.yaml", 2))
                .help("do this\nor that"),
            Finding::warning("many-lines", "over lines").at(".env", Span::new(40, 70)),
            Finding::warning("out-of-range", "the span does not fit")
                .at(".env", Span::new(900, 999)),
            Finding::warning("not-kept", "it was not read").in_file("gone\u{1b}.bin"),
        ],
        outcome: Outcome::Changes,
        hazards: vec![
            Finding::warning("orphan", "the old container goes on running")
                .at("compose.yaml", nth_span(&repo, "compose.yaml", 0))
                .help("stop it: `docker compose stop db`"),
        ],
        intents: Vec::new(),
        effects: vec!["service db → app-db".to_owned()],
    }
}

/// Gives the span of the nth whole `db` of a file.
fn nth_span(repo: &Repo, path: &str, nth: usize) -> Span {
    let text = &repo.get(path).unwrap().text;
    let at = crate::compose::usage::occurrences(text, "db")
        .filter(|(_, is_whole)| *is_whole || path == "min.js")
        .nth(nth);
    at.unwrap().0.into()
}

/// Compares with the snapshot of a name.
pub(super) fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/report"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
