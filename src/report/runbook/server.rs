//! What runs in a service's container, and where its data lie.

use crate::compose::effective::Effective;
use crate::compose::value::Value;

use super::doc::word;

/// A service's program, as far as a runbook must know it.
#[derive(Debug)]
pub(super) enum Server {
    /// Postgres in an image that takes the official one's variables.
    Postgres(Postgres),
    /// Something else with data.
    Stateful(Vec<Mount>),
    /// Nothing that must be kept.
    Stateless,
}

/// A Postgres server.
#[derive(Clone, Debug)]
pub(super) struct Postgres {
    /// Where its data lie.
    pub(super) data: Vec<Mount>,
    /// Its superuser; none where only the container knows.
    pub(super) user: Option<String>,
    /// The database to connect to; none where only the container knows.
    pub(super) database: Option<String>,
    /// Where the server's password comes from.
    pub(super) password: Password,
}

/// Where a server's password comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Password {
    /// `POSTGRES_PASSWORD`.
    Variable,
    /// The file that `POSTGRES_PASSWORD_FILE` names.
    File,
    /// Nowhere: the server asks for none.
    None,
}

/// Something that a service mounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// A volume's key or a path.
    pub(super) source: String,
    /// Where it stands in the container.
    pub(super) target: String,
    /// Whether the source is a path.
    pub(super) is_bind: bool,
    /// Whether it is mounted to be read only.
    pub(super) is_read_only: bool,
    /// The volume's name at the engine, where the files tell it.
    pub(super) engine_name: Option<String>,
}

impl Server {
    /// Tells what a service runs.
    pub(super) fn of(service: &str, body: &Value, model: &Effective) -> Self {
        let all: Vec<Mount> = mounts(body)
            .into_iter()
            .map(|mount| Mount { engine_name: engine_name(&mount, model), ..mount })
            .collect();
        let image = body.text_of("image").unwrap_or_default();
        if is_postgres(image) {
            return Self::Postgres(Postgres::of(service, all, model));
        }
        // A single file or a socket is no data of the service's own.
        let is_data = |mount: &Mount| {
            let last = mount.target.rsplit('/').next().unwrap_or_default();
            !mount.is_read_only && (!mount.is_bind || !last.contains('.'))
        };
        let data: Vec<Mount> = all.into_iter().filter(is_data).collect();
        if data.is_empty() { Self::Stateless } else { Self::Stateful(data) }
    }

    /// Gives where its data lie.
    pub(super) fn data(&self) -> impl Iterator<Item = &Mount> {
        match self {
            Self::Postgres(server) => server.data.iter(),
            Self::Stateful(data) => data.iter(),
            Self::Stateless => [].iter(),
        }
    }

    /// Gives the Postgres server that it is.
    pub(super) fn postgres(&self) -> Option<&Postgres> {
        match self {
            Self::Postgres(server) => Some(server),
            _ => None,
        }
    }
}

impl Postgres {
    fn of(service: &str, all: Vec<Mount>, model: &Effective) -> Self {
        let given = |name: &str| model.variable(service, name);
        // A value that is not known here is known in the container.
        let known = |name: &str, default: Option<&str>| match given(name) {
            None => default.map(str::to_owned),
            Some(value) => value
                .text()
                .filter(|text| !text.is_empty() && !text.contains('$'))
                .map(str::to_owned),
        };
        let user = known("POSTGRES_USER", Some("postgres"));
        let database = known("POSTGRES_DB", user.as_deref());
        let password = match (given("POSTGRES_PASSWORD"), given("POSTGRES_PASSWORD_FILE")) {
            (Some(_), _) => Password::Variable,
            (None, Some(_)) => Password::File,
            (None, None) => Password::None,
        };
        let folder = given("PGDATA").and_then(Value::text);
        let folder = folder.unwrap_or("/var/lib/postgresql/data");
        let data = all.into_iter().filter(|mount| {
            let target = mount.target.trim_end_matches('/');
            folder.starts_with(target) || target.starts_with("/var/lib/postgresql")
        });
        Self { data: data.collect(), user, database, password }
    }

    /// Gives the server as another superuser sees it.
    pub(super) fn seen_by(&self, user: &str) -> Self {
        Self { user: Some(user.to_owned()), ..self.clone() }
    }

    /// Gives the call of a client program in a container as the server's superuser, up to its
    /// further arguments: over the socket, which the image trusts.
    pub(super) fn client(&self, container: &str, program: Program, input: Input) -> String {
        // With `-i` and no input of its own, it would eat the lines pasted after it.
        let flag = match input {
            Input::None => "",
            Input::Given => " -i",
        };
        let exec = format!("docker exec{flag} {container}");
        let (name, takes_database) = match program {
            Program::Psql => ("psql -X", true),
            Program::DumpAll => ("pg_dumpall", false),
        };
        let database =
            |name: &str| if takes_database { format!(" -d {name}") } else { String::new() };
        if let (Some(user), Some(known)) = (&self.user, &self.database) {
            return format!("{exec} {name} -U {}{}", word(user), database(&word(known)));
        }
        let user = r#""${POSTGRES_USER:-postgres}""#;
        let database = database(r#""${POSTGRES_DB:-${POSTGRES_USER:-postgres}}""#);
        format!("{exec} sh -c 'exec {name} -U {user}{database} \"$@\"' psql")
    }
}

/// A client program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Psql,
    DumpAll,
}

/// Whether a command is given something to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    None,
    Given,
}

/// Gives everything that a service mounts, tmpfs and anonymous volumes left out.
pub(super) fn mounts(body: &Value) -> Vec<Mount> {
    let items = body.get("volumes").map(Value::items).unwrap_or_default();
    let mount = |item: &Value| {
        let kind = item.text_of("type")?;
        let is_bind = match kind {
            "bind" => true,
            "volume" => false,
            _ => return None,
        };
        Some(Mount {
            source: item.text_of("source").filter(|source| !source.is_empty())?.to_owned(),
            target: item.text_of("target")?.to_owned(),
            is_bind,
            is_read_only: item.get("read_only").is_some_and(Value::is_true),
            engine_name: None,
        })
    };
    items.iter().filter_map(mount).collect()
}

/// Gives a volume's name at the engine: `name`, else its key where it is external, else
/// `<project>_<key>` where a file says the project's name.
fn engine_name(mount: &Mount, model: &Effective) -> Option<String> {
    if mount.is_bind {
        return None;
    }
    let settings = model.volumes.get(&mount.source)?;
    let given = settings.text_of("name").map(str::to_owned);
    let is_external = settings.get("external").is_some_and(Value::is_true);
    let own = || match &model.name {
        _ if is_external => Some(mount.source.clone()),
        Some(project) => Some(format!("{project}_{}", mount.source)),
        None => None,
    };
    given.or_else(own).filter(|name| !name.contains('$'))
}

fn is_postgres(image: &str) -> bool {
    let name = image.split(['@', ':']).next().unwrap_or(image);
    // Bitnami's image has other variables and a socket that asks for a password.
    if name.contains("bitnami") {
        return false;
    }
    let last = name.rsplit('/').next().unwrap_or(name);
    matches!(last, "postgres" | "postgis" | "pgvector" | "timescaledb" | "timescaledb-ha")
}
