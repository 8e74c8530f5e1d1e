//! The way back from each step.

use super::Book;
use super::doc::{Doc, code, word};
use super::facts::{Job, Move};
use super::opening::{Time, container};
use super::server::{Input, MAINTENANCE};

impl Book<'_> {
    pub(super) fn roll_back(&self, doc: &mut Doc) {
        doc.heading(2, "5. Roll back");
        doc.para("Each part takes back one step; do the later ones first.");
        doc.heading(3, "Within step 4, where it stopped before the files were changed");
        let rekeyed: Vec<(&Job, &Move)> =
            self.facts.moves().filter(|(_, one)| one.is_rekeyed()).collect();
        let files: Vec<String> = self.facts.compose_paths.iter().map(|path| word(path)).collect();
        let restore = format!("git checkout {} -- {}", self.tag(), files.join(" "));
        if rekeyed.is_empty() {
            doc.para("Nothing was changed, and everything runs.");
        } else {
            doc.para("`git status --short` says nothing; the old files are in place:");
            doc.sh(&self.start_old());
        }
        doc.heading(3, "From step 4");
        let mut lines = vec!["(".to_owned(), "set -eu".to_owned()];
        for (job, one) in &rekeyed {
            let new = word(&one.after.service);
            let sharers = one.sharers.iter().map(|(_, after)| word(after));
            let stopped: Vec<String> = sharers.chain([new.clone()]).collect();
            lines.push(job.compose.call(&format!("stop -t 120 {}", stopped.join(" "))));
            lines.push(job.compose.call(&format!("rm -f {new}")));
        }
        lines.push(restore);
        lines.extend(self.start_old());
        lines.push(")".to_owned());
        doc.sh(&lines);
        doc.para("Expected: the new container goes, the old files are back, the old container is created on the same data. What was written in between stays. Then, for each service that step 4 recreated, one `up` with the old files, and a commit where step 4 made one:");
        let mut lines: Vec<String> = Vec::new();
        for job in &self.facts.jobs {
            let before = job.changed.iter().map(|name| word(&before_name(job, name)));
            lines.extend(before.map(|name| job.compose.call(&format!("up -d --no-deps {name}"))));
        }
        lines.push(format!(
            "git diff --quiet HEAD || git commit -a -m {}",
            word(&format!("Take back: {}", self.plan.title))
        ));
        doc.sh(&lines);
        self.take_role_back(doc);
        self.restore(doc);
        doc.heading(3, "From steps 1 and 2");
        doc.para(&format!(
            "Nothing was changed. The tag goes with `git tag -d {}`; keep the backup in {} until you are sure.",
            self.tag(),
            code(&self.backup().replace('"', ""))
        ));
    }

    /// Gives the commands that start what is moved with the old files.
    fn start_old(&self) -> Vec<String> {
        let start = |(job, one): (&Job, &Move)| {
            let mut names = vec![word(&one.before.service)];
            if one.is_rekeyed() {
                names.extend(one.sharers.iter().map(|(before, _)| word(before)));
            }
            job.compose.call(&format!("up -d --no-deps {}", names.join(" ")))
        };
        self.facts.moves().map(start).collect()
    }

    fn restore(&self, doc: &mut Doc) {
        for (job, one) in self.facts.moves() {
            let Some(server) = one.server.postgres() else { continue };
            let container = container(job, one, Time::Before);
            let dump = self.backup_file(&format!("{}.sql", one.before.service));
            doc.heading(3, "If data are lost");
            doc.para("On a server that was started on an empty volume with the old files; what is written since the backup is not in it:");
            doc.sh(&[format!(
                "{} < {dump}",
                server.psql_on(MAINTENANCE, &container, Input::Given)
            )]);
            doc.para("Expected: no error but that the role and the database of the old files exist already.");
        }
    }
}

/// Gives the name that a service had.
fn before_name(job: &Job, after: &str) -> String {
    let moved = job.moves.iter().find(|one| one.after.service == after);
    moved.map_or_else(|| after.to_owned(), |one| one.before.service.clone())
}
