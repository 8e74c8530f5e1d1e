//! Findings of every sort, in files of odd names, for the tests of all formats.

use std::sync::Arc;

use crate::diagnostics::fix::{Applicability, Fix};
use crate::diagnostics::{Finding, Place};
use crate::repo::load::Repo;
use crate::text::edit::Edit;
use crate::text::source::SourceFile;
use crate::text::span::Span;

/// A path with blanks and with what formats escape.
pub(super) const ODD: &str = "a b/wéb, 100%: `x|y`.yaml";

/// A path that breaks a line, and is no XML.
pub(super) const BROKEN: &str = "odd\n\"<&>'\u{1b}.yml";

const COMPOSE: &str = "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: hunter2\n    ports: [5432:5432]\n    cap_add: [ALL]\n";

/// Line ends of Windows, and characters of several bytes.
const WINDOWS: &str = "services:\r\n  wéb:\r\n    image: \"né\" # PASSWORD=hunter2\r\n    command: |\r\n      öne\r\n      two\r\n";

/// Gives what was read.
pub(super) fn repo() -> Repo {
    let mut files = vec![
        SourceFile::new(ODD, WINDOWS),
        SourceFile::new("compose.yaml", COMPOSE),
        SourceFile::new(BROKEN, "services: {}\n"),
    ];
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let all_paths = files.iter().map(|file| file.path.clone()).collect();
    Repo { files, all_paths, ..Repo::default() }
}

/// Gives the bytes of a text in a file.
fn span(path: &str, text: &str) -> Span {
    let repo = repo();
    let at = repo.get(path).and_then(|file| file.text.find(text)).unwrap();
    Span::new(at, at + text.len())
}

fn at(finding: Finding, path: &str, text: &str) -> Finding {
    finding.at(path, span(path, text))
}

/// Gives what was found, in order.
pub(super) fn findings() -> Vec<Finding> {
    let place = |path: &str, text: &str| Place { path: path.to_owned(), span: span(path, text) };
    let quoted = Fix::same_values(
        "put the port in quotes",
        "compose.yaml",
        [Edit::replace(span("compose.yaml", "5432:5432"), "\"5432:5432\"")],
    );
    let moved = Fix::same_values(
        "move the password",
        "compose.yaml",
        [Edit::replace(span("compose.yaml", "POSTGRES_PASSWORD: hunter2"), "PASSWORD: hunter2")],
    );
    let both = Arc::new(Fix {
        applicability: Applicability::Unsafe,
        ..Fix::clone(
            &Fix::same_values(
                "pin both",
                ODD,
                [
                    Edit::replace(span(ODD, "\"né\""), "\"né:1\""),
                    Edit::insert(span(ODD, "two").start as usize, "ünd "),
                ],
            )
            .unwrap(),
        )
    });
    let mut all = vec![
        Finding::error("a-lint", "it concerns 100% of <all> files: `a|b`, @x\nand more"),
        at(Finding::warning("image-tag-missing", "`né` has no tag"), ODD, "\"né\"")
            .help("give it one: a, b")
            .fix(Some(Arc::clone(&both))),
        at(Finding::warning("a-lint", "over lines"), ODD, "command: |\r\n      öne")
            .help("do this\nor that")
            .fix(Some(both)),
        at(Finding::error("privileged-container", "is refused"), "compose.yaml", "[ALL]")
            .help("remove it")
            .related(place(ODD, "two"), "the other one stands here"),
        at(Finding::warning("a-lint", "the port is a number"), "compose.yaml", "5432:5432")
            .fix(quoted),
        at(Finding::info("b-lint", "a literal password"), "compose.yaml", "POSTGRES_PASSWORD")
            .help("take a variable")
            .fix(moved),
        Finding::info("whole-file", "the file is odd").in_file(BROKEN).help("rename it"),
        Finding::warning("not-kept", "it was not read").at("gone.bin", Span::new(5, 9)),
    ];
    crate::diagnostics::sort(&mut all);
    all
}
