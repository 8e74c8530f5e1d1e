//! A program that is run: arguments, variables and input in, output out, within a given time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};

/// How often a program is asked whether it has ended.
const TICK: Duration = Duration::from_millis(3);

/// How much of what a program complains of is told, in bytes.
const TOLD: usize = 2000;

/// What programs are run with.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// The variables of the caller's environment.
    pub(crate) variables: BTreeMap<String, String>,
    /// A locked file that each program without input is given as its input. Whoever waits for the
    /// lock waits for programs too that outlive their caller.
    pub(crate) lock: Option<Arc<File>>,
}

/// A call of a program.
#[derive(Debug)]
pub(crate) struct Call {
    words: Vec<String>,
    folder: Option<PathBuf>,
    secrets: Vec<(&'static str, SecretString)>,
    input: Option<Vec<u8>>,
    limit: Duration,
}

/// Why a call gave nothing.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The program is not there.
    #[error("`{0}` can't be run: it is not installed, or not on the path")]
    Missing(String),
    /// The system refused.
    #[error("`{call}` can't be run: {reason}")]
    System { call: String, reason: String },
    /// It ended badly.
    #[error("`{call}` failed: {said}")]
    Failed { call: String, said: String },
    /// It did not end in time.
    #[error("`{call}` did not end within {seconds} s and was stopped")]
    Late { call: String, seconds: u64 },
}

impl Call {
    /// Makes a call of a program, which may be several words (`docker compose`).
    pub(crate) fn new(program: &[String], args: &[&str]) -> Self {
        let args = args.iter().map(|arg| (*arg).to_owned());
        Self {
            words: program.iter().cloned().chain(args).collect(),
            folder: None,
            secrets: Vec::new(),
            input: None,
            limit: Duration::from_secs(60),
        }
    }

    pub(crate) fn folder(self, folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..self }
    }

    pub(crate) fn input(self, input: impl Into<Vec<u8>>) -> Self {
        Self { input: Some(input.into()), ..self }
    }

    pub(crate) fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Gives the program a variable that nobody else is to see.
    pub(crate) fn secret(mut self, name: &'static str, value: Option<&SecretString>) -> Self {
        self.secrets.extend(value.map(|value| (name, value.clone())));
        self
    }

    /// Gives what it prints.
    ///
    /// # Errors
    /// It could not be run, ended badly, or did not end in time.
    pub(crate) fn text(&self, world: &World) -> Result<String, CallError> {
        let (status, stdout, stderr) = self.run(world, None)?;
        if !status.success() {
            return Err(CallError::Failed { call: self.shown(), said: said(&stderr, status) });
        }
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    /// Gives what it prints, whether it ends well or not: a list of things of which some are gone.
    ///
    /// # Errors
    /// It could not be run, or did not end in time.
    pub(crate) fn lenient(&self, world: &World) -> Result<String, CallError> {
        let (_, stdout, _) = self.run(world, None)?;
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    /// Runs it with its output in a file.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub(crate) fn to_file(&self, world: &World, file: File) -> Result<(), CallError> {
        let (status, _, stderr) = self.run(world, Some(file))?;
        match status.success() {
            true => Ok(()),
            false => Err(CallError::Failed { call: self.shown(), said: said(&stderr, status) }),
        }
    }

    /// Starts it, with pipes for all that it reads and writes.
    ///
    /// # Errors
    /// It could not be run.
    pub(crate) fn start(&self, world: &World) -> Result<Child, CallError> {
        let mut command = self.command(world);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| self.not_run(&error))
    }

    /// Gives the call as it is told to people.
    fn shown(&self) -> String {
        self.words.join(" ")
    }

    fn command(&self, world: &World) -> Command {
        let mut command = Command::new(self.words.first().map_or("", String::as_str));
        command.args(self.words.iter().skip(1)).env_clear().envs(&world.variables);
        command.envs(self.secrets.iter().map(|(name, value)| (name, value.expose_secret())));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }

    fn run(
        &self,
        world: &World,
        target: Option<File>,
    ) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), CallError> {
        let system = |error: std::io::Error| self.not_run(&error);
        let mut command = self.command(world);
        command.stdin(match (&self.input, &world.lock) {
            (Some(_), _) => Stdio::piped(),
            (None, Some(lock)) => Stdio::from(lock.try_clone().map_err(system)?),
            (None, None) => Stdio::null(),
        });
        command.stdout(target.map_or_else(Stdio::piped, Stdio::from)).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(system)?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            let input = self.input.as_deref().unwrap_or_default();
            // What it does not read is of no use to it: that is no error.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            let stdout = scope.spawn(move || all_of(stdout));
            let stderr = scope.spawn(move || all_of(stderr));
            let status = self.wait(&mut child)?;
            let read = |thread: std::thread::ScopedJoinHandle<'_, Vec<u8>>| thread.join();
            Ok((status, read(stdout).unwrap_or_default(), read(stderr).unwrap_or_default()))
        })
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus, CallError> {
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().map_err(|error| self.not_run(&error))? {
                return Ok(status);
            }
            if start.elapsed() > self.limit {
                drop(child.kill());
                drop(child.wait());
                return Err(CallError::Late { call: self.shown(), seconds: self.limit.as_secs() });
            }
            std::thread::sleep(TICK);
        }
    }

    fn not_run(&self, error: &std::io::Error) -> CallError {
        if error.kind() == std::io::ErrorKind::NotFound {
            return CallError::Missing(self.words.first().cloned().unwrap_or_default());
        }
        CallError::System { call: self.shown(), reason: error.to_string() }
    }
}

