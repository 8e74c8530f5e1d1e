//! `db create` and the others, as a process.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::{Dsn, Tls};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::provision::state_of;
use super::proxy::{Cut, Proxy, Then};
use super::server::{SUPERUSER_PASSWORD, Server, client, on_newest, wait_until};

const PASSWORD: &str = "canary-0xC0FFEE/of:the?process";

fn composemod(server: &Server, port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_composemod"));
    let dsn = Dsn { port, ..server.dsn() };
    command.env_clear().current_dir(server.folder()).args(arguments);
    command
        .env("DATABASE_URL", dsn.url().expose_secret())
        .env("PATH", env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn started(mut command: Command, stdin: &str) -> Child {
    let mut child = command.spawn().expect("the program starts");
    let written = child.stdin.take().expect("stdin").write_all(stdin.as_bytes());
    // One that fails at once does not read it.
    drop(written);
    child
}

fn run(server: &Server, arguments: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let output = started(composemod(server, server.port, arguments), stdin).wait_with_output();
    let Output { status, stdout, stderr } = output.expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

const CREATE: [&str; 8] =
    ["db", "create", "shop", "--user", "shop_app", "--password-stdin", "--format", "json"];

fn connects(server: &Server, url: &str) {
    let dsn = Dsn { tls: Tls::Disable, ..Dsn::parse(url).expect("a URL") };
    server.block_on(async { Connection::open(&dsn).await.expect("a login").close().await });
}

#[test]
fn the_commands_make_list_close_and_drop() {
    on_newest("ticketbot", |server| {
        let clean = state_of(server);
        let (code, stdout, stderr) = run(server, &CREATE, &format!("{PASSWORD}\n"));
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stderr.contains("every role can connect to postgres, template1"), "{stderr}");
        let answer: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((&answer["success"], &answer["error"]), (&Value::Bool(true), &Value::Null));
        let url = answer["db_url"].as_str().unwrap();
        let expected = format!(
            "postgresql://shop_app:canary-0xC0FFEE%2Fof%3Athe%3Fprocess@127.0.0.1:{}/shop?sslmode=disable",
            server.port
        );
        assert_eq!(url, expected);
        connects(server, url);

        let (code, again, _) = run(server, &CREATE, PASSWORD);
        assert_eq!((code, again), (Some(0), stdout));
        let (code, stdout, stderr) = run(server, &CREATE, "another");
        assert_eq!(code, Some(1), "{stderr}");
        let answer: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((&answer["success"], &answer["db_url"]), (&Value::Bool(false), &Value::Null));
        assert!(answer["error"].as_str().unwrap().contains("another password"), "{stdout}");
        let (code, _, stderr) = run(server, &["db", "create", "Shop", "--user", "x"], "");
        assert_eq!((code, stderr.contains("`Shop` can't be a name")), (Some(2), true), "{stderr}");

        let (code, list, _) = run(server, &["db", "list"], "");
        assert_eq!(code, Some(0));
        assert!(list.starts_with("shop: ready, "), "{list}");
        let (code, second, _) = run(server, &["db", "rotate", "shop", "--public-host", "pg"], "");
        assert_eq!(code, Some(0));
        assert!(
            second.starts_with("postgresql://shop_app_b:") && second.contains("@pg:"),
            "{second}"
        );
        let (code, _, stderr) = run(server, &["db", "rotate", "shop", "--release"], "");
        assert_eq!(
            (code, stderr.as_str()),
            (Some(0), "shop_app is gone; its sessions have ended\n")
        );

        let before = state_of(server);
        let (code, plan, _) = run(server, &["db", "harden", "template1"], "");
        assert_eq!(code, Some(1));
        assert!(plan.contains("REVOKE CONNECT ON DATABASE \"template1\" FROM PUBLIC;"), "{plan}");
        let (code, plan, _) = run(server, &["db", "drop", "shop"], "");
        assert_eq!(code, Some(1));
        assert!(plan.starts_with("1. take shop out of use: end its 0 sessions"), "{plan}");
        assert_eq!(state_of(server), before);

        // Without a program that dumps, nothing is lost.
        let missing = ["db", "drop", "shop", "--execute", "--pg-dump", "no-such-program"];
        let (code, _, stderr) = run(server, &missing, "");
        assert_eq!(code, Some(2));
        assert!(stderr.contains("can't run no-such-program"), "{stderr}");
        let program = client("pg_dump").display().to_string();
        let (code, _, stderr) =
            run(server, &["db", "drop", "shop", "--execute", "--pg-dump", &program], "");
        assert_eq!(code, Some(0), "{stderr}");
        let dumps = dumps(server);
        assert_eq!(dumps.len(), 1, "{dumps:?}");
        assert_eq!(state_of(server), clean);
        assert!(!server.log().contains("canary"));
    });
}

fn dumps(server: &Server) -> Vec<PathBuf> {
    let entries = fs::read_dir(server.folder()).expect("a folder").flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "dump"))
        .collect()
}

