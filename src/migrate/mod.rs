//! A Postgres container's rename and its new superuser, made on the machine that runs it, one gated step
//! at a time. It does what the runbook says.
//!
//! `survey` looks and refuses; `migration` does the steps, each idempotent, and keeps the `journal`;
//! `rollback` goes by what it finds, so that it is right from wherever a migration stopped. Invariants:
//! no container is started on the data while another one that holds them runs; nothing is changed
//! before everything was looked at; no password is printed, or written anywhere but to the project's own
//! `.env` and its copy in the backup's folder. Deliberately absent: plan B of the superuser, other
//! servers than Postgres, more containers than one: the runbook has them.

mod backup;
mod checks;
mod files;
mod journal;
mod migration;
mod observe;
mod passwords;
mod probe;
mod psql;
mod rollback;
mod rows;
mod show;
mod step;
mod steps;
mod survey;
mod words;

pub(crate) use migration::{Ended, Going, Pace, execute, resume, roll_back, status};
pub(crate) use show::plan;
pub(crate) use survey::{Request, Survey, Unsurveyed, survey};
