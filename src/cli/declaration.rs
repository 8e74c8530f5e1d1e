//! The declaration that a command works by: `composemod.yaml`, or the file that `--config` names.

use std::path::Path;

use crate::diagnostics::Finding;
use crate::repo::config::Config;
use crate::repo::load::read_config;
use crate::text::source::SourceFile;

use super::paths;

/// What is declared, and the file that declares it; nothing where there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Declaration {
    pub(super) source: Option<SourceFile>,
    pub(super) config: Config,
}

/// Why a declaration can't be worked by.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    pub(super) findings: Vec<Finding>,
    /// The file that they are about.
    pub(super) source: Option<SourceFile>,
}

impl From<Finding> for Wrong {
    fn from(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }
}

/// Reads the declaration of a tree.
///
/// # Errors
/// It can't be read, or is wrong.
pub(super) fn read(cwd: &Path, root: &Path, asked: Option<&Path>) -> Result<Declaration, Wrong> {
    let asked = asked.map(|path| paths::config(cwd, root, path)).transpose()?;
    let asked = asked.as_ref().map(|(path, shown)| (path.as_path(), shown.as_str()));
    let Some(source) = read_config(root, asked)? else { return Ok(Declaration::default()) };
    match Config::parse(&source) {
        Ok(config) => Ok(Declaration { source: Some(source), config }),
        Err(findings) => Err(Wrong { findings, source: Some(source) }),
    }
}
