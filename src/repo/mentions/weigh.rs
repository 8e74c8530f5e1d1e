//! The second look: what a file surely says of a name holds for its vaguer mentions too.

use crate::compose::usage::{Class, Confidence, occurrences};
use crate::repo::mentions::page::{Judgement, Page};
use crate::repo::mentions::people::{self, Beside};
use crate::repo::mentions::{Mention, Subject};

/// Tells whether mentions show that the name is also something else: a database, a user, an
/// image, a volume, a profile.
#[must_use]
pub fn competing(mentions: &[Mention]) -> bool {
    mentions.iter().any(|mention| is_other(mention.class, mention.confidence))
}

fn is_other(class: Class, confidence: Confidence) -> bool {
    confidence == Confidence::Certain
        && matches!(
            class,
            Class::Database | Class::User | Class::Image | Class::Volume | Class::Profile
        )
}

/// Lowers mentions that only the name's look supports where the file uses the name for something
/// else as well.
pub(super) fn settle(page: &mut Page<'_>) {
    let competes = page
        .judged()
        .filter_map(|(_, judgement)| judgement)
        .any(|judgement| is_other(judgement.class, judgement.confidence));
    // Where the name's look counts for nothing, what is likely has better reasons.
    if !competes || !page.subject.distinctive {
        return;
    }
    let vague: Vec<_> = page
        .judged()
        .filter(|(_, judgement)| {
            judgement.is_some_and(|judgement| {
                judgement.confidence == Confidence::Likely && is_vague(judgement.class)
            })
        })
        .map(|(range, _)| range.clone())
        .filter(|range| people::beside(page, range) != Beside::Service)
        .filter(|range| !is_address(page, range))
        .collect();
    for range in vague {
        page.revise(&range, |judgement| judgement.at_most(Confidence::Unsure));
    }
}

/// Tells what stands in a URL or `host:port`, which is no word of a sentence.
fn is_address(page: &Page<'_>, range: &std::ops::Range<usize>) -> bool {
    let (before, after) = page.around(range);
    before.ends_with(['@', '/', '='])
        || after
            .strip_prefix(':')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_vague(class: Class) -> bool {
    matches!(class, Class::Prose | Class::Message | Class::Literal | Class::Comment | Class::Output)
}

/// Tells a file of tests or of their data, by its folders and its name.
pub(super) fn is_of_tests(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let mut parts = path.split('/').rev();
    let name = parts.next().unwrap_or_default();
    let is_folder = |part: &str| {
        part.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
            matches!(
                word,
                "test"
                    | "tests"
                    | "unittests"
                    | "testing"
                    | "spec"
                    | "specs"
                    | "mocks"
                    | "testdata"
                    | "e2e"
                    | "fixture"
                    | "fixtures"
            )
        })
    };
    let stem = name.split('.').next().unwrap_or_default();
    parts.any(is_folder)
        || [".test.", ".spec."].iter().any(|mark| name.contains(mark))
        || stem.starts_with("test_")
        || ["_test", "-test", "_tests", "-tests", "_spec", "-spec"]
            .iter()
            .any(|end| stem.ends_with(end))
}

/// Lowers a host that is sure by its form alone: what tests connect to may be made up.
pub(super) fn of_tests(judgement: Judgement) -> Judgement {
    match judgement.class {
        Class::Host | Class::HostSetting => judgement.at_most(Confidence::Likely),
        _ => judgement,
    }
}

/// Tells whether a text is about the rename itself: it names the new name too. A new name that may
/// stand anywhere (`postgres`) tells nothing unless the text speaks of renaming.
pub(super) fn is_about_rename(text: &str, subject: &Subject) -> bool {
    let Some(new) = &subject.new else { return false };
    let made_up = new.len() >= 6 && new.contains(['-', '_']);
    names_both(text, subject) && (made_up || text.contains("rename") || text.contains("Rename"))
}

/// Tells whether a text has the new name, whole.
pub(super) fn names_both(text: &str, subject: &Subject) -> bool {
    let new = subject.new.as_deref().filter(|new| !new.is_empty());
    new.is_some_and(|new| occurrences(text, new).any(|(_, whole)| whole))
}
