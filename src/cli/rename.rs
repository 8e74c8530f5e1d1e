//! `rename OLD NEW`: arguments to options.

use crate::transforms::rename::options::{ContainerName, Rename};

use super::Globals;
use super::args::RenameArgs;

/// Gives the rename that the arguments ask for.
pub(super) fn options(args: RenameArgs, globals: &Globals) -> Rename {
    let container_name = match args.container_name {
        None => ContainerName::Follow,
        Some(keep) if keep == "keep" => ContainerName::Keep,
        Some(name) => ContainerName::Set(name),
    };
    let only = args.change.only;
    Rename {
        old: args.old,
        new: args.new,
        kind: args.kind,
        container_name,
        aliases: args.aliases,
        keep_alias: !args.no_keep_alias,
        only: (!only.is_empty()).then(|| only.into_iter().collect()),
        only_certain: args.change.only_certain,
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::cli::declaration::Declaration;
    use crate::compose::names::Namespace;
    use crate::report::human::{Detail, Look};
    use crate::transforms::plan::Transform as _;
    use crate::transforms::rename::options::Phase;

    /// The rename of a command line in the globals of a project.
    fn parsed(args: &str) -> Rename {
        let globals = Globals {
            root: "/".into(),
            is_root_given: false,
            files: vec!["x.yaml".to_owned()],
            project: None,
            all_projects: false,
            no_ignore: true,
            format: None,
            look: Look { detail: Detail::Full, color: false },
            stdout_color: false,
            declaration: Declaration::default(),
            today: None,
        };
        let args = ["composemod", "rename", "a", "b"].into_iter().chain(args.split_whitespace());
        let Command::Rename(args) = Cli::try_parse_from(args).unwrap().command else {
            panic!("no rename");
        };
        options(args, &globals)
    }

    #[test]
    fn flags_become_options() {
        type Check = fn(&Rename) -> bool;
        let cases: [(&str, Check); 10] = [
            ("", |r| r.old == "a" && r.new == "b" && r.files == ["x.yaml"]),
            ("", |r| r.keep_alias && r.only.is_none() && !r.only_certain && r.aliases.is_empty()),
            ("", |r| r.kind == Namespace::Service && r.container_name == ContainerName::Follow),
            ("--no-keep-alias", |r| !r.keep_alias),
            ("--alias x --alias y", |r| r.aliases == ["x", "y"]),
            ("--container-name keep", |r| r.container_name == ContainerName::Keep),
            ("--container-name c", |r| r.container_name == ContainerName::Set("c".to_owned())),
            ("--kind volume", |r| r.kind == Namespace::Volume),
            ("--only docs,compose --only docs", |r| {
                r.only == Some([Phase::Compose, Phase::Docs].into())
            }),
            ("--only-certain", |r| r.only_certain),
        ];
        for (args, check) in cases {
            let rename = parsed(args);
            assert!(check(&rename), "{args}: {rename:?}");
        }
    }

    #[test]
    fn everything_is_read_where_the_container_has_a_name_of_its_own() {
        assert_eq!(parsed("--container-name keep").names(), ["a"]);
        assert_eq!(parsed("--container-name c").names(), [""; 0]);
    }
}
