//! How docker compose is called for a project from the repository's root.

use crate::transforms::deployment::Compose;

use super::doc::word;

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

    fn inside(&self, args: &str) -> String {
        let files: String = self.files.iter().map(|file| format!("-f {} ", word(file))).collect();
        let call = format!("docker compose {files}{args}");
        if self.folder.is_empty() { call } else { format!("cd {} && {call}", word(&self.folder)) }
    }
}
