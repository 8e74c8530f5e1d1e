//! Which Postgres server is meant, where secrets are files, as Docker and Kubernetes have them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use secrecy::SecretString;

use super::Io;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;

/// The variables that a file may stand for; its path is in the one with `_FILE` behind.
const IN_FILES: [&str; 2] = ["DATABASE_URL", "PGPASSWORD"];

/// Reads the server from `DATABASE_URL` and libpq's variables, or from the files that
/// `DATABASE_URL_FILE` and `PGPASSWORD_FILE` name.
///
/// # Errors
/// A file can't be read, or stands beside the variable itself; no server is named.
pub(super) fn server(io: &Io) -> Result<Dsn, Error> {
    let mut read = BTreeMap::new();
    for name in IN_FILES {
        let in_file = format!("{name}_FILE");
        let Some(path) = io.variables.get(&in_file).filter(|path| !path.is_empty()) else {
            continue;
        };
        if io.variables.get(name).is_some_and(|value| !value.is_empty()) {
            return Err(Error::Invalid(format!("{name} and {in_file} are both set: unset one")));
        }
        let failed =
            |reason: String| Error::System { doing: format!("{in_file} ({path})"), reason };
        let bytes = std::fs::read(io.cwd.join(path)).map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
        // Editors and `echo` end a file with a newline; no secret does.
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.is_empty() {
            return Err(failed("it is empty".to_owned()));
        }
        read.insert(name, secret.to_owned());
    }
    let variable = |name: &str| read.get(name).or_else(|| io.variables.get(name)).cloned();
    Ok(Dsn::from_variables(&variable)?)
}

/// Where a password is to come from.
#[derive(Debug)]
pub(super) enum PasswordSource {
    /// A variable, where it is set.
    Variable(&'static str),
    /// All of stdin.
    Stdin,
    /// All of a file.
    File(PathBuf),
}

/// Reads a password, without the newline at its end; none where the variable is not set.
///
/// # Errors
/// What it is to come from can't be read, or holds none.
pub(super) fn password(
    source: &PasswordSource,
    io: &mut Io,
) -> Result<Option<SecretString>, Error> {
    let (name, bytes) = match source {
        PasswordSource::Variable(name) => {
            let given = io.variables.get(*name).filter(|value| !value.is_empty());
            return Ok(given.cloned().map(SecretString::from));
        }
        PasswordSource::Stdin => {
            let mut bytes = Vec::new();
            ("stdin".to_owned(), io.stdin.read_to_end(&mut bytes).map(|_| bytes))
        }
        PasswordSource::File(path) => {
            (path.display().to_string(), std::fs::read(io.cwd.join(path)))
        }
    };
    let failed = |reason: String| Error::System { doing: format!("the password ({name})"), reason };
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.trim_end_matches('\r'));
    if text.is_empty() {
        return Err(failed("it is empty".to_owned()));
    }
    Ok(Some(SecretString::from(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::SystemTime;

    use secrecy::ExposeSecret;

    use super::*;

    fn read(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Dsn, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let mut file = std::fs::File::create(folder.path().join(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let now = SystemTime::UNIX_EPOCH;
        let mut io = Io::new(folder.path().to_owned(), &mut stdout, &mut stderr, now);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        io.variables = variables.iter().map(owned).collect();
        server(&io).map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_may_be_a_file() {
        let url = [("url", "postgresql://admin:hunter2@db/postgres\n")];
        let dsn = read(&url, &[("DATABASE_URL_FILE", "url")]).unwrap();
        assert_eq!(dsn.url().expose_secret(), "postgresql://admin:hunter2@db:5432/postgres");
        let variables = [("PGHOST", "db"), ("PGUSER", "admin"), ("PGPASSWORD_FILE", "password")];
        let dsn = read(&[("password", "hunter 2\r\n")], &variables).unwrap();
        assert_eq!(dsn.url().expose_secret(), "postgresql://admin:hunter%202@db:5432/admin");
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_without_what_is_in_it() {
        let both = [("DATABASE_URL_FILE", "url"), ("DATABASE_URL", "postgresql://a")];
        for (files, variables, expected) in [
            (&[("url", "x")][..], &both[..], "both set"),
            (&[], &[("PGPASSWORD_FILE", "missing")], "PGPASSWORD_FILE (missing)"),
            (&[("empty", "\n")], &[("PGPASSWORD_FILE", "empty")], "it is empty"),
            (&[("url", "hunter2")], &[("DATABASE_URL_FILE", "url")], "DATABASE_URL is no URL"),
            (&[], &[], "no server is named"),
        ] {
            let error = read(files, variables).unwrap_err();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