#[test]
fn a_process_that_is_killed_at_any_message_leaves_what_a_repeat_completes() {
    on_newest("ticketbot", |server| {
        let (mut kills, mut seen) = (0, 0);
        for message in 1.. {
            let proxy = Proxy::start(server, message, Cut::After, Then::Hangs);
            let mut child = started(composemod(server, proxy.port, &CREATE), PASSWORD);
            let mut ended = None;
            wait_until("the process ends or hangs", || {
                ended = child.try_wait().expect("a process");
                ended.is_some() || proxy.is_cut()
            });
            if ended.is_none() {
                let arguments =
                    fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
                let arguments = String::from_utf8_lossy(&arguments).into_owned();
                // Of one that is ending at this moment there are none.
                seen += usize::from(arguments.contains("db\0create\0shop"));
                assert!(
                    !arguments.contains("canary") && !arguments.contains("only-for-tests"),
                    "{arguments:?}"
                );
                child.kill().expect("it can be killed");
                kills += 1;
            }
            let output = child.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("canary") && !said.contains(SUPERUSER_PASSWORD), "{said}");
            let unmarked = "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND COALESCE(shobj_description(oid, 'pg_authid'), '') NOT LIKE 'composemod database=%'";
            assert_eq!(server.query("postgres", unmarked), Vec::<String>::new(), "{message}");
            let (code, stdout, stderr) = run(server, &CREATE, PASSWORD);
            assert_eq!(code, Some(0), "after message {message}: {stderr}");
            let answer: Value = serde_json::from_str(&stdout).unwrap();
            connects(server, answer["db_url"].as_str().unwrap());
            let (code, _, stderr) =
                run(server, &["db", "drop", "shop", "--execute", "--no-backup"], "");
            assert_eq!(code, Some(0), "{stderr}");
            if ended.is_some() {
                break;
            }
        }
        assert!(kills > 20 && seen > 20, "{kills} {seen}");
        eprintln!("{kills} kills, each followed by a repeat");
        assert!(!server.log().contains("canary"));
    });
}

#[test]
fn what_is_wrong_is_told_and_the_exit_code_says_of_what_kind_it_is() {
    on_newest("ticketbot", |server| {
        let mut command = composemod(server, server.port, &["db", "list"]);
        command.env_remove("DATABASE_URL");
        let output = started(command, "").wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("no server is named"));
        let cases: [(&[&str], i32, &str); 4] = [
            (&["db", "drop", "nothing"], 1, "no database nothing was made here"),
            (&["db", "rotate", "nothing"], 1, "no database nothing was made here"),
            (
                &["db", "create", "a", "--user", "b", "--password-file", "no"],
                2,
                "the password (no)",
            ),
            (&["db", "list", "--format", "sarif"], 2, "no format `sarif`"),
        ];
        for (arguments, expected, message) in cases {
            let (code, _, stderr) = run(server, arguments, "");
            assert_eq!(code, Some(expected), "{arguments:?}: {stderr}");
            assert!(stderr.contains(message), "{stderr}");
        }
    });
}
