//! Changes of a repository, each a pure function of what was read: `&Repo -> Plan`.
//!
//! A transform never writes; `--diff`, `--check` and `--write` are three uses of one plan.

pub mod apply;
pub mod choose;
pub(crate) mod deployment;
mod draft;
pub mod hazards;
pub mod init;
pub mod intent;
pub mod plan;
pub mod rename;
pub mod retire;
pub mod review;
pub mod scaffold;
pub mod semantic;
pub mod sequence;
pub mod situation;
pub mod superuser;
