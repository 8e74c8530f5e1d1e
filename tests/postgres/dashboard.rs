//! What `scaffold dashboard` makes of `example/marketplace`, run: the provisioner's service as its
//! Compose file has it, the class by the real python3, and the marketplace's deployment, on real servers.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::UNIX_EPOCH;

use composemod::cli::{self, Io};
use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Server, on_each, on_newest};

const PASSWORD: &str = "only-for-tests p@ss/w%rd'\"$HOME";

/// Calls the class: the arguments are JSON on stdin, the result JSON on stdout.
const CALL: &str = "
import json, logging, sys
from database_provisioner import DatabaseProvisioner
logging.basicConfig(level=logging.DEBUG)
method, arguments, settings = json.load(sys.stdin)
provisioner = DatabaseProvisioner(**settings)
print(repr(provisioner), file=sys.stderr)
json.dump(getattr(provisioner, method)(*arguments), sys.stdout)
";

/// The program as cargo built it beside these tests, without this process's environment.
fn composemod() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_composemod"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// The example with its scaffold, and the provisioner's service that it describes, running.
struct Marketplace {
    folder: TempDir,
    service: Child,
    stderr: BufReader<ChildStderr>,
    url: String,
}

impl Marketplace {
    /// Makes the scaffold and the secrets, and starts the service on a server.
    fn start(server: &Server) -> Self {
        let folder = copy();
        let path = "marketplace/database_provisioner.py";
        scaffold(folder.path(), path);
        let text = fs::read_to_string(folder.path().join("compose.yaml")).expect("the file");
        let model: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
        let secrets = Secrets { folder: folder.path(), model: &model };
        secrets.write("postgres_password", super::server::SUPERUSER_PASSWORD);
        let token = composemod().args(["serve", "token", "--scopes", "create,read"]).output();
        let token = String::from_utf8(token.expect("the program runs").stdout).expect("text");
        let (token, line) = token.trim_end().split_once('\n').expect("two lines");
        secrets.write("database_provisioner_token", token);
        secrets.write("database_provisioner_tokens", line);

        let own = &model["services"]["database-provisioner"];
        let mut command = composemod();
        for (name, value) in own["environment"].as_mapping().expect("variables") {
            let value = value.as_str().expect("text");
            command.env(name.as_str().expect("a name"), secrets.path(value));
        }
        // Where the other containers are is what Compose's network would tell.
        command.env("PGHOST", "127.0.0.1").env("PGPORT", server.port.to_string());
        command.env("PGUSER", "ticketbot");
        let words = own["command"].as_str().expect("a command").split(' ');
        for word in words {
            let word = if word == "0.0.0.0:8642" { "0.0.0.0:0" } else { word };
            command.arg(secrets.path(word));
        }
        let mut service = command.stderr(Stdio::piped()).spawn().expect("the program runs");
        let mut stderr = BufReader::new(service.stderr.take().expect("stderr"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("a line");
        let port = line.trim_end().rsplit_once(':').map(|(_, port)| port.to_owned());
        let port = port.unwrap_or_else(|| panic!("no address: {line}"));
        Self { folder, service, stderr, url: format!("http://127.0.0.1:{port}") }
    }

    /// Runs Python in the marketplace's folder as its container would.
    fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("python3");
        let token = self.folder.path().join("secrets/database_provisioner_token.txt");
        command
            .current_dir(self.folder.path().join("marketplace"))
            .env("DATABASE_PROVISIONER_URL", &self.url)
            .env("DATABASE_PROVISIONER_TOKEN_FILE", token)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .args(arguments);
        command
    }

    /// Calls a method of the class; gives its result, and checks that no secret is told beside it.
    fn call(&self, method: &str, arguments: &Value, settings: &Value) -> Value {
        let mut python = self.python(&["-c", CALL]);
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = python.spawn().expect("python3 runs");
        let input = json!([method, arguments, settings]);
        serde_json::to_writer(child.stdin.take().expect("stdin"), &input).expect("sent");
        let output = child.wait_with_output().expect("an end");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let result: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let told = format!("{stderr}{}", result["error"]);
        let token =
            fs::read_to_string(self.folder.path().join("secrets/database_provisioner_token.txt"));
        for secret in [PASSWORD, "p%40ss", token.expect("the token").trim_end()] {
            assert!(!told.contains(secret), "{told}");
        }
        result
    }

    fn create(&self, name: &str, password: Option<&str>) -> Value {
        self.call("create_database", &json!([name, format!("{name}_app"), password]), &json!({}))
    }

    /// Runs the deployment of an app, with a `docker` of ours.
    fn deploy(&self, arguments: &[&str]) -> Output {
        let arguments = [&["deploy.py", "--apps", "../apps"], arguments].concat();
        let programs = self.folder.path().join("bin");
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", programs.display());
        self.python(&arguments).env("PATH", path).output().expect("python3 runs")
    }

    fn env(&self) -> PathBuf {
        self.folder.path().join("apps/shop/.env")
    }

    /// Ends the service; gives its log.
    fn end(mut self) -> String {
        let mut kill = Command::new("kill");
        assert!(kill.arg(self.service.id().to_string()).status().expect("kill runs").success());
        let mut log = String::new();
        self.stderr.read_to_string(&mut log).expect("the log");
        assert!(self.service.wait().expect("an end").success(), "{log}");
        log
    }
}

impl Drop for Marketplace {
    fn drop(&mut self) {
        drop(self.service.kill());
        drop(self.service.wait());
    }
}

/// The files that a Compose file's secrets name.
struct Secrets<'a> {
    folder: &'a Path,
    model: &'a serde_yaml::Value,
}

