//! Passwords, from where the project has them. None is kept anywhere else.

use std::time::Duration;

use secrecy::SecretString;

use crate::compose::discover::env_value;
use crate::engine::docker::{Container, Docker, Exec};
use crate::engine::program::{CallError, World};

/// Gives the password that a server's container was started with.
pub(super) fn of_container(
    docker: &Docker,
    container: &Container,
) -> Result<Option<SecretString>, CallError> {
    let given = |name: &str| container.variable(name).filter(|value| !value.is_empty());
    if let Some(password) = given("POSTGRES_PASSWORD") {
        return Ok(Some(password.into()));
    }
    let Some(path) = given("POSTGRES_PASSWORD_FILE") else { return Ok(None) };
    let words = ["cat", path];
    let limit = Duration::from_secs(30);
    let exec = Exec { words: &words, input: None, password: None, limit };
    let text = docker.exec(&container.id, &exec)?;
    // As the image's entry script does, which reads it by `$(< file)`.
    Ok(Some(text.trim_end_matches('\n').into()))
}

/// Gives the password that a variable has: the caller's environment goes before the project's `.env`.
pub(super) fn of_variable(
    world: &World,
    env: Option<&str>,
    variable: &str,
) -> Option<SecretString> {
    let given = world.variables.get(variable).cloned();
    let value = given.or_else(|| env_value(env?, variable))?;
    (!value.is_empty()).then(|| value.into())
}
