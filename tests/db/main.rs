//! `db` on the command line, in process, on real servers.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests read and write what they like")]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

#[path = "../postgres/server.rs"]
#[expect(dead_code, reason = "the other tests of servers need more of it")]
mod server;
mod service;
mod superuser;
mod tables;

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, SystemTime};

use composemod::cli::{Io, run};
use composemod::postgres::dsn::Dsn;
use secrecy::ExposeSecret;

/// What a command printed, and how it ended.
#[derive(Debug)]
struct Ran {
    exit: u8,
    stdout: String,
    stderr: String,
}

/// Runs a command in a folder, with the server of a URL, and something on stdin.
fn ran(cwd: &Path, dsn: Option<&Dsn>, stdin: &str, args: &[&str]) -> Ran {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_914_000);
    let mut io = Io::new(cwd.to_owned(), &mut stdout, &mut stderr, now);
    io.stdin = Box::new(stdin.as_bytes());
    if let Some(dsn) = dsn {
        io.variables.insert("DATABASE_URL".to_owned(), dsn.url().expose_secret().to_owned());
    }
    let args = ["composemod", "db"].iter().chain(args).map(OsString::from);
    let exit = run(args, &mut io);
    drop(io);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { exit, stdout: text(stdout), stderr: text(stderr) }
}
