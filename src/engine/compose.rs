//! Docker Compose: the plugin `docker compose`, or `docker-compose` 1.29.

use std::path::PathBuf;
use std::time::Duration;

use super::program::{Call, CallError, World};

/// How long Compose may take for what makes containers, which may fetch or build an image.
const LONG: Duration = Duration::from_secs(600);

/// Docker Compose for one project.
#[derive(Clone, Debug)]
pub(crate) struct Compose {
    pub(crate) program: Program,
    /// The folder that it is called in.
    pub(crate) folder: PathBuf,
    /// Files to be named, from there.
    pub(crate) files: Vec<String>,
    /// The project's name, where it is known.
    pub(crate) project: Option<String>,
    pub(crate) world: World,
}

/// A Docker Compose that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) words: Vec<String>,
    pub(crate) version: String,
}

impl Program {
    /// Finds those that are installed, the plugin first.
    pub(crate) fn installed(world: &World) -> Vec<Self> {
        let known: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
        known.iter().filter_map(|words| Self::of(words, world)).collect()
    }

    /// Gives a program by its words; none where it is not there.
    pub(crate) fn of(words: &[&str], world: &World) -> Option<Self> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let call = Call::new(&words, &["version", "--short"]).limit(Duration::from_secs(30));
        let version = call.text(world).ok()?.trim().trim_start_matches('v').to_owned();
        version.starts_with(|c: char| c.is_ascii_digit()).then_some(Self { words, version })
    }

    /// Gives the number before the first dot: 1 or 2, and whatever comes.
    pub(crate) fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or(&self.version)
    }

    pub(crate) fn name(&self) -> String {
        self.words.join(" ")
    }
}

impl Compose {
    /// Gives the ids of a service's containers, running or not.
    pub(crate) fn containers(&self, service: &str) -> Result<Vec<String>, CallError> {
        // 1.29 lists those that are stopped too and knows no `-a` with `-q`; the plugin needs it.
        let flags: &[&str] =
            if self.program.major() == "1" { &["ps", "-q"] } else { &["ps", "-aq"] };
        let text = self.call(flags, &[service]).text(&self.world)?;
        Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// Checks that the files can be read.
    pub(crate) fn check(&self) -> Result<(), CallError> {
        self.call(&["config", "-q"], &[]).text(&self.world).map(drop)
    }

    /// Makes a service's container without starting it, or what it depends on.
    pub(crate) fn create(&self, service: &str) -> Result<(), CallError> {
        let call = self.call(&["up", "--no-start", "--no-deps"], &[service]);
        call.limit(LONG).text(&self.world).map(drop)
    }

    /// Starts a service's container that is there.
    pub(crate) fn start(&self, service: &str) -> Result<(), CallError> {
        self.call(&["start"], &[service]).text(&self.world).map(drop)
    }

    /// Brings a service up, and not what it depends on.
    pub(crate) fn up(&self, service: &str) -> Result<(), CallError> {
        let call = self.call(&["up", "-d", "--no-deps"], &[service]);
        call.limit(LONG).text(&self.world).map(drop)
    }

    fn call(&self, command: &[&str], args: &[&str]) -> Call {
        let mut words: Vec<&str> = Vec::new();
        if let Some(project) = &self.project {
            words.extend(["-p", project]);
        }
        words.extend(self.files.iter().flat_map(|file| ["-f", file.as_str()]));
        words.extend(command);
        words.extend(args);
        Call::new(&self.program.words, &words).folder(&self.folder)
    }
}
