//! The dump of everything that could be lost.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use crate::diagnostics::Finding;
use crate::engine::docker::{Docker, Exec};

use super::journal::Site;

/// What `pg_dumpall` writes last.
const END: &[u8] = b"PostgreSQL database cluster dump complete";

/// How long a dump may take.
const LIMIT: Duration = Duration::from_secs(24 * 3600);

/// Gives where the dump of a migration is.
pub(super) fn path(site: &Site) -> PathBuf {
    site.backup.join("cluster.sql")
}

/// Dumps the cluster by the `pg_dumpall` of its own container, and gives the file's bytes.
///
/// # Errors
/// It fails, or its end is missing. No file is left then.
pub(super) fn dump(
    docker: &Docker,
    site: &Site,
    password: Option<&SecretString>,
) -> Result<u64, Finding> {
    let path = path(site);
    let failed = |reason: String| {
        // A part of a dump would be taken for one.
        drop(std::fs::remove_file(&path));
        let message = format!("the dump into {} failed: {reason}", path.display());
        let help = "make room or see what the server says; nothing was changed";
        Finding::error("backup-failed", message).help(help)
    };
    let file = private(&path).map_err(|error| failed(error.to_string()))?;
    let server = &site.server;
    let words = ["pg_dumpall", "-w", "-U", &server.user, "-l", &server.database];
    let exec = Exec { words: &words, input: None, password, limit: LIMIT };
    let target = file.try_clone().map_err(|error| failed(error.to_string()))?;
    let dumped = docker.exec_to_file(&site.container, &exec, target);
    dumped.map_err(|error| failed(error.to_string()))?;
    file.sync_all().map_err(|error| failed(error.to_string()))?;
    let bytes = file.metadata().map(|meta| meta.len());
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    match is_whole(&path, bytes) {
        Ok(true) => Ok(bytes),
        Ok(false) => Err(failed("its end is missing".to_owned())),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Makes a file anew that only its owner may read: password hashes are in it.
fn private(path: &Path) -> std::io::Result<File> {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn is_whole(path: &Path, bytes: u64) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(1000)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(end.windows(END.len()).any(|window| window == END))
}
