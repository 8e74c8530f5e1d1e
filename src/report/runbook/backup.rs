//! The step that keeps a copy of everything that could be lost.

use super::Book;
use super::doc::{Doc, code, word};

impl Book<'_> {
    pub(super) fn back_up(&self, doc: &mut Doc) {
        doc.heading(2, "2. Back up");
        let mut lines = vec![
            "umask 077".to_owned(),
            format!("mkdir -p \"$HOME/composemod\" && mkdir {}", self.backup()),
            format!("git tag {}", self.tag()),
        ];
        for job in &self.facts.jobs {
            let env = job.compose.path(".env");
            let copy = self.backup_file(&env.replace('/', "_"));
            let env = word(&env);
            lines.push(format!("test ! -e {env} || cp -p {env} {copy}"));
        }
        doc.sh(&lines);
        doc.para("Expected: silence. The files are kept by the tag, and by the copy what git does not have. `mkdir` fails where a backup is there already: move it out of the way, do not write over it.");
        for (job, one) in self.facts.moves() {
            match one.server.postgres() {
                Some(server) => self.back_up_postgres(doc, job, one, server),
                None if one.is_copied() => doc.para(&format!(
                    "The data of {} are copied in step 4, while it is stopped: only then is a copy of the files whole, whatever the program.",
                    code(&one.before.service)
                )),
                None if one.server.data().next().is_some() => doc.para(&format!(
                    "Compose recreates {} on the volumes that it has; its data are not touched. Back them up with the program's own means, as you always do.",
                    code(&one.after.service)
                )),
                None => {}
            }
        }
        let volumes = self.facts.jobs.iter().flat_map(|job| &job.things);
        let volumes =
            volumes.filter(|thing| thing.namespace == crate::compose::names::Namespace::Volume);
        for thing in volumes {
            doc.para(&format!(
                "The volume {} keeps its name at the engine, and its data; back them up with the program that owns them, as you always do.",
                code(&thing.old)
            ));
        }
    }
}
