//! The way back. It goes by what it finds, not by what was done, so that it is right wherever a migration
//! stopped, and can itself be stopped and run again.

use crate::diagnostics::Finding;
use crate::engine::docker::Container;
use crate::postgres::psql::{self, Names};
use crate::postgres::sql::ident;

use super::checks::held;
use super::files::{self, Side};
use super::journal::{RoleWas, State};
use super::migration::Migration;
use super::words::asked;

impl Migration<'_> {
    /// Takes everything back: the new container goes, the old files return, the old container runs on
    /// the same data, and the role that was made goes.
    pub(super) fn roll_back(&mut self) -> Result<(), Finding> {
        self.journal.state = State::RollingBack;
        self.journal.write(self.root)?;
        self.take_new_away()?;
        let number = files::write(self.root, self.site(), Side::Before)?;
        self.ok(&match number {
            0 => "the files are as they were".to_owned(),
            number => format!("{number} files are as they were before"),
        });
        let container = self.bring_old_back(number)?;
        self.take_role_back(&container)?;
        self.journal.state = State::RolledBack;
        self.journal.write(self.root)?;
        self.ok(&format!(
            "all is as it was before; the backup stays in {}",
            self.site().backup.display()
        ));
        Ok(())
    }

    fn take_new_away(&mut self) -> Result<(), Finding> {
        if !self.site().is_rekeyed() {
            return Ok(());
        }
        let service = self.site().new.service.clone();
        while let Some(container) = self.container_of(&service)? {
            if container.state.running {
                self.docker.stop(&container.id, 120).map_err(|error| asked(&error))?;
            }
            self.docker.remove(&container.id).map_err(|error| asked(&error))?;
            self.ok(&format!("{} is stopped and removed; its data stay", container.name()));
        }
        Ok(())
    }

    /// Sees to it that the old container runs, and nothing else on its data.
    fn bring_old_back(&mut self, restored: usize) -> Result<Container, Finding> {
        let service = self.site().old.service.clone();
        let is_running =
            |one: &Option<Container>| one.as_ref().is_some_and(|one| one.state.running);
        let there = self.container_of(&service)?;
        // A service that keeps its key may have been recreated by the new files.
        let is_stale = !self.site().is_rekeyed() && restored > 0;
        if !is_running(&there) || is_stale {
            let sharers = self.site().sharers.clone();
            let holders = self.holders()?;
            let is_meant = |one: &&Container| {
                one.service() == Some(service.as_str())
                    || sharers.iter().any(|sharer| sharer.id == one.id)
            };
            if let Some(other) = holders.iter().find(|one| !is_meant(one)) {
                return Err(held(self.site(), other));
            }
            self.compose.up(&service).map_err(|error| asked(&error))?;
        }
        for sharer in self.site().sharers.clone() {
            let now = self.docker.container(&sharer.id).map_err(|error| asked(&error))?;
            if now.is_some_and(|now| !now.state.running) {
                self.docker.start(&sharer.id).map_err(|error| asked(&error))?;
            }
        }
        let container = self.wait_for(&service)?;
        self.wait_until_well(&container.id)?;
        self.same_cluster(&container)?;
        self.ok(&format!("{} runs and takes logins", container.name()));
        Ok(container)
    }

    /// Takes back what was done to the role.
    fn take_role_back(&mut self, container: &Container) -> Result<(), Finding> {
        let Some(role) = self.site().role.clone() else { return Ok(()) };
        let user = self.site().server.user.clone();
        let script = match role.was {
            RoleWas::Superuser => return Ok(()),
            RoleWas::Ordinary => format!("ALTER ROLE {} NOSUPERUSER;\n", ident(&role.name)),
            RoleWas::Missing => {
                let names = Names { old: &user, new: &role.name, databases: &[] };
                let known = format!(
                    "SELECT count(*) FROM pg_roles WHERE rolname = {};",
                    crate::postgres::sql::literal(&role.name)
                );
                let known =
                    self.psql(&container.id).value(&known).map_err(|error| asked(&error))?;
                if known == "0" {
                    return Ok(());
                }
                psql::drop_second(names).join("\n") + "\n"
            }
        };
        let taken = self.psql(&container.id).rows(&script);
        match taken {
            Ok(_) => self.ok(&format!("the role `{}` is as it was before", role.name)),
            // It is in nobody's way, and what it owns must not go with it.
            Err(error) => self.say(&format!(
                "        note: the role `{}` stays, as something depends on it: {error}",
                role.name
            )),
        }
        Ok(())
    }
}
