//! Tables over all sorts of files; each row is a path, a text, and what its mentions of the name
//! are, in order: `db` for a name that may be anything, `shop-db` for one that hardly can.

use super::{Subject, mentions};
use crate::compose::usage::Class;
use crate::repo::kind::kind;

mod code;
mod compared;
mod config;
mod docs;
mod keys;
mod lists;
mod missed;
mod scripts;
mod whole;

/// A path, a text, and each mention as `Class Confidence`.
type Row = (&'static str, &'static str, &'static [&'static str]);

fn subject(name: &str, distinctive: bool) -> Subject {
    let services = ["web", "api", "redis", "worker"].map(str::to_owned).to_vec();
    let new = Some("pg-main".to_owned());
    Subject { name: name.to_owned(), services, new, distinctive, ..Subject::default() }
}

/// Checks every row of a table, and shows all that differ at once. Longer names are left out: they
/// stand everywhere, and `whole` looks at them.
#[track_caller]
fn check(name: &str, rows: &[Row]) {
    let subject = subject(name, name.contains('-'));
    let mut wrong = Vec::new();
    for (path, text, expected) in rows {
        let found: Vec<String> = mentions(path, text, kind(path, text), &subject)
            .iter()
            .filter(|mention| mention.class != Class::LongerName)
            .map(|mention| format!("{:?} {:?}", mention.class, mention.confidence))
            .collect();
        if found != *expected {
            wrong.push(format!("{path}: {text}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
