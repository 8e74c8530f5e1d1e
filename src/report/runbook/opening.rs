//! The summary, and what is looked at before anything is changed.

use crate::diagnostics::Finding;

use super::doc::{Doc, code, codes, word};
use super::{Book, SqlPlan};
use crate::transforms::deployment::{Job, Move, Side};

impl Book<'_> {
    pub(super) fn opening(&self, doc: &mut Doc) {
        doc.heading(1, &format!("Runbook: {}", self.plan.title));
        doc.para(
            "Made by `composemod runbook` from this repository as it is now. Keep it (`composemod runbook > ../runbook.md`) before you begin: once the files are changed, the first steps are gone from it. Run every command in the folder of `composemod.yaml`, in one shell, on the machine that runs the containers; go on only where the check says what it should.",
        );
        if self.facts.compose_paths.is_empty() {
            doc.para("The Compose files say all of it already. Where that is not deployed yet, make the runbook from the commit before they were changed.");
        }
        doc.heading(2, "Summary");
        doc.list(&self.summary());
        let hazards: Vec<String> = self.plan.hazards.iter().map(hazard).collect();
        if !hazards.is_empty() {
            doc.heading(2, "What can go wrong");
            doc.list(&hazards);
        }
    }

    fn summary(&self) -> Vec<String> {
        let mut items: Vec<String> =
            self.plan.effects.iter().map(|effect| format!("Changes: {effect}.")).collect();
        for (job, one) in self.facts.moves() {
            if self.plan.effects.is_empty() {
                items.push(format!("Changes: {}.", moved(one)));
            }
            items.extend(stays(one));
            if !one.dependents.is_empty() {
                items.push(format!(
                    "Affected: every session with {}; those that use it are {} ({}).",
                    code(&one.before.service),
                    codes(&one.dependents),
                    code(&job.main)
                ));
            }
        }
        for job in &self.facts.jobs {
            for thing in &job.things {
                let what = thing.namespace.word();
                if self.plan.effects.is_empty() {
                    items.push(format!(
                        "Changes: {what} {} → {}.",
                        code(&thing.old),
                        code(&thing.new)
                    ));
                }
            }
        }
        items.push(self.outage());
        if self.facts.jobs.is_empty() {
            return items;
        }
        items.push(format!(
            "Needed: a clean git tree, the Compose files as they are deployed now ({}), `docker compose` and `composemod` on the path.",
            codes(self.facts.jobs.iter().map(|job| &job.main))
        ));
        for job in self.facts.jobs.iter().filter(|job| !job.variants.is_empty()) {
            items.push(format!(
                "{} can also be deployed with {}: where you do that, give docker compose the same `-f` files in every command here.",
                code(&job.main),
                codes(&job.variants)
            ));
        }
        items
    }

    /// Says for how long what is away, and why.
    fn outage(&self) -> String {
        let mut has_server = false;
        let mut has_copy = false;
        for (_, one) in self.facts.moves() {
            has_server |= one.server.postgres().is_some();
            has_copy |= one.is_copied();
        }
        let has_network = self.facts.jobs.iter().any(Job::changes_network);
        let network = match has_network {
            true => {
                " A network of another key is another network: who has gone over to it and who has not can't reach each other, so all go at once."
            }
            false => "",
        };
        if self.facts.moves().next().is_none() {
            return match self.facts.jobs.iter().any(|job| !job.changed.is_empty()) {
                true => format!(
                    "Outage: Compose recreates the containers whose definition changes; each is away for as long as it takes to stop and start.{network}"
                ),
                false => "Outage: none. No container is recreated.".to_owned(),
            };
        }
        let time = if has_server {
            "about 2 s as tried with a small Postgres, plus the time that the server takes to shut down and start"
        } else {
            "a few seconds, plus the time that the program takes to stop and start"
        };
        let copy = if has_copy {
            " The data are copied while it is stopped, which takes as long as it takes."
        } else {
            ""
        };
        format!(
            "Outage: {time}. It is not the name that costs it: the container is replaced, and that drops every open session. Clients that reconnect need no change.{copy}{network}"
        )
    }

    /// Writes the step that reads only.
    pub(super) fn look(&self, doc: &mut Doc) {
        doc.heading(2, "1. Look first");
        doc.para("All of this only reads.");
        doc.sh(&["git status --short".to_owned(), self.composemod("apply --only compose --check")]);
        doc.para("Expected: nothing from git; then a summary of the change, which is pending.");
        doc.sh(&[self.composemod("apply --only compose")]);
        doc.para("Expected: the change as a diff. Read it: it is what step 4 writes.");
        for job in &self.facts.jobs {
            doc.sh(&[job.compose.call("config -q"), job.compose.call("ps")]);
            doc.para("Expected: no complaint, and the services up and healthy.");
            if job.changes_volume() {
                doc.sh(&mounts_of(job));
                doc.para("Expected: what each of them mounts. Write it down, or leave it on the screen: step 4 asks again.");
            }
        }
        for (job, one) in self.facts.moves() {
            self.look_at(doc, job, one);
        }
    }

    fn look_at(&self, doc: &mut Doc, job: &Job, one: &Move) {
        let container = container(job, one, Time::Before);
        let mut lines = vec![format!(
            "docker inspect --format '{{{{range .Mounts}}}}{{{{.Type}}}} {NAME_OF_MOUNT} {{{{.Destination}}}}{{{{println}}}}{{{{end}}}}' {container}"
        )];
        let mut told = Vec::new();
        for data in one.server.data() {
            let name = match &data.engine_name {
                Some(name) => {
                    told.push(format!("at {} the volume {}", code(&data.target), code(name)));
                    word(name)
                }
                None => {
                    told.push(format!("what holds the data at {}", code(&data.target)));
                    lines.push(format!("volume={}", mounted_at(&data.target, &container)));
                    "\"$volume\"".to_owned()
                }
            };
            lines.push(format!("docker ps --filter volume={name} --format '{{{{.Names}}}}'"));
        }
        let sharers = codes(one.sharers.iter().map(|(name, _)| name));
        let also = match sharers.is_empty() {
            true => String::new(),
            false => format!(" and the containers of {sharers}"),
        };
        if !told.is_empty() {
            let told_by = told.join(", ");
            told = vec![format!(
                ", among it {told_by}; then that {}{also} hold it, and no other container",
                code(one.before.name())
            )];
        }
        doc.heading(3, &format!("{} of {}", code(&one.before.service), code(&job.main)));
        doc.sh(&lines);
        let anonymous = match one.is_rekeyed() {
            true => {
                " A volume whose name is 64 hexadecimal digits is an anonymous one, which a service of another key does not get: where it holds data, stop here and mount a named one first."
            }
            false => "",
        };
        doc.para(&format!("Expected: what it mounts{}.{anonymous}", told.concat()));
        if let Some(server) = one.server.postgres() {
            self.look_at_postgres(doc, one, server, &container);
        }
    }

    /// Tells whether the superuser is changed by plan B.
    pub(super) fn is_swap(&self) -> bool {
        self.options.sql == SqlPlan::B
    }
}

