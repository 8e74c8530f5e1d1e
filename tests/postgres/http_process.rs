//! `composemod serve` as a process: signals, what it refuses to start with, its files and its log.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http_client::{Client, parse};
use super::server::{SUPERUSER_PASSWORD, Server, on_newest, wait_until};

/// Gives the program as cargo built it beside these tests.
fn composemod() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_composemod"));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A service as a process of its own. It is killed when it is dropped.
struct Process {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    client: Client,
}

impl Process {
    /// Starts a service on a free port, and waits until it listens.
    fn start(folder: &Path, server: &Server, arguments: &[&str]) -> Self {
        let url = folder.join("url");
        fs::write(&url, format!("{}\n", server.dsn().url().expose_secret())).expect("a file");
        let mut command = composemod();
        command.current_dir(folder).env("DATABASE_URL_FILE", &url);
        command.args(["serve", "--bind", "127.0.0.1:0"]).args(arguments);
        let mut child = command.spawn().expect("the program runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("a line");
        let address = line.trim_end().rsplit_once("//").and_then(|(_, at)| at.parse().ok());
        let address: SocketAddr = address.unwrap_or_else(|| panic!("no address: {line}"));
        Self { child, stderr, client: Client { address, token: None } }
    }

    /// Sends a signal to this process.
    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).arg(self.child.id().to_string());
        assert!(kill.status().expect("kill runs").success());
    }

    /// Waits for the end; gives the exit code, and the rest of stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).expect("stderr");
        (self.child.wait().expect("an end").code(), rest)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn run(arguments: &[&str]) -> Output {
    let mut command = composemod();
    command.env("DATABASE_URL", "postgresql://a@127.0.0.1:1/a");
    command.arg("serve").args(arguments).output().expect("the program runs")
}

fn shop() -> Value {
    json!({"db_name": "shop", "db_user": "shop_app", "db_password": "hunter2-secret"})
}

#[test]
fn a_signal_lets_the_last_request_end_and_the_log_is_whole() {
    on_newest("ticketbot", |server| {
        let folder = TempDir::new().unwrap();
        for signal in ["TERM", "INT"] {
            let process = Process::start(folder.path(), server, &[]);
            // A lock that every create waits for: the request is being worked on when the signal comes.
            server.block_on(async {
                let mut blocker =
                    composemod::postgres::connection::Connection::open(&server.dsn()).await.unwrap();
                let transaction = blocker.transaction().await.unwrap();
                transaction.batch_execute("LOCK pg_authid IN EXCLUSIVE MODE").await.unwrap();
                let json = [("Content-Type", "application/json")];
                let body = json!({"db_name": format!("app_{}", signal.to_lowercase()), "db_user": signal.to_lowercase()});
                let mut waiting = process.client.begin("POST", "/v1/databases", &json, &body.to_string());
                let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
                while transaction.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                process.signal(signal);
                wait_until("no connection is taken", || {
                    std::net::TcpStream::connect(process.client.address).is_err()
                });
                transaction.rollback().await.unwrap();
                let mut bytes = Vec::new();
                waiting.read_to_end(&mut bytes).unwrap();
                assert_eq!(parse(&bytes).status, 201);
            });
            let (code, log) = process.end();
            assert_eq!(code, Some(0), "{log}");
            assert!(log.starts_with("warning: there are no tokens"), "{log}");
            let lines: Vec<Value> =
                log.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.len(), 1, "{log}");
            assert_eq!(lines[0]["outcome"], "made");
        }
    });
}

