//! The step that replaces the containers: with the old files what is there goes, with the new
//! ones what is to be comes.

use super::Book;
use super::doc::{Doc, code, codes, word};
use super::opening::{Time, container, mounted_at, mounts_of};
use crate::transforms::deployment::{Job, Move};

impl Book<'_> {
    pub(super) fn swap(&self, doc: &mut Doc) {
        doc.heading(2, "4. Change the Compose files and replace the containers");
        let rekeyed: Vec<(&Job, &Move)> =
            self.facts.moves().filter(|(_, one)| one.is_rekeyed()).collect();
        if !rekeyed.is_empty() {
            doc.para("To Compose, a service with another key is another service: it would start the new container and leave the old one running on the same data. So the old one is stopped and removed with the *old* files first, and at no time do both run. The outage begins with this block and ends with it; it stops at the first command that fails, and then step 5 says how to go back.");
        }
        let mut lines = vec!["(".to_owned(), "set -eu".to_owned()];
        for (job, one) in &rekeyed {
            self.take_down(&mut lines, job, one);
        }
        lines.push(self.composemod("apply --only compose --write"));
        for (job, one) in self.facts.moves() {
            let mut names = vec![word(&one.after.service)];
            if one.is_rekeyed() {
                names.extend(one.sharers.iter().map(|(_, after)| word(after)));
            }
            lines.push(job.compose.call(&format!("up -d --no-deps {}", names.join(" "))));
        }
        for job in self.facts.jobs.iter().filter(|job| job.goes_at_once()) {
            let names: Vec<String> = job.changed.iter().map(|name| word(name)).collect();
            lines.extend(ups(job, &names));
        }
        lines.push(")".to_owned());
        doc.sh(&lines);
        doc.para(if rekeyed.is_empty() {
            "Expected: the files are changed, and Compose recreates what is named, if anything is: it stops the old container before it starts the new one."
        } else {
            "Expected: the old container goes, the files are changed, the new container is created. If docker compose asks whether to recreate a volume, the answer is no."
        });
        for (job, one) in self.facts.moves() {
            doc.heading(3, &format!("Check {}", code(&one.after.service)));
            match one.server.postgres() {
                Some(server) => self.check_postgres(doc, job, one, server),
                None => check_any(doc, job, one),
            }
        }
        for job in &self.facts.jobs {
            others(doc, job);
        }
        doc.heading(3, "Keep it");
        doc.sh(&[format!("git commit -a -m {}", word(&self.plan.title))]);
        doc.para("Expected: a commit of the Compose files alone.");
    }

    /// Writes the commands that take a container away, its data copied where there is no dump.
    fn take_down(&self, lines: &mut Vec<String>, job: &Job, one: &Move) {
        let old = word(&one.before.service);
        let mut stopped: Vec<String> = one.sharers.iter().map(|(name, _)| word(name)).collect();
        stopped.push(old.clone());
        // Asked for while it runs: afterwards `ps` does not list it.
        if one.server.data().next().is_some() {
            lines.push(format!("old={}", container(job, one, Time::Before)));
        }
        let mut checks = Vec::new();
        for (number, mount) in one.server.data().enumerate() {
            let name = match &mount.engine_name {
                Some(name) => word(name),
                None => {
                    lines.push(format!("volume{number}={}", mounted_at(&mount.target, "\"$old\"")));
                    format!("\"$volume{number}\"")
                }
            };
            checks.push(format!(
                "test -z \"$(docker ps -q --filter volume={name})\" || {{ echo 'another container still holds the data' >&2; exit 1; }}"
            ));
        }
        lines.push(job.compose.call(&format!("stop -t 120 {}", stopped.join(" "))));
        if one.is_copied() {
            for (number, mount) in one.server.data().enumerate() {
                let file = self.backup_file(&format!("{}.{number}.tar", one.before.service));
                lines.push(format!("docker cp \"$old\":{} - > {file}", word(&mount.target)));
                lines.push(format!("tar -tf {file} > /dev/null"));
            }
        }
        lines.push(job.compose.call(&format!("rm -f {old}")));
        lines.extend(checks);
    }
}

fn check_any(doc: &mut Doc, job: &Job, one: &Move) {
    let container = container(job, one, Time::After);
    let mut lines = vec![
        format!(
            "docker inspect --format '{{{{.State.Status}}}} {{{{.RestartCount}}}}' {container}"
        ),
        format!(
            "docker inspect --format '{{{{range $name, $it := .NetworkSettings.Networks}}}}{{{{$name}}}}: {{{{$it.Aliases}}}}{{{{println}}}}{{{{end}}}}' {container}"
        ),
    ];
    if one.is_probed {
        lines.push(format!("docker inspect --format '{{{{.State.Health.Status}}}}' {container}"));
    }
    let mut told = format!("`running 0`; on each network the names {}", codes(&one.hosts));
    if one.is_probed {
        told.push_str("; `healthy`, once it is up");
    }
    for mount in one.server.data() {
        lines.push(format!("echo {}", mounted_at(&mount.target, &container)));
        let name = mount
            .engine_name
            .as_ref()
            .map_or_else(|| "what step 1 showed".to_owned(), |name| code(name));
        told.push_str(&format!("; at {} {name}", code(&mount.target)));
    }
    doc.sh(&lines);
    doc.para(&format!("Expected: {told}."));
}

/// Writes what becomes of the services that change only because others do.
fn others(doc: &mut Doc, job: &Job) {
    if job.changed.is_empty() {
        return;
    }
    doc.heading(3, &format!("The others of {}", code(&job.main)));
    if !job.goes_at_once() {
        doc.para(&format!(
            "The definition of {} has changed too. Where the old name is kept as an alias they go on working as they are; the next `up` recreates them. One at a time, when it suits:",
            codes(&job.changed)
        ));
        let names: Vec<String> = job.changed.iter().map(|name| word(name)).collect();
        let lines: Vec<String> =
            ups(job, &names).into_iter().chain([job.compose.call("ps")]).collect();
        doc.sh(&lines);
        doc.para("Expected: each is recreated and up again.");
        return;
    }
    let mut lines = vec![job.compose.call("ps")];
    let mut told = "all of them up".to_owned();
    if job.changes_volume() {
        lines.extend(mounts_of(job));
        told.push_str(
            ", and what each mounts by the same names as in step 1: no new, empty volume",
        );
    }
    doc.sh(&lines);
    doc.para(&format!("Expected: {told}."));
    if job.changes_network() {
        doc.para("The network of the old key stays, unused, until `docker network prune`.");
    }
}

/// Gives the commands that bring services up: one at a time, where they need not go together.
pub(super) fn ups(job: &Job, names: &[String]) -> Vec<String> {
    let up = |names: &str| job.compose.call(&format!("up -d --no-deps {names}"));
    if names.is_empty() {
        return Vec::new();
    }
    if job.goes_at_once() {
        return vec![up(&names.join(" "))];
    }
    names.iter().map(|name| up(name)).collect()
}