impl Secrets<'_> {
    fn write(&self, secret: &str, text: &str) {
        let path = self.path(&format!("/run/secrets/{secret}"));
        fs::create_dir_all(Path::new(&path).parent().expect("a folder")).expect("made");
        fs::write(&path, format!("{text}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    }

    /// Gives the file of a secret's place in a container; any other text as it is.
    fn path(&self, text: &str) -> String {
        let Some(secret) = text.strip_prefix("/run/secrets/") else { return text.to_owned() };
        let file = self.model["secrets"][secret]["file"].as_str();
        let file = file.unwrap_or_else(|| panic!("no secret {secret}"));
        self.folder.join(file.trim_start_matches("./")).display().to_string()
    }
}

fn copy() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example/marketplace");
    for path in [
        "compose.yaml",
        ".gitignore",
        "apps/shop/compose.yaml",
        "marketplace/deploy.py",
        "marketplace/Dockerfile",
    ] {
        let to = folder.path().join(path);
        fs::create_dir_all(to.parent().expect("a folder above")).expect("made");
        fs::copy(example.join(path), to).expect("copied");
    }
    folder
}

fn scaffold(root: &Path, path: &str) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Io::new(root.to_owned(), &mut stdout, &mut stderr, UNIX_EPOCH);
    let command = ["composemod", "scaffold", "dashboard", "--path", path, "--write"];
    let code = cli::run(command.map(Into::into), &mut io);
    drop(io);
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&stderr));
}

fn logs_in(server: &Server, url: &str) -> bool {
    let url = Dsn::parse(url).expect("a URL that can be read");
    server.block_on(async {
        match Connection::open(&Dsn { tls: server.dsn().tls, ..url }).await {
            Ok(connection) => {
                connection.batch_execute("CREATE TABLE t (); DROP TABLE t").await.is_ok()
            }
            Err(_) => false,
        }
    })
}

