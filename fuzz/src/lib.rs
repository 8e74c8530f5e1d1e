//! What must hold for any text, one property for each part that reads what people write. A text that
//! does not panic here is a text that harms nobody.
//!
//! Each module has one `holds`, which the fuzzer calls (`fuzz_targets/`) and which `tests/seeds.rs`
//! calls on every seed. A file that once broke one is kept in `crashes/`.

pub mod config;
pub mod diff;
pub mod discovery;
pub mod document;
pub mod endpoint;
pub mod interpolation;
pub mod mentions;
pub mod patch;

use composemod::diagnostics::Finding;
use composemod::text::source::SourceFile;

/// A property of a text.
pub type Property = fn(&str);

/// All properties by the names of their targets.
pub const ALL: [(&str, Property); 8] = [
    ("config", config::holds),
    ("diff", diff::holds),
    ("discovery", discovery::holds),
    ("document", document::holds),
    ("endpoint", endpoint::holds),
    ("interpolation", interpolation::holds),
    ("mentions", mentions::holds),
    ("patch", patch::holds),
];

/// Splits off a first line of decisions, so that a seed can be read and changed by hand. The numbers
/// are its bytes; a text without one has none.
pub fn decisions(text: &str) -> (&[u8], &str) {
    text.split_once('\n').map_or((&[], text), |(line, rest)| (line.as_bytes(), rest))
}

/// Takes the next decision among `count`.
pub fn choose(decisions: &mut &[u8], count: usize) -> usize {
    let Some((first, rest)) = decisions.split_first() else { return 0 };
    *decisions = rest;
    usize::from(*first) % count.max(1)
}

/// Checks that a finding has a place in its file.
pub fn check_place(finding: &Finding, files: &[SourceFile]) {
    let Some(place) = &finding.place else { return };
    let Some(file) = files.iter().find(|file| file.path == place.path) else { return };
    assert!(
        file.text.get(place.span.range()).is_some(),
        "{}: {:?} is no place of {:?}",
        finding.id,
        place.span,
        file.path
    );
}
