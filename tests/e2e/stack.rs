//! A Compose project in a git repository of its own, on the engine.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::engine::{Compose, Engine, IMAGE, inspect, text, try_docker};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A project, which goes with all that it made.
pub(crate) struct Stack<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) compose: Compose,
    /// Its name at the engine.
    pub(crate) project: String,
    folder: TempDir,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl<'a> Stack<'a> {
    /// Makes the repository: files by path and text, in which IMAGE is the image.
    pub(crate) fn new(engine: &'a Engine, compose: Compose, files: &[(&str, &str)]) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let project = format!("e2e{}x{number}", std::process::id());
        let stack = Self { engine, compose, project, folder: TempDir::new().expect("a folder") };
        fs::create_dir_all(stack.root()).expect("a folder");
        for (path, text) in files {
            stack.write(path, text);
        }
        stack.git(&["init", "--quiet"]);
        stack.commit("the files as they are");
        stack
    }

    /// The repository's root; beside it is the home of who works on it.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("stack")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text.replace("IMAGE", IMAGE)).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).expect("a file")
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all", "."]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let who = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
        let output = Command::new("git").arg("-C").arg(self.root()).args(who).args(args).output();
        text(&output.expect("git"), args)
    }

    fn with_variables(&self, command: &mut Command) {
        command.current_dir(self.root()).env("COMPOSE_PROJECT_NAME", &self.project);
        command.env("HOME", self.home());
    }

    /// Calls Docker Compose.
    pub(crate) fn try_compose(&self, args: &[&str]) -> Output {
        let (program, first) = self.compose.words().split_first().expect("a program");
        let mut command = Command::new(program);
        command.args(first).args(args);
        self.with_variables(&mut command);
        command.output().expect("docker compose")
    }

    /// Calls Docker Compose, which must not fail, and gives what it says.
    pub(crate) fn compose(&self, args: &[&str]) -> String {
        let output = self.try_compose(args);
        text(&output, args) + &String::from_utf8_lossy(&output.stderr)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_composemod"));
        command.args(args);
        self.with_variables(&mut command);
        command
    }

    /// Runs composemod to its end.
    pub(crate) fn composemod(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("composemod");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            exit: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Starts composemod and kills it a while after it has printed a line that begins with a text.
    /// Gives whether it was still at work then.
    pub(crate) fn kill_at(&self, args: &[&str], line: &str, after: Duration) -> bool {
        let mut command = self.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let is_seen = lines.any(|it| it.is_ok_and(|it| it.starts_with(line)));
        if !is_seen {
            let mut stderr = String::new();
            child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
            panic!("{args:?} printed no line {line:?}: {stderr}");
        }
        std::thread::sleep(after);
        kill(&mut child)
    }

    /// Gives a service's container by the engine's own word: its id.
    pub(crate) fn container(&self, service: &str) -> Option<String> {
        let filters = [
            format!("label=com.docker.compose.project={}", self.project),
            format!("label=com.docker.compose.service={service}"),
        ];
        let args = ["ps", "-aq", "--no-trunc", "--filter", &filters[0], "--filter", &filters[1]];
        self.engine.docker(&args).lines().next().map(str::to_owned)
    }

    /// Gives a volume's name at the engine.
    pub(crate) fn volume(&self, key: &str) -> String {
        format!("{}_{key}", self.project)
    }

    /// Gives a network's name at the engine.
    pub(crate) fn network(&self, key: &str) -> String {
        format!("{}_{key}", self.project)
    }

    /// Runs SQL in a service's container over its socket.
    pub(crate) fn psql(&self, service: &str, user: &str, sql: &str) -> String {
        let container = self.container(service).expect("a container");
        self.engine.docker(&[
            "exec",
            &container,
            "psql",
            "-XqAt",
            "-U",
            user,
            "-d",
            "ticketbot",
            "-c",
            sql,
        ])
    }

    /// Waits until a service's container is healthy.
    pub(crate) fn wait_until_healthy(&self, service: &str) {
        let is_healthy = || {
            let container = self.container(service)?;
            let it = inspect(&container)?;
            (it["State"]["Health"]["Status"] == "healthy").then_some(())
        };
        wait(&format!("{service} is healthy"), || is_healthy().is_some());
    }

    pub(crate) fn logs(&self, service: &str) -> String {
        let container = self.container(service).expect("a container");
        let output = try_docker(&["logs", &container]);
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    }
}

impl Drop for Stack<'_> {
    fn drop(&mut self) {
        let label = format!("label=com.docker.compose.project={}", self.project);
        let all = |kind: &[&str]| -> Vec<String> {
            let args: Vec<&str> = kind.iter().copied().chain(["--filter", &label]).collect();
            let output = try_docker(&args);
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
        };
        for container in all(&["ps", "-aq"]) {
            try_docker(&["rm", "--force", "--volumes", &container]);
        }
        for volume in all(&["volume", "ls", "-q"]) {
            try_docker(&["volume", "rm", &volume]);
        }
        for network in all(&["network", "ls", "-q"]) {
            try_docker(&["network", "rm", &network]);
        }
    }
}

/// Waits for something, for a minute at most.
pub(crate) fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn kill(child: &mut Child) -> bool {
    let is_at_work = child.try_wait().expect("a state").is_none();
    child.kill().expect("killed");
    child.wait().expect("ended");
    is_at_work
}

/// Makes a folder's parents.
pub(crate) fn make(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
}
