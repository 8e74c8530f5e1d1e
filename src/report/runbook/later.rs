//! The phases that come when there is time: databases of their own, the references, the alias.

use std::collections::BTreeSet;

use crate::compose::names::Namespace;
use crate::transforms::intent::Intent;

use super::Book;
use super::doc::{Doc, code, codes, heredoc, word};
use super::opening::{Time, container};
use super::postgres::after;
use super::server::Input;
use crate::postgres::psql;
use crate::transforms::deployment::{Job, Move};
use crate::transforms::deployment::{MAINTENANCE, Postgres};

impl Book<'_> {
    pub(super) fn later(&self, doc: &mut Doc) {
        let servers: Vec<(&Job, &Move, &Postgres)> = self
            .facts
            .moves()
            .filter_map(|(job, one)| Some((job, one, one.server.postgres()?)))
            .filter(|(_, one, _)| one.superuser.is_some())
            .collect();
        doc.heading(2, "6. Phase 2: a database of its own for each program");
        if servers.is_empty() {
            doc.para("Nothing to do: the change is of names only.");
        }
        for (job, one, server) in servers {
            self.provision(doc, job, one, server);
        }
        self.references(doc);
        self.retire(doc);
    }

    fn provision(&self, doc: &mut Doc, job: &Job, one: &Move, server: &Postgres) {
        let container = container(job, one, Time::After);
        let server = after(server, one);
        let user = server.user.clone().unwrap_or_default();
        let psql = |input| server.psql_on(MAINTENANCE, &container, input);
        let old =
            one.superuser.as_ref().map(|superuser| superuser.from.clone()).unwrap_or_default();
        doc.para(&format!(
            "The server is everybody's now, and {} its superuser. What must hold: each program logs in as a role of its own, that is no superuser; its database belongs to a second role that can't log in; nobody else may connect to it. For a new program, with its name in the first line:",
            code(&user)
        ));
        let mut lines = vec!["app=shop".to_owned()];
        lines.extend(heredoc(
            &format!("{} -v ON_ERROR_STOP=1 -v app=\"$app\"", psql(Input::Given)),
            &psql::provision(),
        ));
        let ask = psql(Input::None);
        lines.push(format!("{ask} -Atc \"SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname LIKE '${{app}}\\_%'\""));
        doc.sh(&lines);
        doc.para("The name is of lower-case letters, digits and `_`, starts with a letter, and is shorter than 50. Expected: two roles, neither a superuser; one can log in. Its password, asked for twice:");
        doc.sh(&[
            "app=shop".to_owned(),
            format!(
                "{} -c \"\\password ${{app}}_app\"",
                ask.replacen("docker exec ", "docker exec -it ", 1)
            ),
        ]);
        doc.para(&format!(
            "A role or database that is there already is an error here, and nothing is adopted. {} stays a superuser until its own program has moved to such a role; only then take its login away.",
            code(&old)
        ));
    }

    fn references(&self, doc: &mut Doc) {
        doc.heading(2, "7. Phase 3: everything else that has the old names");
        if self.facts.other_paths.is_empty() {
            doc.para("Nothing to do: no other file of the repository has them.");
            return;
        }
        doc.para(&format!(
            "Nothing hurries: the old names go on working. This changes {} files beside the Compose files.",
            self.facts.other_paths.len()
        ));
        let rest = "config,scripts,code,docs";
        doc.sh(&[self.composemod(&format!("apply --only {rest}"))]);
        doc.para("Expected: the change as a diff. Read it, then:");
        doc.sh(&[
            self.composemod(&format!("apply --only {rest} --write")),
            "git commit -a -m 'Name things as they are now'".to_owned(),
        ]);
        let lines: Vec<String> = self.facts.jobs.iter().flat_map(Job::put_to_work).collect();
        if !lines.is_empty() {
            doc.para("Run the programs' own tests. Then put it to work, one service at a time:");
            doc.sh(&lines);
            doc.para("Expected: each is up again. Check it before you take the next one.");
        }
        doc.para("Back, before anything else is committed; an `.env` that git does not have comes back from the backup of step 2:");
        doc.sh(&back(lines));
    }

    fn retire(&self, doc: &mut Doc) {
        let mut old: Vec<&String> = Vec::new();
        for intent in &self.plan.intents {
            let Intent::Rename(rename) = intent else { continue };
            if matches!(rename.namespace, Namespace::Service | Namespace::Container) {
                let names = std::iter::once(&rename.old)
                    .chain(rename.containers.iter().map(|(old, _)| old));
                old.extend(names.filter(|name| rename.aliases.contains(name)));
            }
        }
        old.sort();
        old.dedup();
        if old.is_empty() {
            return;
        }
        doc.heading(2, "8. Retire the old name");
        let until = old.iter().filter_map(|name| {
            let day = self.options.keep_until.get(*name)?;
            Some(format!(" {} is declared to be kept until {day}.", code(name)))
        });
        let until: String = until.collect();
        doc.para(&format!(
            "Once {} has been kept as long as was agreed and nobody asks for it any more.{until} An alias is part of the container: taking it away recreates it, with an outage like that of step 4. The command refuses while anything in the repository still uses the name; other repositories and people's own settings it can't see.",
            codes(old.iter().copied())
        ));
        let ups: Vec<String> = self.facts.jobs.iter().flat_map(|job| self.bearers(job)).collect();
        let mut lines = vec!["(".to_owned(), "set -eu".to_owned()];
        lines.extend(
            old.iter().map(|name| self.composemod(&format!("retire {} --write", word(name)))),
        );
        lines.extend(ups.iter().cloned());
        lines.push("git commit -a -m 'Retire the old name'".to_owned());
        lines.push(")".to_owned());
        doc.sh(&lines);
        doc.para("Expected: the alias goes from the Compose files, and the container is recreated. Back, before anything else is committed:");
        doc.sh(&back(ups));
    }
}

