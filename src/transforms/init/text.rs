//! A first declaration as text: what is asked for as it will be read, what was found in comments.

use std::fmt::Write as _;

use crate::yaml::document::ScalarStyle;
use crate::yaml::scalar::spell;

use super::Init;
use super::found::{Found, Misnamed, SharedSuperuser};

/// Columns that a comment may fill.
const WIDTH: usize = 98;

const HEAD: &str = "\
# What composemod is to know about this repository. `composemod apply` shows the change that is
# declared here, `composemod schema` all keys that there are.
";

const NOTHING: &str = "
# Nothing was found that asks for a change. A rename would be declared so:
#renames:
#  - from: old-name
#    to: new-name
#    keep-alias-until: 2030-12-31
";

/// Gives the text.
pub(super) fn text(init: &Init, from: Option<&str>, found: &Found) -> String {
    let mut renames = Section::new("renames");
    if let (Some(from), Some(to)) = (from, &init.to) {
        let why = found.misnamed.iter().find(|one| one.service == from).map(misnamed);
        renames.declared.push(Item { why, lines: rename(init, from, to) });
    }
    for one in found.misnamed.iter().filter(|one| Some(one.service()) != from) {
        let why = format!("{} Give it a name of its own:", misnamed(one));
        let lines = vec![pair("from", &one.service), pair("to", "new-name")];
        renames.proposed.push(Item { why: Some(why), lines });
    }
    let mut superusers = Section::new("superusers");
    // A superuser is changed after all renames, and declared by the name that its service has then.
    let named = |service: &str| match (&init.to, from) {
        (Some(to), Some(from)) if service == from => to.clone(),
        _ => service.to_owned(),
    };
    for (service, to) in &init.superusers {
        let known = found.shared.iter().find(|one| named(&one.service) == named(service));
        let mut lines = vec![pair("service", &named(service))];
        lines
            .extend(known.filter(|known| known.user != *to).map(|known| pair("from", &known.user)));
        lines.push(pair("to", to));
        superusers.declared.push(Item { why: known.map(shared), lines });
    }
    let is_asked = |one: &&SharedSuperuser| {
        init.superusers.iter().any(|(service, _)| named(service) == named(&one.service))
    };
    for one in found.shared.iter().filter(|one| !is_asked(one)) {
        let is_renamed = found.misnamed.iter().any(|other| other.service == one.service)
            && Some(&*one.service) != from;
        let by = if is_renamed { ", by its new name once it is renamed" } else { "" };
        let why = format!("{} The server can have a superuser of its own{by}:", shared(one));
        let service = named(&one.service);
        let lines =
            vec![pair("service", &service), pair("from", &one.user), pair("to", "postgres")];
        superusers.proposed.push(Item { why: Some(why), lines });
    }
    let mut out = HEAD.to_owned();
    renames.write(&mut out);
    superusers.write(&mut out);
    if renames.is_empty() && superusers.is_empty() {
        out.push_str(NOTHING);
    }
    out
}

/// One list of the file.
struct Section {
    key: &'static str,
    declared: Vec<Item>,
    proposed: Vec<Item>,
}

struct Item {
    why: Option<String>,
    /// `key: value`
    lines: Vec<String>,
}

impl Section {
    fn new(key: &'static str) -> Self {
        Self { key, declared: Vec::new(), proposed: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.proposed.is_empty()
    }

    fn write(&self, out: &mut String) {
        if self.is_empty() {
            return;
        }
        out.push('\n');
        let is_declared = !self.declared.is_empty();
        if is_declared {
            let _ = writeln!(out, "{}:", self.key);
        }
        for item in &self.declared {
            item.write(out, "  ", "");
        }
        for (at, item) in self.proposed.iter().enumerate() {
            if let Some(why) = &item.why {
                comment(out, if is_declared { "  " } else { "" }, why);
            }
            if !is_declared && at == 0 {
                let _ = writeln!(out, "#{}:", self.key);
            }
            Item { why: None, lines: item.lines.clone() }.write(out, "  ", "#");
        }
    }
}

impl Item {
    fn write(&self, out: &mut String, indent: &str, mark: &str) {
        if let Some(why) = &self.why {
            comment(out, indent, why);
        }
        for (at, line) in self.lines.iter().enumerate() {
            let dash = if at == 0 { "- " } else { "  " };
            let _ = writeln!(out, "{mark}{indent}{dash}{line}");
        }
    }
}

fn rename(init: &Init, from: &str, to: &str) -> Vec<String> {
    let mut lines = vec![pair("from", from), pair("to", to)];
    if !init.aliases.is_empty() {
        let aliases: Vec<String> =
            init.aliases.iter().map(|alias| spelled(alias, Place::Flow)).collect();
        lines.push(format!("aliases: [{}]", aliases.join(", ")));
    }
    lines.extend(init.keep_alias_until.map(|until| format!("keep-alias-until: {until}")));
    lines
}

fn misnamed(one: &Misnamed) -> String {
    let Misnamed { service, app, users } = one;
    format!("`{service}` is named after `{app}`, but used by {} too.", listed(users))
}

fn shared(one: &SharedSuperuser) -> String {
    let apps: Vec<String> =
        one.apps.iter().map(|(app, setting)| format!("`{app}` ({setting})")).collect();
    let log = if apps.len() == 1 { "logs" } else { "log" };
    let SharedSuperuser { service, user, .. } = one;
    format!(
        "`{user}`, the superuser of `{service}`, is the user that {} {log} in as.",
        joined(&apps)
    )
}

fn listed(names: &[String]) -> String {
    joined(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>())
}

/// Gives `a, b and c`.
fn joined(parts: &[String]) -> String {
    match parts {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        parts => parts.concat(),
    }
}

fn pair(key: &str, value: &str) -> String {
    format!("{key}: {}", spelled(value, Place::Block))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    Flow,
}

fn spelled(value: &str, place: Place) -> String {
    spell(value, ScalarStyle::Plain, place == Place::Flow)
}

/// Writes a comment, a few words a line. A name's line break would end it.
fn comment(out: &mut String, indent: &str, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent.len() + line.len() + word.len() + 3 > WIDTH {
            let _ = writeln!(out, "{indent}#{line}");
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{indent}#{line}");
}
