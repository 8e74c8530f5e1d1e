//! Logins over TLS, as each `sslmode` has it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::{Dsn, Host, Tls};

use super::server::{Server, versions};

/// Makes a certificate for a host, signed by itself, in a new folder.
fn certificate(host: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-nodes",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]);
    openssl.args(["-days", "2", "-subj", "/CN=test", "-keyout", "key.pem", "-out", "cert.pem"]);
    openssl.args(["-addext", &format!("subjectAltName=DNS:{host}")]);
    let status = openssl.current_dir(folder.path()).stderr(Stdio::null()).status();
    assert!(status.expect("openssl is here").success());
    let paths = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    let [certificate, key] = paths;
    (folder, certificate, key)
}

#[test]
fn a_certificate_is_asked_for_and_verified_as_sslmode_says() {
    // Debian's server is built with TLS.
    let Some(programs) = versions().remove(&15) else { return };
    let server = Server::start(15, &programs, "ticketbot", &[]);
    let (_folder, certificate_of_server, key) = certificate("localhost");
    let (_other, stranger, _) = certificate("localhost");
    server.install("server.crt", &fs::read(&certificate_of_server).unwrap());
    server.install("server.key", &fs::read(&key).unwrap());
    server.stop("fast");
    server.boot(&["ssl=on"]);
    let login = |host: &str, tls: Tls| {
        let dsn = Dsn { host: Host::Tcp(host.to_owned()), tls, ..server.dsn() };
        server.block_on(async {
            let connection = Connection::open(&dsn).await.map_err(|error| error.to_string())?;
            let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            let row = connection.query_one(sql, &[]).await.map_err(|error| error.to_string())?;
            Ok::<bool, String>(row.get(0))
        })
    };
    assert_eq!(login("localhost", Tls::Disable), Ok(false));
    for tls in [Tls::Prefer, Tls::Require] {
        assert_eq!(login("127.0.0.1", tls), Ok(true));
    }
    assert_eq!(login("127.0.0.1", Tls::VerifyCa(certificate_of_server.clone())), Ok(true));
    assert_eq!(login("localhost", Tls::VerifyFull(certificate_of_server.clone())), Ok(true));
    let refused = [
        ("localhost", Tls::VerifyFull(stranger.clone()), "certificate"),
        ("localhost", Tls::VerifyCa(stranger), "certificate"),
        ("127.0.0.1", Tls::VerifyFull(certificate_of_server), "certificate"),
        ("localhost", Tls::VerifyFull(PathBuf::from("no-such-file")), "no-such-file"),
    ];
    for (host, tls, expected) in refused {
        let error = login(host, tls.clone()).expect_err(expected);
        assert!(error.contains(expected), "{tls:?}: {error}");
    }
    server.stop("fast");
    server.boot(&[]);
    assert_eq!(login("localhost", Tls::Prefer), Ok(false));
    assert!(login("localhost", Tls::Require).is_err());
}

impl Server {
    /// Puts a file among the server's data, for it alone to read.
    fn install(&self, name: &str, bytes: &[u8]) {
        let path = self.data().join(name);
        fs::write(&path, bytes).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        self.own(&path);
    }
}
