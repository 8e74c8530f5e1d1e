//! What each step does. It looks first, so that it can be done again after a crash.

use std::time::Instant;

use secrecy::{ExposeSecret as _, SecretString};

use crate::diagnostics::Finding;
use crate::engine::docker::Container;
use crate::postgres::password::verifier;
use crate::postgres::psql::{self, Names};
use crate::postgres::sql::{ident, literal};

use super::backup;
use super::checks::{SECOND, has_ended, held};
use super::files::{self, Side};
use super::journal::{Named, RoleWas};
use super::migration::Migration;
use super::observe::{Observer, Outage};
use super::probe::Login;
use super::rows;
use super::step::Step;
use super::words::{asked, size};

impl Migration<'_> {
    /// Does a step.
    ///
    /// # Errors
    /// It failed: what was done is to be taken back.
    pub(super) fn take(&mut self, step: Step) -> Result<(), Finding> {
        match step {
            Step::Backup => self.back_up(),
            Step::Role => self.role(),
            Step::Files => self.write_files(),
            Step::Create => self.create(),
            Step::Stop => self.stop(),
            Step::Start => self.start(),
            Step::Verify => self.verify(),
            Step::Dependents => self.dependents(),
        }
    }

    fn back_up(&mut self) -> Result<(), Finding> {
        let bytes = backup::dump(&self.docker, self.site(), self.password.as_ref())?;
        let path = backup::path(self.site());
        self.ok(&format!("{}, {}, whole to its end", path.display(), size(bytes)));
        Ok(())
    }

    fn role(&mut self) -> Result<(), Finding> {
        let Some(role) = self.site().role.clone() else {
            self.ok("no superuser changes");
            return Ok(());
        };
        let container = self.site().container.clone();
        let databases: Vec<&str> = role.databases.iter().map(String::as_str).collect();
        let names = Names { old: &self.site().server.user, new: &role.name, databases: &databases };
        let script = psql::second_superuser(names).join("\n") + "\n";
        let password = self.new_password(&role)?;
        let psql = self.psql(&container);
        psql.rows(&script).map_err(|error| asked(&error))?;
        if role.was == RoleWas::Missing
            && let Some(password) = &password
        {
            psql.rows(&set_password(&role.name, password)).map_err(|error| asked(&error))?;
        }
        let host = self.old_host();
        let cluster =
            self.log_in(&role.name, &role.database, password.as_ref(), &[host.as_str()])?;
        if !cluster {
            let message = format!("`{}` is no superuser after all", role.name);
            return Err(Finding::error("role-failed", message).help("see the server's log"));
        }
        self.ok(&format!("`{}` logs in over the network as a superuser", role.name));
        Ok(())
    }

    fn write_files(&mut self) -> Result<(), Finding> {
        let number = files::write(self.root, self.site(), Side::After)?;
        self.compose.check().map_err(|error| asked(&error))?;
        self.ok(&format!("{number} written, and read by {}", self.compose.program.name()));
        Ok(())
    }

    fn create(&mut self) -> Result<(), Finding> {
        let service = self.site().new.service.clone();
        self.compose.create(&service).map_err(|error| asked(&error))?;
        match self.new_container()? {
            Some(container) => {
                self.ok(&format!("{} is made and does not run", container.name()));
                Ok(())
            }
            None => {
                let message =
                    format!("{} made no container of `{service}`", self.compose.program.name());
                Err(Finding::error("create-failed", message).help("see what `config` says"))
            }
        }
    }

    fn stop(&mut self) -> Result<(), Finding> {
        let id = self.site().container.clone();
        let old = self.docker.container(&id).map_err(|error| asked(&error))?;
        let Some(old) = old else {
            self.ok("the old container is gone");
            return Ok(());
        };
        if old.state.running {
            let counted = rows::count(&self.psql(&id)).map_err(|error| asked(&error))?;
            self.journal.site.rows = counted;
            self.journal.write(self.root)?;
            self.observe()?;
            for sharer in self.site().sharers.clone() {
                self.docker.stop(&sharer.id, 120).map_err(|error| asked(&error))?;
            }
            // What is written to the disk now is not written while clients wait. It is no more than that.
            drop(self.psql(&id).rows("CHECKPOINT;"));
            self.say(&format!("        stopping {}: the outage begins", old.name()));
            self.docker.stop(&id, 120).map_err(|error| asked(&error))?;
        }
        self.docker.remove(&id).map_err(|error| asked(&error))?;
        self.ok(&format!("{} is stopped and removed; its data stay", old.name()));
        Ok(())
    }

    fn start(&mut self) -> Result<(), Finding> {
        let service = self.site().new.service.clone();
        if self.site().is_rekeyed() {
            let holders = self.holders()?;
            let others = holders.iter().filter(|one| one.service() != Some(service.as_str()));
            if let Some(other) = others.into_iter().next() {
                return Err(held(self.site(), other));
            }
        } else {
            self.journal.site.rows =
                rows::count(&self.psql(&self.site().container)).unwrap_or_default();
            self.journal.write(self.root)?;
            self.observe()?;
        }
        // docker-compose 1.29 connects a container to its second network only when it starts it.
        let is_whole = |one: &Container| self.site().networks.iter().all(|name| one.is_on(name));
        let made = if self.site().is_made_ahead() { self.new_container()? } else { None };
        match made {
            Some(container) if is_whole(&container) => self.docker.start(&container.id),
            Some(_) => self.compose.start(&service),
            None => self.compose.up(&service),
        }
        .map_err(|error| asked(&error))?;
        let container = self.wait_for(&service)?;
        for sharer in self.site().sharers.clone() {
            self.docker.start(&sharer.id).map_err(|error| asked(&error))?;
        }
        self.ok(&format!("{} runs and takes logins", container.name()));
        self.observed();
        Ok(())
    }

    fn verify(&mut self) -> Result<(), Finding> {
        let Some(container) = self.new_container()? else {
            let message = format!("`{}` has no container", self.site().new.service);
            return Err(Finding::error("container-missing", message).help("see the engine's log"));
        };
        let holders = self.holders()?;
        let sharers = &self.site().sharers;
        let is_meant = |one: &&Container| {
            one.id == container.id || sharers.iter().any(|sharer| sharer.id == one.id)
        };
        if let Some(other) = holders.iter().find(|one| !is_meant(one)) {
            return Err(held(self.site(), other));
        }
        self.wait_until_well(&container.id)?;
        self.same_cluster(&container)?;
        let site = self.site().clone();
        let hosts: Vec<&str> = site.hosts.iter().map(String::as_str).collect();
        // The new container may have another password than the old one had.
        match self.password.clone() {
            None if site.role.as_ref().is_some_and(|role| role.variable.is_some()) => self.say(&format!(
                "        note: the password of `{}` is at hand no more, so its login by name is not tried",
                site.server.user
            )),
            password => {
                let server = &site.server;
                self.log_in(&server.user, &server.database, password.as_ref(), &hosts)?;
                self.ok(&format!("`{}` logs in by {}", server.user, hosts.join(", ")));
            }
        }
        if let Some(role) = &site.role {
            let password = self.new_password(role)?;
            self.log_in(&role.name, &role.database, password.as_ref(), &hosts)?;
            self.ok(&format!("`{}` logs in by {}", role.name, hosts.join(", ")));
        }
        self.same_rows(&container)
    }

    fn same_rows(&mut self, container: &Container) -> Result<(), Finding> {
        let after = rows::count(&self.psql(&container.id)).map_err(|error| asked(&error))?;
        let difference = rows::compare(&self.site().rows, &after);
        if let Some(lost) = difference.lost.first() {
            let message = format!("rows are missing: {lost}");
            let help = "compare with the backup before anything else is written";
            return Err(Finding::error("rows-missing", message).help(help));
        }
        for fewer in &difference.fewer {
            self.say(&format!(
                "        note: fewer rows, as clients may have removed some: {fewer}"
            ));
        }
        let number = self.site().rows.len();
        self.ok(&format!("the same cluster, with the rows of its {number} largest tables"));
        Ok(())
    }

    fn dependents(&mut self) -> Result<(), Finding> {
        let dependents = self.site().dependents.clone();
        for one in &dependents {
            self.well_again(one)?;
        }
        let names: Vec<&str> = dependents.iter().map(|one| one.name.as_str()).collect();
        self.ok(&match names.is_empty() {
            true => "nobody is known to use it".to_owned(),
            false => format!("{} run as before", names.join(", ")),
        });
        Ok(())
    }

    /// Waits until a container that was well before is well again. One that ended without its server is
    /// started, once.
    fn well_again(&mut self, before: &Named) -> Result<(), Finding> {
        let end = Instant::now() + self.patience;
        let mut is_started = false;
        loop {
            let now = self.docker.container(&before.id).map_err(|error| asked(&error))?;
            // One that was replaced meanwhile is somebody else's doing.
            let Some(now) = now else { return Ok(()) };
            if has_ended(&now) && !is_started {
                is_started = true;
                self.docker.start(&now.id).map_err(|error| asked(&error))?;
                self.say(&format!("        note: {} had ended and is started again", before.name));
                continue;
            }
            let is_well = now.state.running
                && !now.state.restarting
                && (!before.is_healthy || now.health() == Some("healthy"));
            if is_well {
                return Ok(());
            }
            if Instant::now() > end {
                let message = format!(
                    "{} ran before and is {} now{}",
                    before.name,
                    now.state.status,
                    now.health().map(|health| format!(" ({health})")).unwrap_or_default()
                );
                let help =
                    "see its log: does it keep the server's address, or a session, for ever?";
                return Err(Finding::error("dependent-lost", message).help(help));
            }
            std::thread::sleep(SECOND);
        }
    }

    /// Begins to observe, where that is asked for.
    fn observe(&mut self) -> Result<(), Finding> {
        if !self.is_observed || self.observer.is_some() {
            return Ok(());
        }
        let site = self.site();
        let Some(network) = site.networks.first() else { return Ok(()) };
        let login = Login {
            network,
            image: &site.image,
            role: &site.server.user,
            database: &site.server.database,
            password: self.password.as_ref(),
        };
        let observer = Observer::start(&self.docker, &login, &self.old_host()).map_err(|said| {
            let message = format!("the observer can't log in: {said}");
            Finding::error("observe-failed", message).help("leave --observe out")
        })?;
        self.observer = Some(observer);
        Ok(())
    }

    /// Tells what was observed.
    pub(super) fn observed(&mut self) {
        let Some(observer) = self.observer.take() else { return };
        let Outage { time, failed, logins, is_over } = observer.finish();
        let end = if is_over { "" } else { ", and it goes on" };
        self.say(&format!(
            "        outage: {} ms as clients see it by `{}` ({failed} of {logins} logins failed{end})",
            time.as_millis(),
            self.old_host()
        ));
    }
}

/// Gives the statements that set a password that is in no log: the server gets a verifier.
fn set_password(role: &str, password: &SecretString) -> String {
    let verifier = verifier(password);
    format!(
        "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';\n\
         ALTER ROLE {} PASSWORD {};\n",
        ident(role),
        literal(verifier.expose_secret())
    )
}
