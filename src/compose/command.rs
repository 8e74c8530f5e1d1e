//! Shell text: what a name means in commands (`docker compose exec NAME`, `docker exec NAME`,
//! `psql -h NAME`, `docker ps | grep NAME`, `for c in web NAME; do`).

use std::collections::BTreeMap;

use crate::compose::usage::Usage;

/// What is known before a piece of shell text is read.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Variables, functions and aliases that stand for a command: `dc` → `docker compose`,
    /// `_dc` → `docker compose exec`. Filled by [`wrappers`].
    pub wrappers: BTreeMap<String, Vec<String>>,
    /// Other services of the project: a list of words among which some are services is a list of
    /// services (`for c in web db redis`).
    pub services: Vec<String>,
}

/// Finds the wrappers that a script or Makefile defines (`DC="docker compose -f x.yml"`,
/// `dc() { docker compose "$@"; }`, `alias dc=…`, `DOCKER_COMPOSE ?= docker compose`).
#[must_use]
pub fn wrappers(text: &str) -> BTreeMap<String, Vec<String>> {
    let _ = text;
    todo!()
}

/// Classifies each use of `name` in shell text (one command, or a whole script).
///
/// Ranges are bytes of `text`. Gives every whole occurrence, references and others.
#[must_use]
pub fn classify(text: &str, name: &str, context: &Context) -> Vec<Usage> {
    let _ = (text, name, context);
    todo!()
}

/// Classifies each use of `name` in an argument list.
#[must_use]
pub fn classify_words(
    words: &[(String, std::ops::Range<usize>)],
    name: &str,
    context: &Context,
) -> Vec<Usage> {
    let _ = (words, name, context);
    todo!()
}