impl Book<'_> {
    /// Gives the commands that recreate the services of a project whose alias goes.
    fn bearers(&self, job: &Job) -> Vec<String> {
        let made = self.plan.intents.iter().filter_map(|intent| match intent {
            Intent::Rename(rename) if rename.namespace == Namespace::Service => {
                let is_here = rename.projects.iter().any(|project| project.main == job.main);
                is_here.then_some(&rename.new)
            }
            _ => None,
        });
        let moved = job.moves.iter().map(|one| &one.after.service);
        let names: BTreeSet<&String> = made.chain(moved).collect();
        names
            .iter()
            .map(|name| job.compose.call(&format!("up -d --no-deps {}", word(name))))
            .collect()
    }
}

impl Job {
    /// Gives the commands that make the running containers take what later phases changed.
    fn put_to_work(&self) -> Vec<String> {
        let up = |name: &String, flags: &str| {
            self.compose.call(&format!("up -d --no-deps{flags} {}", word(name)))
        };
        let is_rebuilt = |name: &&String| self.rebuilt.contains(name);
        let rebuilt = self.rebuilt.iter().map(|name| up(name, " --build"));
        let changed = self.changed_later.iter().filter(|name| !is_rebuilt(name));
        let restarted = self.restarted.iter();
        let restarted = restarted
            .filter(|name| !is_rebuilt(name) && !self.changed_later.contains(name))
            .map(|name| self.compose.call(&format!("restart {}", word(name))));
        let mut lines: Vec<String> =
            rebuilt.chain(changed.map(|name| up(name, ""))).chain(restarted).collect();
        if !lines.is_empty() {
            lines.push(self.compose.call("ps"));
        }
        lines
    }
}

/// Gives the way back from the last commit, and what puts that to work.
fn back(lines: Vec<String>) -> Vec<String> {
    std::iter::once("git revert --no-edit HEAD".to_owned()).chain(lines).collect()
}
