//! The phases that come when there is time: databases of their own, the references, the alias.

use crate::compose::names::Namespace;
use crate::transforms::intent::Intent;

use super::doc::{Doc, code, codes, heredoc, word};
use super::facts::{Job, Move};
use super::opening::{Time, container};
use super::postgres::after;
use super::server::{Input, MAINTENANCE, Postgres};
use super::{Book, sql};

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
            &sql::provision(),
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
        doc.para("Run the programs' own tests. Then put it to work, one service at a time:");
        for job in &self.facts.jobs {
            let up = |names: &[String], flags: &str| -> Vec<String> {
                let calls = names.iter();
                calls
                    .map(|name| job.compose.call(&format!("up -d --no-deps{flags} {}", word(name))))
                    .collect()
            };
            let mut lines = up(&job.rebuilt, " --build");
            let only_changed: Vec<String> = job
                .changed_later
                .iter()
                .filter(|name| !job.rebuilt.contains(name))
                .cloned()
                .collect();
            lines.extend(up(&only_changed, ""));
            let restarted = job.restarted.iter();
            let restarted = restarted
                .filter(|name| !job.rebuilt.contains(name) && !only_changed.contains(name));
            lines
                .extend(restarted.map(|name| job.compose.call(&format!("restart {}", word(name)))));
            if !lines.is_empty() {
                lines.push(job.compose.call("ps"));
                doc.sh(&lines);
            }
        }
        doc.para("Expected: each is up again. Check it before you take the next one. Back: `git revert --no-edit HEAD`, and the same commands again; an `.env` that git does not have comes back from the backup of step 2.");
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
        let mut lines: Vec<String> = old
            .iter()
            .map(|name| self.composemod(&format!("retire {} --write", word(name))))
            .collect();
        lines.extend(self.facts.moves().map(|(job, one)| {
            job.compose.call(&format!("up -d --no-deps {}", word(&one.after.service)))
        }));
        lines.push(format!("git commit -a -m {}", word("Retire the old name")));
        doc.sh(&lines);
        doc.para("Expected: the alias goes from the Compose files, and the container is recreated. Back: `git revert --no-edit HEAD`, and `up` again.");
    }
}
