//! The server of a Compose project's service, reached by the port that it publishes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::interpolate::interpolate;
use crate::compose::model::folder;
use crate::compose::value::{Origin, Value, ValueKind};
use crate::postgres::dsn::{Dsn, Host, Tls};
use crate::postgres::error::Error;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::transforms::superuser::family::{Family, family};

use super::super::{Globals, Io};

/// The port that servers listen on in their containers.
const PORT: &str = "5432";

/// Gives the server, its superuser and its default database, as the files say.
///
/// # Errors
/// No project, or several, have the service; it is no Postgres server, publishes no port, or a value
/// is not to be had.
pub(super) fn server(service: &str, globals: &Globals, io: &Io) -> Result<Dsn, Error> {
    let unread = |problem: String| Error::Invalid(format!("the service {service} {problem}"));
    let repo = globals.load(Vec::new()).map_err(|error| {
        let told: Vec<&str> = error.findings.iter().map(|one| one.message.as_str()).collect();
        unread(format!("can't be looked for: {}", told.join("; ")))
    })?;
    let workspace = Workspace::new(&repo, &globals.files);
    let wish = globals.wish();
    let candidates = wish.check(&workspace).and_then(|()| wish.candidates(&workspace.projects));
    let candidates = candidates.map_err(|error| unread(format!("can't be looked for: {error}")))?;
    let tree = Tree::before(&repo, &workspace);
    let mut found: Vec<(Project, Effective)> = candidates
        .into_iter()
        .map(|project| (tree.model(&project), project))
        .filter(|(model, _)| model.services.contains_key(service))
        .map(|(model, project)| (project, model))
        .collect();
    let Some((project, model)) = found.pop() else {
        return Err(Error::Missing(format!(
            "no Compose file under {} defines the service {service}: name it as the file has it, or choose the file with -f",
            globals.root.display()
        )));
    };
    if !found.is_empty() {
        let mains: Vec<&str> = found
            .iter()
            .map(|(other, _)| other.main.as_str())
            .chain([project.main.as_str()])
            .collect();
        return Err(Error::Conflict(format!(
            "several projects define the service {service} ({}): choose one with -f or --project",
            mains.join(", ")
        )));
    }
    let Some(body) = model.services.get(service) else {
        return Err(unread("is not there".to_owned()));
    };
    let has = |name: &str| model.variable(service, name).is_some();
    let Some(family) = family(body, &has) else {
        return Err(unread(format!(
            "of {} runs no Postgres server: neither its image nor its variables and volumes say so",
            project.main
        )));
    };
    let settings =
        Settings { service, model: &model, body, root: &globals.root, variables: &io.variables };
    settings.dsn(family).map_err(unread)
}

/// What a service's container is given.
struct Settings<'a> {
    service: &'a str,
    model: &'a Effective,
    body: &'a Value,
    root: &'a Path,
    /// The caller's variables, which come before those of the project's env file.
    variables: &'a BTreeMap<String, String>,
}