/// Tells a hazard, with what to do about it.
fn hazard(hazard: &Finding) -> String {
    // What the steps do is not said a second time, in other words.
    let taken = match hazard.id {
        "stateful-rename" => Some("Step 4 takes care of it."),
        "superuser-on-live-volume" => Some("Step 3 takes care of it."),
        "blind-healthcheck" => Some("Step 4 checks by a login."),
        _ => None,
    };
    let help = hazard.help.as_ref().map(|help| format!("What to do: {help}."));
    let help = taken.map(str::to_owned).or(help).unwrap_or_default();
    format!("{}: {}. {help}", code(hazard.id), hazard.message).trim_end().to_owned()
}

/// Says what becomes of a service in a line.
fn moved(one: &Move) -> String {
    let mut parts = Vec::new();
    if one.is_rekeyed() {
        parts.push(format!("service {} → {}", code(&one.before.service), code(&one.after.service)));
    } else {
        parts.push(format!("service {}", code(&one.after.service)));
    }
    if one.before.container != one.after.container {
        parts.push(format!("container {} → {}", code(one.before.name()), code(one.after.name())));
    }
    if let Some(superuser) = &one.superuser {
        parts.push(format!("superuser {} → {}", code(&superuser.from), code(&superuser.to)));
    }
    parts.push(format!("answers to {}", codes(&one.hosts)));
    parts.join("; ")
}

/// Says what stays.
fn stays(one: &Move) -> Option<String> {
    let data: Vec<String> = one
        .server
        .data()
        .map(|mount| mount.engine_name.clone().unwrap_or_else(|| mount.source.clone()))
        .collect();
    (!data.is_empty()).then(|| {
        format!("Stays: {} with all data in it; no data are moved or rewritten.", codes(&data))
    })
}

/// Gives the commands that list what the services mount whose definition changes.
pub(super) fn mounts_of(job: &Job) -> Vec<String> {
    let ask = |name: &String| {
        let container = container_of(job, &Side { service: name.clone(), container: None });
        format!(
            "docker inspect --format '{{{{range .Mounts}}}}{NAME_OF_MOUNT} {{{{.Destination}}}}{{{{println}}}}{{{{end}}}}' {container}"
        )
    };
    job.changed.iter().map(ask).collect()
}

/// The name of a mount, in a template of `docker inspect`: a volume's, else the host's path.
const NAME_OF_MOUNT: &str = "{{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}";

/// Gives the name of what is mounted at a path of a container, as a word of the shell.
pub(super) fn mounted_at(target: &str, container: &str) -> String {
    let target = target.trim_end_matches('/').replace(['\'', '"', '\\'], "");
    format!(
        "$(docker inspect --format '{{{{range .Mounts}}}}{{{{if eq .Destination \"{target}\"}}}}{NAME_OF_MOUNT}{{{{end}}}}{{{{end}}}}' {container})"
    )
}

/// When a container is asked for: by the files as they are then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Before the Compose files change.
    Before,
    /// Afterwards.
    After,
}

/// Gives a service's container as a word of the shell.
pub(super) fn container(job: &Job, one: &Move, time: Time) -> String {
    let side = match time {
        Time::Before => &one.before,
        Time::After => &one.after,
    };
    container_of(job, side)
}

fn container_of(job: &Job, side: &Side) -> String {
    match &side.container {
        Some(name) => word(name),
        None => job.compose.output(&format!("ps -q {}", word(&side.service))),
    }
}
