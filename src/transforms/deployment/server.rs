//! What runs in a service's container, and where its data lie.

use crate::compose::effective::Effective;
use crate::compose::value::{Origin, Value};
use crate::transforms::hazards::mount::{self, Mount};
use crate::transforms::superuser::family::{Family, family};

/// A service's program, as far as its deployment must know it.
#[derive(Debug)]
pub(crate) enum Server {
    /// Postgres in an image that takes the official one's variables.
    Postgres(Postgres),
    /// Something else with data.
    Stateful(Vec<Data>),
    /// Nothing that must be kept.
    Stateless,
}

/// A Postgres server.
#[derive(Clone, Debug)]
pub(crate) struct Postgres {
    /// Where its data lie.
    pub(crate) data: Vec<Data>,
    /// Its superuser; none where only the container knows.
    pub(crate) user: Option<String>,
    /// The database to connect to: the default one where it is known.
    pub(crate) database: String,
    /// Where the server's password comes from.
    pub(crate) password: Password,
}

/// Where a server's password comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Password {
    /// `POSTGRES_PASSWORD`.
    Variable,
    /// The file that `POSTGRES_PASSWORD_FILE` names.
    File,
    /// Nowhere: the server asks for none.
    None,
}

/// The database that every server has.
pub(crate) const MAINTENANCE: &str = "postgres";

/// Where a service keeps data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Data {
    /// A volume's key or a path.
    pub(crate) source: String,
    /// Where it stands in the container.
    pub(crate) target: String,
    /// The volume's name at the engine, where the files tell it.
    pub(crate) engine_name: Option<String>,
}

impl Server {
    /// Tells what a service runs.
    pub(crate) fn of(service: &str, body: &Value, model: &Effective) -> Self {
        let data: Vec<Data> =
            mount::data(body).iter().filter_map(|mount| Data::of(mount, model)).collect();
        let has = |name: &str| model.variable(service, name).is_some();
        let is_known = match family(body, &has) {
            Some(Family::Official) => true,
            // Without it, the image's own scripts rely on another superuser.
            Some(Family::Supabase) => has(Family::USER),
            // Others have other variables, or a socket that asks for a password.
            _ => false,
        };
        if is_known {
            return Self::Postgres(Postgres::of(service, data, model));
        }
        if data.is_empty() { Self::Stateless } else { Self::Stateful(data) }
    }

    /// Gives where its data lie.
    pub(crate) fn data(&self) -> impl Iterator<Item = &Data> {
        match self {
            Self::Postgres(server) => server.data.iter(),
            Self::Stateful(data) => data.iter(),
            Self::Stateless => [].iter(),
        }
    }

    /// Gives the Postgres server that it is.
    pub(crate) fn postgres(&self) -> Option<&Postgres> {
        match self {
            Self::Postgres(server) => Some(server),
            _ => None,
        }
    }
}

impl Postgres {
    fn of(service: &str, data: Vec<Data>, model: &Effective) -> Self {
        let given = |name: &str| model.variable(service, name);
        // What a variable gives may be otherwise where it is deployed: the container knows.
        let is_fixed = |value: &&Value| {
            let raw = value.origin.as_ref().map_or("", Origin::raw);
            !raw.contains('$')
        };
        let known = |name: &str, default: Option<&str>| match given(name) {
            None => default.map(str::to_owned),
            Some(value) => {
                let text = Some(value).filter(is_fixed).and_then(Value::text);
                text.filter(|text| !text.is_empty()).map(str::to_owned)
            }
        };
        let user = known(Family::USER, Some("postgres"));
        let database = known("POSTGRES_DB", user.as_deref());
        let database = database.unwrap_or_else(|| MAINTENANCE.to_owned());
        let password = match (given("POSTGRES_PASSWORD"), given("POSTGRES_PASSWORD_FILE")) {
            (Some(_), _) => Password::Variable,
            (None, Some(_)) => Password::File,
            (None, None) => Password::None,
        };
        Self { data, user, database, password }
    }

    /// Gives the server as another superuser sees it.
    pub(crate) fn seen_by(&self, user: &str) -> Self {
        Self { user: Some(user.to_owned()), ..self.clone() }
    }
}

impl Data {
    fn of(mount: &Mount, model: &Effective) -> Option<Self> {
        let source = mount.source?.to_owned();
        let engine_name = mount.is_volume.then(|| engine_name(&source, model)).flatten();
        Some(Self { source, target: mount.target.to_owned(), engine_name })
    }
}

/// Gives a volume's name at the engine: `name`, else its key where it is external, else
/// `<project>_<key>` where a file says the project's name. A folder's name is no proof: `-p` and
/// `COMPOSE_PROJECT_NAME` go before it.
fn engine_name(key: &str, model: &Effective) -> Option<String> {
    let settings = model.volumes.get(key)?;
    let external = settings.get("external");
    let given = settings.text_of("name").or_else(|| external?.text_of("name"));
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let project = model.name.as_ref().filter(|name| name.chars().all(is_plain));
    let name = match given {
        Some(name) => name.to_owned(),
        None if external.is_some_and(Value::is_true) => key.to_owned(),
        None => format!("{}_{key}", project?),
    };
    (!name.contains('$')).then_some(name)
}
