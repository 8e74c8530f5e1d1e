//! The provisioner as a Compose service, and the dashboard's class that has databases made by it for the
//! apps of a marketplace.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::engine::{Engine, IMAGE, text, try_docker};
use super::stack::Stack;

const PROVISIONER: &str = "composemod-test/provisioner";

const COMPOSE: &str = "\
services:
  postgres:
    image: IMAGE
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password
    secrets: [postgres_password]
    networks: [apps]
    volumes:
      - data:/var/lib/postgresql/data
    healthcheck:
      test: [\"CMD-SHELL\", \"pg_isready -U postgres\"]
      interval: 1s

  dashboard:
    image: IMAGE
    init: true
    command: sleep 3600
    networks: [apps]
    volumes:
      - ./dashboard:/srv/dashboard:ro

networks:
  apps: {}
volumes:
  data: {}
secrets:
  postgres_password:
    file: ./secrets/postgres_password.txt
";

const PASSWORD: &str = "s3cret-of-the-superuser";

/// Calls the class: method and arguments are JSON on stdin, the result JSON on stdout.
const CALL: &str = "
import json, sys
sys.path.insert(0, '/srv/dashboard')
sys.dont_write_bytecode = True
from database_provisioner import DatabaseProvisioner
method, arguments = json.load(sys.stdin)
json.dump(getattr(DatabaseProvisioner(), method)(*arguments), sys.stdout)
";

#[test]
fn a_marketplace_has_databases_made_for_its_apps() {
    let Some(engine) = Engine::take() else { return };
    build_provisioner();
    for compose in engine.composes() {
        let stack = Stack::new(
            &engine,
            compose,
            &[
                ("compose.yaml", COMPOSE),
                (".gitignore", "secrets/\n"),
                ("dashboard/app.py", "print('the dashboard')\n"),
                ("secrets/postgres_password.txt", PASSWORD),
            ],
        );
        let path = "dashboard/database_provisioner.py";
        // All run the same image here, by which nobody can tell who is what.
        let scaffold = ["scaffold", "dashboard", "--path", path, "--server", "postgres"];
        let rest = ["--dashboard", "dashboard", "--image", PROVISIONER, "--write"];
        let ran = stack.composemod(&[&scaffold[..], &rest].concat());
        assert_eq!(ran.exit, 0, "{ran:?}");
        let ran = stack.composemod(&["serve", "token", "--scopes", "create,read"]);
        let (token, hash) = ran.stdout.trim_end().split_once('\n').expect("two lines");
        stack.write("secrets/database_provisioner_token.txt", token);
        stack.write("secrets/database_provisioner_tokens.txt", hash);

        stack.compose(&["up", "-d"]);
        stack.wait_until_healthy("postgres");
        stack.wait_until_healthy("database-provisioner");

        let shop = created(&stack, "shop");
        assert_eq!(created(&stack, "shop"), shop, "asked twice, it is the same");
        let blog = created(&stack, "blog");

        // The app uses its database, from a container of its own on the network.
        let sql = "CREATE TABLE item (n int); INSERT INTO item VALUES (7); SELECT n FROM item";
        let answer = text(&app(&stack, &shop, sql), &["the app"]);
        assert_eq!(answer, "7");
        let who = text(&app(&stack, &blog, "SELECT current_database()"), &["the app"]);
        assert_eq!(who, "blog");
        // And nobody else's.
        let foreign = format!("{}/shop", blog.strip_suffix("/blog").unwrap());
        let refused = app(&stack, &foreign, "SELECT 1");
        assert!(!refused.status.success(), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("permission denied for database \"shop\""), "{said}");

        // A bad name is told, as the class has it.
        let bad = call(&stack, "create_database", &json!(["No Such Name", "x_app", null]));
        assert_eq!(bad["success"], false);
        assert!(bad["error"].as_str().is_some_and(|error| !error.is_empty()), "{bad}");

        // Only the provisioner has the superuser's password, and no log has one.
        let dashboard = stack.container("dashboard").unwrap();
        let secrets = engine.docker(&["exec", &dashboard, "ls", "/run/secrets"]);
        assert_eq!(secrets, "database_provisioner_token");
        let logs = stack.logs("database-provisioner") + &stack.logs("postgres");
        let (_, app_password) = shop.split_once("//shop_app:").unwrap();
        let (app_password, _) = app_password.split_once('@').unwrap();
        for secret in [PASSWORD, token, app_password] {
            assert!(!logs.contains(secret), "a secret is in the log");
        }
    }
}

/// Makes an image of the program as cargo built it.
fn build_provisioner() {
    let folder = TempDir::new().unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_composemod"), folder.path().join("composemod")).unwrap();
    let recipe = format!(
        "FROM {IMAGE}\nCOPY composemod /usr/local/bin/composemod\nENTRYPOINT [\"composemod\"]\nCMD []\n"
    );
    std::fs::write(folder.path().join("Dockerfile"), recipe).unwrap();
    let built = build(folder.path());
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}

fn build(folder: &Path) -> Output {
    let mut command = Command::new("docker");
    // The newer builder is a plugin that is not here.
    command.env("DOCKER_BUILDKIT", "0").args(["build", "--quiet", "--tag", PROVISIONER]);
    command.arg(folder).output().expect("docker")
}

/// Has a database made and gives its URL.
fn created(stack: &Stack<'_>, name: &str) -> String {
    let result = call(
        stack,
        "create_database",
        &json!([name, format!("{name}_app"), format!("s3cret-of-{name}")]),
    );
    assert_eq!(result["success"], true, "{result}");
    result["db_url"].as_str().expect("a URL").to_owned()
}

/// Calls the class in the dashboard's container.
fn call(stack: &Stack<'_>, method: &str, arguments: &Value) -> Value {
    let dashboard = stack.container("dashboard").expect("a container");
    let args = ["exec", "-i", &dashboard, "python3", "-c", CALL];
    let mut child = Command::new("docker")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("docker");
    let input = json!([method, arguments]).to_string();
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("sent");
    let output = child.wait_with_output().expect("an end");
    serde_json::from_str(&text(&output, &args)).expect("JSON")
}

/// Runs SQL as an app does, with its URL.
fn app(stack: &Stack<'_>, url: &str, sql: &str) -> Output {
    let network = stack.network("apps");
    let mut args = vec!["run", "--rm", "--network", &network, "--entrypoint", "psql", IMAGE];
    args.extend(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]);
    try_docker(&args)
}