#[test]
fn what_must_not_or_cant_run_is_refused_with_a_reason() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let empty = file("empty", "");
    let clear = file("clear", "composemod_hunter2\n");
    let missing = folder.path().join("missing");
    let missing = missing.to_str().unwrap();
    for (arguments, expected) in [
        (&["--bind", "0.0.0.0:0"][..], "there are no tokens"),
        (&["--bind", "[::]:0"], "there are no tokens"),
        (&["--tokens", &empty], "there is no token"),
        (&["--tokens", &clear], "line 1: write NAME:SCOPES:HASH"),
        (&["--tokens", missing], "No such file"),
        (&["--tls-cert", &empty, "--tls-key", &empty], "holds none"),
        (&["--tls-cert", &empty], "--tls-key"),
        (&["--audit-log", "/nowhere/log"], "No such file"),
        (&["--bind", "nowhere"], "--bind"),
        (&["--connection-limit", "0"], "--connection-limit"),
        (&["token"], "--scopes"),
        (&["token", "--scopes", "admin"], "create, read or drop"),
        (&["token", "--scopes", "read", "--name", "a:b"], "a token's name"),
    ] {
        let output = run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
    let mut command = composemod();
    let output = command.args(["serve", "--bind", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no server is named"));
}

#[test]
fn tokens_are_made_and_the_log_is_a_file_for_its_owner() {
    on_newest("ticketbot", |server| {
        let folder = TempDir::new().unwrap();
        let mut tokens = String::new();
        let mut make = |scopes: &str, name: &str| {
            let output = run(&["token", "--scopes", scopes, "--name", name]);
            let text = String::from_utf8(output.stdout).unwrap();
            let (token, line) = text.trim_end().split_once('\n').unwrap();
            assert!(token.starts_with("composemod_") && !line.contains(token), "{text}");
            tokens.push_str(&format!("{line}\n"));
            token.to_owned()
        };
        let dashboard = make("create,read", "dashboard");
        let cleaner = make("drop", "cleaner");
        fs::write(folder.path().join("tokens"), &tokens).unwrap();
        let process = Process::start(
            folder.path(),
            server,
            &[
                "--tokens",
                "tokens",
                "--audit-log",
                "log",
                "--public-host",
                "db",
                "--public-port",
                "6000",
            ],
        );
        let dashboard = Client { token: Some(dashboard), ..process.client.clone() };
        let cleaner = Client { token: Some(cleaner), ..process.client.clone() };
        let made = dashboard.post("/v1/databases", &shop()).json();
        let url = "postgresql://shop_app:hunter2-secret@db:6000/shop?sslmode=disable";
        assert_eq!(made["db_url"], url);
        dashboard.send("DELETE", "/v1/databases/shop").problem(403);
        assert_eq!(cleaner.send("DELETE", "/v1/databases/shop").status, 200);

        // Who looks at processes sees no secret.
        let id = process.child.id();
        let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let variables = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let seen = format!(
            "{}{}",
            String::from_utf8_lossy(&arguments),
            String::from_utf8_lossy(&variables)
        );
        assert!(!seen.contains("p%40ss") && !seen.contains(SUPERUSER_PASSWORD), "{seen}");

        process.signal("TERM");
        let (code, stderr) = process.end();
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let log = folder.path().join("log");
        assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
        let log = fs::read_to_string(log).unwrap();
        let told: Vec<String> = log
            .lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                format!("{} {} {}", line["token"], line["status"], line["database"])
            })
            .collect();
        let expected = [
            "\"dashboard\" 201 \"shop\"",
            "\"dashboard\" 403 \"shop\"",
            "\"cleaner\" 200 \"shop\"",
        ];
        assert_eq!(told, expected);
        assert!(!log.contains("hunter2-secret") && !log.contains("composemod_"), "{log}");
    });
}

#[test]
fn tls_is_served_with_a_certificate() {
    on_newest("ticketbot", |server| {
        let folder = TempDir::new().unwrap();
        let mut openssl = Command::new("openssl");
        openssl.current_dir(folder.path()).args(["req", "-x509", "-newkey", "ec", "-nodes"]);
        openssl.args([
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.args(["-keyout", "key.pem", "-out", "cert.pem"]);
        assert!(openssl.output().expect("openssl runs").status.success());
        let arguments = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
        let process = Process::start(folder.path(), server, &arguments);

        let mut roots = rustls::RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(folder.path().join("cert.pem")).unwrap();
        roots.add(certificate).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let mut session = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = process.client.raw(b"");
        let mut tls = rustls::Stream::new(&mut session, &mut stream);
        std::io::Write::write_all(
            &mut tls,
            b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
        let mut bytes = Vec::new();
        tls.read_to_end(&mut bytes).unwrap();
        assert_eq!(parse(&bytes).status, 200);

        // Without TLS there is no answer of HTTP.
        let mut plain = process.client.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut bytes = Vec::new();
        let _ = plain.read_to_end(&mut bytes);
        assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    });
}
