//! `--baseline` and `--write-baseline`: which file is meant, reading it and writing it.

use std::path::Path;

use crate::diagnostics::Finding;
use crate::repo::load::read_named;
use crate::report::apply::replace;
use crate::report::baseline::Baseline;

use super::change::not_written;

/// Reads a baseline.
///
/// # Errors
/// It can't be read, or is none.
pub(super) fn read(cwd: &Path, asked: &Path) -> Result<Baseline, Finding> {
    let shown = asked.display().to_string();
    let source = read_named(&cwd.join(asked), &shown).map_err(|why| {
        Finding::error("baseline-unreadable", format!("--baseline {shown}: {why}"))
            .help("name a file that --write-baseline made")
    })?;
    Baseline::parse(&source.text).map_err(|why| {
        Finding::error("baseline-unreadable", format!("--baseline {shown} is no baseline: {why}"))
            .help("make it anew with --write-baseline")
    })
}

/// Writes a baseline, over an older one if there is one.
///
/// # Errors
/// What is in the way. An older one is as it was then.
pub(super) fn write(cwd: &Path, asked: &Path, baseline: &Baseline) -> Result<(), Finding> {
    let shown = asked.display().to_string();
    replace(&cwd.join(asked), &shown, &baseline.text()).map_err(|error| not_written(&error))
}
