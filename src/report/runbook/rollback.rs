//! The way back from each step.

use super::Book;
use super::doc::{Doc, code, word};
use super::opening::{Time, container};
use super::server::Input;
use super::swap::ups;
use crate::transforms::deployment::MAINTENANCE;
use crate::transforms::deployment::{Job, Move};

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
        doc.heading(3, "From step 4, once the files are changed");
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
        doc.para(if rekeyed.is_empty() {
            "Expected: the old files are back, and Compose recreates what is named with them."
        } else {
            "Expected: the new container goes, the old files are back, the old container is created on the same data. What was written in between stays."
        });
        doc.para(
            "Then the other services that step 4 recreated, and a commit where step 4 made one:",
        );
        let mut lines: Vec<String> = Vec::new();
        for job in &self.facts.jobs {
            let names: Vec<String> = job.changed.iter().map(|name| word(name)).collect();
            lines.extend(ups(job, &names));
        }
        let title = word(&format!("Take back: {}", self.plan.title));
        lines.push(format!("git diff --quiet HEAD || git commit -a -m {title}"));
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
            let container = container(job, one, Time::Before);
            if let Some(server) = one.server.postgres() {
                let dump = self.backup_file(&format!("{}.sql", one.before.service));
                doc.heading(3, "If data are lost");
                doc.para("On a server that was started on an empty volume with the old files, once it takes connections; what was written after the backup is not in it:");
                let psql = server.psql_on(MAINTENANCE, &container, Input::Given);
                doc.sh(&[format!("{psql} < {dump}")]);
                doc.para("Expected: no error but that the role and the database of the old files exist already.");
            } else if one.is_copied() {
                doc.heading(3, "If data are lost");
                doc.para("With the old files and the old container running: the copy is laid over what is there; what was written after it and is not in it stays.");
                let service = word(&one.before.service);
                let mut lines = vec!["(".to_owned(), "set -eu".to_owned()];
                lines.push(format!("old={container}"));
                lines.push(job.compose.call(&format!("stop -t 120 {service}")));
                for (number, data) in one.server.data().enumerate() {
                    let file = self.backup_file(&format!("{}.{number}.tar", one.before.service));
                    let target = data.target.trim_end_matches('/');
                    let above = target.rsplit_once('/').map_or("", |(above, _)| above);
                    lines.push(format!(
                        "docker cp - \"$old\":{} < {file}",
                        word(&format!("{above}/"))
                    ));
                }
                lines.push(job.compose.call(&format!("start {service}")));
                lines.push(")".to_owned());
                doc.sh(&lines);
                doc.para("Expected: silence but for the stop and the start.");
            }
        }
    }
}
