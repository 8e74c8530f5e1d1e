//! Paths of the command line, from the current folder, as paths of the repository, from its root.

use std::path::{Component, Path, PathBuf};

use crate::diagnostics::Finding;
use crate::repo::config::FILE_NAME;

/// Gives the folder to work on: the one asked for, else the nearest one upwards that holds
/// `.git`, else the current folder. Absolute and without symbolic links.
///
/// # Errors
/// It is no folder.
pub(super) fn root(cwd: &Path, asked: Option<&Path>) -> Result<PathBuf, Finding> {
    let shown = asked.unwrap_or(cwd);
    let asked = asked.map(|path| cwd.join(path));
    let found = asked.as_deref().or_else(|| cwd.ancestors().find(|dir| dir.join(".git").exists()));
    let root = found.unwrap_or(cwd);
    match root.canonicalize() {
        Ok(root) if root.is_dir() => Ok(root),
        Ok(_) => Err(not_a_folder("--root", shown)),
        Err(error) => Err(unreadable("--root", shown, &error)),
    }
}

/// Gives a file's path from the root. The file itself may be a symbolic link.
///
/// # Errors
/// There is no such file, or it lies outside the root.
pub(super) fn file(cwd: &Path, root: &Path, asked: &Path) -> Result<String, Finding> {
    let path = resolved(cwd, root, asked);
    let unreadable = |error| unreadable("--file", asked, &error);
    let meta = path.metadata().map_err(unreadable)?;
    let (Some(folder), Some(name), false) = (path.parent(), path.file_name(), meta.is_dir()) else {
        let message = format!("--file {}: this is a folder", asked.display());
        let help = "name a Compose file in it, or choose the folder with --project";
        return Err(Finding::error("invalid-path", message).help(help));
    };
    let path = folder.canonicalize().map_err(unreadable)?.join(name);
    from_root("--file", root, asked, &path)
}

/// Gives the path from the root of a project's folder, empty for the root itself, or of its
/// main Compose file, where a folder holds several projects.
///
/// # Errors
/// There is no such folder or file, or it lies outside the root.
pub(super) fn project(cwd: &Path, root: &Path, asked: &Path) -> Result<String, Finding> {
    let path = resolved(cwd, root, asked).canonicalize();
    let path = path.map_err(|error| unreadable("--project", asked, &error))?;
    from_root("--project", root, asked, &path)
}

/// Gives the path from the root of a file or folder that is checked, empty for the root itself.
///
/// # Errors
/// There is no such file, or it lies outside the root.
pub(super) fn target(cwd: &Path, root: &Path, asked: &Path) -> Result<String, Finding> {
    let path = resolved(cwd, root, asked);
    let unreadable = |error| unreadable("PATH", asked, &error);
    // The file itself may be a symbolic link, which is not followed.
    let path = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if !path.is_dir() => {
            path.symlink_metadata().map_err(unreadable)?;
            folder.canonicalize().map_err(unreadable)?.join(name)
        }
        _ => path.canonicalize().map_err(unreadable)?,
    };
    from_root("PATH", root, asked, &path)
}

/// Gives the folder to work on where a check names files of another tree than the current one: the
/// nearest one above the first of them that holds `.git`, else the folder that it is in.
pub(super) fn root_of_targets(cwd: &Path, targets: &[PathBuf]) -> Option<PathBuf> {
    let first = cwd.join(targets.first()?).canonicalize().ok()?;
    let folder = if first.is_dir() { first.as_path() } else { first.parent()? };
    // A whole file system is no one's project.
    let is_tree = |root: &Path| root.parent().is_some();
    let is_here = root(cwd, None).is_ok_and(|root| is_tree(&root) && folder.starts_with(root));
    let above = || folder.ancestors().find(|folder| folder.join(".git").exists());
    (!is_here).then(|| above().unwrap_or(folder).to_owned())
}

/// Gives a declaration's path to read it by, and how it is shown: from the root where it lies in
/// it, else as it was asked for.
///
/// # Errors
/// There is no such file.
pub(super) fn config(cwd: &Path, root: &Path, asked: &Path) -> Result<(PathBuf, String), Finding> {
    let path = resolved(cwd, root, asked);
    let path = path.canonicalize().map_err(|error| unreadable("--config", asked, &error))?;
    let inside = path.strip_prefix(root).ok().and_then(slashed);
    let inside = inside.filter(|inside| !inside.is_empty());
    let shown = inside.unwrap_or_else(|| asked.display().to_string());
    Ok((path, shown))
}

/// Gives the path of a declaration that is still to be made, and how it is shown.
pub(super) fn new_config(cwd: &Path, root: &Path, asked: Option<&Path>) -> (PathBuf, String) {
    match asked {
        Some(asked) => (cwd.join(asked), asked.display().to_string()),
        None => (root.join(FILE_NAME), FILE_NAME.to_owned()),
    }
}

/// Gives the path from the root of a file that may still be to be made. What of its folders is there
/// is looked up; the rest is taken as it is written.
///
/// # Errors
/// It would lie outside the root.
pub(super) fn new_file(cwd: &Path, root: &Path, asked: &Path) -> Result<String, Finding> {
    let mut path = PathBuf::new();
    for part in cwd.join(asked).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    let there = path.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(root);
    let real = there.canonicalize().map_err(|error| unreadable("--path", asked, &error))?;
    let rest = path.strip_prefix(there).unwrap_or(&path);
    from_root("--path", root, asked, &real.join(rest))
}

/// Reports name paths from the root: one that is not found in the current folder may be such.
fn resolved(cwd: &Path, root: &Path, asked: &Path) -> PathBuf {
    let (path, from_root) = (cwd.join(asked), root.join(asked));
    if !path.exists() && from_root.exists() { from_root } else { path }
}

fn from_root(flag: &str, root: &Path, asked: &Path, path: &Path) -> Result<String, Finding> {
    let Ok(inside) = path.strip_prefix(root) else {
        let message = format!(
            "{flag} {}: it lies outside the root {}, and nothing there is read or changed",
            asked.display(),
            root.display()
        );
        let help = "choose a root that holds it with --root";
        return Err(Finding::error("outside-root", message).help(help));
    };
    slashed(inside).ok_or_else(|| {
        let message = format!("{flag} {}: the path is not UTF-8", asked.display());
        Finding::error("invalid-path", message)
    })
}

/// Gives a path from the root with `/` between its parts, as reports have it on every platform;
/// nothing for one that is not UTF-8.
fn slashed(inside: &Path) -> Option<String> {
    let parts = inside.components().map(|part| match part {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    parts.collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

fn not_a_folder(flag: &str, asked: &Path) -> Finding {
    Finding::error("invalid-path", format!("{flag} {}: this is no folder", asked.display()))
        .help("name the folder that it is in")
}

fn unreadable(flag: &str, asked: &Path, error: &std::io::Error) -> Finding {
    Finding::error("invalid-path", format!("{flag} {}: {error}", asked.display()))
        .help("name one that is here and can be read; a path counts from the current folder")
}
