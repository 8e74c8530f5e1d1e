//! What is around the container: who holds its data, who has its names, which image it runs.

use std::collections::BTreeSet;

use crate::diagnostics::Finding;
use crate::engine::docker::Container;
use crate::engine::program::CallError;
use crate::migrate::journal::Named;
use crate::migrate::probe::can_be_asked;
use crate::migrate::words::{short, whose};

use super::{BY_RUNBOOK, Look, named};

impl Look<'_> {
    /// Gives what holds the data: volumes by name, or paths of the host.
    pub(super) fn data(&self, refusals: &mut Vec<Finding>) -> Vec<String> {
        let mut data = Vec::new();
        for declared in self.one.server.data() {
            let target = declared.target.trim_end_matches('/');
            let mounted = self
                .container
                .mounts
                .iter()
                .find(|mount| mount.destination.trim_end_matches('/') == target);
            match mounted {
                Some(mount) if !mount.name.is_empty() => data.push(mount.name.clone()),
                Some(mount) => data.push(mount.source.clone()),
                None => refusals.push(
                    Finding::error(
                        "data-elsewhere",
                        format!(
                            "{} mounts nothing at {target}, where its files have the data",
                            self.container.name()
                        ),
                    )
                    .help("bring the project up with the files as they are first"),
                ),
            }
        }
        if data.is_empty() && refusals.is_empty() {
            let message = format!(
                "the data of `{}` lie in no volume that its files name: a container of another service starts without them",
                self.one.before.service
            );
            let help = "mount a named volume at its data folder, move the data there, and deploy that first";
            refusals.push(Finding::error("data-unnamed", message).help(help));
        }
        data
    }

    /// Checks who else holds the data, and gives the containers that may.
    pub(super) fn holders(
        &self,
        data: &[String],
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
    ) -> Vec<Named> {
        let holds = |container: &&Container| {
            container.id != self.container.id && data.iter().any(|data| container.mounts_data(data))
        };
        let is_sharer = |other: &Container| {
            let is_own = other.project() == self.container.project();
            is_own
                && other
                    .service()
                    .is_some_and(|name| self.one.sharers.iter().any(|(before, _)| before == name))
        };
        let others: Vec<&Container> =
            self.all.iter().filter(|other| other.state.running).filter(holds).collect();
        for other in others.iter().filter(|other| !is_sharer(other)) {
            let message = format!(
                "{} holds the data of `{}` too ({})",
                whose(other),
                self.one.before.service,
                data.join(", ")
            );
            let help = "stop it first: two servers on one data folder destroy it";
            refusals.push(Finding::error("data-held", message).help(help));
        }
        if refusals.is_empty() {
            passed.push(format!("{}: held by {} alone", data.join(", "), self.container.name()));
        }
        others.into_iter().filter(|other| is_sharer(other)).map(named).collect()
    }

    /// Checks that the new names are free.
    pub(super) fn names(
        &self,
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
        notes: &mut Vec<String>,
    ) {
        let others = || self.all.iter().filter(|other| other.id != self.container.id);
        let before = refusals.len();
        if let Some(name) = &self.one.after.container
            && let Some(other) = others().find(|other| other.name() == name)
        {
            let message = format!("the container name `{name}` is taken by {}", whose(other));
            let help = "remove or rename that container, or declare another `container-name`";
            refusals.push(Finding::error("container-name-in-use", message).help(help));
        }
        let mut users: BTreeSet<String> = BTreeSet::new();
        for (network, _) in self.container.networks() {
            for other in others().filter(|other| other.is_on(network)) {
                for host in self.one.hosts.iter().filter(|host| other.answers_to(network, host)) {
                    let message = format!(
                        "on the network {network}, {} answers to `{host}` too: clients would reach both in turn",
                        whose(other)
                    );
                    let help = "take the name from it, or give the server another";
                    refusals.push(Finding::error("name-in-use", message).help(help));
                }
                let is_foreign = other.project() != self.container.project();
                let names = [Some(&self.one.before.service), self.one.before.container.as_ref()];
                let uses = other
                    .variables()
                    .any(|(_, value)| names.iter().flatten().any(|name| is_word_in(name, value)));
                if is_foreign && other.state.running && uses {
                    users.insert(whose(other));
                }
            }
        }
        for user in users {
            notes.push(format!("{user} uses the old name from outside the project: the alias serves it, until it is retired"));
        }
        if refusals.len() == before {
            passed.push(format!("the names {} are free", self.one.hosts.join(", ")));
        }
        if let Some(host) = self.one.hosts.iter().find(|host| !can_be_asked(host)) {
            let message = format!("the name `{host}` can't be asked for a login");
            refusals.push(Finding::error("name-unusable", message).help(BY_RUNBOOK));
        }
    }

    /// Checks that the image's tag still leads to the image that runs.
    pub(super) fn image(&self, refusals: &mut Vec<Finding>) -> Result<(), CallError> {
        let image = &self.container.config.image;
        let tagged = self.docker.image_id(image)?;
        if tagged.as_ref().is_some_and(|id| *id != self.container.image) {
            let message = format!(
                "`{image}` is another image by now than the one that {} runs: the new container would run that one on the data",
                self.container.name()
            );
            let help = format!(
                "upgrade first, by itself, or give the tag back: `docker tag {} {image}`",
                short(&self.container.image)
            );
            refusals.push(Finding::error("image-moved", message).help(help));
        }
        Ok(())
    }

    /// Gives the network that logins are tried on.
    pub(super) fn network(&self, refusals: &mut Vec<Finding>) -> Option<String> {
        let name = self.container.networks().map(|(name, _)| name.to_owned()).next();
        if name.as_deref().is_none_or(|name| matches!(name, "host" | "none" | "bridge")) {
            let message = format!(
                "{} is on no network of its project, so that it has no name there to keep",
                self.container.name()
            );
            refusals.push(Finding::error("network-missing", message).help(BY_RUNBOOK));
            return None;
        }
        name
    }
}

/// Tells whether a name stands in a value, with nothing of a name on either side.
fn is_word_in(name: &str, value: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    value.match_indices(name).any(|(at, _)| {
        let (before, after) = (&value[..at], &value[at + name.len()..]);
        !before.ends_with(of_name) && !after.starts_with(of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::is_word_in;

    #[test]
    fn a_name_is_told_from_a_longer_one() {
        for (name, value, expected) in [
            ("db", "postgres://db:5432/x", true),
            ("db", "my-db", false),
            ("db", "db.internal", false),
            ("db", "a db b", true),
        ] {
            assert_eq!(is_word_in(name, value), expected, "{value}");
        }
    }
}
