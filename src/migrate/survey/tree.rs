//! The files, the room for the backup, and the git tree.

#[cfg(unix)]
use std::path::Path;

use crate::diagnostics::Finding;
use crate::engine::program::Call;
use crate::migrate::files::Texts;
use crate::migrate::journal::FILE_NAME;
use crate::migrate::words::size;

use super::Look;

impl Look<'_> {
    /// Gives the Compose files' texts before and after.
    pub(super) fn texts(&self) -> Vec<Texts> {
        let change = &self.request.plan.change;
        let paths = self.request.facts.compose_paths.iter();
        let texts = paths.filter_map(|path| {
            let edit = change.get(path)?;
            let before = self.request.repo.get(path).filter(|_| !change.creates(path));
            let before = before.map(|file| file.text.to_string());
            let after = edit.apply(before.as_deref().unwrap_or_default());
            Some(Texts { path: path.clone(), before, after })
        });
        texts.collect()
    }

    /// Checks that there is room for the backup.
    pub(super) fn room(&self, bytes: u64, refusals: &mut Vec<Finding>, passed: &mut Vec<String>) {
        let backup = &self.request.backup;
        let there = backup.ancestors().find(|folder| folder.is_dir()).unwrap_or(backup);
        match free_bytes(there) {
            Some(free) if free < bytes => {
                let message = format!(
                    "the databases have {}, and there are only {} free in {}, where the backup is to go",
                    size(bytes),
                    size(free),
                    there.display()
                );
                let help = "make room, or name another place with --backup";
                refusals.push(Finding::error("disk-full", message).help(help));
            }
            Some(free) => passed.push(format!(
                "the databases have {}, and {} are free in {}",
                size(bytes),
                size(free),
                there.display()
            )),
            None => {}
        }
    }

    /// Checks that the tree is clean, and gives its commit.
    pub(super) fn tree(
        &self,
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
        notes: &mut Vec<String>,
    ) -> Option<String> {
        let git = |args: &[&str]| {
            Call::new(&["git".to_owned()], args).folder(self.request.root).text(self.request.world)
        };
        let Ok(commit) = git(&["rev-parse", "HEAD"]) else {
            notes.push(
                "there is no commit here: the copies in the backup's folder are the way back"
                    .to_owned(),
            );
            return None;
        };
        let status = git(&["status", "--porcelain", "--", "."]).unwrap_or_default();
        let changed: Vec<&str> = status.lines().filter(|line| !line.ends_with(FILE_NAME)).collect();
        match changed.first() {
            None => passed.push("the git tree is clean".to_owned()),
            Some(first) => {
                let more = match changed.len() {
                    1 => String::new(),
                    number => format!(" and {} more", number - 1),
                };
                let message = format!("the git tree is not clean: {}{more}", first.trim());
                let help =
                    "commit or stash it, so that what this command changes can be told from it";
                refusals.push(Finding::error("tree-unclean", message).help(help));
            }
        }
        Some(commit.trim().to_owned())
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &std::path::Path) -> Option<u64> {
    None
}
