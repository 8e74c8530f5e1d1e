//! `pg_dump`: a copy of a database, or of some of its tables, before they are dropped.
//!
//! Invariants: the file is made new, for its owner's eyes only; it is there afterwards only where
//! `pg_restore` can read it. The password is in the program's environment, never an argument.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use secrecy::ExposeSecret;
use tokio::process::Command;

use super::dsn::Dsn;
use super::error::Error;

/// Variables by which libpq would look elsewhere than the [`Dsn`] says.
const MISLEADING: [&str; 6] =
    ["PGHOSTADDR", "PGOPTIONS", "PGPASSFILE", "PGPASSWORD", "PGSERVICE", "PGSSLROOTCERT"];

/// What is dumped.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// The whole database that the [`Dsn`] names.
    Database,
    /// These tables and views of it, each as its schema and its name.
    Tables(&'a [(String, String)]),
}

/// A dump that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// The file, in `pg_dump`'s custom format.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many entries its table of contents has.
    pub entries: usize,
}

/// Dumps into a new file, with the `pg_restore` beside the program as its first reader.
///
/// # Errors
/// `Refused`: the program is older than the server; `System`: it is not here, it failed, there is
/// such a file, or what it wrote can't be read back. No file is left then.
pub async fn dump(program: &Path, dsn: &Dsn, what: What<'_>, file: &Path) -> Result<Dump, Error> {
    let failed = |reason: String| Error::System {
        doing: format!("dumping {} into {}", dsn.database, file.display()),
        reason,
    };
    let target = create(file).map_err(|error| failed(error.to_string()))?;
    let dumped = write(program, dsn, what, file, target).await;
    if dumped.is_err() {
        drop(std::fs::remove_file(file));
    }
    dumped.map_err(|error| match error {
        Failure::Old(said) => Error::Refused(format!(
            "{} is older than the server and can't dump it ({said}): install the client programs of the server's version and name theirs with --pg-dump, or go without a dump with --no-backup",
            program.display()
        )),
        Failure::Other(reason) => failed(reason),
    })
}

enum Failure {
    /// What the program says of the two versions.
    Old(String),
    Other(String),
}

async fn write(
    program: &Path,
    dsn: &Dsn,
    what: What<'_>,
    file: &Path,
    target: File,
) -> Result<Dump, Failure> {
    let other = |error: std::io::Error| Failure::Other(error.to_string());
    let to_disk = target.try_clone().map_err(other)?;
    let mut command = Command::new(program);
    // Behind someone who waits for our own lock, it would wait for ever.
    command.args(["--format=custom", "--no-password", "--lock-wait-timeout=10s"]);
    if let What::Tables(tables) = what {
        command.arg("--strict-names");
        let pattern = |(schema, table): &(String, String)| {
            format!("--table={}.{}", exactly(schema), exactly(table))
        };
        command.args(tables.iter().map(pattern));
    }
    for name in MISLEADING {
        command.env_remove(name);
    }
    for (name, value) in dsn.libpq_variables() {
        command.env(name, value.expose_secret());
    }
    run(command.env("LC_ALL", "C").stdout(target), program).await?;
    to_disk.sync_all().map_err(other)?;

    let reader = program.with_file_name("pg_restore");
    let mut command = Command::new(&reader);
    let list = run(command.arg("--list").arg(file).stdout(Stdio::piped()), &reader).await?;
    let entries = list.lines().filter(|line| !line.is_empty() && !line.starts_with(';')).count();
    // A database may be empty; tables that were named are there.
    if entries == 0 && matches!(what, What::Tables(_)) {
        return Err(Failure::Other("there is nothing in it".to_owned()));
    }
    let bytes = std::fs::metadata(file).map_err(other)?.len();
    Ok(Dump { file: file.to_owned(), bytes, entries })
}

/// Runs a program; gives what it writes to its stdout, where that is a pipe.
async fn run(command: &mut Command, program: &Path) -> Result<String, Failure> {
    command.stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = match command.spawn() {
        Ok(child) => child.wait_with_output().await,
        Err(error) => Err(error),
    };
    let output = output
        .map_err(|error| Failure::Other(format!("can't run {} ({error})", program.display())))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    match said.split_once("server version mismatch") {
        Some((_, versions)) => {
            let versions = versions.trim_start_matches(|c: char| !c.is_alphanumeric());
            let versions = versions.trim_start_matches("pg_dump: detail: ");
            Err(Failure::Old(versions.to_owned()))
        }
        None => Err(Failure::Other(format!("{} says: {said}", program.display()))),
    }
}

/// Gives a name as a pattern that means this name only.
fn exactly(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes a new file that nobody else can read.
fn create(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}
