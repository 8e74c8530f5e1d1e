//! The container that is replaced, and the Docker Compose that made it.

use std::path::Path;

use crate::diagnostics::Finding;
use crate::engine::compose::{Compose, Program};
use crate::engine::docker::{Container, Docker};
use crate::transforms::deployment::{Job, Move};

use super::{Request, Unsurveyed, refused};

/// Gives Docker Compose for the project, and the service's container.
pub(super) fn old_container(
    request: &Request<'_>,
    job: &Job,
    one: &Move,
    docker: &Docker,
) -> Result<(Compose, Container), Unsurveyed> {
    let world = request.world;
    let programs = match request.compose {
        Some(words) => {
            let words: Vec<&str> = words.split_whitespace().collect();
            Program::of(&words, world).into_iter().collect()
        }
        None => Program::installed(world),
    };
    let Some(first) = programs.first() else {
        let what = request.compose.unwrap_or("`docker compose` or `docker-compose`");
        let message = format!("there is no Docker Compose: {what} does not run");
        let help = "install the plugin docker-compose-v2, or name a program with --compose";
        return Err(Unsurveyed::Impossible(Finding::error("engine-unusable", message).help(help)));
    };
    let mut compose = Compose {
        program: first.clone(),
        folder: request.root.join(&job.compose.folder),
        files: job.compose.files.clone(),
        project: None,
        world: world.clone(),
    };
    let service = &one.before.service;
    let ids = compose.containers(service)?;
    let [id] = ids.as_slice() else {
        let (id, message) = match ids.len() {
            0 => ("container-missing", format!("Compose knows no container of `{service}` here")),
            number => ("container-several", format!("`{service}` has {number} containers")),
        };
        let help = "this command replaces one container that runs: bring the project up with the files as they are, or only write the files with `composemod apply --write`";
        return Err(refused(id, message, help));
    };
    let Some(container) = docker.container(id)? else {
        let message = format!("the container of `{service}` went away meanwhile");
        return Err(refused("container-missing", message, "run it again"));
    };
    if !container.state.running {
        let message = format!(
            "{}, the container of `{service}`, does not run: it is {}",
            container.name(),
            container.state.status
        );
        return Err(refused("container-stopped", message, "start it, and see that it is well"));
    }
    // A container that another version made is best replaced by that one: it knows its labels.
    let made_by = container.label("com.docker.compose.version").unwrap_or_default();
    let fitting =
        programs.iter().find(|program| made_by.starts_with(&format!("{}.", program.major())));
    if let Some(program) = fitting.filter(|_| request.compose.is_none()) {
        compose.program = program.clone();
    }
    compose.project = container.project().map(str::to_owned);
    from_here(&compose, &container)?;
    Ok((compose, container))
}

/// Checks that the container was made from the folder that Compose is called in.
fn from_here(compose: &Compose, container: &Container) -> Result<(), Unsurveyed> {
    let made_in = container.label("com.docker.compose.project.working_dir").map(Path::new);
    let here = compose.folder.canonicalize().unwrap_or_else(|_| compose.folder.clone());
    let is_here = |folder: &Path| folder.canonicalize().is_ok_and(|folder| folder == here);
    match made_in {
        Some(folder) if !is_here(folder) => {
            let message = format!(
                "{} was made from {}, not from here ({}): its paths and variables may be others",
                container.name(),
                folder.display(),
                here.display()
            );
            Err(refused(
                "project-elsewhere",
                message,
                "run this command in that folder's repository",
            ))
        }
        _ => Ok(()),
    }
}
