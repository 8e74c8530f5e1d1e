//! `db rotate`: another password for a database's app.

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::provision::{Provisioner, Turn};

use super::super::{Exit, Globals, Io, complain, secrets};
use super::args::RotateArgs;
use super::{VARIABLE, block_on, create};

/// Makes the second login and prints its URL, or takes the first away.
pub(super) fn run(
    args: RotateArgs,
    dsn: Dsn,
    globals: &Globals,
    io: &mut Io,
) -> Result<Exit, Error> {
    let format = create::format(globals)?;
    let password = secrets::password(&args.password.source(VARIABLE), io)?;
    let turn = if args.again { Turn::Again } else { Turn::Next };
    let provisioner = Provisioner::new(dsn, create::settings(args.public));
    if args.release {
        let text = match block_on(provisioner.release(&args.name))? {
            Some(login) => format!("{login} is gone; its sessions have ended\n"),
            None => "there is one login only: nothing to do\n".to_owned(),
        };
        complain(io, &text);
        return Ok(Exit::Clean);
    }
    Ok(match block_on(provisioner.rotate(&args.name, turn, password)) {
        Ok(created) => {
            let exit = create::told(&created, format, io);
            let name = &args.name;
            complain(
                io,
                &format!("the old login works until `composemod db rotate {name} --release`\n"),
            );
            exit
        }
        Err(error) => create::failed(&error, format, io),
    })
}
