//! The engine, and the two versions of Docker Compose.

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// The image of Postgres, which is the clients' too.
pub(crate) const IMAGE: &str = "composemod-test/postgres:15";

/// Stacks have names in common: one is there at a time.
static TURN: Mutex<()> = Mutex::new(());

/// The engine, for one test at a time.
pub(crate) struct Engine {
    _turn: MutexGuard<'static, ()>,
}

/// A Docker Compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compose {
    /// `docker-compose` 1.29.
    V1,
    /// The plugin.
    V2,
}

impl Compose {
    pub(crate) fn words(self) -> &'static [&'static str] {
        match self {
            Self::V1 => &["docker-compose"],
            Self::V2 => &["docker", "compose"],
        }
    }
}

impl Engine {
    /// Gives the engine, or says that there is none.
    pub(crate) fn take() -> Option<Self> {
        // Never a developer's own engine, which DOCKER_HOST may lead to.
        if std::env::var_os("COMPOSEMOD_TEST_ENGINE").is_none() {
            eprintln!("skipped: no engine: scripts/docker-engine cargo test --test e2e");
            return None;
        }
        Some(Self { _turn: TURN.lock().unwrap_or_else(PoisonError::into_inner) })
    }

    /// Gives the versions of Docker Compose that are here.
    pub(crate) fn composes(&self) -> Vec<Compose> {
        let is_here = |compose: &Compose| {
            let (program, args) = compose.words().split_first().expect("a program");
            let asked = Command::new(program).args(args).arg("version").output();
            asked.is_ok_and(|output| output.status.success())
        };
        let composes: Vec<Compose> =
            [Compose::V1, Compose::V2].into_iter().filter(is_here).collect();
        if composes.len() < 2 {
            eprintln!("skipped: only {composes:?} is here");
        }
        composes
    }

    /// Asks docker, which must not fail.
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        text(&try_docker(args), args)
    }

    /// Gives what docker knows of a container; none where it is not there.
    pub(crate) fn inspect(&self, container: &str) -> Option<Value> {
        inspect(container)
    }

    /// Gives the ids of running containers that mount a volume.
    pub(crate) fn holders(&self, volume: &str) -> Vec<String> {
        holders(volume)
    }

    /// Gives the names that a container answers to, by network.
    pub(crate) fn aliases(&self, container: &str) -> BTreeMap<String, Vec<String>> {
        let it = self.inspect(container).expect("a container");
        let networks = it["NetworkSettings"]["Networks"].as_object().cloned().unwrap_or_default();
        let names = |value: &Value| -> Vec<String> {
            let items = value["Aliases"].as_array().cloned().unwrap_or_default();
            items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        networks.iter().map(|(name, value)| (name.clone(), names(value))).collect()
    }
}

/// Gives the ids of running containers that mount a volume.
pub(crate) fn holders(volume: &str) -> Vec<String> {
    let filter = format!("volume={volume}");
    let args = ["ps", "-q", "--no-trunc", "--filter", &filter];
    text(&try_docker(&args), &args).lines().map(str::to_owned).collect()
}

pub(crate) fn inspect(container: &str) -> Option<Value> {
    let output = try_docker(&["container", "inspect", container]);
    let all: Value = serde_json::from_slice(&output.stdout).ok()?;
    all.get(0).cloned()
}

pub(crate) fn try_docker(args: &[&str]) -> Output {
    Command::new("docker").args(args).output().expect("docker")
}

/// Gives what a command printed that must not fail.
pub(crate) fn text(output: &Output, args: &[&str]) -> String {
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args:?} failed:\n{stdout}{stderr}");
    stdout.trim().to_owned()
}
