//! `scaffold dashboard`: arguments to options.

use crate::diagnostics::Finding;
use crate::transforms::scaffold::options::Scaffold;

use super::args::DashboardArgs;
use super::{Globals, Io, paths};

/// Gives the scaffold that the arguments ask for.
///
/// # Errors
/// The file would lie outside the root.
pub(super) fn options(
    args: DashboardArgs,
    globals: &Globals,
    io: &Io,
) -> Result<Scaffold, Finding> {
    Ok(Scaffold {
        path: paths::new_file(&io.cwd, &globals.root, &args.path)?,
        server: args.server,
        superuser: args.superuser,
        service: args.service_name,
        dashboard: args.dashboard,
        image: args.image,
        files: globals.files.clone(),
        project: globals.project.clone(),
    })
}
