//! What is asked of containers and of the server in them.

use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::diagnostics::Finding;
use crate::engine::docker::Container;
use crate::repo::load::read_named;

use super::files::{self, Side};
use super::journal::{Role, Site};
use super::migration::Migration;
use super::passwords;
use super::probe::{Login, Probe};
use super::psql::Psql;
use super::words::{asked, whose};

impl Migration<'_> {
    /// Logs in by each name on each network, and tells whether the role is a superuser.
    pub(super) fn log_in(
        &self,
        role: &str,
        database: &str,
        password: Option<&SecretString>,
        hosts: &[&str],
    ) -> Result<bool, Finding> {
        let site = self.site();
        let mut is_super = true;
        for network in &site.networks {
            let login = Login { network, image: &site.image, role, database, password };
            let mut probe = Probe::start(&self.docker, &login).map_err(|error| asked(&error))?;
            for host in hosts {
                let cluster = probe.login(host).map_err(|(_, said)| {
                    let message = format!("`{role}` can't log in by `{host}` on {network}: {said}");
                    let help = "does its password on the server differ from the one in the files?";
                    Finding::error("login-failed", message).help(help)
                })?;
                let (_, cluster) = cluster;
                if cluster.identifier != site.server.identifier {
                    return Err(other_cluster(site, &cluster.identifier, host));
                }
                is_super &= cluster.is_super;
            }
        }
        Ok(is_super)
    }

    /// Checks that a container serves the cluster that it is all about.
    pub(super) fn same_cluster(&self, container: &Container) -> Result<(), Finding> {
        let query = "SELECT system_identifier FROM pg_control_system();";
        let identifier = self.psql(&container.id).value(query).map_err(|error| asked(&error))?;
        match identifier == self.site().server.identifier {
            true => Ok(()),
            false => Err(other_cluster(self.site(), &identifier, container.name())),
        }
    }

    /// Waits until a service's container takes logins on its socket.
    pub(super) fn wait_for(&self, service: &str) -> Result<Container, Finding> {
        let end = Instant::now() + self.patience;
        loop {
            let container = self.container_of(service)?;
            if let Some(container) = &container {
                let said = match self.psql(&container.id).value("SELECT 1;") {
                    Ok(_) => return Ok(container.clone()),
                    Err(error) => error.to_string(),
                };
                if Instant::now() > end || (!container.state.running && has_ended(container)) {
                    return Err(unwell(container, &said));
                }
            }
            if container.is_none() && Instant::now() > end {
                let message = format!("no container of `{service}` came");
                return Err(
                    Finding::error("container-missing", message).help("see the engine's log")
                );
            }
            std::thread::sleep(TICK);
        }
    }

    /// Waits until a container is healthy, where it has a check.
    pub(super) fn wait_until_well(&self, id: &str) -> Result<(), Finding> {
        if !self.site().is_probed {
            return Ok(());
        }
        let end = Instant::now() + self.patience;
        loop {
            let container = self.docker.container(id).map_err(|error| asked(&error))?;
            match container {
                Some(container) if container.health() == Some("healthy") => return Ok(()),
                Some(container)
                    if container.health() == Some("unhealthy")
                        || !container.state.running
                        || Instant::now() > end =>
                {
                    return Err(unwell(&container, "its health check fails"));
                }
                Some(_) => std::thread::sleep(TICK * 5),
                None => {
                    let message = "the container went away while it was waited for";
                    return Err(
                        Finding::error("container-missing", message).help("see the engine's log")
                    );
                }
            }
        }
    }

    /// Gives running containers that hold the data.
    pub(super) fn holders(&self) -> Result<Vec<Container>, Finding> {
        let running = self.docker.running().map_err(|error| asked(&error))?;
        let data = &self.site().data;
        let holds = |one: &Container| data.iter().any(|data| one.mounts_data(data));
        Ok(running.into_iter().filter(holds).collect())
    }

    /// Gives the project's container of a service.
    pub(super) fn container_of(&self, service: &str) -> Result<Option<Container>, Finding> {
        let filters = [
            format!("label=com.docker.compose.project={}", self.site().project),
            format!("label=com.docker.compose.service={service}"),
        ];
        let found = self.docker.all(&filters).map_err(|error| asked(&error))?;
        let is_one_off = |one: &Container| {
            one.label("com.docker.compose.oneoff").is_some_and(|it| it.eq_ignore_ascii_case("true"))
        };
        Ok(found.into_iter().find(|one| !is_one_off(one)))
    }

    pub(super) fn new_container(&self) -> Result<Option<Container>, Finding> {
        self.container_of(&self.site().new.service)
    }

    /// Gives psql in a container, as the superuser as it was.
    pub(super) fn psql<'b>(&'b self, container: &'b str) -> Psql<'b> {
        let server = &self.journal.site.server;
        Psql {
            docker: &self.docker,
            container,
            user: &server.user,
            database: &server.database,
            password: self.password.as_ref(),
        }
    }

    /// Gives the name by which clients know the server before.
    pub(super) fn old_host(&self) -> String {
        let old = &self.site().old;
        old.container.clone().unwrap_or_else(|| old.service.clone())
    }

    /// Gives the password of the superuser as it was, from the container that has it.
    pub(super) fn old_password(&self) -> Result<Option<SecretString>, Finding> {
        let site = self.site();
        let old = self.docker.container(&site.container).map_err(|error| asked(&error))?;
        let is_split = site.role.as_ref().is_some_and(|role| role.variable.is_some());
        let container = match old {
            Some(container) => Some(container),
            None if is_split => None,
            None => self.new_container()?,
        };
        let Some(container) = container.filter(|one| one.state.running) else { return Ok(None) };
        passwords::of_container(&self.docker, &container).map_err(|error| asked(&error))
    }

    /// Gives the password that the new superuser is to have.
    pub(super) fn new_password(&self, role: &Role) -> Result<Option<SecretString>, Finding> {
        let Some(variable) = &role.variable else { return Ok(self.password.clone()) };
        let folder = &self.site().folder;
        let path = if folder.is_empty() { ".env".to_owned() } else { format!("{folder}/.env") };
        let kept = files::kept(self.site(), Side::After, &path);
        let there = || read_named(&self.root.join(&path), &path).ok();
        let text = kept.or_else(|| there().map(|file| file.text.to_string()));
        let password = passwords::of_variable(&self.world, text.as_deref(), variable);
        password.map(Some).ok_or_else(|| {
            let message = format!("{variable}, which the server's password comes from, is not set");
            Finding::error("password-unset", message).help("set it where it was set, or in .env")
        })
    }
}

/// How often a container is looked at that a service's outage hangs on.
const TICK: Duration = Duration::from_millis(40);

pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) fn has_ended(container: &Container) -> bool {
    matches!(container.state.status.as_str(), "exited" | "dead")
}

fn unwell(container: &Container, said: &str) -> Finding {
    let message = format!(
        "{} is {}{}: {said}",
        container.name(),
        container.state.status,
        container.health().map(|health| format!(" and {health}")).unwrap_or_default()
    );
    let help = format!("`docker logs {}`, while it is there, tells why", container.name());
    Finding::error("container-unwell", message).help(help)
}

pub(super) fn held(site: &Site, other: &Container) -> Finding {
    let message = format!("{} runs and holds {}", whose(other), site.data.join(", "));
    let help = "stop it: two servers on one data folder destroy it; then go on";
    Finding::error("data-held", message).help(help)
}

fn other_cluster(site: &Site, found: &str, by: &str) -> Finding {
    let message =
        format!("another cluster answers by `{by}`: {found}, and not {}", site.server.identifier);
    let help = "the new container mounts other data, or another server answers to the name";
    Finding::error("other-cluster", message).help(help)
}
