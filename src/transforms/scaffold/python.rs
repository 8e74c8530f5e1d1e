//! The Python class, and whether what stands in its place is ours.

use crate::diagnostics::Finding;
use crate::repo::load::Repo;

/// The text of the file. Its marker tells the version, which is one more with each change.
pub(super) const TEXT: &str = include_str!("database_provisioner.py");

/// What the line starts with that tells the file for ours; the version follows.
const MARKER: &str = "# Made by `composemod scaffold dashboard`, version ";

/// What stands in the file's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Missing,
    /// This version's file, maybe with other line ends.
    Current,
    /// An older version's file; with the text to be, in its line ends.
    Older(String),
    /// A later version's file, which stays.
    Newer(Finding),
    /// Something else, which is not written over.
    Foreign(Finding),
}

/// Looks at what stands in the file's place.
pub(super) fn state(path: &str, repo: &Repo) -> State {
    let foreign = |message: String, help: &str| {
        State::Foreign(Finding::error("file-exists", message).in_file(path).help(help))
    };
    let Some(file) = repo.get(path) else {
        if repo.all_paths.contains(path) {
            let message = format!("{path} is there already, and can't be read as text");
            return foreign(message, "choose another path");
        }
        return State::Missing;
    };
    let text = file.text.replace("\r\n", "\n");
    if text == TEXT {
        return State::Current;
    }
    match (version(&text), version(TEXT)) {
        (Some(there), Some(own)) if there < own => {
            let is_windows = file.text.contains("\r\n");
            State::Older(if is_windows { TEXT.replace('\n', "\r\n") } else { TEXT.to_owned() })
        }
        (Some(there), Some(own)) if there > own => {
            let message = format!(
                "the file is of a later version ({there}) than this program's ({own}), and stays"
            );
            State::Newer(Finding::info("file-newer", message).in_file(path))
        }
        (Some(_), _) => {
            let message =
                "the file is this version's class, changed by hand, and is not written over"
                    .to_owned();
            foreign(
                message,
                "keep the changes in a class that is derived from it, in another file, and remove this one",
            )
        }
        (None, _) => {
            let message =
                "a file of another kind is there already, and is not written over".to_owned();
            foreign(message, "choose another path, or remove it")
        }
    }
}

/// Gives the version that a file of ours says it is of.
fn version(text: &str) -> Option<u32> {
    let line = text.lines().find_map(|line| line.strip_prefix(MARKER))?;
    let digits: String = line.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{MARKER, State, TEXT, state, version};
    use crate::repo::load::Repo;
    use crate::text::source::SourceFile;

    fn state_of(text: &str) -> State {
        let files = vec![SourceFile::new("a.py", text)];
        state("a.py", &Repo { files, ..Repo::default() })
    }

    #[test]
    fn only_files_of_ours_are_written_over() {
        let own = version(TEXT).unwrap();
        let of =
            |version: u32| TEXT.replace(&format!("{MARKER}{own}"), &format!("{MARKER}{version}"));
        assert_eq!(state("a.py", &Repo::default()), State::Missing);
        assert_eq!(state_of(TEXT), State::Current);
        assert_eq!(state_of(&TEXT.replace('\n', "\r\n")), State::Current);
        assert_eq!(state_of(&of(own - 1)), State::Older(TEXT.to_owned()));
        let windows = TEXT.replace('\n', "\r\n");
        assert_eq!(state_of(&of(own - 1).replace('\n', "\r\n")), State::Older(windows));
        assert!(matches!(state_of(&of(own + 1)), State::Newer(_)));
        for foreign in [&TEXT.replace("timeout", "tmo"), "", "print('mine')\n"] {
            assert!(matches!(state_of(foreign), State::Foreign(_)), "{foreign}");
        }
    }
}