impl Settings<'_> {
    fn dsn(&self, family: Family) -> Result<Dsn, String> {
        let (host, port) = self.published()?;
        let (user, password) = match family {
            Family::AlwaysPostgres(_) => {
                let own = self.setting("POSTGRESQL_POSTGRES_PASSWORD")?;
                ("postgres".to_owned(), own.or(self.setting("POSTGRESQL_PASSWORD")?))
            }
            _ => {
                let user = self.setting(Family::USER)?;
                let user = user.unwrap_or_else(|| family.default_user().to_owned());
                (user, self.setting(family.password_key())?)
            }
        };
        let database = self.setting(family.database_key())?;
        let default = || family.default_database().map_or_else(|| user.clone(), str::to_owned);
        Ok(Dsn {
            host: Host::Tcp(host),
            port,
            database: database.unwrap_or_else(default),
            user,
            password: password.map(SecretString::from),
            tls: Tls::Prefer,
            connect_timeout: std::time::Duration::from_secs(10),
        })
    }

    /// Gives a variable's value, or what is in the file that the variable with `_FILE` names.
    fn setting(&self, name: &str) -> Result<Option<String>, String> {
        if let Some(value) = self.model.variable(self.service, name) {
            let text = match &value.kind {
                // A name without a value is passed through from the caller.
                ValueKind::Null => self.lookup(name),
                _ => Some(self.text(name, value)?),
            };
            return Ok(text.filter(|text| !text.is_empty()));
        }
        let name = format!("{name}_FILE");
        match self.model.variable(self.service, &name) {
            Some(value) => {
                let path = self.text(&name, value)?;
                self.secret(&name, &path).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Gives a value with the variables in it that the caller or the project's env file has.
    fn text(&self, name: &str, value: &Value) -> Result<String, String> {
        let written = match &value.origin {
            Some(origin @ Origin::Compose { .. }) => origin.raw(),
            _ => value.text().unwrap_or_default(),
        };
        if !written.contains('$') {
            return Ok(value.text().unwrap_or_default().to_owned());
        }
        let unset = RefCell::new(None);
        let lookup = |variable: &str| {
            let found = self.lookup(variable);
            if found.is_none() {
                unset.borrow_mut().get_or_insert_with(|| variable.to_owned());
            }
            found
        };
        let read = interpolate(written, &lookup);
        match (read, unset.into_inner()) {
            (Ok(text), None) => Ok(text),
            // Of one that is not set, but has a default.
            (Ok(text), Some(_)) if !text.is_empty() => Ok(text),
            (_, unset) => Err(format!(
                "has {name} from the variable {}, which neither the environment nor the project's .env sets: set it, or name the server with DATABASE_URL",
                unset.unwrap_or_else(|| written.to_owned())
            )),
        }
    }

    fn lookup(&self, variable: &str) -> Option<String> {
        let of_project = || Some(self.model.env.get(variable)?.text()?.to_owned());
        self.variables.get(variable).cloned().or_else(of_project)
    }

    /// Gives a secret by the path that it has in the container.
    fn secret(&self, name: &str, path: &str) -> Result<String, String> {
        let granted = self.body.get("secrets").map(Value::items).unwrap_or_default();
        let target = |item: &Value| {
            let source = item.text_of("source")?;
            let target = item.text_of("target").unwrap_or(source);
            let target = if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("/run/secrets/{target}")
            };
            (target == path).then(|| source.to_owned())
        };
        let told = |problem: &str| {
            format!("has {name} = {path}, {problem}: name the server with DATABASE_URL")
        };
        let source = granted.iter().find_map(target);
        let source = source.ok_or_else(|| told("and no secret of the service is there"))?;
        let secret = self.model.secrets.get(&source);
        let secret = secret.ok_or_else(|| told("a secret that no file defines"))?;
        if let Some(variable) = secret.text_of("environment") {
            return self
                .lookup(variable)
                .ok_or_else(|| told(&format!("from the variable {variable}, which is not set")));
        }
        let Some(file) = secret.get("file") else {
            return Err(told("a secret that has no file here"));
        };
        let written = self.text("file", file)?;
        let beside = file.origin.as_ref().map_or("", |origin| folder(origin.path()));
        let path: PathBuf = self.root.join(beside).join(&written);
        #[expect(
            clippy::disallowed_methods,
            reason = "a secret is no file of the tree that is worked on"
        )]
        let text = std::fs::read_to_string(&path);
        let text = text.map_err(|error| {
            told(&format!("whose file {} can't be read ({error})", path.display()))
        })?;
        Ok(text.strip_suffix('\n').unwrap_or(&text).trim_end_matches('\r').to_owned())
    }

    /// Gives the address and port of this machine that lead to the server.
    fn published(&self) -> Result<(String, u16), String> {
        let inside = match self.setting("PGPORT")? {
            Some(port) => port,
            None => PORT.to_owned(),
        };
        let items = self.body.get("ports").map(Value::items).unwrap_or_default();
        for item in items {
            let Some((address, published, target)) = self.port(item)? else { continue };
            if target != inside {
                continue;
            }
            let port = published.parse().map_err(|_| {
                format!("publishes its port as `{published}`, and only docker knows which one that is: name the server with DATABASE_URL")
            })?;
            return Ok((address, port));
        }
        Err(format!(
            "publishes no port {inside}, so it can't be reached from here: publish it for this machine (`ports: [\"127.0.0.1:5432:{inside}\"]`), or run this where DATABASE_URL reaches it"
        ))
    }

    /// Reads one item of `ports`: an address of this machine, its port, and the container's.
    fn port(&self, item: &Value) -> Result<Option<(String, String, String)>, String> {
        let part = |key: &str| item.get(key).map(|value| self.text("ports", value)).transpose();
        let (address, published, target) = if item.text().is_some() {
            let text = self.text("ports", item)?;
            let (text, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
            if protocol != "tcp" {
                return Ok(None);
            }
            let (rest, target) = text.rsplit_once(':').unwrap_or(("", text));
            let (address, published) = rest.rsplit_once(':').unwrap_or(("", rest));
            (address.to_owned(), published.to_owned(), target.to_owned())
        } else {
            if part("protocol")?.is_some_and(|protocol| protocol != "tcp") {
                return Ok(None);
            }
            let (address, published) = (part("host_ip")?, part("published")?);
            (
                address.unwrap_or_default(),
                published.unwrap_or_default(),
                part("target")?.unwrap_or_default(),
            )
        };
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let address = match address {
            "" | "0.0.0.0" | "::" => "127.0.0.1",
            address => address,
        };
        Ok(Some((address.to_owned(), published, target)))
    }
}
