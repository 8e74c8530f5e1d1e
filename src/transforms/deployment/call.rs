//! How docker compose is called for a project from the repository's root.

use super::doc::word;

/// A project's call of docker compose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compose {
    /// The project's folder, empty for the root. Compose must be called in it: it reads the `.env`
    /// of the folder that it is called in.
    pub(super) folder: String,
    /// The files to be named, from the folder; none where Compose finds them by itself.
    pub(super) files: Vec<String>,
}

impl Compose {
    /// Gives a command line.
    pub(super) fn call(&self, args: &str) -> String {
        let call = self.inside(args);
        if self.folder.is_empty() { call } else { format!("({call})") }
    }

    /// Gives a command's output as a word.
    pub(super) fn output(&self, args: &str) -> String {
        format!("\"$({})\"", self.inside(args))
    }

    /// Gives a path of the project's folder from the root.
    pub(super) fn path(&self, name: &str) -> String {
        if self.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", self.folder) }
    }

    fn inside(&self, args: &str) -> String {
        let files: String = self.files.iter().map(|file| format!("-f {} ", word(file))).collect();
        let call = format!("docker compose {files}{args}");
        if self.folder.is_empty() { call } else { format!("cd {} && {call}", word(&self.folder)) }
    }
}