fn all_of(source: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read until an error is all that there is to tell.
    drop(source.map(|mut source| source.read_to_end(&mut bytes)));
    bytes
}

/// Gives what a program complained of: the end of it, where errors stand.
fn said(stderr: &[u8], status: ExitStatus) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = text.trim();
    if text.is_empty() {
        return status.to_string();
    }
    let start = text.len().saturating_sub(TOLD);
    let start = (start..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[start..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        let variables = std::env::vars().filter(|(name, _)| name == "PATH").collect();
        World { variables, lock: None }
    }

    fn call(words: &[&str]) -> Call {
        Call::new(&[words[0].to_owned()], &words[1..])
    }

    #[test]
    fn a_call_ends_with_its_output_or_the_reason_why_not() {
        let world = world();
        assert_eq!(call(&["echo", "a b"]).text(&world).unwrap(), "a b\n");
        assert_eq!(call(&["cat"]).input("x").text(&world).unwrap(), "x");
        let missing = call(&["no-such-program-here"]).text(&world).unwrap_err();
        assert_eq!(missing, CallError::Missing("no-such-program-here".to_owned()));
        let failed = call(&["ls", "/no/such/file"]).text(&world).unwrap_err().to_string();
        assert!(failed.starts_with("`ls /no/such/file` failed: ls: "), "{failed}");
        let late = call(&["sleep", "60"]).limit(Duration::from_millis(20)).text(&world);
        assert!(matches!(late, Err(CallError::Late { .. })), "{late:?}");
    }

    #[test]
    fn a_secret_goes_by_a_variable_alone() {
        let secret = SecretString::from("hunter2");
        let call = call(&["printenv", "PGPASSWORD"]).secret("PGPASSWORD", Some(&secret));
        assert!(!format!("{call:?}").contains("hunter2"));
        assert_eq!(call.text(&world()).unwrap(), "hunter2\n");
    }

    #[test]
    fn a_program_holds_the_lock_of_its_caller() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = File::create(&path).unwrap();
        lock.lock().unwrap();
        let world = World { lock: Some(Arc::new(lock)), ..world() };
        let mut command = call(&["sleep", "60"]).command(&world);
        let lock = world.lock.as_ref().unwrap().try_clone().unwrap();
        let mut sleeper = command.stdin(Stdio::from(lock)).spawn().unwrap();
        drop((world, command));
        let other = File::open(&path).unwrap();
        assert!(other.try_lock().is_err(), "the program that goes on has it still");
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        assert!(other.try_lock().is_ok());
    }
}
