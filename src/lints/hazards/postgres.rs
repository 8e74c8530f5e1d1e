//! Postgres servers of a project: what the files say of their first role and database, and the
//! calls of their health checks.

use std::collections::BTreeMap;

use crate::compose::command::{Client, Context as Shell, clients_of_words};
use crate::compose::effective::Files as _;
use crate::compose::interpolate::{Piece, interpolate, pieces};
use crate::compose::model::{folder, join};
use crate::compose::value::{Origin, Value, ValueKind};
use crate::lints::context::Loading;
use crate::transforms::superuser::family::{Family, family};

/// A Postgres server.
pub(super) struct Server<'l> {
    pub(super) name: &'l str,
    pub(super) body: &'l Value,
    pub(super) family: Family,
    environment: &'l BTreeMap<String, Value>,
    /// Whether all its env files are there.
    is_told: bool,
}

/// Gives the Postgres servers of a way of loading a project.
pub(super) fn servers<'l>(loading: &Loading<'l>) -> Vec<Server<'l>> {
    let model = loading.model;
    let found = model.services.iter().filter_map(|(name, body)| {
        let environment = model.environments.get(name)?;
        let family = family(body, &|key| environment.contains_key(key))?;
        let is_told = env_files(body).all(|path| loading.context.tree.text(&path).is_some());
        Some(Server { name, body, family, environment, is_told })
    });
    found.collect()
}

fn env_files(body: &Value) -> impl Iterator<Item = String> {
    let items = body.get("env_file").map(Value::items).unwrap_or_default();
    items.iter().filter_map(|item| {
        let path = item.get("path")?;
        let here = path.origin.as_ref().map_or("", |origin| folder(origin.path()));
        // One that can't be followed is one that is not there.
        Some(join(here, path.text()?).unwrap_or_default())
    })
}

impl<'l> Server<'l> {
    /// Gives the role that an empty volume gets, where the files say it.
    pub(super) fn user(&self) -> Option<&'l str> {
        match self.variable(Family::USER) {
            Variable::Unset => Some(self.family.default_user()),
            Variable::Text(text) => Some(text),
            Variable::Unknown => None,
        }
    }

    /// Gives the database that an empty volume gets, where the files say it.
    pub(super) fn database(&self) -> Option<&'l str> {
        match self.variable(self.family.database_key()) {
            Variable::Unset => self.family.default_database().or_else(|| self.user()),
            Variable::Text(text) => Some(text),
            Variable::Unknown => None,
        }
    }

    /// Gives the value of the password, wherever it is set.
    pub(super) fn password(&self) -> Option<&'l Value> {
        self.environment.get(self.family.password_key())
    }

    /// Gives a variable of the container.
    pub(super) fn variable(&self, name: &str) -> Variable<'l> {
        if self.environment.contains_key(&format!("{name}_FILE")) {
            return Variable::Unknown;
        }
        match self.environment.get(name).map(Value::text) {
            None if self.is_told => Variable::Unset,
            Some(Some("")) => Variable::Unset,
            Some(Some(text)) if !text.contains('$') => Variable::Text(text),
            _ => Variable::Unknown,
        }
    }

    /// Gives what a client in the container is given by a word of its command, where that can be
    /// told. A variable is the container's.
    pub(super) fn expanded(&self, word: &str) -> Option<String> {
        if !word.contains(['$', '`']) {
            return Some(word.to_owned());
        }
        let text = |name: &str| match self.variable(name) {
            Variable::Text(text) => Some(text.to_owned()),
            Variable::Unset | Variable::Unknown => None,
        };
        let is_known = |piece: &Piece| match piece {
            Piece::Variable(variable) => word.get(variable.name.clone()).and_then(text).is_some(),
            Piece::Literal(range) => {
                word.get(range.clone()).is_some_and(|literal| !literal.contains(['$', '`']))
            }
            Piece::Dollar(_) => false,
        };
        pieces(word).ok().filter(|pieces| pieces.iter().all(is_known))?;
        interpolate(word, &text).ok()
    }

    /// Gives the names by which others reach it.
    pub(super) fn hosts(&self) -> Vec<&'l str> {
        let own =
            ["container_name", "hostname"].into_iter().filter_map(|key| self.body.text_of(key));
        let networks = self.body.get("networks").into_iter().flat_map(Value::entries);
        let aliases =
            networks.filter_map(|(_, network)| network.get("aliases")).flat_map(Value::items);
        let aliases = aliases.filter_map(Value::text);
        std::iter::once(self.name).chain(own).chain(aliases).collect()
    }

    /// Gives the health check's test.
    pub(super) fn test(&self) -> Option<&'l Value> {
        let check = self.body.get("healthcheck")?;
        check.get("test").filter(|_| !check.get("disable").is_some_and(Value::is_true))
    }

    /// Tells whether the health check is run by a shell, which alone expands variables.
    pub(super) fn has_shell(&self) -> bool {
        let items = self.test().map(Value::items).unwrap_or_default();
        let word = |at: usize| items.get(at).and_then(Value::text).unwrap_or_default();
        let program = word(1).rsplit('/').next().unwrap_or_default();
        word(0) != "CMD" || !matches!(program, "pg_isready" | "psql")
    }

    /// Gives the calls of Postgres clients in the health check. What a call is given must stand
    /// there: a variable that no file sets may be anything.
    pub(super) fn probes(&self, loading: &Loading<'_>) -> Vec<Client> {
        let Some(test) = self.test() else { return Vec::new() };
        let items = match &test.kind {
            ValueKind::Scalar(_) => std::slice::from_ref(test),
            ValueKind::List(items) => items.as_slice(),
            ValueKind::Map(_) | ValueKind::Null => return Vec::new(),
        };
        if items.iter().any(|item| is_unsure(item, loading)) {
            return Vec::new();
        }
        let shell = matches!(test.kind, ValueKind::Scalar(_)).then_some("CMD-SHELL");
        let texts = shell.into_iter().chain(items.iter().filter_map(Value::text));
        let words: Vec<_> = texts.map(|text| (text.to_owned(), 0..text.len())).collect();
        clients_of_words(&words, &Shell::default())
    }
}

/// What is known of a variable of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable<'l> {
    /// It is not set, or empty.
    Unset,
    /// The files say it.
    Text(&'l str),
    /// The files don't say it.
    Unknown,
}

/// Tells whether a value holds a variable that no file sets.
fn is_unsure(value: &Value, loading: &Loading<'_>) -> bool {
    let raw = value.origin.as_ref().map_or("", Origin::raw);
    let Ok(pieces) = pieces(raw) else { return true };
    pieces.iter().any(|piece| match piece {
        Piece::Variable(variable) => {
            let name = raw.get(variable.name.clone()).unwrap_or_default();
            !loading.model.env.contains_key(name)
        }
        Piece::Literal(_) | Piece::Dollar(_) => false,
    })
}
