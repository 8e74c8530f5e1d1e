//! A Docker engine and Docker Compose, by their command lines.
//!
//! Invariants: no shell; every call ends within a given time; a password goes by a program's environment or
//! input, never by its arguments, and is in no error. `DOCKER_HOST`, contexts and certificates are what
//! the `docker` command makes of the variables that it is given. Deliberately absent: the engine's own
//! API, and any decision about what is to be done.

pub(crate) mod compose;
pub(crate) mod docker;
pub(crate) mod program;