#[test]
fn the_class_makes_databases_by_the_service() {
    on_each("ticketbot", |server| {
        let marketplace = Marketplace::start(server);
        let made = marketplace.create("shop", Some(PASSWORD));
        assert_eq!((&made["success"], &made["error"]), (&json!(true), &Value::Null), "{made}");
        assert!(logs_in(server, made["db_url"].as_str().expect("a URL")));
        assert_eq!(marketplace.create("shop", Some(PASSWORD)), made, "a repeat comes to the same");
        let strong = marketplace.create("wiki", None);
        assert!(logs_in(server, strong["db_url"].as_str().expect("a URL")));

        let refused = |name: &str, password: &str, reason: &str| {
            let result = marketplace.create(name, Some(password));
            assert_eq!((&result["success"], &result["db_url"]), (&json!(false), &Value::Null));
            let error = result["error"].as_str().expect("a reason");
            assert!(error.contains(reason), "{error}");
        };
        refused("shop", "another-one", "there already");
        refused("postgres", PASSWORD, "postgres");
        refused("a\"; DROP DATABASE shop; --", PASSWORD, "db_name");
        refused("shop2", "a\u{0}b", "NUL");

        let listed = marketplace.call("list_databases", &json!([]), &json!({}));
        let names = listed["databases"].as_array().expect("a list").iter().map(|one| &one["name"]);
        assert_eq!(names.collect::<Vec<_>>(), ["shop", "wiki"]);
        // The token makes and lists databases, and does nothing else.
        let dropped = marketplace.call("drop_database", &json!(["shop"]), &json!({}));
        assert_eq!(dropped["success"], false);
        assert!(dropped["error"].as_str().expect("a reason").contains("drop"), "{dropped}");
        let settings = json!({"token": "composemod_of-somebody-else"});
        let unknown = marketplace.call("list_databases", &json!([]), &settings);
        assert_eq!((&unknown["success"], &unknown["databases"]), (&json!(false), &json!([])));
        assert!(logs_in(server, made["db_url"].as_str().expect("a URL")));

        let check = |url: &str| composemod().args(["serve", "health", url]).status();
        let health = format!("{}/healthz", marketplace.url);
        assert_eq!(check(&health).expect("the program runs").code(), Some(0));
        let log = marketplace.end();
        assert_eq!(check(&health).expect("the program runs").code(), Some(1));
        let strong = Dsn::parse(strong["db_url"].as_str().expect("a URL")).expect("a DSN");
        let strong = strong.password.expect("a password");
        for text in [log, server.log()] {
            for secret in [PASSWORD, "p%40ss", strong.expose_secret()] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    });
}

#[test]
fn a_server_that_is_gone_is_told_and_a_repeat_converges() {
    on_newest("ticketbot", |server| {
        let marketplace = Marketplace::start(server);
        let settings = json!({"retries": 1, "longest_wait": 0.05});
        let arguments = json!(["shop", "shop_app", PASSWORD]);
        server.stop("fast");
        let result = marketplace.call("create_database", &arguments, &settings);
        assert_eq!(result["success"], false);
        let error = result["error"].as_str().expect("a reason");
        assert!(error.contains("can't be reached") && error.contains("(tried 2 times)"), "{error}");
        server.boot(&[]);
        let result = marketplace.call("create_database", &arguments, &settings);
        assert!(logs_in(server, result["db_url"].as_str().expect("a URL")));
    });
}

#[test]
fn the_marketplace_deploys_an_app() {
    on_newest("ticketbot", |server| {
        let marketplace = Marketplace::start(server);
        let programs = marketplace.folder.path().join("bin");
        fs::create_dir(&programs).expect("made");
        let docker = programs.join("docker");
        fs::write(&docker, "#!/bin/sh\necho \"$*\" >> ../docker.log\n").expect("written");
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).expect("mode");
        let started = marketplace.folder.path().join("docker.log");
        fs::write(marketplace.env(), "# the shop\nDEBUG=0\n").expect("written");
        let told = |output: &Output| {
            let all = [&output.stdout[..], &output.stderr].concat();
            String::from_utf8(all).expect("text")
        };
        let variables = || -> BTreeMap<String, String> {
            let text = fs::read_to_string(marketplace.env()).expect("the .env");
            let pairs = text.lines().filter_map(|line| line.split_once('='));
            pairs
                .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
                .collect()
        };

        // The answer of the first attempt is lost: the database is there, and its URL is not.
        fs::write(
            marketplace.env(),
            "# the shop\nDEBUG=0\nDATABASE_PASSWORD_PENDING='kept-first'\n",
        )
        .expect("written");
        assert_eq!(marketplace.create("shop", Some("kept-first"))["success"], true);
        let output = marketplace.deploy(&["shop"]);
        let all = told(&output);
        assert!(output.status.success(), "{all}");
        let url = variables()["DATABASE_URL"].clone();
        assert!(logs_in(server, &url));
        assert!(!all.contains("postgresql:") && !all.contains("kept-first"), "{all}");
        assert!(all.contains("docker compose --project-directory ../apps/shop up -d app"), "{all}");
        assert!(!started.exists(), "nothing is started without --execute");
        let text = fs::read_to_string(marketplace.env()).expect("the .env");
        assert!(text.starts_with("# the shop\nDEBUG=0\n"), "{text}");
        assert!(!text.contains("PENDING"), "{text}");
        let mode = fs::metadata(marketplace.env()).expect("the .env").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let output = marketplace.deploy(&["shop", "--execute"]);
        assert!(output.status.success() && told(&output).contains("already"), "{}", told(&output));
        assert_eq!(variables()["DATABASE_URL"], url);
        let log = fs::read_to_string(&started).expect("docker ran");
        assert_eq!(log, "compose --project-directory ../apps/shop up -d app\n");

        // From nothing, and while the service does not take the token.
        fs::remove_file(marketplace.env()).expect("removed");
        server.execute("postgres", "DROP DATABASE shop");
        let token = marketplace.folder.path().join("secrets/database_provisioner_token.txt");
        let right = fs::read_to_string(&token).expect("the token");
        fs::write(&token, "composemod_wrong").expect("written");
        let output = marketplace.deploy(&["shop"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("could not be made"), "{}", told(&output));
        let pending = variables()["DATABASE_PASSWORD_PENDING"].clone();
        assert!(!told(&output).contains(&pending));
        fs::write(&token, right).expect("written");
        for name in ["../shop", "Shop", "", "no-such-app"] {
            assert_ne!(marketplace.deploy(&[name]).status.code(), Some(0), "{name}");
        }
        let left = fs::read_dir(marketplace.folder.path().join("apps/shop")).expect("the folder");
        assert_eq!(left.count(), 2, "no scratch file is left");
    });
}
