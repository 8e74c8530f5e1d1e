//! What must hold for any text, one property for each part that reads what people write. A text that
//! does not panic here is a text that harms nobody.
//!
//! Each module has one `holds`, which the fuzzer calls (`fuzz_targets/`): on every seed, on every text
//! that once broke one (`crashes/`), and then on what it makes of them.

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
